"""What to remember of a look: from what came of it to the FeedCheck. Pure, apart from ``rand``."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct

from tocsin.domain.feed import ClaimedFeed, FeedCheck, Gap, Track
from tocsin.poller import moves, pace, schedule
from tocsin.poller.hints import Hints
from tocsin.ports.fetcher import Fetched
from tocsin.settings.schema import PollerSettings

_LONGEST_ERROR: Final = 500


class News(Struct, frozen=True, kw_only=True):
    """What a changed document held: ``items`` to remember, the ``dates`` of all its items, whether there was news."""

    items: Mapping[str, str]
    dates: tuple[datetime, ...] = ()
    new: bool
    hints: Hints


class Judge:
    """Decides with the settings, the time passed in, and ``rand`` for jitter."""

    def __init__(self, settings: PollerSettings, rand: Callable[[], float]) -> None:
        self._settings = settings
        self._rand = rand

    def read(
        self,
        claimed: ClaimedFeed,
        fetched: Fetched,
        now: datetime,
        *,
        news: News | None,
        gap: Gap | None,
        least: float,
        slow: float | None = None,
    ) -> FeedCheck:
        """After a good look; ``news`` None when the document is the one that was read before.

        ``slow`` is the wait in seconds where a hub pushes the feed's news.
        """
        track = moves.followed(claimed, _answered(claimed, fetched, news), fetched.permanent)
        if claimed.polled is not None:
            elapsed = (now - claimed.polled).total_seconds()
            track = pace.looked(track, elapsed, news=news is not None and news.new)
        elif news is not None:
            track = pace.guessed(track, news.dates, now)
        if slow is None:
            next_check = schedule.after_success(
                claimed.feed, track, self._settings, now, self._rand, fresh=fetched.fresh, least=least
            )
        else:
            next_check = schedule.after(slow, now, self._rand)
        return FeedCheck(
            feed=claimed.feed.id,
            token=claimed.token,
            at=now,
            next_check=next_check,
            validators=fetched.validators,
            items=dict(news.items) if news else {},
            track=track,
            gap=gap,
        )

    def failed(
        self,
        claimed: ClaimedFeed,
        reason: str,
        text: str,
        now: datetime,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        least: float = 0.0,
    ) -> FeedCheck:
        """After a look that failed. A feed that is disabled for it has no next check."""
        track = moves.failed(claimed, _down(claimed, reason, status, now), status)
        next_check = schedule.after_failure(
            claimed.feed, self._settings, now, self._rand, errors=claimed.errors, retry_after=retry_after, least=least
        )
        return FeedCheck(
            feed=claimed.feed.id,
            token=claimed.token,
            at=now,
            next_check=None if track.disabled else next_check,
            outcome="failed",
            error=_legible(f"{reason}: {text}"),
            track=track,
        )

    def excused(self, claimed: ClaimedFeed, reason: str, text: str, now: datetime) -> FeedCheck:
        """After a look that failed because nothing at all was reachable."""
        return FeedCheck(
            feed=claimed.feed.id,
            token=claimed.token,
            at=now,
            next_check=schedule.after_outage(claimed.feed, self._settings, now, self._rand),
            outcome="excused",
            error=_legible(f"outage: nothing is reachable; {reason}: {text}"),
            track=_down(claimed, "outage", None, now),
        )

    def released(self, claimed: ClaimedFeed, now: datetime, at: datetime) -> FeedCheck:
        """Not looked at; to be looked at from ``at``."""
        return FeedCheck(feed=claimed.feed.id, token=claimed.token, at=now, next_check=at, outcome="released")


def _answered(claimed: ClaimedFeed, fetched: Fetched, news: News | None) -> Track:
    track = claimed.track
    saved = track.saved + (track.size or 0) if fetched.body is None else track.saved
    hints = news.hints if news else None
    return msgspec.structs.replace(
        track,
        status=fetched.status,
        latency=round(fetched.latency, 4),
        size=track.size if fetched.body is None else len(fetched.body),
        saved=saved,
        wish=hints.wish if hints else track.wish,
        # the header comes with every answer, the document's links only with a new one
        hub=fetched.hub or (hints.hub if hints else track.hub),
        topic=fetched.topic or (hints.topic if hints else track.topic),
        down_since=None,
        down_reason=None,
    )


def _down(claimed: ClaimedFeed, reason: str, status: int | None, now: datetime) -> Track:
    return msgspec.structs.replace(
        claimed.track,
        status=status,
        down_since=claimed.track.down_since or now,
        down_reason=f"{reason} {status}" if status else reason,
    )


def _legible(text: str) -> str:
    # servers write what they like; the store wants text
    return text[:_LONGEST_ERROR].encode("utf-8", "replace").decode()
