"""The bus's contract: each sentence of the port, on SQLite and on a real Kafka broker."""

import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tocsin.adapters.kafka.bus import KafkaBus
from tocsin.adapters.sqlite.bus import SqliteBus
from tocsin.domain.errors import FencedError, PermanentError
from tocsin.domain.record import ALERTS, ARTICLES, DELIVERIES, SIGNALS, TOPICS, Received, Record
from tocsin.ports.bus import Bus, Consumer
from tocsin.ports.clock import system_clock
from tocsin.settings.schema import BusSettings, KafkaSettings, SqliteBusSettings

MakeBus = Callable[[str], Bus]

NOON = system_clock().replace(hour=12, minute=0, second=0, microsecond=123000) - timedelta(days=4)
"""A noon within every retention."""
PATIENCE = 2.0
"""Seconds after which a silent member is taken for dead."""

JOIN = 20.0
"""Seconds that a group may take to settle."""


@pytest.fixture(params=["sqlite", pytest.param("kafka", marks=pytest.mark.kafka)])
def make_bus(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeBus]:
    """Makes one replica's access to the test's own topics."""
    prefix = f"t{uuid.uuid4().hex[:8]}."
    made: list[Bus] = []

    def make(instance: str) -> Bus:
        bus: Bus
        if request.param == "sqlite":
            settings = BusSettings(prefix=prefix, sqlite=SqliteBusSettings(partitions=4))
            bus = SqliteBus(
                tmp_path / "bus.db", settings, instance=instance, clock=system_clock, member_expiry=PATIENCE
            )
        else:
            kafka = KafkaSettings(
                servers=(request.getfixturevalue("kafka_servers"),), partitions=4, session_timeout=PATIENCE
            )
            settings = BusSettings(kind="kafka", prefix=prefix, kafka=kafka)
            bus = KafkaBus(settings, instance=instance, max_poll_interval=PATIENCE)
        made.append(bus)
        return bus

    yield make
    for bus in made:
        bus.close()


@pytest.fixture
def bus(make_bus: MakeBus) -> Bus:
    bus = make_bus("replica-1")
    bus.create_topics()
    return bus


def record(topic: str, key: str, value: str = "", *, at: datetime = NOON, **headers: str) -> Record:
    return Record(topic=topic, key=key, value=value.encode(), time=at, headers=headers)


def read(consumer: Consumer, count: int, *, timeout: float = JOIN) -> list[Received]:
    """``count`` records, or fewer when no more come within ``timeout`` seconds."""
    got: list[Received] = []
    deadline = time.monotonic() + timeout
    while len(got) < count and time.monotonic() < deadline:
        got += consumer.poll(0.2)
    return got


def values(records: Sequence[Record]) -> list[str]:
    return [record.value.decode() for record in records]


def written(bus: Bus, topic: str, count: int) -> list[Received]:
    """What an independent reader sees in ``topic``: ``count`` records, and no more for a while."""
    reader = bus.consumer([topic], f"audit-{uuid.uuid4().hex[:6]}")
    try:
        return [*read(reader, count), *reader.poll(0.5)]
    finally:
        reader.close()


def test_what_is_published_is_read_back_as_it_was(bus: Bus) -> None:
    sent = Record(
        topic=ARTICLES,
        key="schlüssel 键",
        value=b"\x00\xff{}",
        time=NOON,
        headers={"ce_id": "a1", "ce_type": "Ünïcode"},
    )
    bus.publish([sent])
    reader = bus.consumer([ARTICLES], "reader")
    [got] = read(reader, 1)
    assert (got.topic, got.key, got.value, got.time) == (sent.topic, sent.key, sent.value, sent.time)
    assert got.headers == sent.headers
    assert got.time.tzinfo is UTC
    assert 0 <= got.partition < 4
    assert got.offset == 0
    assert got.origin == f"articles/{got.partition}@0"
    assert list(reader.poll(0.05)) == []
    reader.close()


def test_records_of_one_key_are_in_one_partition_and_in_order_of_publication(bus: Bus) -> None:
    for batch in range(3):
        bus.publish([record(ARTICLES, f"k{n % 7}", f"{batch}:{n}") for n in range(70)])
    reader = bus.consumer([ARTICLES], "reader")
    got = read(reader, 210)
    reader.close()
    assert len({item.partition for item in got}) > 1
    for key in {item.key for item in got}:
        own = [item for item in got if item.key == key]
        assert len({item.partition for item in own}) == 1
        assert values(own) == [f"{batch}:{n}" for batch in range(3) for n in range(70) if f"k{n % 7}" == key]
        assert [item.offset for item in own] == sorted(item.offset for item in own)


