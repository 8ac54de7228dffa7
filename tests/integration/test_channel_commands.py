"""tocsin channels, deliveries and dead-letters, as an operator meets them."""

import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
import structlog
from tests.backends.backend import free_port
from typer.testing import CliRunner

from tocsin import bootstrap
from tocsin.cli.main import app
from tocsin.domain.errors import TocsinError
from tocsin.domain.record import Record
from tocsin.ports.clock import system_clock
from tocsin.runtime.health import Heartbeat
from tocsin.runtime.worker import Worker
from tocsin.settings.load import load_settings
from tocsin.testing.webhook import RecordingWebhook

SECRET = "s3cr3t-T0ken-9f8e"


@pytest.fixture
def webhook() -> Iterator[RecordingWebhook]:
    with RecordingWebhook() as server:
        yield server


@pytest.fixture
def config(tmp_path: Path, webhook: RecordingWebhook) -> Path:
    (tmp_path / "feeds.yaml").write_text("feeds: []")
    channel = {"id": "hook", "url": f"json://127.0.0.1:{webhook.port}/{SECRET}"}
    dead = {"id": "dead", "url": f"json://127.0.0.1:{free_port()}/{SECRET}"}
    people = {"subscribers": [{"id": "desk", "channels": [channel, dead], "subscriptions": []}]}
    (tmp_path / "subscribers.yaml").write_text(json.dumps(people))
    settings = {"health": {"port": 0}, "notifier": {"allow_private": ["127.0.0.0/8"]}}
    path = tmp_path / "tocsin.yaml"
    path.write_text(json.dumps(settings))
    started(path)
    return path


def started(config: Path) -> None:
    """What a first start does: the subscribers' file is read."""
    loaded = load_settings(config, {})
    deployment = bootstrap.Deployment(loaded)
    bootstrap.prepare(bootstrap.Configuration(loaded), deployment, ("notifier",))
    deployment.close()


def run(*arguments: str, config: Path, code: int = 0, stream: Literal["output", "stdout"] = "output") -> str:
    """In this process: a command of its own for each would cost seconds. What main() adds is added here."""
    handlers = logging.root.handlers[:]
    ended = CliRunner().invoke(app, [*arguments, "-c", str(config)])
    structlog.reset_defaults()  # the command's log went to a stream that is closed now
    logging.root.handlers[:] = handlers
    said: str = getattr(ended, stream)
    if isinstance(ended.exception, TocsinError):
        said += str(ended.exception)
    elif ended.exception is not None and not isinstance(ended.exception, SystemExit):
        raise ended.exception
    assert ended.exit_code == code, said
    assert SECRET not in said
    return said


def listed(*arguments: str, config: Path, code: int = 0) -> Any:
    return json.loads(run(*arguments, "--json", config=config, code=code, stream="stdout"))


def test_a_test_message_says_what_happened_and_stands_in_the_ledger(config: Path, webhook: RecordingWebhook) -> None:
    assert run("channels", "test", "desk", "hook", config=config).startswith("sent in ")
    (call,) = webhook.calls
    assert "Test from Tocsin" in call.body["title"]
    assert "onnection error" in run("channels", "test", "desk", "dead", config=config, code=1)
    assert "no channel `nope`; known: hook, dead" in run("channels", "test", "desk", "nope", config=config, code=1)
    assert "no subscriber `x`; known: desk" in run("channels", "test", "x", "hook", config=config, code=1)

    records = listed("deliveries", "list", config=config)
    assert [(each["channel"], each["status"], each["kind"]) for each in records] == [
        ("dead", "failed", "test"),
        ("hook", "delivered", "test"),
    ]
    shown = run("deliveries", "show", records[0]["id"], config=config)
    assert re.search(r"failed", shown)
    assert listed("deliveries", "list", "--status", "delivered", config=config)[0]["channel"] == "hook"
    assert "--status: one of" in run("deliveries", "list", "--status", "lost", config=config, code=1)
    assert "no delivery `dlv-0`" in run("deliveries", "show", "dlv-0", config=config, code=1)
    assert records[0]["id"] in run("deliveries", "list", config=config)


def test_a_channel_whose_id_only_one_has_is_named_by_it_alone(config: Path, webhook: RecordingWebhook) -> None:
    assert run("channels", "test", "hook", config=config).startswith("sent in ")
    assert "nobody has a channel `nope`" in run("channels", "test", "nope", config=config, code=1)
    assert "one channel at a time" in run("channels", "test", "desk", "hook", "dead", config=config, code=1)

    channel = {"id": "hook", "url": f"json://127.0.0.1:{webhook.port}/{SECRET}"}
    people = [{"id": id, "channels": [channel], "subscriptions": []} for id in ("desk", "floor")]
    (config.parent / "subscribers.yaml").write_text(json.dumps({"subscribers": people}))
    started(config)
    said = run("channels", "test", "hook", config=config, code=1)
    assert "desk, floor; tocsin channels test SUBSCRIBER hook" in said
    assert len(webhook.calls) == 1


