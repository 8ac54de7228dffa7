"""Redis killed with SIGKILL and started again on its append-only file."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.backends.backend import BackendMissingError
from tests.backends.redis import RedisServer
from tests.contract.deliveries import delivery, outcome
from tests.contract.placing import put

from tocsin.adapters.redis.state import RedisState
from tocsin.domain.delivery import ChannelState, Progress
from tocsin.domain.errors import TransientError
from tocsin.domain.feed import Feed, FeedCheck, Validators
from tocsin.domain.subscription import Subscriber
from tocsin.settings.schema import RedisSettings

pytestmark = pytest.mark.redis

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    try:
        server = RedisServer(tmp_path)
    except BackendMissingError as missing:
        pytest.skip(str(missing))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def state(server: RedisServer) -> Iterator[RedisState]:
    with closing(RedisState(RedisSettings(url=server.url, timeout=1.0))) as state:
        yield state


def test_state_survives_and_the_same_client_recovers(server: RedisServer, state: RedisState) -> None:
    state.feeds.sync([Feed(id="a", url="https://a.example/", source="A")], NOW)
    (claimed,) = state.feeds.claim_due(NOW, 1, HOUR)
    state.outbox.plan([delivery("sent", NOW), delivery("told", NOW), delivery("waits", NOW)], NOW)
    (lane,) = state.outbox.claim(NOW, 1, 9, HOUR)
    state.outbox.record([Progress(delivery=id, outcome=outcome(id)) for id in ("sent", "told")])
    state.outbox.acknowledge(["told"])
    state.alert_log.claim("story", "one", ["anna"], NOW, HOUR)
    story = put(state.stories, "one", ["k"], NOW, HOUR)
    state.subscriptions.sync([Subscriber(id="anna", channels=(), subscriptions=())])

    server.kill()
    for _ in range(2):
        with pytest.raises(TransientError, match="Redis"):
            state.outbox.pending()
        with pytest.raises(TransientError, match="Redis"):
            state.feeds.claim_due(NOW, 1, HOUR)
    server.start()

    assert state.outbox.pending() == 1
    assert state.outbox.plan([delivery("sent"), delivery("told"), delivery("waits")], NOW) == 0
    assert not state.outbox.claim(NOW, 9, 9, HOUR)
    assert state.outbox.release(lane, ChannelState())
    assert [[each.id for each in again.deliveries] for again in state.outbox.claim(NOW, 9, 9, HOUR)] == [["waits"]]
    assert list(state.outbox.outcomes(9)) == [outcome("sent")]
    assert not state.feeds.claim_due(NOW, 1, HOUR)
    assert state.feeds.record(
        [
            FeedCheck(
                feed="a", token=claimed.token, at=NOW, next_check=NOW + HOUR, validators=Validators(), items={"x": "1"}
            )
        ]
    )
    assert state.alert_log.claim("story", "two", ["anna"], NOW, HOUR) == frozenset()
    assert put(state.stories, "two", ["k"], NOW, HOUR).story == story.story
    assert state.subscriptions.version() == 1
    assert state.subscriptions.subscriber("anna") is not None


def test_what_was_promised_before_each_kill_is_there_after_it(server: RedisServer, state: RedisState) -> None:
    for round_number in range(5):
        ids = [f"d{round_number}-{number}" for number in range(20)]
        assert state.outbox.plan([delivery(id, NOW) for id in ids], NOW) == 20
        (lane,) = state.outbox.claim(NOW, 99, 99, HOUR)
        assert [each.id for each in lane.deliveries] == sorted(ids)
        state.outbox.record([Progress(delivery=id, outcome=outcome(id)) for id in ids[:10]])
        server.restart()
        assert not state.outbox.claim(NOW, 99, 99, HOUR)
        assert {each.id for each in state.outbox.outcomes(99)} == set(ids[:10])
        state.outbox.record([Progress(delivery=id, outcome=outcome(id)) for id in ids[10:]])
        assert state.outbox.release(lane, ChannelState())
        state.outbox.acknowledge(ids)
        assert state.outbox.pending() == 0
        assert state.outbox.plan([delivery(id) for id in ids], NOW) == 0


def test_a_server_that_lost_its_scripts_is_sent_them_again(server: RedisServer, state: RedisState) -> None:
    with closing(RedisState(RedisSettings(url=server.url))) as other:
        other.outbox._link.command("SCRIPT", "FLUSH")
        assert state.outbox.plan([delivery("a")], NOW) == 1
        other.outbox._link.command("SCRIPT", "FLUSH")
        assert state.outbox.plan([delivery("b")], NOW) == 1
