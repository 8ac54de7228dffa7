"""What the Redis stores cost when there is much in them."""

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest
from tests.backends.redis import unique_prefix
from tests.contract.deliveries import NOW, delivery

from tocsin.adapters.redis.state import RedisState
from tocsin.domain.feed import Feed
from tocsin.settings.schema import RedisSettings

pytestmark = pytest.mark.redis

HOUR = timedelta(hours=1)


@pytest.fixture
def state(redis_url: str) -> Iterator[RedisState]:
    with closing(RedisState(RedisSettings(url=redis_url, prefix=unique_prefix()))) as state:
        yield state


def test_twenty_thousand_feeds_are_synced_in_seconds_and_claimed_flat(state: RedisState) -> None:
    many = [Feed(id=f"f{n}", url=f"https://{n}.example/", source="S") for n in range(20_000)]
    for _ in range(2):
        began = time.monotonic()
        state.feeds.sync(many, NOW)
        assert time.monotonic() - began < 10
    took = []
    for _ in range(20):
        began = time.monotonic()
        assert len(state.feeds.claim_due(NOW, 100, HOUR)) == 100
        took.append(time.monotonic() - began)
    assert sorted(took)[10] < 0.1
    assert len(state.feeds.health()) == 20_000


def test_plans_go_by_the_thousand_a_second(state: RedisState) -> None:
    many = [delivery(f"d{number}") for number in range(5_000)]
    began = time.monotonic()
    assert state.outbox.plan(many, NOW) == 5_000
    assert time.monotonic() - began < 5
