"""What the services are told when Redis is away, refuses them, or refuses work for now."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from tests.backends.backend import BackendMissingError, free_port
from tests.backends.redis import RedisServer
from tests.contract.deliveries import NOW, delivery
from tests.contract.placing import put

from tocsin.adapters.redis.connection import connect
from tocsin.adapters.redis.state import RedisState
from tocsin.domain.delivery import ChannelState, ClaimedLane, Lane, Progress
from tocsin.domain.errors import ConfigurationError, TransientError
from tocsin.domain.feed import FeedCheck, Validators
from tocsin.settings.schema import RedisSettings

pytestmark = pytest.mark.redis

HOUR = timedelta(hours=1)
CHECK = FeedCheck(feed="a", token="t", at=NOW, next_check=NOW, validators=Validators())

LANE = ClaimedLane(lane=Lane(subscriber="anna", channel="mail"), token="t", state=ChannelState(), deliveries=())
CALLS: dict[str, Callable[[RedisState], object]] = {
    "feeds.sync": lambda state: state.feeds.sync([], NOW),
    "feeds.claim_due": lambda state: state.feeds.claim_due(NOW, 1, HOUR),
    "feeds.known": lambda state: state.feeds.known("a", ["x"]),
    "feeds.record": lambda state: state.feeds.record([CHECK]),
    "feeds.health": lambda state: state.feeds.health(),
    "stories.assign": lambda state: put(state.stories, "a", ["k"], NOW, HOUR),
    "subscriptions.sync": lambda state: state.subscriptions.sync([]),
    "subscriptions.version": lambda state: state.subscriptions.version(),
    "subscriptions.subscribers": lambda state: state.subscriptions.subscribers(),
    "subscriptions.subscriber": lambda state: state.subscriptions.subscriber("a"),
    "alert_log.claim": lambda state: state.alert_log.claim("s", "a", ["anna"], NOW, HOUR),
    "outbox.plan": lambda state: state.outbox.plan([delivery("a")], NOW),
    "outbox.claim": lambda state: state.outbox.claim(NOW, 1, 1, HOUR),
    "outbox.record": lambda state: state.outbox.record([Progress(delivery="a", due=NOW)]),
    "outbox.release": lambda state: state.outbox.release(LANE, ChannelState()),
    "outbox.states": lambda state: state.outbox.states([LANE.lane]),
    "outbox.ledger": lambda state: state.outbox.ledger(1),
    "outbox.find": lambda state: state.outbox.find("a"),
    "outbox.replay": lambda state: state.outbox.replay("a", NOW, NOW),
    "outbox.outcomes": lambda state: state.outbox.outcomes(1),
    "outbox.acknowledge": lambda state: state.outbox.acknowledge(["a"]),
    "outbox.forget": lambda state: state.outbox.forget(NOW),
    "outbox.pending": lambda state: state.outbox.pending(),
}


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
def admin(server: RedisServer) -> Iterator[redis.Redis]:
    with redis.Redis(port=server.port) as admin:
        yield admin


@pytest.fixture
def state(server: RedisServer) -> Iterator[RedisState]:
    with closing(RedisState(RedisSettings(url=server.url, timeout=1.0))) as state:
        yield state


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_server_that_is_away_is_a_passing_trouble(call: Callable[[RedisState], object]) -> None:
    with closing(RedisState(RedisSettings(url=f"redis://127.0.0.1:{free_port()}/0", timeout=1.0))) as state:  # noqa: SIM117
        with pytest.raises(TransientError, match=r"Redis: .*127\.0\.0\.1"):
            call(state)


def test_an_answer_that_does_not_come_in_time_is_a_passing_trouble(server: RedisServer) -> None:
    with closing(RedisState(RedisSettings(url=server.url, timeout=0.5))) as state:
        assert state.outbox.pending() == 0
        server.suspend()
        with pytest.raises(TransientError, match=r"(?i)timeout"):
            state.outbox.plan([delivery("a")], NOW)
        server.resume()
        # what was asked meanwhile may have been done late
        assert state.outbox.plan([delivery("b")], NOW) == 1


def test_a_master_that_became_a_replica_is_a_passing_trouble(
    state: RedisState, admin: redis.Redis, server: RedisServer, tmp_path: Path
) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    master = RedisServer(folder)
    master.start()
    try:
        admin.replicaof("127.0.0.1", master.port)
        with pytest.raises(TransientError, match=r"(?i)read only replica"):
            state.outbox.plan([delivery("a")], NOW)
        admin.replicaof("NO", "ONE")
        assert state.outbox.plan([delivery("a")], NOW) == 1
    finally:
        master.kill()
    assert server.port != master.port


def test_too_few_replicas_is_a_passing_trouble(state: RedisState, admin: redis.Redis) -> None:
    admin.config_set("min-replicas-to-write", "1")
    with pytest.raises(TransientError):
        state.outbox.plan([delivery("a")], NOW)
    admin.config_set("min-replicas-to-write", "0")
    assert state.outbox.plan([delivery("a")], NOW) == 1


def test_a_mistake_of_ours_is_not_called_passing(state: RedisState, admin: redis.Redis) -> None:
    admin.set("tocsin:{outbox}:queued", "not a hash")
    with pytest.raises(redis.ResponseError, match=r"WRONGTYPE"):
        state.outbox.pending()


@pytest.mark.parametrize("login", [{}, {"password": "wrong"}, {"username": "nobody", "password": "s3cret"}])
def test_a_refused_login_names_the_remedy_and_no_secret(
    server: RedisServer, admin: redis.Redis, login: dict[str, str]
) -> None:
    admin.config_set("requirepass", "s3cret")
    with closing(
        RedisState(RedisSettings(url=server.url, username=login.get("username"), password=login.get("password")))
    ) as state:
        with pytest.raises(ConfigurationError, match=r"username and password") as refused:
            state.outbox.pending()
        with pytest.raises(ConfigurationError, match=r"username and password"):
            state.outbox.plan([delivery("a")], NOW)
    assert "s3cret" not in str(refused.value)
    assert "wrong" not in str(refused.value)


def test_a_user_without_the_rights_is_told_so(server: RedisServer, admin: redis.Redis) -> None:
    admin.acl_setuser("reader", enabled=True, passwords=["+pw"], keys=["*"], commands=["+get"])
    with closing(RedisState(RedisSettings(url=server.url, username="reader", password="pw"))) as state:
        assert state.subscriptions.version() == 0
        with pytest.raises(ConfigurationError, match=r"may not"):
            state.outbox.pending()


def test_username_and_password_come_before_those_in_the_url(server: RedisServer, admin: redis.Redis) -> None:
    admin.acl_setuser("tocsin", enabled=True, passwords=["+right"], keys=["*"], categories=["+@all"])
    url = f"redis://someone:else@127.0.0.1:{server.port}/0"
    with closing(RedisState(RedisSettings(url=url, username="tocsin", password="right"))) as state:
        assert state.outbox.pending() == 0
    with closing(RedisState(RedisSettings(url=url))) as state, pytest.raises(ConfigurationError):
        state.outbox.pending()
    with closing(RedisState(RedisSettings(url=f"redis://tocsin:right@127.0.0.1:{server.port}/0"))) as state:
        assert state.outbox.pending() == 0


@pytest.mark.parametrize("url", ["127.0.0.1:6379", "http://127.0.0.1", "redis://127.0.0.1:port/0"])
def test_a_url_that_is_none_is_refused_with_the_remedy(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"state\.redis\.url.*redis://host:port/0"):
        connect(RedisSettings(url=url))


def test_closing_never_raises(server: RedisServer, state: RedisState) -> None:
    assert state.outbox.pending() == 0
    server.kill()
    for _ in range(2):
        state.outbox.close()
        state.close()
