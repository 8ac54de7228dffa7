from datetime import UTC, datetime, timedelta

import pytest

from tocsin.domain.feed import Track
from tocsin.poller import pace

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = 86_400.0


def test_the_wait_is_the_given_one_as_long_as_nothing_is_known() -> None:
    assert pace.wait(Track(), 300.0) == pytest.approx(300.0)


def simulate(gap: float, seconds: float, *, first: float = 300.0) -> float:
    """A feed with news every ``gap`` seconds, looked at when the pace says so; returns the last wait."""
    track, at, wait = Track(), 0.0, first
    while at < seconds:
        wait = min(1_200.0, max(60.0, pace.wait(track, 300.0)))
        news = (at + wait) // gap > at // gap
        at += wait
        track = pace.looked(track, wait, news=news)
    return wait


def test_a_busy_feed_is_looked_at_often_and_a_quiet_one_seldom() -> None:
    assert simulate(gap=240.0, seconds=DAY) < 120
    assert 200 < simulate(gap=1_800.0, seconds=4 * DAY) < 900
    assert simulate(gap=30 * DAY, seconds=DAY) == 1_200


def test_a_feed_that_wakes_up_is_noticed() -> None:
    track = Track()
    for _ in range(300):
        track = pace.looked(track, 1_200.0, news=False)
    assert pace.wait(track, 300.0) > 1_200
    for _ in range(200):
        track = pace.looked(track, 1_200.0, news=True)
    assert pace.wait(track, 300.0) < 600


def test_the_first_look_learns_from_the_items_dates() -> None:
    hourly = [NOW - timedelta(hours=hours) for hours in range(1, 100)]
    assert pace.wait(pace.guessed(Track(), hourly, NOW), 300.0) == pytest.approx(900, rel=0.1)


def test_dates_that_say_nothing_are_ignored() -> None:
    same = [NOW - timedelta(seconds=1)] * 50
    assert pace.guessed(Track(), same, NOW).changes == 1
    old, future = [NOW - timedelta(days=400)], [NOW + timedelta(days=1)]
    assert pace.guessed(Track(), old + future, NOW) == Track()
    assert pace.guessed(Track(), [], NOW) == Track()


def test_a_clock_set_back_does_no_harm() -> None:
    assert pace.looked(Track(changes=1.0, watched=5.0), -100.0, news=False) == Track(changes=1.0, watched=5.0)
