"""State: all stores of one deployment, opened together."""

from typing import Protocol

from tocsin.ports.alert_log import AlertLog
from tocsin.ports.channels import ChannelStore
from tocsin.ports.feeds import FeedStore
from tocsin.ports.outbox import Outbox
from tocsin.ports.stories import StoryIndex
from tocsin.ports.subscriptions import SubscriptionStore


class State(Protocol):
    """What the services remember. A service takes the one store it needs, never the whole."""

    @property
    def feeds(self) -> FeedStore:
        """Which feed is due."""
        ...

    @property
    def stories(self) -> StoryIndex:
        """Which story an article belongs to."""
        ...

    @property
    def subscriptions(self) -> SubscriptionStore:
        """Who wants to hear of what."""
        ...

    @property
    def alert_log(self) -> AlertLog:
        """Who was rung about which story."""
        ...

    @property
    def channels(self) -> ChannelStore:
        """Channels added while running."""
        ...

    @property
    def outbox(self) -> Outbox:
        """Deliveries due."""
        ...

    def close(self) -> None:
        """Let go of all connections. Never raises; idempotent."""
        ...
