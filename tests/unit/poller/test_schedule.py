from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tocsin.domain.feed import Feed, FeedHealth, Push, Track
from tocsin.poller import schedule
from tocsin.settings.schema import PollerSettings

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SETTINGS = PollerSettings(interval=100.0, max_backoff=1000.0)
FEED = Feed(id="f", url="https://e.org/", source="E")
BUSY = Track(changes=1_000.0, watched=1_000.0)
QUIET = Track(changes=0.0, watched=1_000_000.0)
UNTRACKED = Track()
MONTH = 2_592_000.0


def fixed(interval: float, most: float | None = None) -> Feed:
    return Feed(
        id="f",
        url="https://e.org/",
        source="E",
        interval=timedelta(seconds=interval),
        max_interval=None if most is None else timedelta(seconds=most),
    )


def middle() -> float:
    return 0.5


def success(
    feed: Feed = FEED,
    track: Track = UNTRACKED,
    settings: PollerSettings = SETTINGS,
    rand: Callable[[], float] = middle,
    **more: float,
) -> float:
    return (schedule.after_success(feed, track, settings, NOW, rand, **more) - NOW).total_seconds()


def failure(feed: Feed = FEED, *, errors: int, retry_after: float | None = None, least: float = 0.0) -> float:
    at = schedule.after_failure(feed, SETTINGS, NOW, middle, errors=errors, retry_after=retry_after, least=least)
    return (at - NOW).total_seconds()


@pytest.mark.parametrize(("rand", "expected"), [(0.0, 90), (0.5, 100), (1.0, 110)])
def test_begins_at_the_interval_with_jitter(rand: float, expected: float) -> None:
    assert success(rand=lambda: rand) == pytest.approx(expected)


def test_the_feeds_own_rate_decides_within_bounds() -> None:
    assert success(track=BUSY) == pytest.approx(20)
    assert success(track=QUIET) == pytest.approx(400)
    assert 20 < success(track=Track(changes=10.0, watched=2_000.0)) < 100
    bounds = PollerSettings(interval=100.0, min_interval=50.0, max_interval=150.0)
    assert success(track=BUSY, settings=bounds) == pytest.approx(50)
    assert success(track=QUIET, settings=bounds) == pytest.approx(150)


def test_the_operators_interval_for_a_feed_is_kept_to() -> None:
    for track in (BUSY, QUIET, Track(wish=MONTH)):
        assert success(fixed(7), track, fresh=MONTH) == pytest.approx(7)
    assert failure(fixed(7), errors=1) == pytest.approx(14)


def test_a_publishers_wish_makes_it_longer_up_to_the_bound() -> None:
    assert success(fresh=50.0) == pytest.approx(100)
    assert success(fresh=250.0) == pytest.approx(250)
    assert success(track=Track(wish=250.0)) == pytest.approx(250)
    assert success(fresh=MONTH) == pytest.approx(400)
    assert success(track=Track(wish=MONTH), fresh=0.0) == pytest.approx(400)
    assert success(fixed(7, most=60), fresh=MONTH) == pytest.approx(60)
    own = Feed(id="f", url="https://e.org/", source="E", max_interval=timedelta(seconds=120))
    assert success(own, fresh=MONTH) == pytest.approx(120)
    assert success(own, QUIET) == pytest.approx(120)


def test_a_domains_rule_is_kept_to_whatever_else_is_wanted() -> None:
    assert success(fixed(7), least=600.0) == pytest.approx(600)
    assert success(track=BUSY, least=600.0) == pytest.approx(600)
    assert failure(errors=0, least=600.0) == pytest.approx(600)


@pytest.mark.parametrize(("errors", "expected"), [(0, 100), (1, 200), (3, 800), (4, 1000), (10_000, 1000)])
def test_backs_off_and_never_stops(errors: int, expected: float) -> None:
    assert failure(errors=errors) == pytest.approx(expected)


@pytest.mark.parametrize(("asked", "expected"), [(10.0, 100), (500.0, 525), (1e9, 1000)])
def test_honours_retry_after_within_reason(asked: float, expected: float) -> None:
    assert failure(errors=0, retry_after=asked) == pytest.approx(expected)


def test_an_interval_above_the_bound_is_not_shortened_by_failure() -> None:
    assert failure(fixed(604_800), errors=3) == pytest.approx(604_800)


def test_feeds_that_fail_together_do_not_come_back_together() -> None:
    moments = {
        schedule.after_failure(FEED, SETTINGS, NOW, lambda share=n / 10: share, errors=2)  # type: ignore[misc]
        for n in range(10)
    }
    assert len(moments) == 10


@pytest.mark.parametrize(("rand", "expected"), [(0.0, 15.0), (1.0, 45.0)])
def test_after_an_outage_it_is_soon_and_spread(rand: float, expected: float) -> None:
    assert schedule.after_outage(FEED, SETTINGS, NOW, lambda: rand) == NOW + timedelta(seconds=expected)


def latest(feed: Feed = FEED, *, errors: int = 0, push: Push | None = None, least: float = 0.0) -> float:
    health = FeedHealth(feed=feed, next_check=NOW, errors=errors, polled=NOW, error=None, push=push)
    return (schedule.latest(health, SETTINGS, NOW, least=least) - NOW).total_seconds()


def test_no_look_sets_the_next_later_than_the_latest() -> None:
    highest: Callable[[], float] = lambda: 1.0  # noqa: E731 - the most jitter
    for feed in (FEED, fixed(7), fixed(7, most=60), fixed(604_800)):
        for least in (0.0, 600.0):
            assert success(feed, QUIET, rand=highest, fresh=MONTH, least=least) <= latest(feed, least=least)
            after = schedule.after_failure(feed, SETTINGS, NOW, highest, errors=50, retry_after=MONTH, least=least)
            assert (after - NOW).total_seconds() <= latest(feed, errors=1, least=least)


def test_the_latest_is_not_much_later_than_it_must_be() -> None:
    assert latest() == pytest.approx(441)
    assert latest(fixed(7)) == pytest.approx(8.7)
    push = Push(hub="https://h.example/", topic="t", secret="s", asked=NOW)
    assert latest(push=push) == pytest.approx(3_961)
