"""Kafka's bad days: brokers that go away, processes that die in the middle of a transaction."""

import logging
import os
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.backends import kafka
from tests.backends.backend import BackendMissingError

from tocsin.adapters.kafka.bus import KafkaBus
from tocsin.domain.errors import FencedError, TransientError
from tocsin.domain.record import ARTICLES, SIGNALS, Received, Record
from tocsin.settings.schema import BusSettings, KafkaSettings

pytestmark = pytest.mark.kafka

NOW = datetime.now(UTC)

DIES_IN_TRANSACTION = """
import sys, time
from tests.integration.test_kafka_faults import NOW, make_bus
from tocsin.adapters.kafka.wire import outgoing
from tocsin.domain.record import ARTICLES, SIGNALS, Record
from kafka.structs import OffsetAndMetadata

bus = make_bus(sys.argv[1], sys.argv[2], "replica-1")
consumer = bus.consumer([ARTICLES], "group")
while not consumer.poll(0.2):
    pass
producer = consumer._settled()
producer.begin_transaction()
for send in outgoing([Record(topic=SIGNALS, key="k", value=b"torn", time=NOW)], sys.argv[2]):
    producer.send(**send)
producer.flush()
producer.send_offsets_to_transaction(
    {place: OffsetAndMetadata(offset, "", -1) for place, offset in consumer._done.items()}, consumer._membership
)
print("open", flush=True)
time.sleep(60)
"""


def make_bus(address: str, prefix: str, instance: str, *, transaction_timeout: float = 30.0) -> KafkaBus:
    settings = KafkaSettings(
        servers=(address,),
        partitions=3,
        session_timeout=2.0,
        request_timeout=3.0,
        transaction_timeout=transaction_timeout,
    )
    return KafkaBus(BusSettings(kind="kafka", prefix=prefix, kafka=settings), instance=instance)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[kafka.Broker]:
    """A broker that the test may stop and start."""
    try:
        broker = kafka.Broker(tmp_path)
    except BackendMissingError as missing:
        if os.environ.get("REQUIRE_BACKENDS") == "1":
            pytest.fail(f"REQUIRE_BACKENDS=1 and no Kafka: {missing}")
        pytest.skip(f"no Kafka: {missing}")
    yield broker
    broker.kill()


def until(done: Callable[[], bool], timeout: float) -> bool:
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if done():
            return True
        time.sleep(0.1)
    return done()


class Relay:
    """Publishes numbered records, and copies each to the signals with its origin: a service in small."""

    def __init__(self, bus: KafkaBus) -> None:
        self.bus = bus
        self.acknowledged: list[int] = []
        self.committed = 0
        self.troubles: list[str] = []
        self.stop = threading.Event()
        self.threads = [
            threading.Thread(target=self.publish, daemon=True),
            threading.Thread(target=self.copy, daemon=True),
        ]
        for thread in self.threads:
            thread.start()

    def publish(self) -> None:
        number = 0
        while not self.stop.is_set():
            record = Record(topic=ARTICLES, key=f"k{number % 11}", value=str(number).encode(), time=NOW)
            try:
                self.bus.publish([record])
            except TransientError as error:
                self.troubles.append(f"publish: {error}")
                self.stop.wait(0.2)
                continue
            self.acknowledged.append(number)
            number += 1
            self.stop.wait(0.005)

    def copy(self) -> None:
        consumer = self.bus.consumer([ARTICLES], "relay")
        behind = False
        # a record whose confirmation was lost is published twice: the end is where nothing more comes
        quiet = 0
        while not self.stop.is_set() or quiet < 3:
            try:
                if behind:
                    consumer.rewind()
                    behind = False
                batch = consumer.poll(0.3)
                consumer.commit([Record(topic=SIGNALS, key=r.key, value=r.origin.encode(), time=NOW) for r in batch])
                self.committed += len(batch)
                quiet = 0 if batch else quiet + 1
            except FencedError:
                behind = True
            except TransientError as error:
                self.troubles.append(f"copy: {error}")
                behind = True
                time.sleep(0.2)
        consumer.close()

    def finish(self) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join(60)
        assert not any(thread.is_alive() for thread in self.threads)


