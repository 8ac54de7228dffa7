"""ChannelStore: channels that were added while running, beside those that the operator wrote."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from tocsin.domain.subscription import Channel


class AddedChannel(Struct, frozen=True, kw_only=True):
    """A channel of a subscriber. Its URL is sealed. ``code`` is the hash of the code that verifies it, valid until
    ``code_until``; ``tries`` counts wrong ones.
    """

    subscriber: str
    channel: Channel
    added: datetime
    code: str | None = None
    code_until: datetime | None = None
    tries: int = 0


class ChannelStore(Protocol):
    """Thread-safe. All methods raise TransientError when out of reach."""

    def put(self, added: AddedChannel) -> None:
        """Add or replace a subscriber's channel of this id."""
        ...

    def remove(self, subscriber: str, channel: str) -> bool:
        """Take a channel away; False when there is no such."""
        ...

    def of(self, subscriber: str) -> Sequence[AddedChannel]:
        """A subscriber's channels, by id."""
        ...

    def all(self) -> Sequence[AddedChannel]:
        """Everybody's, by subscriber and id."""
        ...

    def version(self) -> int:
        """A number that grows with every change; 0 before the first. Cheap."""
        ...

    def close(self) -> None:
        """Let go of connections. Never raises; idempotent."""
        ...
