"""SubscriptionStore in Redis: a hash of subscribers by id and a number, in one slot of a cluster."""

from collections.abc import Sequence

import redis

from tocsin.adapters.redis.connection import Link
from tocsin.domain import codec
from tocsin.domain.subscription import Subscriber


class RedisSubscriptionStore:
    """See tocsin.ports.subscriptions."""

    def __init__(self, client: redis.Redis, prefix: str) -> None:
        self._link = Link(client)
        self._subscribers = f"{prefix}:{{subscribers}}:all"
        self._version = f"{prefix}:{{subscribers}}:version"
        self._sync = self._link.script("subscribers_sync")

    def sync(self, subscribers: Sequence[Subscriber]) -> None:
        """See the port."""
        wanted = {subscriber.id: codec.encode(subscriber) for subscriber in subscribers}
        self._sync([self._subscribers, self._version], *(word for item in wanted.items() for word in item))

    def version(self) -> int:
        """See the port."""
        return int(self._link.command("GET", self._version) or 0)

    def subscribers(self) -> Sequence[Subscriber]:
        """See the port."""
        found: dict[bytes, bytes] = self._link.command("HGETALL", self._subscribers)
        return [codec.decode(Subscriber, found[id]) for id in sorted(found)]

    def subscriber(self, id: str) -> Subscriber | None:
        """See the port."""
        found: bytes | None = self._link.command("HGET", self._subscribers, id)
        return None if found is None else codec.decode(Subscriber, found)

    def close(self) -> None:
        """See the port."""
        self._link.close()
