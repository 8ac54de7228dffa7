"""What tocsin.ports.subscriptions promises, on every backend."""

from collections.abc import Callable

import pytest

from tocsin.domain.subscription import Channel, Subscriber, Subscription
from tocsin.ports.state import State
from tocsin.ports.subscriptions import SubscriptionStore


@pytest.fixture
def store(state: State) -> SubscriptionStore:
    return state.subscriptions


def subscriber(id: str, name: str = "Zoë 王") -> Subscriber:
    return Subscriber(
        id=id,
        name=name,
        language="zh",
        channels=(Channel(id="mail", url="mailto://user:päss@example.org"),),
        subscriptions=(
            Subscription(id="chips", events=("policy.*",), companies=("NVDA",), min_severity=40, min_confidence=0.5),
        ),
    )


def test_nobody_at_first(store: SubscriptionStore) -> None:
    assert store.version() == 0
    assert list(store.subscribers()) == []
    assert store.subscriber("a") is None


def test_subscribers_come_back_as_they_were_written_by_id(replica: Callable[[], State]) -> None:
    here, there = replica().subscriptions, replica().subscriptions
    here.sync([subscriber("b"), subscriber("ä"), subscriber("a")])
    assert list(there.subscribers()) == [subscriber("a"), subscriber("b"), subscriber("ä")]
    assert there.subscriber("b") == subscriber("b")
    assert there.subscriber("c") is None


def test_sync_makes_them_exactly_these(store: SubscriptionStore) -> None:
    store.sync([subscriber("stays"), subscriber("changes"), subscriber("goes")])
    wanted = [subscriber("changes", "New Name"), subscriber("comes"), subscriber("stays")]
    store.sync(wanted)
    assert list(store.subscribers()) == wanted
    assert store.subscriber("goes") is None
    store.sync([])
    assert list(store.subscribers()) == []


def test_the_version_grows_with_every_change(replica: Callable[[], State]) -> None:
    here, there = replica().subscriptions, replica().subscriptions
    seen = [there.version()]
    for wanted in (["a"], ["a", "b"], ["b"], []):
        here.sync([subscriber(id) for id in wanted])
        seen.append(there.version())
    here.sync([subscriber("a", "One")])
    seen.append(there.version())
    here.sync([subscriber("a", "Two")])
    seen.append(there.version())
    assert seen == sorted(set(seen))


def test_the_version_stays_when_nothing_changed(store: SubscriptionStore) -> None:
    store.sync([])
    assert store.version() == 0
    store.sync([subscriber("a"), subscriber("b")])
    version = store.version()
    store.sync([subscriber("b"), subscriber("a")])
    assert store.version() == version


def test_close_can_be_repeated(store: SubscriptionStore) -> None:
    store.close()
    store.close()
