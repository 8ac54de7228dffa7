"""Many at once, as replicas with connections of their own and as threads of one store, on every backend."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import TypeVar

import pytest
from tests.contract.deliveries import delivery
from tests.contract.placing import put

from tocsin.domain.feed import Feed
from tocsin.domain.identity import story_id
from tocsin.ports.state import State

T = TypeVar("T")

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
THREADS = 8
ITEMS = 200


@pytest.fixture(params=["replicas", "threads"])
def states(request: pytest.FixtureRequest, replica: Callable[[], State]) -> Sequence[State]:
    if request.param == "threads":
        return [replica()] * THREADS
    return [replica() for _ in range(THREADS)]


def at_once(states: Sequence[State], work: Callable[[int, State], T]) -> list[T]:
    barrier = Barrier(THREADS)

    def one(number: int) -> T:
        barrier.wait(10)
        return work(number, states[number])

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, range(THREADS)))


def test_no_feed_is_claimed_twice(states: Sequence[State]) -> None:
    states[0].feeds.sync([Feed(id=f"f{n}", url=f"https://{n}.example/", source="S") for n in range(ITEMS)], NOW)

    def claim_all(_: int, state: State) -> list[str]:
        found: list[str] = []
        while claimed := state.feeds.claim_due(NOW, 7, HOUR):
            found += (each.feed.id for each in claimed)
        return found

    counts = Counter(id for found in at_once(states, claim_all) for id in found)
    assert len(counts) == ITEMS
    assert set(counts.values()) == {1}


def test_no_delivery_is_planned_or_claimed_twice(states: Sequence[State]) -> None:
    planned = [delivery(f"d{number}", channel=f"c{number % 40}") for number in range(ITEMS)]
    assert sum(at_once(states, lambda _, state: state.outbox.plan(planned, NOW))) == ITEMS

    def claim_all(_: int, state: State) -> list[str]:
        found: list[str] = []
        while claimed := state.outbox.claim(NOW + HOUR, 7, ITEMS, HOUR):
            found += (each.id for lane in claimed for each in lane.deliveries)
        return found

    counts = Counter(id for found in at_once(states, claim_all) for id in found)
    assert len(counts) == ITEMS
    assert set(counts.values()) == {1}


def test_reports_of_one_event_in_one_instant_make_one_story(states: Sequence[State]) -> None:
    def report(number: int, state: State) -> list[tuple[str, bool, int]]:
        answers = [
            put(state.stories, f"article-{number}-{event}", [f"event-{event}"], NOW, HOUR) for event in range(10)
        ]
        return [(each.story, each.opened, each.articles) for each in answers]

    by_event = list(zip(*at_once(states, report), strict=True))
    for event, answers in enumerate(by_event):
        openers = [f"article-{number}-{event}" for number, (_, opened, _) in enumerate(answers) if opened]
        assert len(openers) == 1
        assert {story for story, _, _ in answers} == {story_id(openers[0])}
        assert sorted(articles for _, _, articles in answers) == list(range(1, THREADS + 1))


def test_one_article_assigned_by_all_at_once_is_assigned_once(states: Sequence[State]) -> None:
    answers = at_once(states, lambda number, state: put(state.stories, "a", [f"k{number}"], NOW, HOUR))
    assert {(each.story, each.opened, each.articles) for each in answers} == {(story_id("a"), True, 1)}


def test_each_subscriber_is_rung_by_one_article(states: Sequence[State]) -> None:
    subscribers = [f"s{number}" for number in range(ITEMS)]
    granted = at_once(
        states, lambda number, state: state.alert_log.claim("story", f"a{number}", subscribers, NOW, HOUR)
    )
    counts = Counter(subscriber for some in granted for subscriber in some)
    assert counts == dict.fromkeys(subscribers, 1)
