"""ChannelStore in Redis: a hash of channels by id for each subscriber, a set of those subscribers, and a number.

One hash tag keeps all of it in one slot of a cluster.
"""

from collections.abc import Sequence

import redis

from tocsin.adapters.redis.connection import Link
from tocsin.domain import codec
from tocsin.ports.channels import AddedChannel


class RedisChannelStore:
    """See tocsin.ports.channels."""

    def __init__(self, client: redis.Redis, prefix: str) -> None:
        self._link = Link(client)
        self._base = f"{prefix}:{{channels}}:"
        self._subscribers = self._base + "subscribers"
        self._version = self._base + "version"

    def put(self, added: AddedChannel) -> None:
        """See the port."""
        self._link.together(
            ("HSET", self._of(added.subscriber), added.channel.id, codec.encode(added).decode()),
            ("SADD", self._subscribers, added.subscriber),
            ("INCR", self._version),
        )

    def remove(self, subscriber: str, channel: str) -> bool:
        """See the port."""
        removed = self._link.command("HDEL", self._of(subscriber), channel)
        if removed:
            self._link.command("INCR", self._version)
        return bool(removed)

    def of(self, subscriber: str) -> Sequence[AddedChannel]:
        """See the port."""
        found: dict[bytes, bytes] = self._link.command("HGETALL", self._of(subscriber))
        return [codec.decode(AddedChannel, found[id]) for id in sorted(found)]

    def all(self) -> Sequence[AddedChannel]:
        """See the port."""
        subscribers = sorted(self._link.command("SMEMBERS", self._subscribers))
        return [each for subscriber in subscribers for each in self.of(subscriber.decode())]

    def version(self) -> int:
        """See the port."""
        return int(self._link.command("GET", self._version) or 0)

    def close(self) -> None:
        """See the port."""
        self._link.close()

    def _of(self, subscriber: str) -> str:
        return f"{self._base}of:{subscriber}"
