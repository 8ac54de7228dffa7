"""Real servers for the tests: one broker for the run, one Redis for each of its processes (docs/testing.md)."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

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


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """How a run on several processes is shared out: see tests.backends.sharing."""
    from tests.backends.sharing import Sharing

    return Sharing(config, log)


@pytest.fixture(scope="session")
def kafka_servers() -> Iterator[str]:
    """``host:port`` of a real Kafka broker."""
    yield from _serve(kafka.start, "Kafka")


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """``redis://host:port/0`` of a real Redis server with nothing in it."""
    yield from _serve(redis.start, "Redis")