def test_an_empty_poll_returns_in_time_and_a_waiting_one_as_soon_as_there_is_something(bus: Bus) -> None:
    reader = bus.consumer([ARTICLES], "reader")
    bus.publish([record(ARTICLES, "k", "first")])
    assert values(read(reader, 1)) == ["first"]
    started = time.monotonic()
    assert list(reader.poll(0.3)) == []
    assert 0.2 < time.monotonic() - started < 5.0
    later = threading.Timer(0.3, lambda: bus.publish([record(ARTICLES, "k", "second")]))
    later.start()
    started = time.monotonic()
    assert values(reader.poll(10)) == ["second"]
    assert time.monotonic() - started < 8.0
    later.join()
    reader.close()


def lag(bus: Bus, group: str, expected: Mapping[str, int]) -> Mapping[str, int]:
    """The lag, as soon as it is what is expected: Kafka's broker shows a commit a moment after confirming it."""
    deadline = time.monotonic() + JOIN
    while (found := bus.lag(list(expected), group)) != expected and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def test_a_commit_writes_outputs_and_position_and_what_was_not_committed_comes_again(bus: Bus) -> None:
    bus.publish([record(ARTICLES, f"k{n}", f"a{n}") for n in range(10)])
    first = bus.consumer([ARTICLES], "group")
    assert len(read(first, 10)) == 10
    first.commit([record(SIGNALS, "s", f"from {n}") for n in range(10)])
    assert lag(bus, "group", {ARTICLES: 0}) == {ARTICLES: 0}
    bus.publish([record(ARTICLES, "k", "late"), record(ARTICLES, "k", "later")])
    assert values(read(first, 2)) == ["late", "later"]
    assert lag(bus, "group", {ARTICLES: 2}) == {ARTICLES: 2}
    first.close()
    first.close()

    second = bus.consumer([ARTICLES], "group")
    assert values(read(second, 2)) == ["late", "later"]
    second.commit([])
    assert lag(bus, "group", {ARTICLES: 0}) == {ARTICLES: 0}
    second.close()
    assert values(written(bus, SIGNALS, 10)) == [f"from {n}" for n in range(10)]


def test_groups_are_independent_and_a_new_one_begins_at_the_start_of_the_log(bus: Bus) -> None:
    bus.publish([record(ARTICLES, "k", "one"), record(SIGNALS, "k", "two")])
    early = bus.consumer([ARTICLES, SIGNALS], "early")
    assert sorted(values(read(early, 2))) == ["one", "two"]
    early.commit([])
    assert lag(bus, "early", {ARTICLES: 0, SIGNALS: 0}) == {ARTICLES: 0, SIGNALS: 0}
    assert lag(bus, "late", {ARTICLES: 1}) == {ARTICLES: 1}
    late = bus.consumer([ARTICLES], "late")
    assert values(read(late, 1)) == ["one"]
    early.close()
    late.close()


def test_rewind_forgets_what_was_polled_since_the_commit(bus: Bus) -> None:
    bus.publish([record(ARTICLES, "k", "one")])
    reader = bus.consumer([ARTICLES], "group")
    reader.rewind()
    assert values(read(reader, 1)) == ["one"]
    reader.rewind()
    assert values(read(reader, 1)) == ["one"]
    reader.commit([])
    bus.publish([record(ARTICLES, "k", "two"), record(ARTICLES, "other", "three")])
    assert sorted(values(read(reader, 2))) == ["three", "two"]
    reader.rewind()
    reader.commit([])
    assert sorted(values(read(reader, 2))) == ["three", "two"]
    reader.commit([])
    assert list(reader.poll(0.3)) == []
    reader.close()


def test_seek_goes_on_with_the_first_record_of_that_time_in_every_partition(bus: Bus) -> None:
    keys = [f"k{n}" for n in range(12)]
    for hour in range(3):
        bus.publish([record(ARTICLES, key, f"{hour}", at=NOON + timedelta(hours=hour)) for key in keys])
    reader = bus.consumer([ARTICLES], "replay")
    reader.seek(NOON + timedelta(hours=1, minutes=30))
    assert values(read(reader, 12)) == ["2"] * 12
    reader.seek(NOON + timedelta(hours=1))
    assert sorted(values(read(reader, 24))) == ["1"] * 12 + ["2"] * 12
    reader.commit([])
    assert lag(bus, "replay", {ARTICLES: 0}) == {ARTICLES: 0}
    # back to where all has been done, and beyond the end
    reader.seek(NOON)
    reader.rewind()
    assert list(reader.poll(0.5)) == []
    reader.seek(NOON + timedelta(days=1))
    assert list(reader.poll(0.5)) == []
    bus.publish([record(ARTICLES, "k1", "new", at=NOON + timedelta(days=2))])
    assert values(read(reader, 1)) == ["new"]
    reader.close()


