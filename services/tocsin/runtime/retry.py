"""Waiting longer after each failure, with jitter so that many do not come back at once."""

import random
from collections.abc import Callable


class Backoff:
    """Exponential waits in seconds with full jitter over the upper half: never under half the nominal wait."""

    def __init__(
        self, first: float = 0.2, most: float = 15.0, *, factor: float = 2.0, rand: Callable[[], float] = random.random
    ) -> None:
        self._first = first
        self._most = most
        self._factor = factor
        self._rand = rand
        self._failures = 0

    def next(self, at_least: float | None = None) -> float:
        """The wait after one more failure; not shorter than ``at_least`` (what the other side asked for)."""
        wait = delay(self._failures, self._first, self._most, factor=self._factor, rand=self._rand)
        self._failures += 1
        return max(wait, at_least or 0.0)

    def reset(self) -> None:
        """Success: begin again with the shortest wait."""
        self._failures = 0


def delay(
    failures: int, first: float, most: float, *, factor: float = 2.0, rand: Callable[[], float] = random.random
) -> float:
    """The wait in seconds after ``failures`` earlier failures: first · factor^failures, at most ``most``, jittered."""
    nominal = min(most, first * factor ** min(failures, 64))
    return nominal * (0.5 + rand() / 2)
