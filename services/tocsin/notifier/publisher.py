"""Outcomes from the outbox to the bus."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import structlog

from tocsin.domain import codec
from tocsin.domain.delivery import DeliveryOutcome
from tocsin.domain.errors import TransientError
from tocsin.domain.record import DELIVERIES, Record
from tocsin.notifier import metrics
from tocsin.ports.bus import Bus
from tocsin.ports.clock import Clock
from tocsin.ports.outbox import Outbox
from tocsin.runtime.retry import Backoff

log = structlog.get_logger()

_BATCH: Final = 500
_COUNT_EVERY: Final = 10.0
_FORGET_EVERY: Final = 3600.0


class OutcomePublisher:
    """Tells the bus how deliveries ended: read, publish, acknowledge, in this order.

    A crash on the way publishes an outcome again and never sends a message again. With several notifiers two may
    publish the same outcome; its id is the same. Now and then it counts what is pending and forgets deliveries that
    ended longer than ``remember`` ago, which must be as long as alerts can be replayed.
    """

    def __init__(
        self,
        outbox: Outbox,
        bus: Bus,
        clock: Clock,
        *,
        remember: timedelta,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.problem: str | None = None
        self._outbox = outbox
        self._bus = bus
        self._clock = clock
        self._remember = remember
        self._monotonic = monotonic
        self._count_at = self._forget_at = monotonic()
        self._backoff = Backoff()

    def run(self, stop: threading.Event, news: threading.Event) -> None:
        """Publish whenever ``news`` is set, and look once a second, until ``stop``; then whatever is left."""
        while not stop.is_set():
            try:
                published = self.step()
                self._housekeep()
            except TransientError as error:
                self.problem = str(error)
                wait = self._backoff.next(error.retry_after)
                log.warning("outcomes.waiting", reason=str(error), seconds=round(wait, 2))
                stop.wait(wait)
                continue
            self.problem = None
            self._backoff.reset()
            if published < _BATCH:
                news.wait(1.0)
                news.clear()
        try:
            while self.step() == _BATCH:
                pass
        except TransientError as error:
            log.warning("outcomes.left_for_next_start", reason=str(error))

    def step(self) -> int:
        """Publish one batch; returns how many outcomes it had. Raises TransientError."""
        outcomes = self._outbox.outcomes(_BATCH)
        if outcomes:
            self._bus.publish([_record(outcome) for outcome in outcomes])
            self._outbox.acknowledge([outcome.id for outcome in outcomes])
        return len(outcomes)

    def _housekeep(self) -> None:
        now = self._monotonic()
        if now >= self._count_at:
            metrics.PENDING.set(self._outbox.pending())
            self._count_at = now + _COUNT_EVERY
        if now >= self._forget_at:
            forgotten = self._outbox.forget(self._clock() - self._remember)
            self._forget_at = now + _FORGET_EVERY
            if forgotten:
                log.info("outbox.forgot", deliveries=forgotten)


def _record(outcome: DeliveryOutcome) -> Record:
    return codec.record(
        DELIVERIES, key=outcome.subscriber, id=outcome.id, value=outcome, source="notifier", time=outcome.at
    )
