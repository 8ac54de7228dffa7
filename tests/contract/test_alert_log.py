"""What tocsin.ports.alert_log promises, on every backend."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tocsin.ports.alert_log import AlertLog
from tocsin.ports.state import State

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
KEEP = timedelta(days=2)
SOON = timedelta(microseconds=1)


@pytest.fixture
def alerts(state: State) -> AlertLog:
    return state.alert_log


def test_the_first_article_rings_everyone(alerts: AlertLog) -> None:
    assert alerts.claim("story", "one", ["anna", "björn"], NOW, KEEP) == {"anna", "björn"}
    assert alerts.claim("story", "one", [], NOW, KEEP) == frozenset()


def test_another_article_rings_only_those_not_rung_yet(replica: Callable[[], State]) -> None:
    here, there = replica().alert_log, replica().alert_log
    here.claim("story", "one", ["anna", "björn"], NOW, KEEP)
    assert there.claim("story", "two", ["björn", "carla"], NOW, KEEP) == {"carla"}
    assert here.claim("story", "one", ["anna", "björn", "carla"], NOW, KEEP) == {"anna", "björn"}


def test_asking_again_gives_the_same_answer(alerts: AlertLog) -> None:
    alerts.claim("story", "one", ["anna"], NOW, KEEP)
    alerts.claim("story", "two", ["anna", "björn"], NOW, KEEP)
    for at in (NOW, NOW + KEEP - SOON, NOW - KEEP):
        assert alerts.claim("story", "one", ["anna", "björn"], at, KEEP) == {"anna"}
        assert alerts.claim("story", "two", ["anna", "björn"], at, KEEP) == {"björn"}


def test_the_answer_names_only_those_asked_for(alerts: AlertLog) -> None:
    alerts.claim("story", "one", ["anna", "björn"], NOW, KEEP)
    assert alerts.claim("story", "one", ["anna"], NOW, KEEP) == {"anna"}


def test_other_stories_are_other_pairs(alerts: AlertLog) -> None:
    alerts.claim("story", "one", ["anna"], NOW, KEEP)
    assert alerts.claim("other", "two", ["anna"], NOW, KEEP) == {"anna"}


def test_a_claim_holds_for_keep_and_not_longer(alerts: AlertLog) -> None:
    alerts.claim("story", "one", ["anna"], NOW, KEEP)
    assert alerts.claim("story", "two", ["anna"], NOW + KEEP - SOON, KEEP) == frozenset()
    assert alerts.claim("story", "two", ["anna"], NOW + KEEP, KEEP) == {"anna"}
    assert alerts.claim("story", "one", ["anna"], NOW + KEEP, KEEP) == frozenset()


def test_asking_again_does_not_lengthen_a_claim(alerts: AlertLog) -> None:
    alerts.claim("story", "one", ["anna"], NOW, KEEP)
    alerts.claim("story", "one", ["anna"], NOW + KEEP / 2, KEEP)
    assert alerts.claim("story", "two", ["anna"], NOW + KEEP, KEEP) == {"anna"}


@pytest.mark.parametrize("distance", [timedelta(days=-3650), timedelta(days=3650)])
def test_times_far_from_the_machines_clock_work(alerts: AlertLog, distance: timedelta) -> None:
    at = datetime.now(UTC) + distance
    alerts.claim("story", "one", ["anna"], at, KEEP)
    alerts.claim("unrelated", "one", ["anna"], at, KEEP)
    assert alerts.claim("story", "two", ["anna"], at + KEEP - SOON, KEEP) == frozenset()


def test_ids_of_any_shape_are_kept_apart(alerts: AlertLog) -> None:
    article = "12 two words}"
    assert alerts.claim("a story {x}", article, ["9 o'clock desk", ""], NOW, KEEP) == {"9 o'clock desk", ""}
    assert alerts.claim("a story {x}", article, [""], NOW, KEEP) == {""}
    assert alerts.claim("a story {x}", "two words}", [""], NOW, KEEP) == frozenset()


def test_thousands_of_subscribers_in_one_claim(alerts: AlertLog) -> None:
    many = [f"subscriber-{number}" for number in range(20_000)]
    assert alerts.claim("story", "one", many, NOW, KEEP) == set(many)
    assert alerts.claim("story", "two", many, NOW, KEEP) == frozenset()


def test_close_can_be_repeated(alerts: AlertLog) -> None:
    alerts.close()
    alerts.close()
