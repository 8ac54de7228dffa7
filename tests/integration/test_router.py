"""The router on the embedded stores and bus."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.unit.notifier.alerts import CHIPS, PUBLISHED, signal, without

from tocsin.adapters.sqlite.alert_log import SqliteAlertLog
from tocsin.adapters.sqlite.bus import SqliteBus
from tocsin.adapters.sqlite.subscriptions import SqliteSubscriptionStore
from tocsin.domain import codec
from tocsin.domain.alert import Alert
from tocsin.domain.errors import UndecodableError
from tocsin.domain.record import ALERTS, DEAD_LETTERS, SIGNALS, Received, Record
from tocsin.domain.signal import ClassifiedArticle
from tocsin.domain.subscription import Channel, Subscriber, Subscription
from tocsin.router.service import RouterHandler
from tocsin.runtime.health import Health
from tocsin.runtime.worker import Worker
from tocsin.settings.schema import BusSettings

NOW = PUBLISHED + timedelta(minutes=2)
CHANNELS = (Channel(id="mail", url="json://127.0.0.1/"), Channel(id="phone", url="json://127.0.0.1/"))


class Setting:
    def __init__(self, folder: Path) -> None:
        self.now: datetime = NOW
        self.store = SqliteSubscriptionStore(folder / "state.db")
        self.log = SqliteAlertLog(folder / "state.db", clock=lambda: self.now)
        self.router = self.replica()

    def replica(self) -> RouterHandler:
        return RouterHandler(self.store, self.log, lambda: self.now, timedelta(hours=24))

    def route(self, *signals: ClassifiedArticle, router: RouterHandler | None = None) -> list[Alert]:
        outputs = (router or self.router).handle([received(told) for told in signals])
        return [codec.decode(Alert, output.value) for output in outputs]


@pytest.fixture
def setting(tmp_path: Path) -> Iterator[Setting]:
    made = Setting(tmp_path)
    made.store.sync([desk()])
    yield made
    made.store.close()
    made.log.close()


def desk(id: str = "desk") -> Subscriber:
    wish = Subscription(id="chips", events=("policy.*",), channels=("phone",))
    return Subscriber(id=id, channels=CHANNELS, subscriptions=(wish,))


def published(told: ClassifiedArticle) -> Record:
    return codec.record(
        SIGNALS, key=told.story, id=told.article.id, value=told, source="classifier", time=told.classified
    )


def received(told: ClassifiedArticle, offset: int = 0) -> Received:
    record = published(told)
    return Received(
        topic=record.topic,
        key=record.key,
        value=record.value,
        time=record.time,
        headers=record.headers,
        partition=0,
        offset=offset,
    )


def test_a_flagged_signal_rings_whom_it_concerns(setting: Setting) -> None:
    told = signal(content="the whole text")
    cause = received(told)
    (record,) = setting.router.handle([cause])
    alert = codec.decode(Alert, record.value)
    assert (record.topic, record.key, record.headers["ce_id"]) == (ALERTS, "desk", alert.id)
    assert record.headers["traceparent"].split("-")[1] == cause.headers["traceparent"].split("-")[1]
    assert (alert.subscriber, alert.story, alert.subscriptions, alert.channels) == (
        "desk",
        "sto-1",
        ("chips",),
        ("phone",),
    )
    assert alert.created == NOW
    assert alert.expires == PUBLISHED + timedelta(hours=24)
    assert alert.signal.article.content == ""
    assert alert.signal.article.summary == told.article.summary
    assert alert.signal.classification == told.classification


def test_one_story_rings_once_and_a_redelivery_rings_the_same(setting: Setting) -> None:
    first, second = signal(id="art-1"), signal(id="art-2")
    (alert,) = setting.route(first)
    assert setting.route(second) == []
    assert [again.id for again in setting.route(first)] == [alert.id]
    assert [again.id for again in setting.route(first, router=setting.replica())] == [alert.id]
    assert setting.route(second, router=setting.replica()) == []


def test_a_later_report_rings_only_those_whom_the_first_did_not(setting: Setting) -> None:
    setting.route(signal(id="art-1"))
    setting.store.sync([desk(), desk("second")])
    assert [alert.subscriber for alert in setting.route(signal(id="art-2"))] == ["second"]


def test_another_story_rings_again(setting: Setting) -> None:
    alerts = setting.route(signal(id="art-1"), signal(id="art-2", story="sto-2"))
    assert len({alert.id for alert in alerts}) == 2


def test_what_is_not_flagged_rings_nobody(setting: Setting) -> None:
    assert setting.route(signal(without(CHIPS, flagged=False))) == []
    assert len(setting.route(signal(id="art-2"))) == 1


def test_old_news_rings_nobody_and_claims_nothing(setting: Setting) -> None:
    assert setting.route(signal(published=NOW - timedelta(hours=24, seconds=1))) == []
    assert len(setting.route(signal(id="art-2", published=NOW - timedelta(hours=24)))) == 1


def test_an_article_dated_ahead_does_not_live_longer(setting: Setting) -> None:
    (alert,) = setting.route(signal(published=NOW + timedelta(hours=3)))
    assert alert.expires == NOW + timedelta(hours=24)


def test_a_changed_subscription_counts_from_the_next_batch(setting: Setting) -> None:
    setting.store.sync([])
    assert setting.route(signal(id="art-1")) == []
    setting.store.sync([desk("late")])
    assert [alert.subscriber for alert in setting.route(signal(id="art-2"))] == ["late"]


def test_what_is_no_signal_is_held_against_the_record(setting: Setting) -> None:
    broken = Received(topic=SIGNALS, key="k", value=b"{}", time=NOW, partition=0, offset=0)
    with pytest.raises(UndecodableError):
        setting.router.handle([broken])


def test_through_the_worker_and_the_bus(setting: Setting, tmp_path: Path) -> None:
    bus = SqliteBus(tmp_path / "bus.db", BusSettings(), instance="t", clock=lambda: setting.now)
    bus.create_topics()
    broken = Record(topic=SIGNALS, key="k", value=b"no signal", time=NOW)
    bus.publish([published(signal()), broken, published(signal(id="art-2")), published(signal(story="sto-2"))])
    stop = threading.Event()
    worker = Worker(bus, setting.router, clock=lambda: setting.now, heartbeat=Health().heartbeat("router"))
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    consumer = bus.consumer([ALERTS, DEAD_LETTERS], "test")
    seen: list[Received] = []
    for _ in range(20):
        seen += consumer.poll(0.5)
        if len(seen) >= 3:
            break
    stop.set()
    thread.join()
    seen += consumer.poll(0.2)
    consumer.close()
    bus.close()
    alerts = [codec.decode(Alert, record.value) for record in seen if record.topic == ALERTS]
    assert sorted(alert.story for alert in alerts) == ["sto-1", "sto-2"]
    assert len([record for record in seen if record.topic == DEAD_LETTERS]) == 1
