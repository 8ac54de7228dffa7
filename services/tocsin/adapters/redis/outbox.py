"""Outbox in Redis.

``{prefix}:{outbox}:due`` and ``:leased`` are sorted sets of planned ids; ``:deliveries``, ``:attempts`` and
``:claimed_due`` are hashes by id. A settled id moves to ``:settled`` (by time of the outcome) and ``:outcomes``, an
acknowledged one to ``:remembered``. One hash tag keeps all of it in one slot of a cluster, so that each change is
one script.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

import redis
from msgspec.structs import replace

from tocsin.adapters.redis.connection import Link
from tocsin.adapters.redis.instants import instant, micros
from tocsin.domain import codec
from tocsin.domain.delivery import Delivery, DeliveryOutcome

_BATCH: Final = 500
"""Deliveries in one call: enough to save round trips, few enough not to hold up others."""


class RedisOutbox:
    """See tocsin.ports.outbox. An outcome for an id that was never planned is kept like any other."""

    def __init__(self, client: redis.Redis, prefix: str) -> None:
        self._link = Link(client)
        self._base = f"{prefix}:{{outbox}}:"
        self._plan = self._link.script("outbox_plan")
        self._claim = self._link.script("outbox_claim")
        self._postpone = self._link.script("outbox_postpone")
        self._settle = self._link.script("outbox_settle")
        self._outcomes = self._link.script("outbox_outcomes")
        self._acknowledge = self._link.script("outbox_acknowledge")

    def plan(self, deliveries: Sequence[Delivery]) -> int:
        """See the port."""
        keys = self._keys("due", "deliveries", "attempts", "outcomes", "remembered")
        left = iter(deliveries)
        new = 0
        while batch := list(islice(left, _BATCH)):
            words = ((each.id, micros(each.due), each.attempts, codec.encode(each)) for each in batch)
            new += self._plan(keys, *(word for delivery in words for word in delivery))
        return new

    def claim_due(self, now: datetime, limit: int, lease: timedelta) -> Sequence[Delivery]:
        """See the port."""
        keys = self._keys("due", "leased", "claimed_due", "deliveries", "attempts")
        answer: list[Any] = self._claim(keys, micros(now), micros(now + lease), limit)
        return [
            replace(codec.decode(Delivery, delivery), due=instant(due), attempts=attempts)
            for delivery, due, attempts in zip(*[iter(answer)] * 3, strict=True)
        ]

    def postpone(self, id: str, due: datetime) -> None:
        """See the port."""
        self._postpone(self._keys("due", "leased", "claimed_due", "deliveries"), id, micros(due))

    def settle(self, outcome: DeliveryOutcome) -> None:
        """See the port."""
        keys = self._keys("due", "leased", "claimed_due", "deliveries", "attempts", "outcomes", "settled", "remembered")
        self._settle(keys, outcome.id, micros(outcome.at), codec.encode(outcome))

    def outcomes(self, limit: int) -> Sequence[DeliveryOutcome]:
        """See the port."""
        waiting: list[bytes] = self._outcomes(self._keys("outcomes", "settled"), limit)
        return [codec.decode(DeliveryOutcome, outcome) for outcome in waiting]

    def acknowledge(self, ids: Sequence[str]) -> None:
        """See the port."""
        self._acknowledge(self._keys("outcomes", "settled", "remembered"), *ids)

    def forget(self, before: datetime) -> int:
        """See the port."""
        forgotten: int = self._link.command("ZREMRANGEBYSCORE", *self._keys("remembered"), "-inf", f"({micros(before)}")
        return forgotten

    def pending(self) -> int:
        """See the port."""
        count: int = self._link.command("HLEN", *self._keys("deliveries"))
        return count

    def close(self) -> None:
        """See the port."""
        self._link.close()

    def _keys(self, *names: str) -> list[str]:
        return [self._base + name for name in names]
