"""A clock that follows the wall clock forward and never runs backwards."""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from tocsin.ports.clock import Clock


class SteadyClock:
    """When the wall clock is set back, goes on from where it was at its own pace, so that nothing due waits anew.

    For due times and leases; what people read has the wall clock's time. Thread-safe.
    """

    def __init__(self, clock: Clock, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._at = clock()
        self._tick = monotonic()

    def __call__(self) -> datetime:
        """Now."""
        with self._lock:
            tick = self._monotonic()
            self._at = max(self._clock(), self._at + timedelta(seconds=max(0.0, tick - self._tick)))
            self._tick = tick
            return self._at
