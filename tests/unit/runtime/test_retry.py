"""Waits grow, are bounded, are spread, and honour what the other side asked for."""

from hypothesis import given
from hypothesis import strategies as st

from tocsin.runtime.retry import Backoff, delay


def test_waits_double_up_to_the_most() -> None:
    backoff = Backoff(first=1, most=10, rand=lambda: 1.0)
    assert [backoff.next() for _ in range(6)] == [1, 2, 4, 8, 10, 10]


def test_success_begins_anew() -> None:
    backoff = Backoff(first=1, most=10, rand=lambda: 1.0)
    backoff.next()
    backoff.next()
    backoff.reset()
    assert backoff.next() == 1


def test_at_least_what_was_asked_for() -> None:
    assert Backoff(first=1, most=10).next(at_least=30) == 30


@given(st.integers(min_value=0, max_value=10_000), st.floats(min_value=0, max_value=1))
def test_jitter_keeps_between_half_and_whole(failures: int, chance: float) -> None:
    wait = delay(failures, 0.5, 60, rand=lambda: chance)
    nominal = min(60, 0.5 * 2 ** min(failures, 64))
    assert nominal / 2 <= wait <= nominal
