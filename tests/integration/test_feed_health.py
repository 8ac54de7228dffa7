"""How feeds are doing, as operators see it: commands and metrics."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from tocsin.adapters.sqlite.feeds import SqliteFeedStore
from tocsin.domain.feed import Feed, FeedCheck, Gap, Push, Track
from tocsin.poller.feed_metrics import FeedCollector

TOCSIN = Path(sys.executable).with_name("tocsin")
NOW = datetime.now(UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A deployment whose store has a feed in every state."""
    (tmp_path / "tocsin.yaml").write_text("data: .")
    store = SqliteFeedStore(tmp_path / "state.db")
    store.sync([Feed(id=id, url=f"https://{id}.example/", source=id) for id in ("good", "bad", "gone", "new")], NOW)
    tracks = {
        "good": Track(status=304, latency=0.25, size=1_000, saved=5_000_000, url="https://new.example/"),
        "bad": Track(status=503, down_since=NOW - MINUTE),
        "gone": Track(status=410, gone=2, disabled="gone: its server answered 410 twice"),
    }
    gap = Gap(feed="good", since=NOW - 10 * MINUTE, until=NOW - MINUTE, reason="timeout", late=3)
    for claimed in store.claim_due(NOW, 10, MINUTE):
        id = claimed.feed.id
        if id == "new":
            continue
        check = FeedCheck(
            feed=id,
            token=claimed.token,
            at=NOW - MINUTE,
            next_check=None if id == "gone" else NOW + 10 * MINUTE,
            outcome="read" if id == "good" else "failed",
            error=None if id == "good" else "status: it answered [503]",
            track=tracks[id],
            gap=gap if id == "good" else None,
        )
        store.record([check])
    store.set_push(
        "good", Push(hub="https://hub.example/", topic="t", secret="hush", asked=NOW, until=NOW + 60 * MINUTE)
    )
    store.close()
    return tmp_path


def feeds(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command: list[str | Path] = [TOCSIN, "feeds", *arguments, "-c", folder / "tocsin.yaml"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def listed(folder: Path, *arguments: str) -> dict[str, Any]:
    return {feed["id"]: feed for feed in json.loads(feeds(folder, "list", "--json", *arguments).stdout)}


def test_list_tells_machines_everything(folder: Path) -> None:
    found = listed(folder)
    assert {id: feed["state"] for id, feed in found.items()} == {
        "good": "ok", "bad": "failing", "gone": "disabled", "new": "unread",
    }  # fmt: skip
    good = found["good"]
    assert (good["status"], good["latency"], good["bytes"], good["bytes_saved"]) == (304, 0.25, 1_000, 5_000_000)
    assert good["moved_to"] == "https://new.example/"
    assert good["push"]["active"]
    assert datetime.fromisoformat(good["last_success"]) == NOW - MINUTE
    assert (found["bad"]["errors"], found["bad"]["error"]) == (1, "status: it answered [503]")
    assert found["gone"]["next_check"] is None
    assert "hush" not in json.dumps(found)
    assert listed(folder, "--troubled").keys() == {"bad", "gone"}


def test_list_tells_people_what_matters(folder: Path) -> None:
    shown = " ".join(feeds(folder, "list").stdout.split())
    for part in (
        "good ok", "304", "250 ms", "5 MB", "pushed by its hub", "moved for good to https://new.example/",
        "bad: status: it answered [503]", "tocsin feeds wake gone", "never",
    ):  # fmt: skip
        assert part in shown


def test_wake_brings_a_disabled_feed_back(folder: Path) -> None:
    assert feeds(folder, "wake", "gone").returncode == 0
    assert datetime.fromisoformat(listed(folder)["gone"]["next_check"]) >= NOW
    wrong = feeds(folder, "wake", "gonne")
    assert (wrong.returncode, "gonne" in wrong.stderr) == (1, True)


def test_gaps_are_told(folder: Path) -> None:
    (gap,) = json.loads(feeds(folder, "gaps", "--json").stdout)
    assert (gap["feed"], gap["reason"], gap["late"]) == ("good", "timeout", 3)
    assert "9 min" in feeds(folder, "gaps").stdout
    assert "No gaps" in feeds(folder, "gaps", "--hours", "0.01").stdout


def test_an_empty_store_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "tocsin.yaml").write_text("data: .")
    assert "tocsin run" in feeds(tmp_path, "list").stdout
    assert listed(tmp_path) == {}


def metrics(folder: Path, most: int) -> list[str]:
    store = SqliteFeedStore(folder / "state.db")
    registry = CollectorRegistry()
    registry.register(FeedCollector(store, most))
    lines = generate_latest(registry).decode().splitlines()
    store.close()
    return [line for line in lines if not line.startswith("#")]


def test_metrics_tell_each_feed(folder: Path) -> None:
    told = metrics(folder, 10)
    for line in (
        'tocsin_feeds{state="ok"} 1.0',
        'tocsin_feeds{state="disabled"} 1.0',
        'tocsin_feed_errors{feed="bad"} 1.0',
        'tocsin_feed_status{feed="bad"} 503.0',
        'tocsin_feed_latency_seconds{feed="good"} 0.25',
        'tocsin_feed_saved_bytes_total{feed="good"} 5e+06',
    ):
        assert line in told
    assert any(line.startswith('tocsin_feed_last_success_timestamp_seconds{feed="good"}') for line in told)
    assert any(line.startswith('tocsin_feed_next_check_timestamp_seconds{feed="bad"}') for line in told)


def test_of_too_many_feeds_those_in_trouble_have_metrics(folder: Path) -> None:
    told = metrics(folder, 2)
    assert {line.split('feed="')[1].split('"')[0] for line in told if 'feed="' in line} == {"bad", "gone"}
    assert 'tocsin_feeds{state="ok"} 1.0' in told
