"""The loop every consuming service runs: read a batch, decide, commit the outputs. Written once, here."""

import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

import structlog

from tocsin.domain import codec, identity
from tocsin.domain.dead_letter import DeadLetter
from tocsin.domain.errors import FencedError, TransientError
from tocsin.domain.record import DEAD_LETTERS, Received, Record
from tocsin.ports.bus import Bus, Consumer
from tocsin.ports.clock import Clock
from tocsin.runtime.health import Heartbeat
from tocsin.runtime.metrics import DEAD_LETTERED, LATENCY, PROCESSED, RETRIES
from tocsin.runtime.retry import Backoff

log = structlog.get_logger()

POLL_TIMEOUT = 1.0
"""Seconds a poll may wait; bounds how long a stop takes."""

_LONGEST_REASON = 4_000
"""Characters of an exception's text that a dead letter keeps: with the largest value it must still fit on the bus."""


class Handler(Protocol):
    """A stage of the pipeline."""

    @property
    def name(self) -> str:
        """Its name in logs and metrics, and its consumer group."""
        ...

    @property
    def topics(self) -> Sequence[str]:
        """What it reads."""
        ...

    def handle(self, batch: Sequence[Received]) -> Sequence[Record]:
        """Decide on a batch and return the records to publish, atomically with the batch's offsets.

        May be called again with the same records, so what it does beside its outputs must be idempotent.
        Raises TransientError when the world is not ready (the batch comes again after a wait). Any other
        exception is held against the record: the worker tries each record of the batch alone and puts those
        that raise into the dead letters.
        """
        ...


class Worker:
    """Runs a handler on the bus until told to stop. Nothing is lost: what is not committed is read again."""

    def __init__(
        self, bus: Bus, handler: Handler, *, clock: Clock, heartbeat: Heartbeat, backoff: Backoff | None = None
    ) -> None:
        self.name = handler.name
        self._bus = bus
        self._handler = handler
        self._clock = clock
        self._heartbeat = heartbeat
        self._backoff = backoff or Backoff()

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop`` is set; finishes the batch in hand first."""
        consumer = self._bus.consumer(self._handler.topics, self._handler.name)
        try:
            rewind = False
            while not stop.is_set():
                try:
                    if rewind:
                        consumer.rewind()
                        rewind = False
                    self._step(consumer)
                    self._backoff.reset()
                    self._heartbeat.beat()
                except FencedError as error:
                    rewind = True
                    RETRIES.labels(self.name, "fenced").inc()
                    log.info("group.moved_on", service=self.name, reason=str(error))
                    self._heartbeat.beat()
                except TransientError as error:
                    rewind = True
                    wait = self._backoff.next(error.retry_after)
                    RETRIES.labels(self.name, "transient").inc()
                    log.warning("worker.waiting", service=self.name, reason=str(error), seconds=round(wait, 2))
                    self._heartbeat.beat(problem=str(error))
                    stop.wait(wait)
        finally:
            consumer.close()

    def _step(self, consumer: Consumer) -> None:
        batch = consumer.poll(POLL_TIMEOUT)
        if not batch:
            return
        outputs = self._outputs(batch)
        consumer.commit(outputs)
        PROCESSED.labels(self.name).inc(len(batch))
        now = self._clock()
        for record in batch:
            LATENCY.labels(self.name).observe(max(0.0, (now - record.time) / timedelta(seconds=1)))

    def _outputs(self, batch: Sequence[Received]) -> Sequence[Record]:
        try:
            return self._handler.handle(batch)
        except TransientError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a record provokes must not stop the others
            if len(batch) == 1:
                return [self._dead_letter(batch[0], error)]
        # one of them is poison: find it without losing the others
        return [output for record in batch for output in self._outputs([record])]

    def _dead_letter(self, record: Received, error: Exception) -> Record:
        text = str(error)[:_LONGEST_REASON]
        reason = f"{type(error).__name__}: {text}"
        log.error(
            "record.dead_lettered",
            service=self.name,
            origin=record.origin,
            key=record.key,
            reason=reason,
            exc_info=error,
        )
        DEAD_LETTERED.labels(self.name).inc()
        letter = DeadLetter(
            service=self.name,
            topic=record.topic,
            origin=record.origin,
            key=record.key,
            value=record.value[: codec.MAX_VALUE_BYTES],
            headers=dict(record.headers),
            error=type(error).__name__,
            reason=text,
            at=self._clock(),
        )
        return codec.record(
            DEAD_LETTERS,
            key=record.key,
            id=identity.dead_letter_id(self.name, record.origin),
            value=letter,
            source=self.name,
            time=letter.at,
            cause=record,
        )
