"""What tocsin.ports.stories promises, on every backend."""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from tests.contract.placing import join_first, put

from tocsin.domain.identity import story_id
from tocsin.domain.signal import Placement
from tocsin.domain.story import Story
from tocsin.ports.state import State
from tocsin.ports.stories import MOST_CANDIDATES, MOST_PER_KEY, Decision, StoryIndex

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
WINDOW = timedelta(hours=48)
HOUR = timedelta(hours=1)
SOON = timedelta(microseconds=1)


@pytest.fixture
def index(state: State) -> StoryIndex:
    return state.stories


def opened(article: str) -> Placement:
    return Placement(story=story_id(article), opened=True, novelty="first", articles=1)


def joined(opener: str, articles: int) -> Placement:
    return Placement(story=story_id(opener), opened=False, novelty="repeat", articles=articles)


def candidates(index: StoryIndex, keys: Sequence[str], at: datetime = NOW) -> list[str]:
    """The openers of the candidates that an article with ``keys`` meets, in order. Nothing is kept."""
    found: list[Story] = []

    class Stop(Exception):  # noqa: N818 - no error
        pass

    def look(stories: Sequence[Story], settled: str | None) -> Decision:
        found.extend(stories)
        raise Stop

    with pytest.raises(Stop):
        index.assign("a look", keys, at, WINDOW, look)
    return [next(iter(story.headlines)) for story in found]


def test_the_first_article_opens_a_story_named_after_it(index: StoryIndex) -> None:
    assert put(index, "a", ["k"], NOW, WINDOW) == opened("a")


def test_an_article_joins_the_story_that_shares_a_key(replica: Callable[[], State]) -> None:
    here, there = replica().stories, replica().stories
    put(here, "a", ["k1", "k2"], NOW, WINDOW)
    assert put(there, "b", ["other", "k2"], NOW + HOUR, WINDOW) == joined("a", 2)
    assert put(here, "c", ["another"], NOW, WINDOW) == opened("c")


@pytest.mark.parametrize("sign", [1, -1])
def test_the_window_reaches_both_ways_from_the_articles_time(index: StoryIndex, sign: int) -> None:
    put(index, "a", ["k1", "k2"], NOW, WINDOW)
    assert put(index, "outside", ["k1"], NOW + sign * (WINDOW + SOON), WINDOW) == opened("outside")
    assert put(index, "inside", ["k2"], NOW + sign * WINDOW, WINDOW) == joined("a", 2)


def test_each_call_has_its_own_window(index: StoryIndex) -> None:
    put(index, "a", ["k"], NOW, WINDOW)
    assert put(index, "b", ["k"], NOW + 2 * HOUR, HOUR) == opened("b")


def test_who_shares_more_keys_comes_first(index: StoryIndex) -> None:
    put(index, "a", ["k1", "k2"], NOW, WINDOW)
    put(index, "b", ["k3"], NOW + HOUR, WINDOW)
    assert candidates(index, ["none", "k3", "k2", "k1"]) == ["a", "b"]


def test_among_equals_the_latest_comes_first(index: StoryIndex) -> None:
    for hours, name in enumerate("abc"):
        put(index, name, [f"k{name}"], NOW + hours * HOUR, WINDOW)
    assert candidates(index, ["ka", "kb", "kc"]) == ["c", "b", "a"]


def test_a_use_out_of_the_window_does_not_count(index: StoryIndex) -> None:
    put(index, "old", ["k1", "k2"], NOW - WINDOW - HOUR, WINDOW)
    put(index, "new", ["k3"], NOW, WINDOW)
    assert candidates(index, ["k1", "k2", "k3"]) == ["new"]


def test_candidates_of_a_key_are_bounded(index: StoryIndex) -> None:
    for number in range(MOST_PER_KEY + 3):
        put(index, f"a{number}", [f"own{number}"], NOW, WINDOW)
        put(index, f"b{number}", ["common"], NOW + number * SOON, WINDOW, story=story_id(f"a{number}"))
    found = candidates(index, ["common", "own0", "own5"])
    assert found[0] == "a5"
    assert set(found) == {"a0", *(f"a{number}" for number in range(3, MOST_PER_KEY + 3))}


