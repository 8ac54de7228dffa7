"""The notifier on the embedded stores and bus, with real receivers."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.unit.notifier.alerts import alert

from tocsin.adapters.apprise.sender import AppriseSender
from tocsin.adapters.sqlite.bus import SqliteBus
from tocsin.adapters.sqlite.channels import SqliteChannelStore
from tocsin.adapters.sqlite.outbox import SqliteOutbox
from tocsin.adapters.sqlite.subscriptions import SqliteSubscriptionStore
from tocsin.domain import codec
from tocsin.domain.alert import Alert
from tocsin.domain.delivery import ChannelState, ClaimedLane, DeliveryOutcome, Progress
from tocsin.domain.errors import TransientError
from tocsin.domain.record import ALERTS, DELIVERIES, Record
from tocsin.domain.subscription import Channel, Subscriber
from tocsin.notifier import attempt
from tocsin.notifier.planner import PlannerHandler
from tocsin.notifier.publisher import OutcomePublisher
from tocsin.notifier.service import Notifier
from tocsin.ports.clock import Clock, system_clock
from tocsin.ports.sender import Message, Sender, SendResult, Traits
from tocsin.ports.subscriptions import SubscriptionStore
from tocsin.runtime.health import Health, Heartbeat
from tocsin.runtime.worker import Worker
from tocsin.settings.schema import BusSettings, NotifierSettings
from tocsin.testing.web import LocalServer, Request, Response
from tocsin.testing.webhook import RecordingWebhook

SECRET = "s3cr3t-T0ken-9f8e"
QUICK = NotifierSettings(
    threads=4, timeout=1.5, attempts=5, backoff=0.05, max_backoff=0.2, breaker_failures=50, breaker_pause=0.05
)


class Deployment:
    """The notifier's surroundings; ``running`` is one life of the process."""

    def __init__(self, folder: Path) -> None:
        self.clock: Clock = system_clock
        self.outbox = SqliteOutbox(folder / "state.db")
        self.subscriptions = SqliteSubscriptionStore(folder / "state.db")
        self.channels_added = SqliteChannelStore(folder / "state.db")
        self.people: SubscriptionStore = self.subscriptions
        self.bus = SqliteBus(folder / "bus.db", BusSettings(), instance="t", clock=system_clock)
        self.bus.create_topics()
        self.health = Health()
        self.heart: Heartbeat = self.health.heartbeat("notifier-sender")
        self._outcomes = self.bus.consumer([DELIVERIES], "test")
        self._seen: list[DeliveryOutcome] = []

    def channels(self, *channels: Channel) -> None:
        self.subscriptions.sync([Subscriber(id="desk", channels=channels, subscriptions=())])

    def ring(self, *alerts: Alert) -> None:
        self.bus.publish([record(told) for told in alerts])

    def notifier(self, sender: Sender | None = None, settings: NotifierSettings = QUICK) -> Notifier:
        return Notifier(self.outbox, self.people, sender or AppriseSender(), self.bus, settings, self.clock, self.heart)

    @contextmanager
    def running(self, sender: Sender | None = None, settings: NotifierSettings = QUICK) -> Iterator[None]:
        stop = threading.Event()
        planner = Worker(
            self.bus,
            PlannerHandler(self.outbox, self.people, self.clock),
            clock=system_clock,
            heartbeat=self.health.heartbeat("notifier"),
        )
        services: Sequence[Worker | Notifier] = (planner, self.notifier(sender, settings))
        threads = [threading.Thread(target=service.run, args=(stop,)) for service in services]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            for thread in threads:
                thread.join(20)
            assert not any(thread.is_alive() for thread in threads)

    def outcomes(self, count: int, timeout: float = 10) -> list[DeliveryOutcome]:
        """All outcomes on the bus so far, once there are ``count`` of them."""
        deadline = time.monotonic() + timeout
        while len(self._seen) < count and time.monotonic() < deadline:
            self._read(0.3)
        self._read(0.05)
        return self._seen

    def _read(self, timeout: float) -> None:
        self._seen += [codec.decode(DeliveryOutcome, each.value) for each in self._outcomes.poll(timeout)]

    def close(self) -> None:
        self._outcomes.close()
        self.bus.close()
        self.outbox.close()
        self.subscriptions.close()
        self.channels_added.close()


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    made = Deployment(tmp_path)
    yield made
    made.close()