def read_all(bus: KafkaBus, topic: str) -> list[Received]:
    reader = bus.consumer([topic], f"audit-{uuid.uuid4().hex[:6]}")
    got: list[Received] = []
    quiet = 0
    while quiet < 3:
        batch = reader.poll(1.0)
        got += batch
        quiet = 0 if batch else quiet + 1
    reader.close()
    return got


@pytest.mark.timeout(240)
def test_a_broker_that_comes_late_and_goes_away_loses_and_doubles_nothing(
    broker: kafka.Broker, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    bus = make_bus(broker.address, "t.", "replica-1")
    early = bus.consumer([ARTICLES], "early")
    for attempt in (bus.create_topics, lambda: early.poll(0.1), lambda: bus.lag([ARTICLES], "early"), early.rewind):
        started = time.monotonic()
        if attempt == early.rewind:
            attempt()
        else:
            with pytest.raises(TransientError):
                attempt()
        assert time.monotonic() - started < 8
    early.close()

    broker.start()
    bus.create_topics()
    relay = Relay(bus)
    assert until(lambda: relay.committed > 200, 30)
    broker.kill()
    before = len(relay.acknowledged)
    assert until(lambda: {t.split(":")[0] for t in relay.troubles} == {"publish", "copy"}, 60), relay.troubles
    time.sleep(3)
    assert len(relay.acknowledged) <= before + 1
    broker.start()
    returned = time.monotonic()
    done = relay.committed
    assert until(lambda: len(relay.acknowledged) > before + 100 and relay.committed > done + 100, 60)
    assert time.monotonic() - returned < 30
    # twice, so that what was rebuilt is put to the test too; this time a short absence
    broker.restart(away=1.0)
    done = relay.committed
    assert until(lambda: relay.committed > done + 100, 60)
    relay.finish()

    articles = read_all(bus, ARTICLES)
    assert set(relay.acknowledged) <= {int(article.value) for article in articles}
    copies = Counter(copy.value.decode() for copy in read_all(bus, SIGNALS))
    assert set(copies) == {article.origin for article in articles}
    assert set(copies.values()) == {1}
    bus.close()

    # the library's own words: some lines, no tracebacks
    lines = [entry for entry in caplog.records if entry.name.startswith("kafka")]
    assert len(lines) < 150
    assert not any(entry.exc_info for entry in lines)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("successor", ["replica-1", "replica-2"])
def test_a_process_killed_in_a_transaction_leaves_nothing_of_it(kafka_servers: str, successor: str) -> None:
    prefix = f"t{uuid.uuid4().hex[:8]}."
    # a successor of the same name ends the transaction itself; another one has to wait for its time to run out
    bus = make_bus(kafka_servers, prefix, successor)
    bus.create_topics()
    bus.publish([Record(topic=ARTICLES, key=f"k{n}", value=str(n).encode(), time=NOW) for n in range(5)])
    root = Path(__file__).parents[2]
    code = DIES_IN_TRANSACTION
    if successor == "replica-2":
        code = code.replace('"replica-1")', '"replica-1", transaction_timeout=3.0)')
    child = subprocess.Popen(
        [sys.executable, "-c", code, kafka_servers, prefix], stdout=subprocess.PIPE, cwd=root, env=environment(root)
    )
    assert child.stdout
    assert child.stdout.readline() == b"open\n"
    child.kill()
    child.wait()

    started = time.monotonic()
    consumer = bus.consumer([ARTICLES], "group")
    got: list[Received] = []
    while len(got) < 5 and time.monotonic() - started < 30:
        got += consumer.poll(0.5)
    assert sorted(record.value for record in got) == [b"0", b"1", b"2", b"3", b"4"]
    assert time.monotonic() - started < 12
    consumer.commit([Record(topic=SIGNALS, key="k", value=b"whole", time=NOW)])
    consumer.close()
    assert [record.value for record in read_all(bus, SIGNALS)] == [b"whole"]
    bus.close()


def environment(root: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{root / 'services'}"}
