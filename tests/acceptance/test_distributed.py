"""Kafka + Redis, every service its own process, two replicas of each: what was published rings exactly once.

One deployment serves all tests of this module, in order; each test brings items of its own.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.acceptance.news import FEED, companies_rung, forecast, gardening
from tests.acceptance.stack import Stack
from tests.backends import kafka, redis
from tests.backends.backend import BackendMissingError
from tests.conftest import required

from tocsin.testing.feed_server import FeedServer
from tocsin.testing.sample_feed import SampleFeed
from tocsin.testing.webhook import RecordingWebhook

pytestmark = [pytest.mark.kafka, pytest.mark.redis, pytest.mark.timeout(240)]

SERVICES = ("poller", "classifier", "router", "notifier")
REPLICAS = [f"{service}-{number}" for service in SERVICES for number in (1, 2)]


class Scene:
    """Everything around the deployment: its servers, its feeds and the subscriber's webhook."""

    def __init__(self, stack: Stack, feeds: FeedServer, webhook: RecordingWebhook) -> None:
        self.stack = stack
        self.feeds = feeds
        self.webhook = webhook
        self.expected: list[str] = []

    def publish(self, *companies: str) -> None:
        for company in companies:
            self.feeds.release(FEED, forecast(company))
            self.expected.append(company)
        self.feeds.release(FEED, gardening(len(self.expected)))

    def assert_each_rang_once(self, timeout: float = 60) -> None:
        calls = self.webhook.wait_for(len(self.expected), timeout)
        rung = companies_rung(calls)
        logs = "\n".join(f"== {name}\n{self.stack.log(name).read_text()[-1500:]}" for name in REPLICAS)
        assert sorted(rung) == sorted(self.expected), logs
        keys = [call.headers["idempotency-key"] for call in calls]
        assert len(set(keys)) == len(keys)
        time.sleep(1.5)  # time for a second ring, if one were to come
        assert len(self.webhook.calls) == len(self.expected), companies_rung(self.webhook.calls)


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[kafka.Broker, redis.RedisServer]]:
    """A broker and a Redis of our own: they will be killed."""
    try:
        broker = kafka.Broker(tmp_path_factory.mktemp("kafka"))
        store = redis.RedisServer(tmp_path_factory.mktemp("redis"))
        broker.start()
        store.start()
    except BackendMissingError as missing:
        if required:
            pytest.fail(f"REQUIRE_BACKENDS=1: {missing}")
        pytest.skip(str(missing))
    try:
        yield broker, store
    finally:
        broker.stop()
        store.kill()


@pytest.fixture(scope="module")
def scene(servers: tuple[kafka.Broker, redis.RedisServer], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    broker, store = servers
    folder: Path = tmp_path_factory.mktemp("distributed")
    feed = SampleFeed(id=FEED, form="rss", title="Wire", language="en")
    with FeedServer([feed]) as feeds, RecordingWebhook() as webhook:
        settings = {
            "bus": {
                "kind": "kafka",
                "kafka": {"servers": [broker.address], "session_timeout": 6, "request_timeout": 5},
            },
            "state": {"kind": "redis", "redis": {"url": store.url}},
            "poller": {"interval": 1, "lease": 8, "timeout": 5, "max_backoff": 2, "allow_private": ["127.0.0.0/8"]},
            "notifier": {"timeout": 5, "backoff": 1, "max_backoff": 2},
        }
        subscriber = {
            "id": "desk",
            "channels": [{"id": "hook", "url": webhook.apprise_url}],
            "subscriptions": [{"id": "guidance", "events": ["market.guidance"]}],
        }
        stack = Stack(
            folder, settings, [{"id": FEED, "url": feeds.url(FEED), "source": "Wire", "language": "en"}], [subscriber]
        )
        try:
            for name in REPLICAS:
                stack.start(name, name[:-2])
            stack.wait_ready(*REPLICAS, timeout=120)
            yield Scene(stack, feeds, webhook)
        finally:
            stack.close()


def test_two_replicas_of_each_service_ring_once(scene: Scene) -> None:
    scene.publish("SAP", "Siemens", "Adidas")
    scene.assert_each_rang_once()


def test_every_service_killed_once_in_mid_flow(scene: Scene) -> None:
    for service, company in zip(SERVICES, ("Allianz", "BMW", "Bayer", "Volkswagen"), strict=True):
        scene.publish(company)
        for number in (1, 2):
            scene.stack.kill(f"{service}-{number}")
        for number in (1, 2):
            scene.stack.start(f"{service}-{number}", service)
    scene.assert_each_rang_once(timeout=90)


def test_broker_away_for_twenty_seconds(scene: Scene, servers: tuple[kafka.Broker, redis.RedisServer]) -> None:
    broker, _ = servers
    broker.kill()
    scene.publish("Intel")
    time.sleep(20)
    assert not scene.stack.ready("classifier-1"), "a classifier without its broker must say that it is not ready"
    broker.start()
    scene.publish("Pfizer")
    scene.assert_each_rang_once(timeout=90)
    scene.stack.wait_ready(*REPLICAS)


def test_redis_killed_and_restarted(scene: Scene, servers: tuple[kafka.Broker, redis.RedisServer]) -> None:
    _, store = servers
    store.kill()
    scene.publish("Boeing")
    time.sleep(3)
    store.start()
    scene.publish("Nike")
    scene.assert_each_rang_once(timeout=60)


def test_sigterm_stops_every_service_cleanly(scene: Scene) -> None:
    assert {name: scene.stack.stop(name) for name in REPLICAS} == dict.fromkeys(REPLICAS, 0)
