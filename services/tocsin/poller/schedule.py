"""When to look at a feed again. Pure; ``rand`` gives numbers in [0, 1)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from tocsin.domain.feed import Feed
from tocsin.settings.schema import PollerSettings

_JITTER: Final = 0.1
_MOST_DOUBLINGS: Final = 40


def after_success(feed: Feed, settings: PollerSettings, now: datetime, rand: Callable[[], float]) -> datetime:
    """One interval later, ±10 % so that feeds do not stay in step. A 304 is a success."""
    return now + timedelta(seconds=_jittered(_interval(feed, settings), rand))


def after_failure(
    feed: Feed,
    settings: PollerSettings,
    now: datetime,
    rand: Callable[[], float],
    *,
    errors: int,
    retry_after: float | None = None,
) -> datetime:
    """The interval doubled for each of the ``errors`` before this one, ±10 %, up to ``max_backoff``: never given up.

    What the server asked for (``retry_after``, seconds) is waited at least, up to ``max_backoff`` too, and up to 10 %
    longer, for it tells the same to all.
    """
    interval = _interval(feed, settings)
    # a feed that is looked at once a week on purpose is not looked at more often because it fails
    most = max(settings.max_backoff, interval)
    wait = min(most, _jittered(interval * 2.0 ** min(errors, _MOST_DOUBLINGS), rand))
    if retry_after is not None:
        wait = max(wait, min(most, retry_after * (1 + _JITTER * rand())))
    return now + timedelta(seconds=wait)


def _interval(feed: Feed, settings: PollerSettings) -> float:
    return feed.interval.total_seconds() if feed.interval is not None else settings.interval


def _jittered(seconds: float, rand: Callable[[], float]) -> float:
    return seconds * (1 - _JITTER + 2 * _JITTER * rand())
