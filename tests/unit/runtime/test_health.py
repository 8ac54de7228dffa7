"""What orchestrators and Prometheus are told."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from tocsin.runtime.health import STALE_AFTER, Health, HealthServer, Heartbeat
from tocsin.runtime.metrics import PROCESSED


@pytest.fixture
def health() -> Health:
    return Health()


@pytest.fixture
def server(health: Health) -> Iterator[HealthServer]:
    server = HealthServer(health, "127.0.0.1", 0)
    server.start()
    yield server
    server.close()


def get(server: HealthServer, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{path}") as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_ready_when_every_service_works(health: Health, server: HealthServer) -> None:
    heart = health.heartbeat("router")
    assert get(server, "/readyz")[0] == 503
    heart.beat()
    assert get(server, "/readyz") == (200, json.dumps({"ok": True, "services": {"router": "ok"}}))


def test_alive_but_not_ready_while_the_bus_is_away(health: Health, server: HealthServer) -> None:
    health.heartbeat("router").beat(problem="Kafka is away")
    assert get(server, "/livez")[0] == 200
    status, body = get(server, "/readyz")
    assert status == 503
    assert "Kafka is away" in body


def test_a_stuck_loop_is_not_alive() -> None:
    now = [0.0]
    heart = Heartbeat("router", monotonic=lambda: now[0])
    heart.beat()
    assert heart.alive
    now[0] = STALE_AFTER + 1
    assert not heart.alive
    assert heart.problem == "stuck: no sign of life"


def test_metrics_and_a_hint_for_other_paths(server: HealthServer) -> None:
    PROCESSED.labels("test").inc()
    assert 'tocsin_records_processed_total{service="test"} 1.0' in get(server, "/metrics")[1]
    assert get(server, "/") == (404, "try /livez, /readyz or /metrics\n")
