"""The SQLite bus's bad days: kill -9, a full disk, a lock that is not let go, expired records."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tocsin.adapters.sqlite.bus import SqliteBus
from tocsin.domain.errors import ConfigurationError, TransientError
from tocsin.domain.record import ARTICLES, DEAD_LETTERS, SIGNALS, Received, Record
from tocsin.ports.clock import system_clock
from tocsin.settings.schema import BusSettings

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
KILLS = 12

WORKS_UNTIL_KILLED = """
import sys
from pathlib import Path
from tests.integration.test_sqlite_bus import make_bus, numbered
from tocsin.domain.errors import FencedError
from tocsin.domain.record import ARTICLES, SIGNALS, Record

bus = make_bus(Path(sys.argv[1]))
consumer = bus.consumer([ARTICLES], "relay")
number = int(sys.argv[2])
while True:
    bus.publish([numbered(number), numbered(number + 1)])
    print(number, number + 1, flush=True)
    number += 2
    try:
        batch = consumer.poll(0)
        consumer.commit([Record(topic=SIGNALS, key=r.key, value=r.origin.encode(), time=r.time) for r in batch])
    except FencedError:
        consumer.rewind()
"""


def make_bus(path: Path) -> SqliteBus:
    bus = SqliteBus(path, BusSettings(), instance="one", clock=system_clock, member_expiry=0.3)
    bus.create_topics()
    return bus


def numbered(number: int, topic: str = ARTICLES, at: datetime = NOW) -> Record:
    return Record(topic=topic, key=f"k{number % 11}", value=str(number).encode(), time=at)


def read_all(bus: SqliteBus, topic: str, group: str) -> list[Received]:
    reader = bus.consumer([topic], group)
    got: list[Received] = []
    while batch := reader.poll(0.3):
        got += batch
    reader.close()
    return got


def test_kill_9_at_any_moment_loses_and_doubles_nothing(tmp_path: Path) -> None:
    path = tmp_path / "bus.db"
    make_bus(path).close()
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'services'}"}
    chance = random.Random(7)
    acknowledged: list[int] = []
    for round_ in range(KILLS):
        command = [sys.executable, "-c", WORKS_UNTIL_KILLED, str(path), str(round_ * 1_000_000)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, env=environment) as child:
            assert child.stdout
            first = child.stdout.readline()
            killer = threading.Timer(chance.uniform(0.05, 0.6), child.send_signal, [signal.SIGKILL])
            killer.start()
            rest = child.stdout.read()
            killer.join()
        # a line that was cut off was not acknowledged
        whole = (first + rest).rpartition(b"\n")[0]
        acknowledged += [int(number) for number in whole.split()]

    check = sqlite3.connect(path)
    assert check.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    check.close()
    bus = make_bus(path)
    time.sleep(0.4)
    consumer = bus.consumer([ARTICLES], "relay")
    while batch := consumer.poll(0.3):
        consumer.commit([Record(topic=SIGNALS, key=r.key, value=r.origin.encode(), time=r.time) for r in batch])
    consumer.close()
    articles = read_all(bus, ARTICLES, "audit")
    assert len(acknowledged) > KILLS * 2
    assert set(acknowledged) <= {int(article.value) for article in articles}
    assert set(Counter(article.value for article in articles).values()) == {1}
    copies = Counter(copy.value.decode() for copy in read_all(bus, SIGNALS, "audit"))
    assert copies == Counter(article.origin for article in articles)
    bus.close()


def test_a_full_disk_is_waited_out(tmp_path: Path) -> None:
    bus = make_bus(tmp_path / "bus.db")
    bus.publish([numbered(1)])
    # SQLite's own limit gives the very error that a full disk does
    pages = bus._database._connection.execute("PRAGMA page_count").fetchone()[0]
    bus._database._connection.execute(f"PRAGMA max_page_count={pages + 2}")
    large = Record(topic=ARTICLES, key="k", value=bytes(500_000), time=NOW)
    with pytest.raises(TransientError, match="full"):
        bus.publish([numbered(2), large])
    bus._database._connection.execute(f"PRAGMA max_page_count={pages + 10_000}")
    bus.publish([large])
    assert {len(item.value) for item in read_all(bus, ARTICLES, "audit")} == {1, 500_000}
    bus.close()


def test_a_lock_that_another_process_holds_is_waited_out(tmp_path: Path) -> None:
    bus = make_bus(tmp_path / "bus.db")
    consumer = bus.consumer([ARTICLES], "group")
    bus.publish([numbered(1)])
    assert len(consumer.poll(1)) == 1
    for database in (bus._database, consumer._database):
        database._connection.execute("PRAGMA busy_timeout=50")
    other = sqlite3.connect(tmp_path / "bus.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(TransientError, match="locked"):
        bus.publish([numbered(2)])
    with pytest.raises(TransientError, match="locked"):
        consumer.commit([numbered(1, SIGNALS)])
    other.execute("ROLLBACK")
    other.close()
    consumer.commit([numbered(1, SIGNALS)])
    bus.publish([numbered(2)])
    assert [item.value for item in consumer.poll(1)] == [b"2"]
    consumer.close()
    bus.close()


def test_a_path_that_is_no_database_refuses_to_start(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("these are notes, not a database, and they are longer than a header " * 4)
    for path in (tmp_path / "notes.txt", tmp_path, tmp_path / "notes.txt" / "bus.db"):
        with pytest.raises(ConfigurationError, match=str(path)):
            make_bus(path)


def test_expired_records_go_from_the_head_of_the_log(tmp_path: Path) -> None:
    today = NOW
    settings = BusSettings(retention={"articles": 7})
    bus = SqliteBus(tmp_path / "bus.db", settings, instance="one", clock=lambda: today)
    bus.create_topics()
    # however old a record's own time is, its days begin when it arrives
    bus.publish([numbered(11, at=NOW - timedelta(days=99)), numbered(44, DEAD_LETTERS)])
    today = NOW + timedelta(days=5)
    bus.publish([numbered(22)])
    bus._prune_due = 0.0
    bus.publish([numbered(33)])
    assert [item.value for item in read_all(bus, ARTICLES, "audit")] == [b"11", b"22", b"33"]
    today = NOW + timedelta(days=8)
    bus._prune_due = 0.0
    bus.publish([numbered(55)])
    assert [item.value for item in read_all(bus, ARTICLES, "late")] == [b"22", b"33", b"55"]
    today = NOW + timedelta(days=30)
    bus._prune_due = 0.0
    bus.publish([numbered(66)])
    [left] = read_all(bus, ARTICLES, "later")
    assert (left.value, left.offset) == (b"66", 4)
    assert [item.value for item in read_all(bus, DEAD_LETTERS, "late")] == [b"44"]
    bus.close()


def test_two_processes_share_a_group_through_the_file(tmp_path: Path) -> None:
    path = tmp_path / "bus.db"
    bus = make_bus(path)
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'services'}"}
    children = [
        subprocess.Popen(
            [sys.executable, "-c", WORKS_UNTIL_KILLED, str(path), str(number * 1_000_000)],
            stdout=subprocess.DEVNULL,
            cwd=ROOT,
            env=environment,
        )
        for number in range(2)
    ]
    deadline = time.monotonic() + 60
    while {int(article.value) // 1_000_000 for article in bus.read(ARTICLES)} != {0, 1}:
        assert time.monotonic() < deadline, "not both at work"
        time.sleep(0.1)
    time.sleep(1)  # side by side
    for child in children:
        child.kill()
        child.wait()
    time.sleep(0.4)
    consumer = bus.consumer([ARTICLES], "relay")
    while batch := consumer.poll(0.3):
        consumer.commit([Record(topic=SIGNALS, key=r.key, value=r.origin.encode(), time=r.time) for r in batch])
    consumer.close()
    articles = read_all(bus, ARTICLES, "audit")
    assert {int(article.value) // 1_000_000 for article in articles} == {0, 1}
    copies = Counter(copy.value.decode() for copy in read_all(bus, SIGNALS, "audit"))
    assert copies == Counter(article.origin for article in articles)
    bus.close()
