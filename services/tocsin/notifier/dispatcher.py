"""Which delivery goes next, on which thread, and what follows from its result."""

import queue
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Final

import structlog
from msgspec.structs import replace

from tocsin.domain.delivery import Attempt, ClaimedLane, Delivery, DeliveryOutcome, Progress
from tocsin.domain.errors import TransientError
from tocsin.notifier import attempt, breaker, metrics, notices
from tocsin.notifier.attempt import Decision, HandOver, Postpone
from tocsin.notifier.courier import Courier
from tocsin.notifier.directory import Addressee, Directory
from tocsin.notifier.lane_run import LaneRun
from tocsin.notifier.pace import Bucket, pace
from tocsin.notifier.recorder import Plan, Recorder, Release
from tocsin.ports.clock import Clock
from tocsin.ports.outbox import Outbox
from tocsin.ports.sender import Sender, SendResult
from tocsin.settings.schema import NotifierSettings

log = structlog.get_logger()

_STALL: Final = 1.0
"""Seconds after which a lane that cannot move is given back, so that another can take its place."""

_HANDS_ON: Final = 5.0
"""Seconds for which a claimed lane is sent from. The lease is longer by a send and as much again to write it down:
so long at most does a lane wait when its notifier was killed."""

_PAUSE: Final = timedelta(seconds=0.5)
_BACKLOG: Final = 5_000
_BUCKETS: Final = 50_000
_SLOW: Final = 2.0
"""Seconds of a send from which on a channel counts as slow."""