def test_lag_counts_what_the_group_has_not_committed(bus: Bus) -> None:
    bus.publish([record(ARTICLES, f"k{n}") for n in range(20)])
    reader = bus.consumer([ARTICLES], "group")
    read(reader, 20)
    reader.commit([record(ALERTS, "a")])
    reader.close()
    bus.publish([record(ARTICLES, f"k{n}") for n in range(30)])
    bus.publish([record(SIGNALS, f"k{n}") for n in range(5)])
    assert lag(bus, "group", {ARTICLES: 30}) == {ARTICLES: 30}
    assert lag(bus, "nobody", {ARTICLES: 50, SIGNALS: 5}) == {ARTICLES: 50, SIGNALS: 5}


def test_members_share_the_partitions_and_one_that_closes_hands_over_at_once(bus: Bus, make_bus: MakeBus) -> None:
    keys = [f"k{n}" for n in range(40)]
    one = bus.consumer([ARTICLES], "group")
    two = make_bus("replica-2").consumer([ARTICLES], "group")
    seen: dict[int, list[Received]] = {0: [], 1: []}
    deadline = time.monotonic() + JOIN
    rounds = 0
    # until both have work
    while not (seen[0] and seen[1]) and time.monotonic() < deadline:
        rounds += 1
        seen = {0: [], 1: []}
        bus.publish([record(ARTICLES, key, f"{rounds}") for key in keys])
        until = time.monotonic() + 1.5
        while time.monotonic() < until and len(seen[0] + seen[1]) < len(keys):
            for number, member in enumerate((one, two)):
                try:
                    batch = member.poll(0.1)
                    member.commit([])
                    seen[number] += batch
                except FencedError:
                    member.rewind()
    shares = [{item.partition for item in seen[number] if item.value == str(rounds).encode()} for number in (0, 1)]
    assert shares[0]
    assert shares[1]
    assert not shares[0] & shares[1]

    two.close()
    bus.publish([record(ARTICLES, key, "last") for key in keys])
    started = time.monotonic()
    got: list[Received] = []
    while len([item for item in got if item.value == b"last"]) < len(keys) and time.monotonic() < started + JOIN:
        try:
            batch = one.poll(0.2)
            one.commit([])
            got += batch
        except FencedError:
            one.rewind()
    assert {item.key for item in got if item.value == b"last"} == set(keys)
    assert time.monotonic() - started < PATIENCE + 2
    one.close()


def test_what_a_silent_member_held_goes_to_another_and_its_commit_writes_nothing(bus: Bus, make_bus: MakeBus) -> None:
    bus.publish([record(ARTICLES, f"k{n}", f"a{n}") for n in range(8)])
    zombie = bus.consumer([ARTICLES], "group")
    assert len(read(zombie, 8)) == 8
    heir = make_bus("replica-2").consumer([ARTICLES], "group")
    # the zombie is silent all the while
    assert len(read(heir, 8)) == 8
    heir.commit([record(DELIVERIES, "d", "heir")])
    with pytest.raises(FencedError):
        zombie.commit([record(DELIVERIES, "d", "zombie")])
    zombie.rewind()
    assert [item.value for item in written(bus, DELIVERIES, 1)] == [b"heir"]
    # and it is a member like any other again
    heir.close()
    bus.publish([record(ARTICLES, "k1", "after")])
    got: list[Received] = []
    deadline = time.monotonic() + JOIN
    while not got and time.monotonic() < deadline:
        try:
            got += zombie.poll(0.2)
        except FencedError:
            zombie.rewind()
    assert values(got) == ["after"]
    zombie.commit([record(DELIVERIES, "d", "back")])
    zombie.close()
    assert values(written(bus, DELIVERIES, 2)) == ["heir", "back"]


