"""FeedStore: which feed is due, who has it, and what it showed last time."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from tocsin.domain.feed import ClaimedFeed, Feed, FeedCheck, FeedHealth, Gap, Push


class FeedStore(Protocol):
    """Poll state shared by any number of pollers. Thread-safe. All methods raise TransientError when out of reach."""

    def sync(self, feeds: Sequence[Feed], now: datetime) -> None:
        """Make the watched feeds exactly these, by id. New ones are due at once.

        A feed that stays keeps its state, with its new settings; one whose URL changed keeps its seen items
        but loses validators, errors, track and push and is due at once. A feed that left is no longer claimed; its
        state is kept, so that bringing it back brings back no old news.
        """
        ...

    def claim_due(self, now: datetime, limit: int, lease: timedelta) -> Sequence[ClaimedFeed]:
        """Up to ``limit`` feeds whose next check is due, earliest first, leased to the caller until now + lease.

        A leased feed is not given out again until its lease has ended or its check was recorded.
        """
        ...

    def claim(self, feed: str, now: datetime, lease: timedelta) -> ClaimedFeed | None:
        """This one feed, due or not; None when it is not watched or someone's lease on it has not ended."""
        ...

    def known(self, feed: str, articles: Sequence[str]) -> Mapping[str, str]:
        """Article id → content hash last recorded, for those of ``articles`` that were seen in this feed before."""
        ...

    def record(self, checks: Sequence[FeedCheck]) -> Sequence[str]:
        """Remember what came of claims and end their leases; each feed is due again at ``next_check``, or never.

        Returns the ids of the feeds that were recorded; a check whose token no longer holds the lease changes nothing.
        By outcome:

        ``read``: validators replace the old ones, ``items`` are remembered, errors go to 0, ``polled`` becomes ``at``.
        ``failed``: errors go up by one, ``error`` is noted. ``excused``: ``error`` is noted, errors stay.
        ``pushed``: ``items`` are remembered beside those of the last poll.
        ``released``: nothing else changes, not even the track.

        Otherwise ``track`` replaces the old one and a ``gap`` is noted. What is not named stays.
        """
        ...

    def wake(self, feeds: Sequence[str], now: datetime) -> int:
        """Make these feeds due now, also those that were not to be polled again. Returns how many are watched and
        were not leased.
        """
        ...

    def set_push(self, feed: str, push: Push | None) -> None:
        """Remember the feed's WebSub subscription; the last writer wins. Needs no lease; unknown feeds are ignored."""
        ...

    def abandoned(self) -> Mapping[str, Push]:
        """Feed id → WebSub subscription, of feeds that left and whose subscription is still remembered."""
        ...

    def look_up(self, feed: str) -> FeedHealth | None:
        """The state of one watched feed."""
        ...

    def health(self) -> Sequence[FeedHealth]:
        """The state of every watched feed, by feed id."""
        ...

    def gaps(self, since: datetime) -> Sequence[Gap]:
        """The gaps that ended after ``since``, latest first; at least the 10,000 latest are kept."""
        ...

    def close(self) -> None:
        """Let go of connections. Never raises; idempotent."""
        ...
