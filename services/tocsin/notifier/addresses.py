"""Subscribers with all their channels, and the addresses sealed in the stores and open here."""

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from tocsin.domain.errors import ConfigurationError
from tocsin.domain.subscription import Channel, Subscriber
from tocsin.ports.channels import ChannelStore
from tocsin.ports.subscriptions import SubscriptionStore
from tocsin.runtime.vault import Vault


class Addresses:
    """The port SubscriptionStore for those who send: see tocsin.ports.subscriptions.

    ``sync`` seals the addresses. What is read has the channels that were added while running beside those that the
    operator wrote (of the same id, the operator's), all with open addresses; one that was sealed with a key that is not
    there stays sealed, and the sender refuses it.
    """

    def __init__(self, subscriptions: SubscriptionStore, channels: ChannelStore, vault: Vault) -> None:
        self._subscriptions = subscriptions
        self._channels = channels
        self._vault = vault

    def sync(self, subscribers: Sequence[Subscriber]) -> None:
        """See the port."""
        self._subscriptions.sync([self._with(each, each.channels, self._vault.seal) for each in subscribers])

    def version(self) -> int:
        """See the port."""
        return self._subscriptions.version() + self._channels.version()

    def subscribers(self) -> Sequence[Subscriber]:
        """See the port."""
        return [self._whole(each) for each in self._subscriptions.subscribers()]

    def subscriber(self, id: str) -> Subscriber | None:
        """See the port."""
        found = self._subscriptions.subscriber(id)
        return None if found is None else self._whole(found)

    def close(self) -> None:
        """See the port."""
        self._subscriptions.close()
        self._channels.close()

    def _whole(self, subscriber: Subscriber) -> Subscriber:
        own = {channel.id for channel in subscriber.channels}
        added = [each.channel for each in self._channels.of(subscriber.id) if each.channel.id not in own]
        return self._with(subscriber, (*subscriber.channels, *added), self._open)

    def _open(self, url: str) -> str:
        try:
            return self._vault.open(url)
        except ConfigurationError:
            return url

    def _with(self, subscriber: Subscriber, channels: Sequence[Channel], change: Callable[[str], str]) -> Subscriber:
        changed = tuple(replace(channel, url=change(channel.url)) for channel in channels)
        return replace(subscriber, channels=changed)
