"""The stores of both deployments, on real files and a real server."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from tests.backends.redis import unique_prefix

from tocsin.adapters.redis.state import RedisState
from tocsin.adapters.sqlite.state import SqliteState
from tocsin.ports.state import State
from tocsin.settings.schema import RedisSettings


@pytest.fixture(params=["sqlite", pytest.param("redis", marks=pytest.mark.redis)])
def replica(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], State]]:
    """Opens the same state once more, as another process would."""
    if request.param == "redis":
        settings = RedisSettings(url=request.getfixturevalue("redis_url"), prefix=unique_prefix())
    with ExitStack() as opened:

        def another() -> State:
            state: State = RedisState(settings) if request.param == "redis" else SqliteState(tmp_path / "state.db")
            return opened.enter_context(closing(state))

        yield another


@pytest.fixture
def state(replica: Callable[[], State]) -> State:
    """The stores of one process."""
    return replica()
