"""FeedStore: which feed is due, who has it, and what it showed last time."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from tocsin.domain.feed import ClaimedFeed, Feed, FeedCheck, FeedHealth


class FeedStore(Protocol):
    """Poll state shared by any number of pollers. Thread-safe. All methods raise TransientError when out of reach."""

    def sync(self, feeds: Sequence[Feed], now: datetime) -> None:
        """Make the watched feeds exactly these, by id. New ones are due at once.

        A feed that stays keeps its state, with its new settings; one whose URL changed keeps its seen items
        but loses validators and errors and is due at once. A feed that left is no longer claimed; its state
        is kept, so that bringing it back brings back no old news.
        """
        ...

    def claim_due(self, now: datetime, limit: int, lease: timedelta) -> Sequence[ClaimedFeed]:
        """Up to ``limit`` feeds whose next check is due, earliest first, leased to the caller until now + lease.

        A leased feed is not given out again until its lease has ended or its check was recorded.
        """
        ...

    def known(self, feed: str, articles: Sequence[str]) -> Mapping[str, str]:
        """Article id → content hash last recorded, for those of ``articles`` that were seen in this feed before."""
        ...

    def record(self, check: FeedCheck) -> bool:
        """Remember a poll and end its lease; the feed is due again at ``check.next_check``.

        With no ``error``: validators replace the old ones, ``items`` are remembered, errors go to 0 and ``polled``
        becomes ``at``. With one: validators and items stay, errors go up by one. Returns False, changing
        nothing, when the token no longer holds the lease.
        """
        ...

    def health(self) -> Sequence[FeedHealth]:
        """The state of every watched feed, by feed id."""
        ...

    def close(self) -> None:
        """Let go of connections. Never raises; idempotent."""
        ...
