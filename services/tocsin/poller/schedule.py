"""When to look at a feed again. Pure; ``rand`` gives numbers in [0, 1)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from tocsin.domain.feed import Feed, FeedHealth, Track
from tocsin.poller import pace
from tocsin.settings.schema import PollerSettings

_JITTER: Final = 0.1
_MOST_DOUBLINGS: Final = 40
_FASTEST: Final = 0.2
"""Bounds of the wait, as shares of ``interval``, unless the settings name others."""
_SLOWEST: Final = 4.0
_SLACK: Final = 1.0
_OUTAGE: Final = 30.0
"""Seconds until the next look after one that failed because nothing was reachable."""


def after_success(
    feed: Feed,
    track: Track,
    settings: PollerSettings,
    now: datetime,
    rand: Callable[[], float],
    *,
    fresh: float | None = None,
    least: float = 0.0,
) -> datetime:
    """One wait later, ±10 % so that feeds do not stay in step. A 304 is a success.

    The publisher's wishes, ``fresh`` (seconds, from the answer's headers) and ``track.wish`` (from the document), make
    the wait longer, up to the feed's bound: some ask for a month. ``least`` (seconds) is its domain's rule, and no
    bound shortens it.
    """
    wishes = max(fresh or 0.0, track.wish or 0.0)
    wait = max(_wait(feed, track, settings), min(wishes, _most(feed, settings)), least)
    return now + timedelta(seconds=_jittered(wait, rand))


def after(seconds: float, now: datetime, rand: Callable[[], float]) -> datetime:
    """So many seconds later, ±10 %."""
    return now + timedelta(seconds=_jittered(seconds, rand))


def after_failure(
    feed: Feed,
    settings: PollerSettings,
    now: datetime,
    rand: Callable[[], float],
    *,
    errors: int,
    retry_after: float | None = None,
    least: float = 0.0,
) -> datetime:
    """The interval doubled for each of the ``errors`` before this one, ±10 %, up to ``max_backoff``: never given up.

    What the server asked for (``retry_after``, seconds) is waited at least, up to ``max_backoff`` too, and up to 10 %
    longer, for it tells the same to all.
    """
    interval = max(least, feed.interval.total_seconds() if feed.interval is not None else settings.interval)
    # a feed that is looked at once a week on purpose is not looked at more often because it fails
    most = max(settings.max_backoff, interval)
    wait = min(most, _jittered(interval * 2.0 ** min(errors, _MOST_DOUBLINGS), rand))
    if retry_after is not None:
        wait = max(wait, min(most, retry_after * (1 + _JITTER * rand())))
    return now + timedelta(seconds=wait)


def after_outage(feed: Feed, settings: PollerSettings, now: datetime, rand: Callable[[], float]) -> datetime:
    """Soon, and spread: when the network is back, all feeds are overdue."""
    interval = feed.interval.total_seconds() if feed.interval is not None else settings.interval
    return now + timedelta(seconds=min(_OUTAGE, interval) * (0.5 + rand()))


def latest(health: FeedHealth, settings: PollerSettings, now: datetime, *, least: float = 0.0) -> datetime:
    """The latest moment for the next look that any look by now can have set, with these settings and this clock.

    A feed that is due later comes from other settings, or from a clock that was ahead.
    """
    feed = health.feed
    wait = max(_most(feed, settings), feed.interval.total_seconds() if feed.interval is not None else 0.0, least)
    if health.state == "failing":
        wait = max(wait, settings.max_backoff)
    if health.push is not None:
        wait = max(wait, settings.websub.interval)
    return now + timedelta(seconds=wait * (1 + _JITTER) + _SLACK)


def _wait(feed: Feed, track: Track, settings: PollerSettings) -> float:
    if feed.interval is not None:
        return feed.interval.total_seconds()
    least = settings.min_interval if settings.min_interval is not None else settings.interval * _FASTEST
    return max(least, min(pace.wait(track, settings.interval), _most(feed, settings)))


def _most(feed: Feed, settings: PollerSettings) -> float:
    if feed.max_interval is not None:
        return feed.max_interval.total_seconds()
    if feed.interval is not None:
        return feed.interval.total_seconds()
    return settings.max_interval if settings.max_interval is not None else settings.interval * _SLOWEST


def _jittered(seconds: float, rand: Callable[[], float]) -> float:
    return seconds * (1 - _JITTER + 2 * _JITTER * rand())
