"""Results to the outbox, written together: one transaction for whatever came in while the last one was written."""

import threading
import time
from collections.abc import Sequence
from datetime import datetime

import structlog
from msgspec import Struct

from tocsin.domain.delivery import ChannelState, ClaimedLane, Delivery, Progress
from tocsin.domain.errors import TransientError
from tocsin.ports.outbox import Outbox
from tocsin.runtime.retry import Backoff

log = structlog.get_logger()

_LAST_TRIES = 4
"""How often something is written again after the stop when the outbox is out of reach."""


class Plan(Struct, frozen=True):
    """Deliveries that follow from others: to a fallback, or a notice."""

    deliveries: tuple[Delivery, ...]
    now: datetime


class Release(Struct, frozen=True):
    """A lane to give back, after all that was recorded of it."""

    claimed: ClaimedLane
    state: ChannelState
    not_before: datetime | None


Entry = Plan | Progress | Release


class Recorder:
    """Writes entries down in their order, on a thread of its own. Thread-safe.

    What is not written down when the process dies is sent again by the next, with the same idempotency keys.
    """

    def __init__(self, outbox: Outbox, written: threading.Event) -> None:
        self.problem: str | None = None
        self._outbox = outbox
        self._written = written
        self._changed = threading.Condition()
        self._entries: list[Entry] = []
        self._at_work = 0

    @property
    def backlog(self) -> int:
        """How much is not written down yet."""
        with self._changed:
            return len(self._entries) + self._at_work

    def add(self, *entries: Entry) -> None:
        """Write these down, soon."""
        with self._changed:
            self._entries.extend(entries)
            self._changed.notify()

    def run(self, stop: threading.Event) -> None:
        """Write until ``stop`` is set and nothing is left; then not for long if the outbox is away."""
        backoff = Backoff()
        tries_left = _LAST_TRIES
        while True:
            with self._changed:
                while not self._entries and not stop.is_set():
                    self._changed.wait(0.5)
                if not self._entries:
                    return
                entries, self._entries = self._entries, []
                self._at_work = len(entries)
            while True:
                try:
                    self._write(entries)
                    break
                except TransientError as error:
                    self.problem = str(error)
                    tries_left -= stop.is_set()
                    log.warning("delivery.recording", reason=str(error), gave_up=not tries_left)
                    if not tries_left:
                        return
                    time.sleep(backoff.next(error.retry_after))
            backoff.reset()
            self.problem = None
            with self._changed:
                self._at_work = 0
            self._written.set()

    def _write(self, entries: Sequence[Entry]) -> None:
        # all of it can be repeated: plans by id, ends by id, lanes by token. A repeated attempt would only be
        # counted twice, and only when the answer to a write that was done got lost.
        for entry in entries:
            if isinstance(entry, Plan):
                self._outbox.plan(entry.deliveries, entry.now)
        progress = [entry for entry in entries if isinstance(entry, Progress)]
        if progress:
            self._outbox.record(progress)
        for entry in entries:
            if isinstance(entry, Release):
                self._outbox.release(entry.claimed, entry.state, entry.not_before)
