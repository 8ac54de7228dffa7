from datetime import UTC, datetime, timedelta

from tocsin.domain.delivery import ChannelState
from tocsin.notifier import breaker
from tocsin.notifier.pace import Bucket, pace
from tocsin.notifier.steady import SteadyClock
from tocsin.settings.schema import NotifierSettings, ProviderSettings

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SETTINGS = NotifierSettings(breaker_failures=3, breaker_pause=30, max_backoff=100)


def test_a_bucket_lets_a_burst_go_and_then_keeps_the_rate() -> None:
    bucket = Bucket(rate=2.0, burst=3)
    for _ in range(3):
        assert bucket.wait(10.0) == 0
        bucket.take(10.0)
    assert bucket.wait(10.0) == 0.5
    assert bucket.wait(10.25) == 0.25
    bucket.take(10.5)
    assert bucket.wait(10.5) == 0.5


def test_a_bucket_never_saves_up_more_than_its_burst() -> None:
    bucket = Bucket(rate=1.0, burst=2)
    bucket.take(0.0)
    for _ in range(2):
        assert bucket.wait(1000.0) == 0
        bucket.take(1000.0)
    assert bucket.wait(1000.0) == 1.0


def test_the_operators_limits_come_before_the_presets() -> None:
    own = {"telegram": ProviderSettings(rate=0.5, unknown="never")}
    assert (pace("telegram", own).rate, pace("telegram", own).unknown) == (0.5, "never")
    assert pace("telegram", own).account_rate == pace("telegram", {}).account_rate
    assert pace("something-new", {}).concurrency == 1


def failed(state: ChannelState, retry_after: float | None = None) -> ChannelState:
    return breaker.failed(state, NOW, "HTTP 500", SETTINGS, retry_after=retry_after, rand=lambda: 1.0)


def test_the_circuit_breaks_after_enough_failures_and_for_longer_each_time() -> None:
    state = failed(failed(ChannelState()))
    assert not breaker.resting(state, NOW)
    pauses = []
    for _ in range(4):
        state = failed(state)
        assert state.open_until is not None
        pauses.append((state.open_until - NOW) / SECOND)
    assert pauses == [30, 60, 100, 100]
    assert (state.failing_since, state.trips, state.last_error) == (NOW, 4, "HTTP 500")
    assert not breaker.resting(state, NOW + 100 * SECOND)


def test_one_success_mends_it() -> None:
    assert breaker.sent(NOW) == ChannelState(last_sent=NOW)


def test_what_the_provider_asks_for_counts_at_once() -> None:
    assert failed(ChannelState(), retry_after=7).open_until == NOW + 7 * SECOND
    assert failed(ChannelState(), retry_after=1e9).open_until == NOW + timedelta(days=1)
    assert failed(ChannelState(failures=2), retry_after=7).open_until == NOW + 30 * SECOND


def test_a_clock_set_back_goes_on_and_one_set_forward_is_followed() -> None:
    wall, ticks = [NOW], [0.0]
    clock = SteadyClock(lambda: wall[0], lambda: ticks[0])
    assert clock() == NOW
    wall[0], ticks[0] = NOW + SECOND, 1.0
    assert clock() == NOW + SECOND
    wall[0], ticks[0] = NOW - timedelta(hours=1), 2.0
    assert clock() == NOW + 2 * SECOND
    wall[0], ticks[0] = NOW + timedelta(hours=1), 3.0
    assert clock() == NOW + timedelta(hours=1)
