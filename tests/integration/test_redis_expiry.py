"""Keys of Redis that may go: after what was promised, by the machine's clock, and not for ever after."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
import redis
from tests.backends.redis import unique_prefix
from tests.contract.placing import put

from tocsin.adapters.redis.alert_log import RedisAlertLog
from tocsin.adapters.redis.connection import connect
from tocsin.adapters.redis.stories import RedisStoryIndex
from tocsin.settings.schema import RedisSettings

pytestmark = pytest.mark.redis

TODAY = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
WINDOW = timedelta(hours=48)
YEAR = timedelta(days=365)
SLACK = timedelta(seconds=30)


@pytest.fixture
def client(redis_url: str) -> Iterator[redis.Redis]:
    with closing(connect(RedisSettings(url=redis_url))) as client:
        yield client


def lifetimes(client: redis.Redis, prefix: str) -> list[timedelta]:
    return [timedelta(milliseconds=int(client.pttl(key))) for key in client.scan_iter(f"{prefix}:*")]


@pytest.mark.parametrize("distance", [-YEAR, timedelta(0), YEAR])
def test_story_keys_outlive_the_window_and_then_go(client: redis.Redis, distance: timedelta) -> None:
    prefix = unique_prefix()
    index = RedisStoryIndex(client, prefix, clock=lambda: TODAY)
    put(index, "a", ["k1", "k2"], TODAY + distance, WINDOW)
    put(index, "b", ["k2"], TODAY + distance, WINDOW)
    left = lifetimes(client, prefix)
    assert len(left) == 6
    promised = WINDOW + max(distance, timedelta(0))
    assert min(left) > promised
    assert max(left) < promised + timedelta(days=8)


def test_an_article_from_the_past_does_not_shorten_a_storys_life(client: redis.Redis) -> None:
    prefix = unique_prefix()
    index = RedisStoryIndex(client, prefix, clock=lambda: TODAY)
    put(index, "a", ["k"], TODAY + WINDOW, WINDOW)
    put(index, "b", ["k"], TODAY, WINDOW)
    story = int(client.pttl(f"{prefix}:{{stories}}:uses:k"))
    assert timedelta(milliseconds=story) > 2 * WINDOW + timedelta(days=7) - SLACK


@pytest.mark.parametrize("distance", [-YEAR, timedelta(0), YEAR])
def test_claims_outlive_what_was_promised_and_then_go(client: redis.Redis, distance: timedelta) -> None:
    prefix = unique_prefix()
    log = RedisAlertLog(client, prefix, clock=lambda: TODAY)
    log.claim("story", "one", ["anna"], TODAY + distance, 10 * WINDOW)
    log.claim("story", "one", ["björn"], TODAY + distance, WINDOW)
    (left,) = lifetimes(client, prefix)
    promised = 10 * WINDOW + max(distance, timedelta(0))
    assert promised < left < promised + timedelta(days=2)


def test_a_key_in_constant_use_keeps_its_latest_uses_only(client: redis.Redis) -> None:
    prefix = unique_prefix()
    index = RedisStoryIndex(client, prefix)
    short = timedelta(seconds=1)
    entry = 0
    for number in range(1_100):
        assert put(index, f"a{number}", ["k"], TODAY + number * timedelta(minutes=1), short).opened
        entry = entry or client.strlen(f"{prefix}:{{stories}}:uses:k")
    assert entry * 500 <= client.strlen(f"{prefix}:{{stories}}:uses:k") <= entry * 1_000
    assert not put(index, "last", ["k"], TODAY + 1_099 * timedelta(minutes=1), short).opened
