"""The stores on a server in cluster mode, which refuses a script or transaction whose keys are in different slots."""

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from tests.backends.backend import BackendMissingError, free_port
from tests.backends.redis import RedisServer
from tests.contract.deliveries import NOW, delivery, outcome
from tests.contract.placing import put

from tocsin.adapters.redis.state import RedisState
from tocsin.domain.delivery import ChannelState, Progress
from tocsin.domain.errors import TransientError
from tocsin.domain.feed import Feed, FeedCheck, Validators
from tocsin.domain.subscription import Subscriber
from tocsin.settings.schema import RedisSettings

pytestmark = pytest.mark.redis

HOUR = timedelta(hours=1)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[RedisServer]:
    try:
        server = RedisServer(tmp_path, "--cluster-enabled", "yes", "--cluster-port", str(free_port()))
    except BackendMissingError as missing:
        pytest.skip(str(missing))
    server.start()
    yield server
    server.kill()


def give_slots(server: RedisServer) -> None:
    with redis.Redis(port=server.port) as admin:
        admin.execute_command("CLUSTER ADDSLOTSRANGE", 0, 16383)
        deadline = time.monotonic() + 10
        while admin.cluster("INFO")["cluster_state"] != "ok":
            assert time.monotonic() < deadline
            time.sleep(0.02)


def test_a_cluster_that_is_down_is_a_passing_trouble_and_a_whole_one_takes_every_call(cluster: RedisServer) -> None:
    with closing(RedisState(RedisSettings(url=cluster.url))) as state:
        with pytest.raises(TransientError):
            state.outbox.plan([delivery("a")], NOW)
        give_slots(cluster)

        state.feeds.sync([Feed(id="a", url="https://a.example/", source="A")], NOW)
        (claimed,) = state.feeds.claim_due(NOW, 9, HOUR)
        recorded = FeedCheck(
            feed="a", token=claimed.token, at=NOW, next_check=NOW, validators=Validators(), items={"x": "1"}
        )
        assert state.feeds.record([recorded])
        assert state.feeds.known("a", ["x"]) == {"x": "1"}
        assert len(state.feeds.health()) == 1

        opened = put(state.stories, "one", ["k1", "k2"], NOW, HOUR)
        assert put(state.stories, "two", ["k3", "k2"], NOW, HOUR).story == opened.story

        state.subscriptions.sync([Subscriber(id="anna", channels=(), subscriptions=())])
        assert (state.subscriptions.version(), len(state.subscriptions.subscribers())) == (1, 1)

        assert state.alert_log.claim("sto-1", "one", ["anna"], NOW, HOUR) == {"anna"}
        assert state.alert_log.claim("sto-2", "one", ["anna"], NOW, HOUR) == {"anna"}

        assert state.outbox.plan([delivery("a", NOW), delivery("b", NOW)], NOW) == 2
        (lane,) = state.outbox.claim(NOW, 9, 9, HOUR)
        assert len(lane.deliveries) == 2
        state.outbox.record([Progress(delivery="b", due=NOW), Progress(delivery="a", outcome=outcome("a"))])
        assert state.outbox.release(lane, ChannelState())
        assert state.outbox.states([lane.lane]) == {lane.lane: ChannelState()}
        assert [each.id for each in state.outbox.ledger(9, subscriber="anna")] == ["b", "a"]
        assert list(state.outbox.outcomes(9)) == [outcome("a")]
        state.outbox.acknowledge(["a"])
        assert not state.outbox.replay("a", NOW, NOW + HOUR)
        assert state.outbox.forget(NOW + HOUR) == 1
        assert state.outbox.pending() == 1


def test_stories_of_the_alert_log_spread_over_slots(cluster: RedisServer) -> None:
    give_slots(cluster)
    with redis.Redis(port=cluster.port) as admin, closing(RedisState(RedisSettings(url=cluster.url))) as state:
        for number in range(20):
            state.alert_log.claim(f"sto-{number}", "one", ["anna"], NOW, HOUR)
        keys = admin.keys("tocsin:alert_log:*")
        assert len({admin.cluster("KEYSLOT", key) for key in keys}) > 15
