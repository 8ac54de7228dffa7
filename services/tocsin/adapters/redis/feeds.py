"""FeedStore in Redis.

``{prefix}:{feeds}:due`` and ``:leased`` are sorted sets of feed ids, by next check and by end of lease; what else is
known of a feed stands in hashes by feed id. ``:items:<feed>`` maps article id → content hash. One hash tag keeps all
of it in one slot of a cluster, so that each change is one script.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import redis

from tocsin.adapters.redis.connection import Link
from tocsin.adapters.redis.instants import instant, micros
from tocsin.domain import codec
from tocsin.domain.feed import ClaimedFeed, Feed, FeedCheck, FeedHealth, Validators

KEEP_ITEMS: Final = 2_000
"""Items remembered of each feed beside those that are in it now; about 250 bytes each."""


class RedisFeedStore:
    """See tocsin.ports.feeds. Of each feed it remembers the items now in it and ``keep_items`` that were before.

    The state of a feed that left the settings stays for good.
    """

    def __init__(self, client: redis.Redis, prefix: str, *, keep_items: int = KEEP_ITEMS) -> None:
        self._link = Link(client)
        self._base = f"{prefix}:{{feeds}}:"
        self._keep_items = keep_items
        self._sync = self._link.script("feeds_sync")
        self._claim = self._link.script("feeds_claim")
        self._record = self._link.script("feeds_record")

    def sync(self, feeds: Sequence[Feed], now: datetime) -> None:
        """See the port."""
        keys = self._keys("watched", "url", "next_check", "due", "leased", "token", "validators", "errors", "error")
        listed = (word for feed in feeds for word in (feed.id, feed.url, codec.encode(feed)))
        self._sync(keys, micros(now), *listed)

    def claim_due(self, now: datetime, limit: int, lease: timedelta) -> Sequence[ClaimedFeed]:
        """See the port."""
        keys = self._keys("watched", "next_check", "due", "leased", "token", "validators", "errors", "polled")
        token = secrets.token_hex(8)
        answer: list[Any] = self._claim(keys, micros(now), micros(now + lease), token, limit)
        return [
            ClaimedFeed(
                feed=codec.decode(Feed, feed),
                token=token,
                validators=codec.decode(Validators, validators) if validators else Validators(),
                errors=int(errors or 0),
                polled=instant(polled) if polled else None,
            )
            for feed, validators, errors, polled in zip(*[iter(answer)] * 4, strict=True)
        ]

    def known(self, feed: str, articles: Sequence[str]) -> Mapping[str, str]:
        """See the port."""
        if not articles:
            return {}
        hashes = self._link.command("HMGET", *self._keys(f"items:{feed}"), *articles)
        return {article: digest.decode() for article, digest in zip(articles, hashes, strict=True) if digest}

    def record(self, check: FeedCheck) -> bool:
        """See the port."""
        keys = self._keys("next_check", "due", "leased", "token", "validators", "errors", "polled", "error")
        keys += self._keys(f"items:{check.feed}", f"generations:{check.feed}")
        recorded: int = self._record(
            keys,
            check.feed,
            check.token,
            micros(check.at),
            micros(check.next_check),
            int(check.error is not None),
            check.error or "",
            codec.encode(check.validators),
            self._keep_items,
            *(word for item in check.items.items() for word in item),
        )
        return bool(recorded)

    def health(self) -> Sequence[FeedHealth]:
        """See the port."""
        names = ("watched", "next_check", "errors", "polled", "error")
        watched, next_check, errors, polled, error = self._link.together(
            *(("HGETALL", key) for key in self._keys(*names))
        )
        return [
            FeedHealth(
                feed=codec.decode(Feed, watched[id]),
                next_check=instant(next_check[id]),
                errors=int(errors.get(id, 0)),
                polled=instant(polled[id]) if id in polled else None,
                error=error[id].decode() if id in error else None,
            )
            for id in sorted(watched)
        ]

    def close(self) -> None:
        """See the port."""
        self._link.close()

    def _keys(self, *names: str) -> list[str]:
        return [self._base + name for name in names]
