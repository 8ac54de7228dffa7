"""Times as Redis keeps them here: whole microseconds since 1970, UTC.

Exact as sorted-set scores and as numbers in Lua (both are doubles) until the year 2112. Scripts take and store them
as the text that was passed in, because Lua writes large numbers with 14 digits only.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def micros(at: datetime) -> int:
    """An aware time as a score."""
    return (at - _EPOCH) // _MICROSECOND


def instant(value: bytes) -> datetime:
    """A stored time as an aware time, UTC."""
    return _EPOCH + timedelta(microseconds=int(value))


def lifetime(*, until: datetime, least: timedelta, today: datetime, margin: timedelta) -> int:
    """Milliseconds of the machine's clock after which a key may go, for EXPIRE.

    ``until`` comes from the caller's time, which may be long past (a replay) or ahead: the key lives until then and
    in any case for ``least`` from ``today``, and ``margin`` longer.
    """
    return (max(until - today, least) + margin) // timedelta(milliseconds=1)
