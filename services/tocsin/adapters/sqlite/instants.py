"""Times as SQLite keeps them here: whole microseconds since 1970, UTC, so that they sort and come back exact."""

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def micros(at: datetime) -> int:
    """An aware time as a column value."""
    return (at - _EPOCH) // _MICROSECOND


def span(length: timedelta) -> int:
    """A length of time in microseconds."""
    return length // _MICROSECOND


def instant(value: int) -> datetime:
    """A column value as an aware time, UTC."""
    return _EPOCH + timedelta(microseconds=value)
