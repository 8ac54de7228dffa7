"""outbox → channels: sends what is due and writes down what became of it."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import Final

import structlog

from tocsin.domain.errors import TransientError
from tocsin.notifier.courier import Courier
from tocsin.notifier.directory import Directory
from tocsin.notifier.dispatcher import Dispatcher
from tocsin.notifier.messages import Messages
from tocsin.notifier.publisher import OutcomePublisher
from tocsin.notifier.recorder import Recorder
from tocsin.notifier.steady import SteadyClock
from tocsin.ports.bus import Bus
from tocsin.ports.clock import Clock
from tocsin.ports.outbox import Outbox
from tocsin.ports.sender import Sender
from tocsin.ports.subscriptions import SubscriptionStore
from tocsin.runtime.health import Heartbeat
from tocsin.runtime.retry import Backoff
from tocsin.settings.schema import NotifierSettings

log = structlog.get_logger()

_LOOK_EVERY: Final = 0.1
"""Seconds between looks into an outbox that has nothing due."""


class Notifier:
    """Claims lanes in which something is due, sends on threads of its own, and writes the results down.

    At least once: a result is written down after the send, so a crash between the two sends again, with the same
    idempotency key. Lanes do not wait for each other: see Dispatcher.
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
        messages: Messages | None = None,
    ) -> None:
        self.name = "notifier-sender"
        self._outbox = outbox
        self._sender = sender
        self._settings = settings
        self._heartbeat = heartbeat
        self._wake = threading.Event()
        self._ended = threading.Event()
        self._recorder = Recorder(outbox, self._ended)
        self._publisher = OutcomePublisher(outbox, bus, clock, remember=timedelta(days=settings.remember))
        self._steady = SteadyClock(clock)
        self._dispatcher = Dispatcher(
            Directory(subscriptions),
            Courier(sender, messages or Messages(settings), settings, clock),
            sender,
            self._recorder,
            outbox,
            settings,
            clock=clock,
            steady=self._steady,
            wake=self._wake,
        )

    def run(self, stop: threading.Event) -> None:
        """Send until ``stop`` is set; then finish the sends in hand, publish their outcomes and return."""
        recorded, published = threading.Event(), threading.Event()
        with ThreadPoolExecutor(2, "outcomes") as side:
            recording = side.submit(self._recorder.run, recorded)
            publishing = side.submit(self._publisher.run, published, self._ended)
            try:
                with ThreadPoolExecutor(self._settings.threads, "send") as threads:
                    self._work(threads, (recording, publishing), stop)
            finally:
                recorded.set()
                self._recorder.add()
                recording.exception()
                published.set()
                self._ended.set()
        recording.result()
        publishing.result()
        self._sender.close()

    def _work(self, threads: ThreadPoolExecutor, side: "tuple[Future[None], ...]", stop: threading.Event) -> None:
        dispatcher, backoff = self._dispatcher, Backoff()
        claim_at = 0.0
        while not stop.is_set() or dispatcher.busy:
            if any(each.done() for each in side):
                return
            self._wake.clear()
            dispatcher.finish()
            room = 0 if stop.is_set() else dispatcher.room
            try:
                if stop.is_set():
                    dispatcher.drain()
                elif room and dispatcher.monotonic() >= claim_at:
                    claimed = self._outbox.claim(self._steady(), room, dispatcher.batch, dispatcher.lease)
                    dispatcher.accept(claimed)
                    claim_at = dispatcher.monotonic() + (0.0 if claimed else _LOOK_EVERY)
                backoff.reset()
                problem = None
            except TransientError as error:
                wait = backoff.next(error.retry_after)
                log.warning("outbox.waiting", reason=str(error), seconds=round(wait, 2))
                claim_at = dispatcher.monotonic() + wait
                problem = str(error)
            next_start = dispatcher.start(threads)
            self._heartbeat.beat(problem=problem or self._recorder.problem or self._publisher.problem)
            self._wake.wait(min(_LOOK_EVERY, next_start))
