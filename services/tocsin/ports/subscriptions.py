"""SubscriptionStore: who wants to hear of what."""

from collections.abc import Sequence
from typing import Protocol

from tocsin.domain.subscription import Subscriber


class SubscriptionStore(Protocol):
    """Subscribers with their channels and subscriptions. Thread-safe. All methods raise TransientError when out of
    reach.
    """

    def sync(self, subscribers: Sequence[Subscriber]) -> None:
        """Make the subscribers exactly these, atomically. Does not touch ``version`` when nothing changed."""
        ...

    def version(self) -> int:
        """A number that grows with every change; 0 before the first. Cheap: asked before every batch."""
        ...

    def subscribers(self) -> Sequence[Subscriber]:
        """All subscribers, by id."""
        ...

    def subscriber(self, id: str) -> Subscriber | None:
        """One subscriber, None when there is no such."""
        ...

    def close(self) -> None:
        """Let go of connections. Never raises; idempotent."""
        ...
