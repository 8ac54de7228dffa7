"""The Retry-After header (RFC 9110 §10.2.3)."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

_DIGITS: Final = 9


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait, 0 for a moment that is past; None when absent or neither seconds nor an HTTP date."""
    value = (value or "").strip()
    if not value:
        return None
    if value.isascii() and value.isdigit():
        return float(value[:_DIGITS]) if len(value) <= _DIGITS else float("9" * _DIGITS)
    try:
        moment = parsedate_to_datetime(value)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, (moment - now).total_seconds())
    except (ValueError, OverflowError, IndexError):
        return None