def fresh(story: str = "sto-1", channels: tuple[str, ...] = ("hook",)) -> Alert:
    now = system_clock()
    return alert(story=story, channels=channels, created=now, published=now - timedelta(seconds=90))


def record(told: Alert) -> Record:
    return codec.record(ALERTS, key=told.subscriber, id=told.id, value=told, source="router", time=told.created)


def hook(receiver: RecordingWebhook | LocalServer, id: str = "hook") -> Channel:
    return Channel(id=id, url=f"json://127.0.0.1:{receiver.port}/{SECRET}")


def eventually(true: Callable[[], bool], timeout: float = 10) -> bool:
    deadline = time.monotonic() + timeout
    while not true() and time.monotonic() < deadline:
        time.sleep(0.02)
    return true()


def test_an_alert_arrives_and_its_outcome_is_on_the_bus(deployment: Deployment) -> None:
    with RecordingWebhook() as webhook:
        deployment.channels(hook(webhook))
        told = fresh()
        deployment.ring(told)
        with deployment.running():
            (outcome,) = deployment.outcomes(1)
            assert eventually(deployment.health.ready)
        (call,) = webhook.calls
    assert (outcome.status, outcome.attempts, outcome.alert, outcome.error) == ("delivered", 1, told.id, None)
    assert call.headers["idempotency-key"] == outcome.id
    assert call.body["title"].startswith("🔔 NVDA ▲ Export controls — ")
    assert "seen after 40 s · rung after" in call.body["message"]
    assert deployment.outbox.pending() == 0
    assert list(deployment.outbox.outcomes(10)) == []


def test_repeated_alerts_are_delivered_once(deployment: Deployment) -> None:
    with RecordingWebhook() as webhook:
        deployment.channels(hook(webhook))
        told = fresh()
        deployment.ring(told, told)
        with deployment.running():
            deployment.outcomes(1)
            deployment.ring(told)
            deployment.ring(fresh("sto-2"))
            outcomes = deployment.outcomes(2)
        deployment.ring(told)
        with deployment.running():
            deployment.ring(fresh("sto-3"))
            outcomes = deployment.outcomes(3)
        assert len(webhook.calls) == 3
    assert len({outcome.id for outcome in outcomes}) == len(outcomes) == 3


def test_every_channel_of_an_alert_gets_it(deployment: Deployment) -> None:
    with RecordingWebhook() as one, RecordingWebhook() as two:
        deployment.channels(hook(one, "one"), hook(two, "two"))
        deployment.ring(fresh("sto-1", channels=("one", "two")), fresh("sto-2", channels=()))
        with deployment.running():
            assert {outcome.status for outcome in deployment.outcomes(4)} == {"delivered"}
        assert (len(one.calls), len(two.calls)) == (2, 2)


def test_a_receiver_that_fails_is_tried_again_until_it_takes_it(deployment: Deployment) -> None:
    tries: list[str] = []

    def answer(request: Request) -> Response:
        tries.append(request.headers["idempotency-key"])
        return Response(status=200 if len(tries) == 3 else 500)

    with LocalServer(answer) as server:
        deployment.channels(hook(server))
        deployment.ring(fresh())
        with deployment.running():
            (outcome,) = deployment.outcomes(1)
    assert (outcome.status, outcome.attempts) == ("delivered", 3)
    assert tries == [outcome.id] * 3


