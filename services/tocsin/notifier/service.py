"""outbox → channels: sends what is due and writes down what became of it."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import Final

import structlog

from tocsin.domain.delivery import Delivery
from tocsin.domain.errors import TransientError
from tocsin.notifier.courier import Courier
from tocsin.notifier.publisher import OutcomePublisher
from tocsin.ports.bus import Bus
from tocsin.ports.clock import Clock
from tocsin.ports.outbox import Outbox
from tocsin.ports.sender import Sender
from tocsin.ports.subscriptions import SubscriptionStore
from tocsin.runtime.health import Heartbeat
from tocsin.runtime.retry import Backoff
from tocsin.settings.schema import NotifierSettings

log = structlog.get_logger()

_LOOK_EVERY: Final = 0.25
"""Seconds between looks into an outbox that has nothing due."""


class Notifier:
    """Claims due deliveries, sends each on one of ``settings.threads`` threads, and settles or postpones it.

    At least once: a result is written down after the send, so a crash between the two sends again, with the same
    idempotency key. Claims are leased well over a send's time limit. No delivery waits behind another on the same
    thread, but the threads are shared: as many hanging receivers as there are threads hold up the rest for
    ``settings.timeout``, and back off after it. ``remember`` is how long the ids of ended deliveries guard
    against a replayed alert.
    """

    def __init__(  # noqa: PLR0917 - the stores and tools it works with, in the order of their use
        self,
        outbox: Outbox,
        subscriptions: SubscriptionStore,
        sender: Sender,
        bus: Bus,
        settings: NotifierSettings,
        clock: Clock,
        heartbeat: Heartbeat,
        *,
        remember: timedelta = timedelta(days=30),
    ) -> None:
        self.name = "notifier-sender"
        self._outbox = outbox
        self._sender = sender
        self._threads = settings.threads
        self._clock = clock
        self._heartbeat = heartbeat
        self._courier = Courier(outbox, subscriptions, sender, settings, clock)
        self._publisher = OutcomePublisher(outbox, bus, clock, remember=remember)
        self._lease = timedelta(seconds=3 * settings.timeout + 30)
        self._freed = threading.Event()
        self._settled = threading.Event()

    def run(self, stop: threading.Event) -> None:
        """Send until ``stop`` is set; then finish the sends in hand, publish their outcomes and return."""
        finished = threading.Event()
        with ThreadPoolExecutor(1, "outcomes") as side:
            publishing = side.submit(self._publisher.run, finished, self._settled)
            try:
                with ThreadPoolExecutor(self._threads, "send") as threads:
                    self._claim_and_send(threads, publishing, stop)
            finally:
                finished.set()
                self._settled.set()
        publishing.result()
        self._sender.close()

    def _claim_and_send(self, threads: ThreadPoolExecutor, publishing: "Future[None]", stop: threading.Event) -> None:
        in_hand: set[Future[None]] = set()
        backoff = Backoff()
        while not stop.is_set():
            if publishing.done():
                return
            self._freed.clear()
            for done in [each for each in in_hand if each.done()]:
                in_hand.remove(done)
                done.result()
            room = self._threads - len(in_hand)
            try:
                claimed = self._outbox.claim_due(self._clock(), room, self._lease) if room else ()
            except TransientError as error:
                wait = backoff.next(error.retry_after)
                log.warning("outbox.waiting", reason=str(error), seconds=round(wait, 2))
                self._heartbeat.beat(problem=str(error))
                stop.wait(wait)
                continue
            backoff.reset()
            in_hand |= {threads.submit(self._deliver, delivery, stop) for delivery in claimed}
            self._heartbeat.beat(problem=self._publisher.problem)
            self._freed.wait(_LOOK_EVERY)

    def _deliver(self, delivery: Delivery, stop: threading.Event) -> None:
        if self._courier.deliver(delivery, stop):
            self._settled.set()
        self._freed.set()