def test_uses_may_come_in_any_order_of_time(index: StoryIndex) -> None:
    numbers = list(range(3 * MOST_PER_KEY))
    random.Random(1).shuffle(numbers)
    for number in numbers:
        put(index, f"a{number}", [f"own{number}"], NOW + number * HOUR, WINDOW)
        put(index, f"b{number}", ["common"], NOW + number * HOUR, WINDOW, story=story_id(f"a{number}"))
    latest = 3 * MOST_PER_KEY - 1
    assert candidates(index, ["common"], NOW + latest * HOUR) == [
        f"a{number}" for number in reversed(range(latest - MOST_PER_KEY + 1, latest + 1))
    ]
    early = NOW + 20 * HOUR - WINDOW
    assert candidates(index, ["common"], early) == [
        f"a{number}" for number in reversed(range(20 - MOST_PER_KEY + 1, 21))
    ]


def test_a_story_that_uses_a_key_all_the_time_hides_no_other(index: StoryIndex) -> None:
    put(index, "a", ["k"], NOW, WINDOW)
    put(index, "b", ["other"], NOW, WINDOW)
    for number in range(5 * MOST_PER_KEY):
        put(index, f"b{number}", ["k"], NOW + number * SOON, WINDOW, story=story_id("b"))
        if number % 3 == 0:
            put(index, f"c{number}", ["k"], NOW + number * SOON, WINDOW, story=story_id("c"))
    assert candidates(index, ["k"]) == ["b", "c0", "a"]


def test_candidates_are_those_of_a_plain_search(index: StoryIndex) -> None:
    chance = random.Random(7)
    stories = [f"sto-{number}" for number in range(40)]
    used: dict[str, dict[str, datetime]] = {}
    for number in range(300):
        late = timedelta(minutes=chance.randrange(9_000)) if chance.random() < 0.5 else number * timedelta(minutes=30)
        at = NOW + late + number * SOON
        keys = {f"hot{chance.randrange(3)}", f"hot{chance.randrange(3)}", f"rare{chance.randrange(30)}"}
        story = chance.choice(stories)
        put(index, story.removeprefix("sto-") + f"/{number}", sorted(keys), at, WINDOW, story=story)
        for key in keys:
            uses = used.setdefault(key, {})
            uses[story] = max(at, uses.get(story, at))
    for _ in range(40):
        at = NOW + timedelta(minutes=chance.randrange(9_000))
        keys = {f"hot{chance.randrange(3)}", f"hot{chance.randrange(3)}", f"rare{chance.randrange(30)}"}
        found: dict[str, list[datetime]] = {}
        for key in keys:
            uses = {story: use for story, use in used.get(key, {}).items() if abs(use - at) <= WINDOW}
            for story in sorted(uses, key=lambda story: uses[story], reverse=True)[:MOST_PER_KEY]:
                found.setdefault(story, []).append(uses[story])
        best = sorted(found, key=lambda story: (len(found[story]), max(found[story])), reverse=True)
        openers = [name.split("/")[0] for name in candidates(index, sorted(keys), at)]
        assert openers == [story.removeprefix("sto-") for story in best[:MOST_CANDIDATES]]


def test_candidates_are_bounded(index: StoryIndex) -> None:
    for number in range(MOST_CANDIDATES + 3):
        put(index, f"a{number}", [f"own{number}"], NOW + number * SOON, WINDOW)
    found = candidates(index, [f"own{number}" for number in range(MOST_CANDIDATES + 3)])
    assert found == [f"a{number}" for number in reversed(range(3, MOST_CANDIDATES + 3))]


def test_decide_sees_the_story_as_it_was_kept(replica: Callable[[], State]) -> None:
    here, there = replica().stories, replica().stories
    put(here, "a", ["k"], NOW, WINDOW)
    put(there, "b", ["k"], NOW + HOUR, WINDOW)
    seen: list[Story] = []

    def decide(found: Sequence[Story], settled: str | None) -> Decision:
        seen.extend(found)
        assert settled is None
        return join_first("c", NOW)(found, settled)

    here.assign("c", ["k"], NOW, WINDOW, decide)
    assert [(story.first, story.last, story.articles) for story in seen] == [(NOW, NOW + HOUR, 2)]
    kept = there.story(story_id("a"))
    assert kept is not None
    assert (kept.articles, list(kept.headlines)) == (3, ["a", "b", "c"])


def test_a_story_that_is_not_there_is_none(index: StoryIndex) -> None:
    assert index.story("sto-nowhere") is None


def test_a_decider_that_fails_leaves_nothing_behind(index: StoryIndex) -> None:
    def fail(found: Sequence[Story], settled: str | None) -> Decision:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        index.assign("a", ["k"], NOW, WINDOW, fail)
    assert put(index, "a", ["k"], NOW, WINDOW) == opened("a")