def test_a_receiver_that_never_takes_it_fails_visibly(
    deployment: Deployment, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with LocalServer(lambda _: Response(status=503)) as server:
        deployment.channels(hook(server))
        deployment.ring(fresh())
        with deployment.running():
            (outcome,) = deployment.outcomes(1)
    assert (outcome.status, outcome.attempts) == ("failed", QUICK.attempts)
    assert "503" in (outcome.error or "")
    out, err = capfd.readouterr()
    everything = out + err + caplog.text
    assert "delivery.postponed" in everything
    assert "delivery.failed" in everything
    assert SECRET not in everything + (outcome.error or "")


@pytest.mark.parametrize(
    ("channel", "reason"),
    [
        (Channel(id="hook", url=f"syslog://{SECRET}"), "not allowed"),
        (Channel(id="hook", url=f"nonsense://{SECRET}"), "cannot use"),
        (Channel(id="other", url="json://127.0.0.1/"), "no channel 'hook'"),
    ],
)
def test_a_channel_that_cannot_work_fails_at_once(deployment: Deployment, channel: Channel, reason: str) -> None:
    deployment.channels(channel)
    deployment.ring(fresh())
    with deployment.running():
        (outcome,) = deployment.outcomes(1)
    assert outcome.status == "failed"
    assert reason in (outcome.error or "")
    assert SECRET not in (outcome.error or "")


def test_a_subscriber_who_is_gone_is_an_outcome_too(deployment: Deployment) -> None:
    deployment.ring(fresh())
    with deployment.running():
        (outcome,) = deployment.outcomes(1)
    assert (outcome.status, outcome.attempts) == ("failed", 0)
    assert "no subscriber 'desk'" in (outcome.error or "")


def test_stale_news_is_not_sent(deployment: Deployment) -> None:
    with RecordingWebhook() as webhook:
        deployment.channels(hook(webhook))
        deployment.ring(alert(created=system_clock() - timedelta(hours=25)))
        with deployment.running():
            (outcome,) = deployment.outcomes(1)
        assert webhook.calls == []
    assert (outcome.status, outcome.attempts) == ("expired", 0)


def test_a_hanging_channel_does_not_hold_up_another(deployment: Deployment) -> None:
    release = threading.Event()

    def hang(_: Request) -> Response:
        release.wait(60)
        return Response(status=200)

    with LocalServer(hang) as slow, RecordingWebhook() as good:
        deployment.channels(hook(slow, "slow"), hook(good, "good"))
        deployment.ring(fresh("sto-0", channels=("slow",)))
        with deployment.running(settings=NotifierSettings(threads=2, timeout=50)):
            assert eventually(lambda: deployment.outbox.pending() == 1)
            deployment.ring(*(fresh(f"sto-{n}", channels=("good",)) for n in range(1, 11)))
            assert len(good.wait_for(10, 20)) == 10
            # they are written down a moment later; the first still hangs
            assert eventually(lambda: deployment.outbox.pending() == 1)
            release.set()


def test_after_a_crash_between_settlement_and_publication_nothing_is_sent_again(deployment: Deployment) -> None:
    with RecordingWebhook() as webhook:
        deployment.channels(hook(webhook))
        # the first life: sends and settles, and dies before the outcome is on the bus
        (lane,) = _claimed(deployment, fresh(), lease=timedelta(seconds=0.3))
        settled = _delivered(deployment, lane)
        with deployment.running():
            (outcome,) = deployment.outcomes(1)
            deployment.ring(fresh("sto-2"))
            deployment.outcomes(2)
        assert settled not in [call.headers["idempotency-key"] for call in webhook.calls]
    assert (outcome.id, outcome.status) == (settled, "delivered")


def test_after_a_crash_between_publication_and_acknowledgement_the_same_outcome_is_published_again(
    deployment: Deployment,
) -> None:
    (lane,) = _claimed(deployment, fresh())
    _delivered(deployment, lane)
    unacknowledged = list(deployment.outbox.outcomes(10))
    publisher = OutcomePublisher(deployment.outbox, deployment.bus, system_clock, remember=timedelta(days=30))
    assert publisher.step() == 1
    assert publisher.step() == 0
    assert deployment.outcomes(1) == unacknowledged


def test_a_claim_whose_notifier_died_is_sent_by_the_next(deployment: Deployment) -> None:
    with RecordingWebhook() as webhook:
        deployment.channels(hook(webhook))
        _claimed(deployment, fresh(), lease=timedelta(seconds=0.3))
        with deployment.running():
            (outcome,) = deployment.outcomes(1)
        assert len(webhook.calls) == 1
    assert (outcome.status, outcome.attempts) == ("delivered", 1)


def test_a_stop_finishes_the_send_in_hand_and_publishes_it(deployment: Deployment) -> None:
    begun = threading.Event()

    def slowly(_: Request) -> Response:
        begun.set()
        time.sleep(0.5)
        return Response(status=200)

    with LocalServer(slowly) as server:
        deployment.channels(hook(server))
        deployment.ring(fresh())
        with deployment.running():
            assert begun.wait(10)
    assert [outcome.status for outcome in deployment.outcomes(1)] == ["delivered"]
    assert deployment.outbox.pending() == 0


class FailingSender:
    """Raises on the first message, with the address in the error's text, as a faulty plugin might."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self._lock = threading.Lock()

    def send(self, url: str, message: Message, timeout: float, *, guarded: bool = False) -> SendResult:
        with self._lock:
            self.sent.append(message.idempotency_key)
            if len(self.sent) == 1:
                raise RuntimeError(f"cannot parse {url}")
        return SendResult(status="sent")

    def traits(self, url: str) -> Traits:
        return Traits(provider="json", account="")

    def objection(self, url: str, *, guarded: bool = False) -> None:
        return None

    def close(self) -> None:
        """Nothing to let go of."""


def test_one_delivery_that_breaks_something_does_not_stop_the_others(
    deployment: Deployment, capfd: pytest.CaptureFixture[str]
) -> None:
    deployment.channels(Channel(id="hook", url=f"json://127.0.0.1/{SECRET}"))
    deployment.ring(fresh("sto-1"), fresh("sto-2"))
    with deployment.running(FailingSender()):
        outcomes = deployment.outcomes(2)
    assert sorted(outcome.status for outcome in outcomes) == ["delivered", "failed"]
    out, err = capfd.readouterr()
    assert "delivery.broken" in out + err
    assert SECRET not in out + err + "".join(outcome.error or "" for outcome in outcomes)


class LosingOutbox(SqliteOutbox):
    """A real outbox that is out of reach for the first few calls of each kind."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.failures = {"claim": 2, "record": 2, "release": 2, "outcomes": 2}

    def _maybe_lost(self, name: str) -> None:
        if self.failures[name] > 0:
            self.failures[name] -= 1
            raise TransientError("the store is away")

    def claim(self, now: datetime, lanes: int, batch: int, lease: timedelta) -> Sequence[ClaimedLane]:
        self._maybe_lost("claim")
        return super().claim(now, lanes, batch, lease)

    def record(self, progress: Sequence[Progress]) -> None:
        self._maybe_lost("record")
        super().record(progress)

    def release(self, claimed: ClaimedLane, state: ChannelState, not_before: datetime | None = None) -> bool:
        self._maybe_lost("release")
        return super().release(claimed, state, not_before)

    def outcomes(self, limit: int) -> Sequence[DeliveryOutcome]:
        self._maybe_lost("outcomes")
        return super().outcomes(limit)


def test_an_outbox_that_goes_away_is_waited_for_without_a_second_send(deployment: Deployment, tmp_path: Path) -> None:
    deployment.outbox.close()
    losing = deployment.outbox = LosingOutbox(tmp_path / "state.db")
    with RecordingWebhook() as webhook:
        deployment.channels(hook(webhook))
        deployment.ring(fresh())
        with deployment.running():
            (outcome,) = deployment.outcomes(1)
            assert eventually(deployment.health.ready)
        assert len(webhook.calls) == 1
    assert outcome.status == "delivered"
    assert set(losing.failures.values()) == {0}


def _claimed(deployment: Deployment, told: Alert, lease: timedelta = timedelta(seconds=60)) -> Sequence[ClaimedLane]:
    """Plan ``told`` and claim its lane, as a notifier does that will die."""
    consumer = deployment.bus.consumer([ALERTS], "notifier")
    deployment.ring(told)
    planner = PlannerHandler(deployment.outbox, deployment.subscriptions, system_clock)
    for _ in range(20):
        batch = consumer.poll(0.5)
        if batch:
            consumer.commit(planner.handle(batch))
            break
    consumer.close()
    return deployment.outbox.claim(system_clock(), 10, 10, lease)


def _delivered(deployment: Deployment, lane: ClaimedLane) -> str:
    """Settle the lane's delivery as sent; returns its id."""
    (delivery,) = lane.deliveries
    end = attempt.outcome(delivery, "delivered", system_clock())
    deployment.outbox.record([Progress(delivery=delivery.id, outcome=end)])
    return delivery.id
