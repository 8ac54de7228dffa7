"""The worker loop on a real SQLite bus: poison is set aside with its reason, the rest goes on, nothing is lost."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tocsin.adapters.sqlite.bus import SqliteBus
from tocsin.domain import codec
from tocsin.domain.dead_letter import DeadLetter
from tocsin.domain.errors import FencedError, PermanentError, TransientError
from tocsin.domain.record import ARTICLES, DEAD_LETTERS, SIGNALS, Received, Record
from tocsin.ports.clock import system_clock
from tocsin.runtime.health import Heartbeat
from tocsin.runtime.retry import Backoff
from tocsin.runtime.worker import Worker
from tocsin.settings.schema import BusSettings

NOW = datetime(2025, 7, 15, 8, 2, tzinfo=UTC)


def record(topic: str, text: str) -> Record:
    return Record(
        topic=topic, key=text, value=text.encode(), time=NOW, headers={"traceparent": codec.traceparent(None)}
    )


class Handler:
    """Passes records from articles to signals; ``misbehave`` may raise first."""

    name = "classifier"
    topics = (ARTICLES,)

    def __init__(self, misbehave: Callable[[Received], None]) -> None:
        self._misbehave = misbehave
        self.batches: list[int] = []

    def handle(self, batch: Sequence[Received]) -> Sequence[Record]:
        self.batches.append(len(batch))
        for received in batch:
            self._misbehave(received)
        return [record(SIGNALS, received.value.decode()) for received in batch]


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[SqliteBus]:
    bus = SqliteBus(tmp_path / "bus.db", BusSettings(), instance="test", clock=system_clock)
    bus.create_topics()
    yield bus
    bus.close()


def run_until(
    bus: SqliteBus, handler: Handler, topic: str, count: int, heart: Heartbeat | None = None
) -> list[Received]:
    """Work until ``topic`` has ``count`` records; returns them. Fails after 20 s."""
    heart = heart or Heartbeat("classifier")
    worker = Worker(bus, handler, clock=system_clock, heartbeat=heart, backoff=Backoff(0.01, 0.05))
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    reader = bus.consumer([topic], "reader")
    seen: list[Received] = []
    deadline = time.monotonic() + 20
    while len(seen) < count and time.monotonic() < deadline:
        seen += reader.poll(0.1)
    reader.close()
    stop.set()
    thread.join()
    assert len(seen) == count
    return seen


def test_a_handler_that_raises_loses_only_the_poison(bus: SqliteBus) -> None:
    def misbehave(received: Received) -> None:
        if received.value == b"poison":
            raise ValueError("cannot stomach this")

    bus.publish([record(ARTICLES, text) for text in ("a", "poison", "b", "c")])
    handler = Handler(misbehave)
    passed = run_until(bus, handler, SIGNALS, 3)
    assert sorted(received.value for received in passed) == [b"a", b"b", b"c"]

    (letter,) = run_until(bus, handler, DEAD_LETTERS, 1)
    dead = codec.decode(DeadLetter, letter.value)
    assert (dead.service, dead.topic, dead.key, dead.value) == ("classifier", ARTICLES, "poison", b"poison")
    assert (dead.error, dead.reason) == ("ValueError", "cannot stomach this")
    assert dead.origin.startswith("articles/")
    assert letter.headers["traceparent"].split("-")[1] == dead.headers["traceparent"].split("-")[1]
    assert sum(bus.lag([ARTICLES], "classifier").values()) == 0


def test_the_largest_record_is_set_aside_whatever_the_error_says(bus: SqliteBus) -> None:
    def misbehave(received: Received) -> None:
        raise ValueError("it says: " + "all of it, " * 100_000)

    value = bytes(codec.MAX_VALUE_BYTES)
    bus.publish([Record(topic=ARTICLES, key="large", value=value, time=system_clock())])
    (letter,) = run_until(bus, Handler(misbehave), DEAD_LETTERS, 1)
    dead = codec.decode(DeadLetter, letter.value)
    assert dead.value == value
    assert dead.reason.startswith("it says: all of it")


def test_undecodable_records_are_set_aside(bus: SqliteBus) -> None:
    def misbehave(received: Received) -> None:
        raise PermanentError("not an Article")

    bus.publish([record(ARTICLES, "garbage")])
    (letter,) = run_until(bus, Handler(misbehave), DEAD_LETTERS, 1)
    assert codec.decode(DeadLetter, letter.value).reason == "not an Article"


def test_the_world_being_away_is_waited_for_and_kills_no_record(bus: SqliteBus) -> None:
    failures = iter([TransientError("Redis is away")] * 4)

    def misbehave(received: Received) -> None:
        for error in failures:
            raise error

    bus.publish([record(ARTICLES, "a")])
    heart = Heartbeat("classifier")
    (passed,) = run_until(bus, Handler(misbehave), SIGNALS, 1, heart)
    assert passed.value == b"a"
    assert heart.problem is None
    reader = bus.consumer([DEAD_LETTERS], "reader")
    assert reader.poll(0.1) == []
    reader.close()


def test_being_fenced_is_not_held_against_the_record(bus: SqliteBus) -> None:
    failures = iter([FencedError("rebalanced")])

    def misbehave(received: Received) -> None:
        for error in failures:
            raise error

    bus.publish([record(ARTICLES, "a")])
    handler = Handler(misbehave)
    run_until(bus, handler, SIGNALS, 1)
    assert handler.batches == [1, 1]


def test_a_stop_finishes_the_batch_in_hand(bus: SqliteBus) -> None:
    entered, stop = threading.Event(), threading.Event()

    def slow(received: Received) -> None:
        entered.set()
        stop.wait(5)
        time.sleep(0.2)

    bus.publish([record(ARTICLES, "a")])
    worker = Worker(bus, Handler(slow), clock=system_clock, heartbeat=Heartbeat("classifier"))
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    assert entered.wait(5)
    stop.set()
    thread.join(5)
    assert not thread.is_alive()
    reader = bus.consumer([SIGNALS], "reader")
    assert [received.value for received in reader.poll(2)] == [b"a"]
    reader.close()
    assert sum(bus.lag([ARTICLES], "classifier").values()) == 0


def test_health_says_what_is_waited_for(bus: SqliteBus) -> None:
    def misbehave(received: Received) -> None:
        raise TransientError("Redis is away")

    bus.publish([record(ARTICLES, "a")])
    heart, stop = Heartbeat("classifier"), threading.Event()
    worker = Worker(bus, Handler(misbehave), clock=system_clock, heartbeat=heart, backoff=Backoff(0.01, 0.02))
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    deadline = time.monotonic() + 20
    while heart.problem != "Redis is away" and time.monotonic() < deadline:
        time.sleep(0.01)
    stop.set()
    thread.join()
    assert heart.problem == "Redis is away"
    assert sum(bus.lag([ARTICLES], "classifier").values()) == 1
