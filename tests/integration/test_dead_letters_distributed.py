"""tocsin dead-letters on Kafka and Redis: what failed there is listed, shown and tried again."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from tests.integration.distributed import Distributed
from tests.integration.poller_world import until
from tests.integration.test_channel_commands import listed, run
from tests.unit.notifier.alerts import alert

from tocsin.domain import codec
from tocsin.domain.record import ALERTS, DELIVERIES, Record
from tocsin.ports.clock import system_clock
from tocsin.testing.webhook import RecordingWebhook

pytestmark = [pytest.mark.kafka, pytest.mark.redis, pytest.mark.timeout(180)]


@pytest.fixture
def webhook() -> Iterator[RecordingWebhook]:
    with RecordingWebhook(status=lambda _: 503) as server:
        yield server


@pytest.fixture
def deployment(tmp_path: Path, kafka_servers: str, redis_url: str, webhook: RecordingWebhook) -> Distributed:
    desk = {"id": "desk", "channels": [{"id": "hook", "url": webhook.apprise_url}], "subscriptions": []}
    return Distributed(tmp_path, kafka_servers, redis_url, [desk], notifier={"timeout": 5, "attempts": 1})


def waiting(deployment: Distributed, kind: str) -> Callable[[], list[Any]]:
    return lambda: listed("dead-letters", "list", config=deployment.config)[kind]


def test_what_failed_is_listed_shown_and_tried_again(deployment: Distributed, webhook: RecordingWebhook) -> None:
    config, now = deployment.config, system_clock()
    with deployment.opened():
        assert listed("dead-letters", "list", config=config) == {"deliveries": [], "records": []}
        assert run("dead-letters", "list", config=config) == "none\n"
    rung = replace(alert(created=now), id="alr-1")
    deployment.publish(
        Record(topic=ALERTS, key="desk", value=b'{"odd": 1}', time=now, headers={"ce_id": "odd-1"}),
        codec.record(ALERTS, key="desk", id=rung.id, value=rung, source="router", time=now),
    )
    with deployment.running("notifier"):
        until(waiting(deployment, "records"), 60)
        until(waiting(deployment, "deliveries"), 60)
        until(lambda: deployment.records(DELIVERIES), 60)
        told = listed("dead-letters", "list", config=config)
        (record,), (undelivered,) = told["records"], told["deliveries"]
        table = run("dead-letters", "list", config=config)
        assert record["id"] in table
        assert undelivered["id"] in table
        assert undelivered["id"] in run("deliveries", "list", config=config)

        _record_again(deployment, record)
        _delivery_again(deployment, undelivered, webhook)


def _record_again(deployment: Distributed, record: dict[str, Any]) -> None:
    config, id = deployment.config, record["id"]
    assert (record["service"], record["topic"], record["key"]) == ("notifier", "alerts", "desk")
    assert (record["value"], record["error"]) == ({"odd": 1}, "UndecodableError")
    assert listed("dead-letters", "show", id, config=config) == record
    assert record["origin"] in run("dead-letters", "show", id, config=config)
    assert run("dead-letters", "replay", id, config=config) == f"{id}: replayed\n1 of 1 replayed\n"
    copies = [each for each in deployment.records(ALERTS) if each.value == b'{"odd": 1}']
    assert [each.headers["ce_id"] for each in copies] == ["odd-1", "odd-1"]
    # it is read again, and is as odd as before: another letter, of another place
    until(waiting(deployment, "records"), 60)
    (second,) = waiting(deployment, "records")()
    assert second["id"] != id
    assert second["origin"] == copies[1].origin
    assert "replayed already" in listed("dead-letters", "replay", id, config=config, code=1)[id]
    assert f"{id}: replayed already" in run("dead-letters", "replay", id, config=config, code=1)
    assert len([each for each in deployment.records(ALERTS) if each.value == b'{"odd": 1}']) == 2
    assert listed("dead-letters", "show", id, config=config)["replayed"] is not None


def _delivery_again(deployment: Distributed, undelivered: dict[str, Any], webhook: RecordingWebhook) -> None:
    config, id = deployment.config, undelivered["id"]
    assert (undelivered["subscriber"], undelivered["channel"], undelivered["status"]) == ("desk", "hook", "failed")
    assert "503" in undelivered["error"]
    assert listed("dead-letters", "show", id, config=config)["attempts"][0]["code"] == 503
    assert "503" in run("dead-letters", "show", id, config=config)
    assert webhook.calls == []
    webhook._status = lambda _: 200
    assert listed("dead-letters", "replay", id, config=config) == {id: "replayed"}
    (call,) = webhook.wait_for(1, 60)
    assert call.headers["idempotency-key"] == id
    until(lambda: listed("deliveries", "show", id, config=config)["status"] == "delivered", 60)
    assert "arrived already" in run("dead-letters", "replay", id, config=config, code=1)
    assert waiting(deployment, "deliveries")() == []
    assert len(webhook.calls) == 1
