"""AlertLog in Redis: one hash for each story, subscriber → end of the claim and article.

The end in the value decides; the key's own expiry only clears it away, later. The story is the hash tag, so stories
spread over a cluster.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import redis

from tocsin.adapters.redis.connection import Link
from tocsin.adapters.redis.instants import lifetime, micros
from tocsin.ports.clock import Clock, system_clock

_MARGIN: Final = timedelta(days=1)


class RedisAlertLog:
    """See tocsin.ports.alert_log. ``clock`` serves only to let what is long over expire."""

    def __init__(self, client: redis.Redis, prefix: str, *, clock: Clock = system_clock) -> None:
        self._link = Link(client)
        self._prefix = prefix
        self._clock = clock
        self._claim = self._link.script("alert_log_claim")

    def claim(
        self, story: str, article: str, subscribers: Sequence[str], now: datetime, keep: timedelta
    ) -> frozenset[str]:
        """See the port."""
        if not subscribers:
            return frozenset()
        ends = now + keep
        granted: list[bytes] = self._claim(
            [f"{self._prefix}:alert_log:{{{story}}}"],
            article,
            micros(now),
            micros(ends),
            lifetime(until=ends, least=keep, today=self._clock(), margin=_MARGIN),
            *subscribers,
        )
        return frozenset(subscriber.decode() for subscriber in granted)

    def close(self) -> None:
        """See the port."""
        self._link.close()
