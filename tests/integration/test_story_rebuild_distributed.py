"""Stories on Kafka and Redis outlive both: a restart from the start of the topics, and the loss of Redis."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from tests.backends.redis import RedisServer
from tests.integration.distributed import Distributed
from tests.integration.poller_world import until
from tests.integration.test_channel_commands import run

from tocsin.domain import codec
from tocsin.domain.article import Article
from tocsin.domain.record import ALERTS, ARTICLES, SIGNALS, Record
from tocsin.domain.signal import ClassifiedArticle
from tocsin.ports.clock import system_clock
from tocsin.testing.webhook import RecordingWebhook

pytestmark = [pytest.mark.kafka, pytest.mark.redis, pytest.mark.timeout(240)]

OPENING = "Washington tightened export controls on H20 chips that Nvidia sells to China, worth $5.5 billion a year."


@pytest.fixture
def store(tmp_path: Path, redis_url: str) -> Iterator[RedisServer]:
    """A Redis that may lose all it has; ``redis_url`` says whether there can be one here."""
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def webhook() -> Iterator[RecordingWebhook]:
    with RecordingWebhook() as server:
        yield server


@pytest.fixture
def deployment(tmp_path: Path, kafka_servers: str, store: RedisServer, webhook: RecordingWebhook) -> Distributed:
    desk = {
        "id": "desk",
        "channels": [{"id": "hook", "url": webhook.apprise_url}],
        "subscriptions": [{"id": "all", "events": ["*"]}],
    }
    return Distributed(tmp_path, kafka_servers, store.url, [desk])


def report(id: str, title: str, summary: str = OPENING) -> Record:
    article = Article(
        id=id, feed="f", source=id, title=title, summary=summary, language="en", seen=system_clock(), content_hash="h"
    )
    return codec.record(ARTICLES, key=id, id=id, value=article, source="poller", time=article.seen)


ONE = report("a", "US tightens export controls on Nvidia H20 chips")
SAME = report("b", "US tightens the export controls on Nvidia H20 chips")
AGAIN = report("c", "H20: US tightens export controls on Nvidia chips")
OTHER = report("d", "Siemens raises full-year profit forecast", "Siemens lifted its outlook after a strong quarter.")
LAST = report("e", "Pfizer raises full-year profit forecast", "Pfizer lifted its outlook after a strong quarter.")


def stories(deployment: Distributed) -> dict[str, set[str]]:
    """Article → stories that its signals name."""
    found: dict[str, set[str]] = {}
    for record in deployment.records(SIGNALS):
        signal = codec.decode(ClassifiedArticle, record.value)
        found.setdefault(signal.article.id, set()).add(signal.story)
    return found


def test_nobody_is_rung_twice_after_a_restart_or_the_loss_of_redis(
    deployment: Distributed, store: RedisServer, webhook: RecordingWebhook
) -> None:
    with deployment.running("all"):
        deployment.publish(ONE)
        webhook.wait_for(1, 60)
        deployment.publish(SAME)
        until(lambda: "b" in stories(deployment) and deployment.caught_up(), 60)
        (story,) = stories(deployment)["a"]
        assert stories(deployment)["b"] == {story}

    # everything starts again, and reads all topics from their start; a feed tells its article once more
    deployment.forget_positions()
    deployment.publish(ONE)
    with deployment.running("all"):
        deployment.publish(OTHER)
        webhook.wait_for(2, 60)
        until(lambda: len(stories(deployment)) == 3 and deployment.caught_up(), 60)
    assert rung(webhook) == [ONE.key, OTHER.key]
    assert stories(deployment)["a"] == stories(deployment)["b"] == {story}

    with redis.Redis.from_url(store.url) as client:
        assert client.keys()
        client.flushall()
        alerts = len(deployment.records(ALERTS))
        assert len(deployment.records(SIGNALS)) == 2 + 3 + 1
        said = run("stories", "rebuild", config=deployment.config)
        assert f"6 articles put back into their stories, {alerts} alerts remembered" in said
        assert client.keys()
    with deployment.running("all"):
        deployment.publish(AGAIN, LAST)
        webhook.wait_for(3, 60)
        until(lambda: {"c", "e"} <= stories(deployment).keys() and deployment.caught_up(), 60)
    assert stories(deployment)["c"] == {story}
    assert rung(webhook) == [ONE.key, OTHER.key, LAST.key]


def rung(webhook: RecordingWebhook) -> list[str]:
    """Whose alert each call was, in order."""
    words = {"H20": ONE.key, "Siemens": OTHER.key, "Pfizer": LAST.key}
    return [next(key for word, key in words.items() if word in str(call.body)) for call in webhook.calls]
