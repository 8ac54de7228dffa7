"""What an answer's headers say to a feed reader: how long to wait, how long it stays fresh, who pushes it."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from multidict import CIMultiDictProxy, MultiMapping

_DIGITS: Final = 9
_MAX_AGE: Final = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d+)", re.IGNORECASE)
_NOT_FRESH: Final = re.compile(r"(?:^|[,\s])no-(?:cache|store)(?:$|[,;\s])", re.IGNORECASE)
_LINK: Final = re.compile(r"<([^>]*)>([^<]*)")
_REL: Final = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))", re.IGNORECASE)


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait (RFC 9110 §10.2.3), 0 for a moment that is past; None when absent or neither seconds nor a date.

    ``now`` should be the server's own idea of the time, where it tells (``server_time``).
    """
    value = (value or "").strip()
    if not value:
        return None
    if value.isascii() and value.isdigit():
        return float(value[:_DIGITS]) if len(value) <= _DIGITS else float("9" * _DIGITS)
    moment = _moment(value)
    return None if moment is None else max(0.0, (moment - now).total_seconds())


def server_time(headers: MultiMapping[str], now: datetime) -> datetime:
    """What the server's clock said when it answered; ``now`` when it does not say. Its dates are by that clock."""
    return _moment(headers.get("Date", "")) or now


def fresh(headers: CIMultiDictProxy[str], now: datetime) -> float | None:
    """For how many seconds from now the answer stays fresh (RFC 9111 §4.2); None when the server does not say."""
    control = ", ".join(headers.getall("Cache-Control", ()))
    if control and _NOT_FRESH.search(control):
        return 0.0
    if control and (found := _MAX_AGE.search(control)):
        age = headers.get("Age", "").strip()
        spent = float(age[:_DIGITS]) if age.isascii() and age.isdigit() else 0.0
        return max(0.0, float(found[1][:_DIGITS]) - spent)
    if expires := _moment(headers.get("Expires", "")):
        return max(0.0, (expires - server_time(headers, now)).total_seconds())
    return None


def links(headers: CIMultiDictProxy[str]) -> dict[str, str]:
    """Relation → target, the first of each, of the Link headers (RFC 8288)."""
    found: dict[str, str] = {}
    for target, parameters in _LINK.findall(", ".join(headers.getall("Link", ()))):
        if rel := _REL.search(parameters):
            for name in (rel[1] or rel[2]).lower().split():
                found.setdefault(name, target.strip())
    return found


def _moment(value: str) -> datetime | None:
    if not value:
        return None
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
