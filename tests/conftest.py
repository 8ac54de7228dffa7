"""Real servers for the tests: one broker for the run, one Redis for each of its processes (docs/testing.md)."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from tests.backends import kafka, redis
from tests.backends.backend import BackendMissingError

required = os.environ.get("REQUIRE_BACKENDS") == "1"


def _serve(start: Callable[[], AbstractContextManager[str]], name: str) -> Iterator[str]:
    try:
        server = start()
        address = server.__enter__()
    except BackendMissingError as missing:
        if required:
            pytest.fail(f"REQUIRE_BACKENDS=1 and no {name}: {missing}")
        pytest.skip(f"no {name}: {missing}")
    try:
        yield address
    finally:
        server.__exit__(None, None, None)


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of a run on several processes, one has all that needs Kafka, so that there is one broker, and all that starts
    services as an operator does: several such scenes at a time would be too much for a small machine.
    """
    for item in items:
        needs_kafka = item.get_closest_marker("kafka") or "kafka_servers" in getattr(item, "fixturenames", ())
        if needs_kafka or item.path.parent.name == "acceptance":
            item.add_marker(pytest.mark.xdist_group("scenes"))


@pytest.fixture(scope="session")
def kafka_servers() -> Iterator[str]:
    """``host:port`` of a real Kafka broker."""
    yield from _serve(kafka.start, "Kafka")


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """``redis://host:port/0`` of a real Redis server with nothing in it."""
    yield from _serve(redis.start, "Redis")
