"""What tocsin.ports.stories promises, on every backend."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tocsin.domain.identity import story_id
from tocsin.ports.state import State
from tocsin.ports.stories import StoryAssignment, StoryIndex

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
WINDOW = timedelta(hours=48)
HOUR = timedelta(hours=1)
SOON = timedelta(microseconds=1)


@pytest.fixture
def index(state: State) -> StoryIndex:
    return state.stories


def opened(article: str) -> StoryAssignment:
    return StoryAssignment(story=story_id(article), opened=True, articles=1)


def joined(opener: str, articles: int) -> StoryAssignment:
    return StoryAssignment(story=story_id(opener), opened=False, articles=articles)


def test_the_first_article_opens_a_story_named_after_it(index: StoryIndex) -> None:
    assert index.assign("a", ["k"], NOW, WINDOW) == opened("a")


def test_an_article_joins_the_story_that_shares_a_key(replica: Callable[[], State]) -> None:
    here, there = replica().stories, replica().stories
    here.assign("a", ["k1", "k2"], NOW, WINDOW)
    assert there.assign("b", ["other", "k2"], NOW + HOUR, WINDOW) == joined("a", 2)
    assert here.assign("c", ["another"], NOW, WINDOW) == opened("c")


@pytest.mark.parametrize("sign", [1, -1])
def test_the_window_reaches_both_ways_from_the_articles_time(index: StoryIndex, sign: int) -> None:
    index.assign("a", ["k1", "k2"], NOW, WINDOW)
    assert index.assign("outside", ["k1"], NOW + sign * (WINDOW + SOON), WINDOW) == opened("outside")
    assert index.assign("inside", ["k2"], NOW + sign * WINDOW, WINDOW) == joined("a", 2)


def test_each_call_has_its_own_window(index: StoryIndex) -> None:
    index.assign("a", ["k"], NOW, WINDOW)
    assert index.assign("b", ["k"], NOW + 2 * HOUR, HOUR) == opened("b")


def test_the_earliest_key_wins(index: StoryIndex) -> None:
    index.assign("a", ["strong"], NOW, WINDOW)
    index.assign("b", ["weak"], NOW + HOUR, WINDOW)
    assert index.assign("c", ["none", "strong", "weak"], NOW + HOUR, WINDOW) == joined("a", 2)


def test_an_earlier_key_out_of_the_window_does_not_win(index: StoryIndex) -> None:
    index.assign("old", ["strong"], NOW - WINDOW - HOUR, WINDOW)
    index.assign("new", ["weak"], NOW, WINDOW)
    assert index.assign("c", ["strong", "weak"], NOW, WINDOW) == joined("new", 2)


def test_the_story_takes_over_all_keys_of_its_articles(index: StoryIndex) -> None:
    index.assign("a", ["k1"], NOW, WINDOW)
    index.assign("b", ["k1", "k2"], NOW + SOON, WINDOW)
    assert index.assign("c", ["k2"], NOW, WINDOW) == joined("a", 3)


def test_the_story_that_used_a_key_last_has_it(index: StoryIndex) -> None:
    index.assign("a", ["k1"], NOW, WINDOW)
    index.assign("b", ["k2"], NOW, WINDOW)
    index.assign("c", ["k1", "k2"], NOW + HOUR, WINDOW)
    assert index.assign("d", ["k2"], NOW + HOUR, WINDOW) == joined("a", 3)


def test_every_use_moves_the_window_on(index: StoryIndex) -> None:
    index.assign("a", ["k"], NOW, WINDOW)
    index.assign("b", ["k"], NOW + WINDOW, WINDOW)
    assert index.assign("c", ["k"], NOW + 2 * WINDOW, WINDOW) == joined("a", 3)


def test_an_article_from_the_past_does_not_move_the_window_back(index: StoryIndex) -> None:
    index.assign("a", ["k"], NOW, WINDOW)
    index.assign("b", ["k"], NOW - WINDOW, WINDOW)
    assert index.assign("c", ["k"], NOW + WINDOW, WINDOW) == joined("a", 3)


def test_a_replay_of_old_news_does_not_take_a_key_from_a_later_story(index: StoryIndex) -> None:
    index.assign("new", ["k"], NOW, WINDOW)
    old = NOW - timedelta(days=400)
    assert index.assign("old", ["k"], old, WINDOW) == opened("old")
    assert index.assign("old too", ["k"], old + HOUR, WINDOW) == joined("old", 2)
    assert index.assign("newer", ["k"], NOW + HOUR, WINDOW) == joined("new", 2)


def test_assigning_again_gives_the_same_answer_whatever_the_keys(index: StoryIndex) -> None:
    first = index.assign("a", ["k"], NOW, WINDOW)
    index.assign("elsewhere", ["other"], NOW, WINDOW)
    index.assign("b", ["k"], NOW, WINDOW)
    assert index.assign("a", ["other"], NOW + WINDOW, WINDOW) == StoryAssignment(
        story=first.story, opened=True, articles=2
    )
    assert index.assign("b", [], NOW + WINDOW, WINDOW) == joined("a", 2)
    assert index.assign("c", ["k"], NOW, WINDOW) == joined("a", 3)


def test_assigning_again_uses_no_key(index: StoryIndex) -> None:
    index.assign("a", ["k"], NOW, WINDOW)
    index.assign("a", ["later"], NOW, WINDOW)
    assert index.assign("b", ["later"], NOW, WINDOW) == opened("b")


def test_no_keys_make_a_story_of_its_own(index: StoryIndex) -> None:
    assert index.assign("a", [], NOW, WINDOW) == opened("a")
    assert index.assign("b", [], NOW, WINDOW) == opened("b")
    assert index.assign("a", [], NOW, WINDOW) == opened("a")


def test_a_key_given_twice_counts_once(index: StoryIndex) -> None:
    assert index.assign("a", ["k", "k"], NOW, WINDOW) == opened("a")
    assert index.assign("b", ["k", "k"], NOW, WINDOW) == joined("a", 2)


@pytest.mark.parametrize("distance", [timedelta(days=-3650), timedelta(days=3650)])
def test_times_far_from_the_machines_clock_work(index: StoryIndex, distance: timedelta) -> None:
    at = datetime.now(UTC) + distance
    index.assign("a", ["k"], at, WINDOW)
    assert index.assign("b", ["k"], at + HOUR, WINDOW) == joined("a", 2)
    assert index.assign("a", ["k"], at + HOUR, WINDOW) == StoryAssignment(story=story_id("a"), opened=True, articles=2)


def test_close_can_be_repeated(index: StoryIndex) -> None:
    index.close()
    index.close()
