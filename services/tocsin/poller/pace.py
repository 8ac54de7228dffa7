"""How often a feed has news, learned from looking at it. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import msgspec

from tocsin.domain.feed import Track

_HALF_LIFE: Final = 172_800.0
"""Seconds after which a look weighs half: two days, so that a weekend is noticed and a busy hour does not mislead."""
_SHARE: Final = 0.25
"""The wait, as a share of the time from news to news: early enough, and most looks find nothing."""
_RECENT: Final = timedelta(days=7)
_DATES: Final = 20


def looked(track: Track, elapsed: float, *, news: bool) -> Track:
    """After a good look ``elapsed`` seconds after the last. Several items at once are one piece of news."""
    keep = 0.5 ** (max(0.0, elapsed) / _HALF_LIFE)
    return msgspec.structs.replace(
        track, changes=track.changes * keep + news, watched=track.watched * keep + max(0.0, elapsed)
    )


def guessed(track: Track, dates: Iterable[datetime], now: datetime) -> Track:
    """After the first look: from the dates of the latest items. Those of the same minute are one piece of news."""
    recent = sorted(
        {date.replace(second=0, microsecond=0) for date in dates if now - _RECENT <= date <= now}, reverse=True
    )[:_DATES]
    if not recent:
        return track
    return msgspec.structs.replace(
        track, changes=float(len(recent)), watched=max(1.0, (now - recent[-1]).total_seconds())
    )


def wait(track: Track, interval: float) -> float:
    """Seconds until the next look, from what is known; ``interval`` as long as nothing is. Not bounded."""
    # one imagined change at the rate that ``interval`` fits keeps the first guesses near it
    return _SHARE * (track.watched + interval / _SHARE) / (track.changes + 1.0)
