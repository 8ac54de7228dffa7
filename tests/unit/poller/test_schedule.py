from datetime import UTC, datetime, timedelta

import pytest

from tocsin.domain.feed import Feed
from tocsin.poller import schedule
from tocsin.settings.schema import PollerSettings

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SETTINGS = PollerSettings(interval=100.0, max_backoff=1000.0)
FEED = Feed(id="f", url="https://e.org/", source="E")


def seconds(moment: datetime) -> float:
    return (moment - NOW).total_seconds()


@pytest.mark.parametrize(("rand", "expected"), [(0.0, 90), (0.5, 100), (1.0, 110)])
def test_interval_with_jitter(rand: float, expected: float) -> None:
    assert seconds(schedule.after_success(FEED, SETTINGS, NOW, lambda: rand)) == pytest.approx(expected)


def test_the_feeds_own_interval_comes_first() -> None:
    feed = Feed(id="f", url="https://e.org/", source="E", interval=timedelta(seconds=7))
    assert seconds(schedule.after_success(feed, SETTINGS, NOW, lambda: 0.5)) == pytest.approx(7)
    assert seconds(schedule.after_failure(feed, SETTINGS, NOW, lambda: 0.5, errors=1)) == pytest.approx(14)


@pytest.mark.parametrize(("errors", "expected"), [(0, 100), (1, 200), (3, 800), (4, 1000), (10_000, 1000)])
def test_backs_off_and_never_stops(errors: int, expected: float) -> None:
    assert seconds(schedule.after_failure(FEED, SETTINGS, NOW, lambda: 0.5, errors=errors)) == pytest.approx(expected)


@pytest.mark.parametrize(("asked", "expected"), [(10.0, 100), (500.0, 525), (1e9, 1000)])
def test_honours_retry_after_within_reason(asked: float, expected: float) -> None:
    found = schedule.after_failure(FEED, SETTINGS, NOW, lambda: 0.5, errors=0, retry_after=asked)
    assert seconds(found) == pytest.approx(expected)


def test_an_interval_above_the_bound_is_not_shortened_by_failure() -> None:
    weekly = Feed(id="f", url="https://e.org/", source="E", interval=timedelta(days=7))
    assert schedule.after_failure(weekly, SETTINGS, NOW, lambda: 0.5, errors=3) == NOW + timedelta(days=7)