def test_topics_are_made_once_whoever_asks_and_however_often(bus: Bus, make_bus: MakeBus) -> None:
    bus.publish([record(topic, "k", topic) for topic in TOPICS])
    rivals = [make_bus(f"rival-{n}") for n in range(2)]
    threads = [threading.Thread(target=rival.create_topics) for rival in rivals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    reader = bus.consumer(TOPICS, "group")
    assert sorted(values(read(reader, len(TOPICS)))) == sorted(TOPICS)
    reader.close()


def test_a_record_that_is_too_large_is_refused_for_good(bus: Bus) -> None:
    huge = Record(topic=ARTICLES, key="huge", value=bytes(2_000_000), time=NOON)
    large = Record(topic=ARTICLES, key="large", value=bytes(990_000), time=NOON)
    with pytest.raises(PermanentError):
        bus.publish([record(ARTICLES, "before"), huge])
    bus.publish([large, record(ARTICLES, "k", "fits")])
    reader = bus.consumer([ARTICLES], "group")
    assert {item.key: len(item.value) for item in read(reader, 2)} == {"large": 990_000, "k": 4}
    # as an output it takes the whole commit with it
    with pytest.raises(PermanentError):
        reader.commit([record(SIGNALS, "small", "unseen"), Record(topic=SIGNALS, key="h", value=huge.value, time=NOON)])
    reader.rewind()
    assert len(read(reader, 2)) == 2
    reader.commit([record(SIGNALS, "small", "seen")])
    reader.close()
    assert values(written(bus, SIGNALS, 1)) == ["seen"]


def test_large_batches_go_through_whole_and_in_time(bus: Bus) -> None:
    sent = [record(ARTICLES, f"k{n % 97}", f"{n}", at=NOON + timedelta(seconds=n)) for n in range(5000)]
    bus.publish(sent)
    bus.publish([])
    reader = bus.consumer([ARTICLES], "group")
    done = 0
    deadline = time.monotonic() + 40
    while done < 5000 and time.monotonic() < deadline:
        batch = reader.poll(0.5)
        assert len(batch) <= 1000
        reader.commit([record(SIGNALS, item.key, item.value.decode(), at=item.time) for item in batch])
        done += len(batch)
    reader.close()
    got = written(bus, SIGNALS, 5000)
    assert sorted(int(item.value) for item in got) == list(range(5000))
    for key in {item.key for item in got}:
        numbers = [int(item.value) for item in got if item.key == key]
        assert numbers == sorted(numbers)
    assert all(item.time == NOON + timedelta(seconds=int(item.value)) for item in got)


def test_publishing_from_many_threads_loses_nothing(bus: Bus) -> None:
    def publish(thread: int) -> None:
        for n in range(20):
            bus.publish([record(ARTICLES, f"t{thread}", f"{thread}:{n}")])

    threads = [threading.Thread(target=publish, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    got = written(bus, ARTICLES, 120)
    assert len(got) == 120
    for number in range(6):
        assert values([item for item in got if item.key == f"t{number}"]) == [f"{number}:{n}" for n in range(20)]


def test_closing_twice_is_harmless(make_bus: MakeBus) -> None:
    bus = make_bus("replica-9")
    unused = bus.consumer([ARTICLES], "group")
    unused.close()
    unused.close()
    bus.close()
    bus.close()


def test_a_topic_can_be_read_whole_beside_all_groups(bus: Bus) -> None:
    assert list(bus.read(SIGNALS)) == []
    assert list(bus.read("not-made")) == []
    reader = bus.consumer([SIGNALS], "reader")
    bus.publish([record(SIGNALS, f"k{number % 3}", str(number)) for number in range(1200)])
    bus.publish([record(ARTICLES, "k", "other")])
    reader.commit([record(SIGNALS, "k0", "committed")])
    told = bus.read(SIGNALS)
    first = next(told)
    bus.publish([record(SIGNALS, "k0", "later")])
    got = [first, *told]
    assert sorted(values(got), key=lambda value: (len(value), value)) == [*map(str, range(1200)), "committed"]
    for key in range(3):
        mine = [value for value in values([each for each in got if each.key == f"k{key}"]) if value != "committed"]
        assert mine == sorted(mine, key=int)
    assert {each.topic for each in got} == {SIGNALS}
    assert len(list(bus.read(SIGNALS))) == 1202
    assert len(read(reader, 1202)) == 1202, "the group begins where it would have begun"
    reader.close()


def test_a_topic_can_be_read_from_a_time_on(bus: Bus) -> None:
    minutes = [NOON + timedelta(minutes=number) for number in range(8)]
    bus.publish([record(ALERTS, f"k{at.minute % 3}", str(at.minute), at=at) for at in minutes])
    bus.publish([record(ALERTS, "k1", "late", at=NOON)])
    assert sorted(values(list(bus.read(ALERTS, minutes[5])))) == ["5", "6", "7"]
    assert list(bus.read(ALERTS, minutes[7] + timedelta(milliseconds=1))) == []
    assert len(list(bus.read(ALERTS, NOON))) == 9