def test_a_later_revision_stays_in_its_story(index: StoryIndex) -> None:
    put(index, "a", ["k"], NOW, WINDOW)
    put(index, "b", ["other"], NOW, WINDOW)
    second = put(index, "a", ["other"], NOW + HOUR, WINDOW, revision=2)
    assert (second.story, second.articles) == (story_id("a"), 1)
    assert put(index, "a", ["k"], NOW, WINDOW) == opened("a")
    assert put(index, "a", [], NOW, WINDOW, revision=2) == second
    assert put(index, "c", ["other"], NOW + HOUR, WINDOW).story == story_id("a")


def test_an_article_goes_where_it_is_known_to_belong(index: StoryIndex) -> None:
    put(index, "a", ["k"], NOW, WINDOW)
    assert put(index, "b", ["k"], NOW, WINDOW, story="sto-elsewhere").story == "sto-elsewhere"
    assert put(index, "c", ["none"], NOW, WINDOW, story=story_id("a")) == joined("a", 2)
    assert put(index, "d", ["none"], NOW, WINDOW) == joined("a", 3)


def test_the_story_takes_over_all_keys_of_its_articles(index: StoryIndex) -> None:
    put(index, "a", ["k1"], NOW, WINDOW)
    put(index, "b", ["k1", "k2"], NOW + SOON, WINDOW)
    assert put(index, "c", ["k2"], NOW, WINDOW) == joined("a", 3)


def test_every_use_moves_the_window_on(index: StoryIndex) -> None:
    put(index, "a", ["k"], NOW, WINDOW)
    put(index, "b", ["k"], NOW + WINDOW, WINDOW)
    assert put(index, "c", ["k"], NOW + 2 * WINDOW, WINDOW) == joined("a", 3)


def test_an_article_from_the_past_does_not_move_the_window_back(index: StoryIndex) -> None:
    put(index, "a", ["k"], NOW, WINDOW)
    put(index, "b", ["k"], NOW - WINDOW, WINDOW)
    assert put(index, "c", ["k"], NOW + WINDOW, WINDOW) == joined("a", 3)


def test_a_replay_of_old_news_does_not_take_a_key_from_a_later_story(index: StoryIndex) -> None:
    put(index, "new", ["k"], NOW, WINDOW)
    old = NOW - timedelta(days=400)
    assert put(index, "old", ["k"], old, WINDOW) == opened("old")
    assert put(index, "old too", ["k"], old + HOUR, WINDOW) == joined("old", 2)
    assert put(index, "newer", ["k"], NOW + HOUR, WINDOW) == joined("new", 2)


def test_assigning_again_gives_the_same_answer_whatever_the_keys(index: StoryIndex) -> None:
    first = put(index, "a", ["k"], NOW, WINDOW)
    put(index, "elsewhere", ["other"], NOW, WINDOW)
    second = put(index, "b", ["k"], NOW, WINDOW)
    assert put(index, "a", ["other"], NOW + WINDOW, WINDOW) == first
    assert put(index, "b", [], NOW + WINDOW, WINDOW) == second == joined("a", 2)
    assert put(index, "c", ["k"], NOW, WINDOW) == joined("a", 3)


def test_assigning_again_uses_no_key(index: StoryIndex) -> None:
    put(index, "a", ["k"], NOW, WINDOW)
    put(index, "a", ["later"], NOW, WINDOW)
    assert put(index, "b", ["later"], NOW, WINDOW) == opened("b")


def test_no_keys_make_a_story_of_its_own(index: StoryIndex) -> None:
    assert put(index, "a", [], NOW, WINDOW) == opened("a")
    assert put(index, "b", [], NOW, WINDOW) == opened("b")
    assert put(index, "a", [], NOW, WINDOW) == opened("a")


def test_a_key_given_twice_counts_once(index: StoryIndex) -> None:
    assert put(index, "a", ["k", "k"], NOW, WINDOW) == opened("a")
    assert put(index, "b", ["k", "k"], NOW, WINDOW) == joined("a", 2)


@pytest.mark.parametrize("distance", [timedelta(days=-3650), timedelta(days=3650)])
def test_times_far_from_the_machines_clock_work(index: StoryIndex, distance: timedelta) -> None:
    at = datetime.now(UTC) + distance
    put(index, "a", ["k"], at, WINDOW)
    assert put(index, "b", ["k"], at + HOUR, WINDOW) == joined("a", 2)
    assert put(index, "a", ["k"], at + HOUR, WINDOW) == opened("a")


def test_close_can_be_repeated(index: StoryIndex) -> None:
    index.close()
    index.close()
