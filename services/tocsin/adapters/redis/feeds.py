"""FeedStore in Redis.

``{prefix}:{feeds}:due`` and ``:leased`` are sorted sets of feed ids, by next check and by end of lease; what else is
known of a feed stands in hashes by feed id, where ``next_check`` lacks a feed that is not to be polled again.
``:items:<feed>`` maps article id → content hash, ``:gaps`` is a sorted set by end. One hash tag keeps all of it in one
slot of a cluster, so that each change is one script.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import redis

from tocsin.adapters.redis.connection import Link
from tocsin.adapters.redis.instants import instant, micros
from tocsin.domain import codec
from tocsin.domain.feed import ClaimedFeed, Feed, FeedCheck, FeedHealth, Gap, Push, Track, Validators

KEEP_ITEMS: Final = 2_000
"""Items remembered of each feed beside those that are in it now; about 250 bytes each."""
KEEP_GAPS: Final = 10_000
_CLAIM_KEYS: Final = (
    "watched",
    "next_check",
    "due",
    "leased",
    "token",
    "validators",
    "errors",
    "polled",
    "track",
    "push",
)
_HEALTH_KEYS: Final = ("watched", "next_check", "errors", "polled", "error", "track", "push")


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
        self._wake = self._link.script("feeds_wake")
        self._record = self._link.script("feeds_record")

    def sync(self, feeds: Sequence[Feed], now: datetime) -> None:
        """See the port."""
        keys = self._keys("watched", "url", "next_check", "due", "leased", "token")
        keys += self._keys("validators", "errors", "error", "track", "push")
        listed = (word for feed in feeds for word in (feed.id, feed.url, codec.encode(feed)))
        self._sync(keys, micros(now), *listed)

    def claim_due(self, now: datetime, limit: int, lease: timedelta) -> Sequence[ClaimedFeed]:
        """See the port."""
        return self._claimed(now, limit, lease)

    def claim(self, feed: str, now: datetime, lease: timedelta) -> ClaimedFeed | None:
        """See the port."""
        return next(iter(self._claimed(now, 1, lease, feed)), None)

    def _claimed(self, now: datetime, limit: int, lease: timedelta, *one: str) -> list[ClaimedFeed]:
        token = secrets.token_hex(8)
        answer: list[Any] = self._claim(self._keys(*_CLAIM_KEYS), micros(now), micros(now + lease), token, limit, *one)
        return [
            ClaimedFeed(
                feed=codec.decode(Feed, feed),
                token=token,
                validators=codec.decode(Validators, validators) if validators else Validators(),
                errors=int(errors or 0),
                polled=instant(polled) if polled else None,
                due=instant(due) if due else None,
                track=codec.decode(Track, track) if track else Track(),
                push=codec.decode(Push, push) if push else None,
            )
            for feed, due, validators, errors, polled, track, push in zip(*[iter(answer)] * 7, strict=True)
        ]

    def known(self, feed: str, articles: Sequence[str]) -> Mapping[str, str]:
        """See the port."""
        if not articles:
            return {}
        hashes = self._link.command("HMGET", *self._keys(f"items:{feed}"), *articles)
        return {article: digest.decode() for article, digest in zip(articles, hashes, strict=True) if digest}

    def record(self, checks: Sequence[FeedCheck]) -> Sequence[str]:
        """See the port."""
        answers = self._record.each([self._recording(check) for check in checks])
        return [check.feed for check, recorded in zip(checks, answers, strict=True) if recorded]

    def _recording(self, check: FeedCheck) -> tuple[list[str], list[str | bytes | float]]:
        keys = self._keys("next_check", "due", "leased", "token", "validators", "errors", "polled", "error", "track")
        keys += self._keys("gaps", f"items:{check.feed}", f"generations:{check.feed}")
        gap = check.gap
        return keys, [
            check.feed,
            check.token,
            check.outcome,
            micros(check.at),
            "" if check.next_check is None else micros(check.next_check),
            check.error or "",
            codec.encode(check.validators),
            codec.encode(check.track),
            codec.encode(gap) if gap else b"",
            micros(gap.until) if gap else 0,
            KEEP_GAPS,
            self._keep_items,
            *(word for item in check.items.items() for word in item),
        ]

    def wake(self, feeds: Sequence[str], now: datetime) -> int:
        """See the port."""
        woken: int = self._wake(self._keys("watched", "next_check", "due", "leased"), micros(now), *feeds)
        return woken

    def set_push(self, feed: str, push: Push | None) -> None:
        """See the port."""
        (key,) = self._keys("push")
        if push is None:
            self._link.command("HDEL", key, feed)
        else:
            self._link.command("HSET", key, feed, codec.encode(push))

    def abandoned(self) -> Mapping[str, Push]:
        """See the port."""
        watched, known, push = self._keys("watched", "url", "push")
        now, ever, pushes = self._link.together(("HKEYS", watched), ("HKEYS", known), ("HGETALL", push))
        left = set(ever) - set(now)
        return {id.decode(): codec.decode(Push, told) for id, told in pushes.items() if id in left}

    def look_up(self, feed: str) -> FeedHealth | None:
        """See the port."""
        values = self._link.together(*(("HGET", key, feed) for key in self._keys(*_HEALTH_KEYS)))
        return _health(values) if values[0] else None

    def health(self) -> Sequence[FeedHealth]:
        """See the port."""
        watched, *others = self._link.together(*(("HGETALL", key) for key in self._keys(*_HEALTH_KEYS)))
        return [_health([watched[id], *(other.get(id) for other in others)]) for id in sorted(watched)]

    def gaps(self, since: datetime) -> Sequence[Gap]:
        """See the port."""
        found = self._link.command("ZREVRANGEBYSCORE", *self._keys("gaps"), "+inf", f"({micros(since)}")
        return [codec.decode(Gap, gap) for gap in found]

    def close(self) -> None:
        """See the port."""
        self._link.close()

    def _keys(self, *names: str) -> list[str]:
        return [self._base + name for name in names]


def _health(values: Sequence[bytes | None]) -> FeedHealth:
    """``values`` are those of _HEALTH_KEYS."""
    feed, next_check, errors, polled, error, track, push = values
    assert feed is not None
    return FeedHealth(
        feed=codec.decode(Feed, feed),
        next_check=instant(next_check) if next_check else None,
        errors=int(errors or 0),
        polled=instant(polled) if polled else None,
        error=None if error is None else error.decode(),
        track=codec.decode(Track, track) if track else Track(),
        push=codec.decode(Push, push) if push else None,
    )