class Dispatcher:
    """Used by one thread; only the sends themselves happen on others.

    A lane sends at most as many at a time, and as fast, as its kind allows. Lanes that fail or are slow, and lanes
    of one account, together get at most half of the threads: the other half is always there for the rest.
    """

    def __init__(  # noqa: PLR0917 - the tools it works with, in the order of their use
        self,
        directory: Directory,
        courier: Courier,
        sender: Sender,
        recorder: Recorder,
        outbox: Outbox,
        settings: NotifierSettings,
        *,
        clock: Clock,
        steady: Clock,
        wake: threading.Event,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.monotonic = monotonic
        self.batch: Final = 32
        self.lease: Final = timedelta(seconds=settings.timeout + 2 * _HANDS_ON)
        self._directory = directory
        self._courier = courier
        self._sender = sender
        self._recorder = recorder
        self._outbox = outbox
        self._settings = settings
        self._clock = clock
        self._steady = steady
        self._wake = wake
        self._half = max(1, settings.threads // 2)
        self._runs: list[LaneRun] = []
        self._results: queue.SimpleQueue[tuple[LaneRun, Delivery, Attempt, SendResult]] = queue.SimpleQueue()
        self._in_flight = 0
        self._suspects = 0
        self._suspected: dict[int, bool] = {}
        self._accounts: dict[str, int] = {}
        self._buckets: OrderedDict[object, Bucket] = OrderedDict()
        self._slow: OrderedDict[object, None] = OrderedDict()

    @property
    def busy(self) -> bool:
        """Whether there are lanes in hand."""
        return bool(self._runs)

    @property
    def room(self) -> int:
        """How many more lanes can be taken in hand."""
        if self._recorder.backlog > _BACKLOG:
            return 0
        return max(0, 4 * self._settings.threads - len(self._runs))

    def accept(self, lanes: Sequence[ClaimedLane]) -> None:
        """Take claimed lanes in hand; one whose subscriber cannot be looked up now is given back."""
        now = self.monotonic()
        for claimed in lanes:
            try:
                addressee = self._directory.addressee(claimed.lane)
            except TransientError as error:
                log.warning("delivery.waiting", subscriber=claimed.lane.subscriber, reason=str(error))
                self._recorder.add(Release(claimed, claimed.state, self._steady() + _PAUSE))
                continue
            run = self._run(claimed, addressee, now)
            if run is None:
                self._refuse(claimed, self._missing(addressee))
                continue
            self._runs.append(run)
            if self._given_over(run):
                self._hand_over_all(run)

    def start(self, threads: ThreadPoolExecutor) -> float:
        """Start what may start now; returns the seconds until something more may."""
        now, soon = self.monotonic(), 1.0
        for run in self._runs:
            while run.waiting and self._in_flight < self._settings.threads:
                if now > run.until:
                    run.give_up()  # the lease is nearly over
                    break
                if run.in_flight >= self._concurrency(run) or self._crowded(run):
                    break
                wait = run.wait(now)
                if wait > 0:
                    soon = min(soon, wait)
                    break
                self._go(run, run.take(now), threads)
        self._release(now)
        return soon

    def finish(self) -> None:
        """Take in the results of the sends that ended."""
        while True:
            try:
                run, delivery, made, result = self._results.get_nowait()
            except queue.Empty:
                return
            self._in_flight -= 1
            run.in_flight -= 1
            run.moved_at = self.monotonic()
            self._accounts[run.account] -= 1
            if not self._accounts[run.account]:
                del self._accounts[run.account]
            if self._suspected.pop(id(delivery)):
                self._suspects -= 1
            self._note_pace(run, made)
            self._conclude(run, delivery, made, result)

    def drain(self) -> None:
        """Start nothing more; what is on its way is finished."""
        for run in self._runs:
            run.give_up()

    def _run(self, claimed: ClaimedLane, addressee: Addressee, now: float) -> LaneRun | None:
        subscriber, channel = addressee.subscriber, addressee.channel
        if subscriber is None or channel is None or not channel.verified:
            return None
        traits = self._sender.traits(channel.url)
        limits = pace(traits.provider, self._settings.providers)
        buckets = [self._bucket(claimed.lane, limits.rate, limits.burst)]
        account = f"{traits.provider}:{traits.account}"
        if limits.account_rate is not None:
            buckets.append(self._bucket(account, limits.account_rate, max(1, int(limits.account_rate))))
        return LaneRun(
            claimed,
            subscriber,
            channel,
            pace=limits,
            buckets=tuple(buckets),
            account=account,
            until=now + _HANDS_ON,
            now=now,
        )

    def _bucket(self, key: object, rate: float, burst: int) -> Bucket:
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = Bucket(rate, burst)
            if len(self._buckets) > _BUCKETS:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(key)
        return bucket

    def _concurrency(self, run: LaneRun) -> int:
        return 1 if run.state.failures else run.pace.concurrency

    def _suspect(self, run: LaneRun) -> bool:
        return bool(run.state.failures) or run.claimed.lane in self._slow

    def _crowded(self, run: LaneRun) -> bool:
        """Whether this lane would take a thread from those that work well."""
        return (self._suspect(run) and self._suspects >= self._half) or (
            self._accounts.get(run.account, 0) >= self._half
        )

    def _note_pace(self, run: LaneRun, made: Attempt) -> None:
        if made.seconds >= _SLOW:
            self._slow[run.claimed.lane] = None
            if len(self._slow) > _BUCKETS:
                self._slow.popitem(last=False)
        else:
            self._slow.pop(run.claimed.lane, None)

    def _go(self, run: LaneRun, delivery: Delivery, threads: ThreadPoolExecutor) -> None:
        hopeless = attempt.before(delivery, self._clock())
        if hopeless is not None:
            run.in_flight -= 1
            self._end(delivery, None, hopeless)
            return
        self._in_flight += 1
        suspect = self._suspected[id(delivery)] = self._suspect(run)
        self._suspects += suspect
        self._accounts[run.account] = self._accounts.get(run.account, 0) + 1

        def work() -> None:
            made, result = self._courier.send(delivery, run.subscriber, run.channel)
            self._results.put((run, delivery, made, result))
            self._wake.set()

        threads.submit(work)

    def _conclude(self, run: LaneRun, delivery: Delivery, made: Attempt, result: SendResult) -> None:
        now = self._clock()
        counted = _counted(delivery)
        decision: Decision = attempt.after(
            counted,
            result,
            now,
            self._settings,
            policy=run.channel.unknown or run.pace.unknown,
            unanswered=self._unanswered(delivery) if result.status == "unknown" else 0,
            fallback=self._can_hand_over(run, delivery),
        )
        if result.status == "sent":
            run.state = breaker.sent(now)
        else:
            run.state = breaker.failed(
                run.state, self._steady(), result.error, self._settings, retry_after=result.retry_after
            )
            self._tell_of_failure(run)
            if self._given_over(run):
                self._hand_over_all(run)
            if breaker.resting(run.state, self._steady()):
                run.give_up()
        if isinstance(decision, Postpone):
            log.warning(
                "delivery.postponed",
                delivery=delivery.id,
                subscriber=run.subscriber.id,
                channel=run.channel.id,
                attempts=counted.attempts,
                due=decision.due.isoformat(),
                reason=result.error,
            )
            due = decision.due + (self._steady() - now)
            self._recorder.add(Progress(delivery=delivery.id, attempt=made, due=due))
        elif isinstance(decision, HandOver):
            self._hand_over(run, counted, made, decision.outcome)
        else:
            self._end(delivery, made, decision)

    def _unanswered(self, delivery: Delivery) -> int:
        try:
            found = self._outbox.find(delivery.id)
        except TransientError:
            return 0
        return sum(each.result == "unknown" for each in found.attempts) if found else 0

    def _given_over(self, run: LaneRun) -> bool:
        """Whether the channel is broken off and another stands in."""
        return bool(run.channel.fallback and run.state.trips) and breaker.resting(run.state, self._steady())

    def _can_hand_over(self, run: LaneRun, delivery: Delivery) -> bool:
        # a fallback's fallback may be the channel that it stands in for: one step only
        return run.channel.fallback is not None and delivery.fallback_for is None

    def _hand_over(self, run: LaneRun, delivery: Delivery, made: Attempt | None, end: DeliveryOutcome) -> None:
        fallback = run.channel.fallback
        assert fallback is not None
        now = self._clock()
        self._recorder.add(Plan((notices.stand_in(delivery, fallback, self._steady()),), now))
        self._end(delivery, made, attempt.outcome(delivery, "failed", now, error=f"{end.error}; sent over {fallback}"))

    def _hand_over_all(self, run: LaneRun) -> None:
        """The channel rests: what waits in it goes over its fallback at once."""
        stay = [each for each in run.waiting if not self._can_hand_over(run, each)]
        for delivery in run.waiting:
            if self._can_hand_over(run, delivery):
                now = self._clock()
                hopeless = attempt.before(delivery, now)
                if hopeless is not None:
                    self._end(delivery, None, hopeless)
                else:
                    error = "the channel keeps failing"
                    self._hand_over(run, delivery, None, attempt.outcome(delivery, "failed", now, error=error))
        run.waiting.clear()
        run.waiting.extend(stay if not breaker.resting(run.state, self._steady()) else ())

    def _tell_of_failure(self, run: LaneRun) -> None:
        """Tell the subscriber over another channel, once in each time of failing."""
        if not run.state.trips or run.state.told is not None:
            return
        log.warning(
            "channel.failing",
            subscriber=run.subscriber.id,
            channel=run.channel.id,
            failures=run.state.failures,
            reason=run.state.last_error,
        )
        try:
            notice = notices.channel_failing(run.subscriber, run.channel, run.state, self._outbox, self._steady())
        except TransientError:
            return  # the next failure tries again
        if notice is not None:
            self._recorder.add(Plan((notice,), self._clock()))
            run.state = notices.told(run.state, self._clock())

    def _end(self, delivery: Delivery, made: Attempt | None, end: DeliveryOutcome) -> None:
        self._recorder.add(Progress(delivery=delivery.id, attempt=made, outcome=end))
        _tell(delivery, end)

    def _missing(self, addressee: Addressee) -> str:
        return addressee.missing or "the channel's address has not been verified yet"

    def _refuse(self, claimed: ClaimedLane, reason: str) -> None:
        """Nobody is there: all of it ends, with the reason."""
        for delivery in claimed.deliveries:
            self._end(delivery, None, attempt.outcome(delivery, "failed", self._clock(), error=reason))
        self._recorder.add(Release(claimed, claimed.state, None))

    def _release(self, now: float) -> None:
        kept = []
        free = self._in_flight < self._settings.threads  # else it is a thread that a lane waits for, not its pace
        for run in self._runs:
            stalled = free and run.waiting and not run.in_flight and now - run.moved_at > _STALL
            pause = None
            if stalled:
                pause = self._steady() + max(_PAUSE, timedelta(seconds=min(60.0, run.wait(now))))
                run.give_up()
            if not run.done:
                kept.append(run)
                continue
            rest = run.not_before(self._steady())
            if rest is not None and self._given_over(run):
                rest = min(rest, self._steady() + _PAUSE)  # what comes in is to be handed over, not to wait
            self._recorder.add(Release(run.claimed, run.state, max(filter(None, (rest, pause)), default=None)))
        self._runs = kept


def _counted(delivery: Delivery) -> Delivery:
    return replace(delivery, attempts=delivery.attempts + 1)


def _tell(delivery: Delivery, end: DeliveryOutcome) -> None:
    """Log and count the end of a delivery."""
    metrics.DELIVERIES.labels(end.status).inc()
    if end.status == "delivered" and delivery.alert.kind in {"alert", "update", "correction"}:
        latency = end.at - delivery.alert.signal.article.at
        metrics.PUBLICATION_TO_DELIVERY.observe(max(0.0, latency.total_seconds()))
    write = log.info if end.status == "delivered" else log.warning
    write(
        f"delivery.{end.status}",
        delivery=end.id,
        subscriber=end.subscriber,
        channel=end.channel,
        story=end.story,
        attempts=end.attempts,
        reason=end.error,
    )