def test_a_new_address_is_used_only_once_it_is_verified(config: Path, webhook: RecordingWebhook) -> None:
    url = f"json://127.0.0.1:{webhook.port}/new/{SECRET}"
    added = run("channels", "add", "desk", "new", url, "--fallback", "hook", config=config)
    assert "tocsin channels verify desk new CODE" in added
    (call,) = webhook.calls
    code = re.search(r"code is (\d{6})", call.body["message"])
    assert code is not None
    rows = {row["channel"]: row for row in listed("channels", "list", config=config)}
    assert (rows["new"]["state"], rows["new"]["fallback"], rows["new"]["kind"]) == ("not verified", "hook", "json")
    assert rows["hook"]["added_by"] == "operator"
    assert "not verified yet" in run("channels", "test", "desk", "new", config=config, code=1)
    assert len(webhook.calls) == 1
    wrong = "000000" if code[1] != "000000" else "111111"
    assert "not the code" in run("channels", "verify", "desk", "new", wrong, config=config, code=1)
    assert "verified" in run("channels", "verify", "desk", "new", code[1], config=config)
    assert code[1] not in run("deliveries", "list", "--json", config=config)
    run("channels", "test", "desk", "new", config=config)
    assert "already" in run("channels", "add", "desk", "new", url, config=config, code=1)
    assert "removed" in run("channels", "remove", "desk", "new", config=config)
    assert "subscribers.yaml" in run("channels", "remove", "desk", "hook", config=config, code=1)
    assert {row["channel"] for row in listed("channels", "list", "desk", config=config)} == {"hook", "dead"}
    run("channels", "list", config=config)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        (f"file:///etc/{SECRET}", "not allowed"),
        (f"syslog://{SECRET}", "not allowed"),
        (f"apprise://{SECRET}.example/token", "not among the services"),
        (f"json://h/{SECRET}?attach=/etc/hostname", "names a file"),
        (f"webhook://h/#{SECRET}", "not encrypted"),
        (SECRET, "no scheme"),
    ],
)
def test_an_address_that_cannot_be_is_refused_at_once(config: Path, url: str, why: str) -> None:
    assert why in run("channels", "add", "desk", "new", url, config=config, code=1)


def test_what_did_not_arrive_is_listed_shown_and_replayed(config: Path, webhook: RecordingWebhook) -> None:
    run("channels", "test", "desk", "dead", config=config, code=1)
    (letter,) = listed("dead-letters", "list", config=config)["deliveries"]
    assert letter["status"] == "failed"
    assert letter["id"] in run("dead-letters", "list", config=config)
    run("dead-letters", "show", letter["id"], config=config)
    run("dead-letters", "show", letter["id"], "--json", config=config)
    assert "not on the bus yet" in run("dead-letters", "replay", letter["id"], config=config, code=1)
    deployment = bootstrap.Deployment(load_settings(config, {}))
    deployment.state.outbox.acknowledge([letter["id"]])
    deployment.close()
    assert "1 of 1 replayed" in run("dead-letters", "replay", "--all", config=config)
    assert "waits already" in run("dead-letters", "replay", letter["id"], config=config, code=1)
    assert listed("dead-letters", "list", config=config)["deliveries"] == []
    assert "name what to replay" in run("dead-letters", "replay", config=config, code=1)


class _Failing:
    name = "notifier"
    topics = ("alerts",)

    def handle(self, batch: Any) -> Any:
        raise ValueError("nothing to make of it")


def test_a_record_that_could_not_be_processed_is_listed_and_published_again(config: Path) -> None:
    deployment = bootstrap.Deployment(load_settings(config, {}))
    deployment.bus.publish([Record(topic="alerts", key="desk", value=b'{"odd": 1}', time=system_clock())])
    worker = Worker(deployment.bus, _Failing(), clock=system_clock, heartbeat=Heartbeat("t"))
    consumer = deployment.bus.consumer(["alerts"], "notifier")
    worker._step(consumer)
    consumer.close()
    before = deployment.bus.lag(["alerts"], "fresh")["alerts"]
    deployment.close()
    (record,) = listed("dead-letters", "list", config=config)["records"]
    assert (record["service"], record["topic"], record["value"]) == ("notifier", "alerts", {"odd": 1})
    assert "nothing to make of it" in run("dead-letters", "show", record["id"], config=config)
    assert "replayed" in run("dead-letters", "replay", record["id"], config=config)
    deployment = bootstrap.Deployment(load_settings(config, {}))
    assert deployment.bus.lag(["alerts"], "fresh")["alerts"] == before + 1
    deployment.close()
    assert "replayed already, 20" in run("dead-letters", "replay", record["id"], config=config, code=1)
    assert "0 of 2 replayed" in run("dead-letters", "replay", record["id"], "ded-0", config=config, code=1)
    assert listed("dead-letters", "list", config=config)["records"] == []
    assert listed("dead-letters", "show", record["id"], config=config)["replayed"]
    assert "no dead letter `x`" in run("dead-letters", "show", "x", config=config, code=1)


def test_a_key_can_be_printed_and_a_wrong_one_is_refused(config: Path) -> None:
    key = CliRunner().invoke(app, ["channels", "key"]).output.strip()
    settings = json.loads(config.read_text())
    settings["notifier"]["key"] = key
    config.write_text(json.dumps(settings))
    run("channels", "list", config=config)
    settings["notifier"]["key"] = "too short"
    config.write_text(json.dumps(settings))
    assert "tocsin channels key" in run("channels", "list", config=config, code=1)


def test_addresses_are_sealed_at_rest_and_the_key_is_the_owners_alone(config: Path) -> None:
    data = config.parent / "data"
    assert (data / "secret.key").stat().st_mode & 0o077 == 0
    assert all(SECRET.encode() not in path.read_bytes() for path in data.iterdir())
