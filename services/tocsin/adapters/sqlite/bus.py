"""The bus in one SQLite file: a log table, and for each group its positions and members."""

import json
import threading
import time
import uuid
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from sqlite3 import Connection
from typing import Final

from tocsin.adapters.sqlite.consumer import BATCH, SqliteConsumer, received
from tocsin.adapters.sqlite.database import connect
from tocsin.domain.errors import PermanentError, TransientError
from tocsin.domain.record import TOPICS, Received, Record
from tocsin.ports.clock import Clock
from tocsin.settings.schema import BusSettings

MAX_BYTES: Final = 1_000_000
"""The most that a record may weigh; close to Kafka's own default, so that what works here works there."""

PRUNE_EVERY: Final = 60.0
"""Seconds between two looks for expired records."""

MEMBER_EXPIRY: Final = 5.0
"""Seconds after which a member that was not heard of counts as dead."""

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS partitions (
    topic TEXT NOT NULL,
    partition INTEGER NOT NULL,
    next INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (topic, partition)
);
CREATE TABLE IF NOT EXISTS records (
    topic TEXT NOT NULL,
    partition INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    key TEXT NOT NULL,
    value BLOB NOT NULL,
    headers TEXT NOT NULL,
    time INTEGER NOT NULL,
    arrived INTEGER NOT NULL,
    PRIMARY KEY (topic, partition, offset)
);
CREATE TABLE IF NOT EXISTS groups (
    name TEXT PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS positions (
    name TEXT NOT NULL,
    topic TEXT NOT NULL,
    partition INTEGER NOT NULL,
    offset INTEGER,
    member TEXT,
    PRIMARY KEY (name, topic, partition)
);
CREATE TABLE IF NOT EXISTS members (
    name TEXT NOT NULL,
    member TEXT NOT NULL,
    topics TEXT NOT NULL,
    joined INTEGER NOT NULL,
    beat REAL NOT NULL,
    PRIMARY KEY (name, member)
);
"""

_READ: Final = f"""
SELECT * FROM records
WHERE topic = :topic AND partition = :partition AND offset >= :following AND offset < :end AND time >= :since
ORDER BY offset LIMIT {BATCH}
"""  # noqa: S608 - put together from constants


class SqliteBus:
    """Bus for one machine. Several processes may use the same file.

    Times are kept in milliseconds, as Kafka does. ``member_expiry`` is how long, in seconds, the others wait for a
    member that died without a word.
    """

    def __init__(
        self, path: Path, settings: BusSettings, *, instance: str, clock: Clock, member_expiry: float = MEMBER_EXPIRY
    ) -> None:
        """Open or make the file. Raises ConfigurationError when the path cannot hold one."""
        self._path = path
        self._settings = settings
        self._instance = instance
        self._clock = clock
        self._member_expiry = member_expiry
        self._bell = threading.Condition()
        self._prune_due = 0.0
        self._database = connect(path, SCHEMA)

    def create_topics(self) -> None:
        """Make the topics that are missing; see Bus."""
        with self._database.write() as connection:
            known = {row["topic"] for row in connection.execute("SELECT DISTINCT topic FROM partitions")}
            connection.executemany(
                "INSERT INTO partitions (topic, partition) VALUES (?, ?)",
                [
                    (self._settings.prefix + topic, partition)
                    for topic in TOPICS
                    if self._settings.prefix + topic not in known
                    for partition in range(self._settings.sqlite.partitions)
                ],
            )
        self._ring()

    def publish(self, records: Sequence[Record]) -> None:
        """Append the records in one transaction; see Bus."""
        if not records:
            return
        with self._database.write() as connection:
            self._prune(connection)
            self._append(connection, records)
        self._ring()

    def consumer(self, topics: Sequence[str], group: str) -> SqliteConsumer:
        """A new member of ``group``; see Bus."""
        return SqliteConsumer(
            lambda: connect(self._path, SCHEMA),
            self._append,
            self._bell,
            prefix=self._settings.prefix,
            topics=topics,
            group=self._settings.prefix + group,
            member=f"{self._instance}/{uuid.uuid4().hex}",
            expiry=self._member_expiry,
        )

    def read(self, topic: str, since: datetime | None = None) -> Iterator[Received]:
        """The records that are there now; see Bus."""
        name, prefix = self._settings.prefix + topic, self._settings.prefix
        with self._database.read() as connection:
            ends = connection.execute("SELECT partition, next FROM partitions WHERE topic = ?", (name,)).fetchall()
        for partition, end in ends:
            place = {"topic": name, "partition": partition, "end": end, "since": milliseconds(since) if since else 0}
            following = 0
            while True:
                with self._database.read() as connection:
                    rows = connection.execute(_READ, place | {"following": following}).fetchall()
                if not rows:
                    break
                yield from (received(row, prefix) for row in rows)
                following = rows[-1]["offset"] + 1

    def lag(self, topics: Sequence[str], group: str) -> Mapping[str, int]:
        """Topic → records not committed yet; see Bus."""
        query = """
            SELECT log.topic, SUM(log.next - MAX(
                COALESCE(place.offset, 0),
                COALESCE((SELECT MIN(offset) FROM records r
                          WHERE r.topic = log.topic AND r.partition = log.partition), log.next)
            )) AS waiting
            FROM partitions log
            LEFT JOIN positions place
                ON place.name = :group AND place.topic = log.topic AND place.partition = log.partition
            WHERE log.topic IN (SELECT value FROM json_each(:topics))
            GROUP BY log.topic
        """
        with self._database.read() as connection:
            prefix = self._settings.prefix
            names = json.dumps([prefix + topic for topic in topics])
            rows = connection.execute(query, {"group": prefix + group, "topics": names}).fetchall()
        return dict.fromkeys(topics, 0) | {row["topic"].removeprefix(prefix): row["waiting"] for row in rows}

    def close(self) -> None:
        """Let go of the file; see Bus."""
        self._database.close()

    def _ring(self) -> None:
        # consumers in this process need not wait for their next look
        with self._bell:
            self._bell.notify_all()

    def _append(self, connection: Connection, records: Sequence[Record]) -> None:
        partitions = dict(
            connection.execute("SELECT topic, COUNT(*) FROM partitions GROUP BY topic").fetchall() if records else ()
        )
        now = milliseconds(self._clock())
        rows = sorted((self._row(record, partitions) for record in records), key=lambda row: row[:2])
        for place, group in groupby(rows, key=lambda row: row[:2]):
            first = connection.execute(
                "SELECT next FROM partitions WHERE topic = ? AND partition = ?", place
            ).fetchone()["next"]
            numbered = [(*place, offset, *row[2:], now) for offset, row in enumerate(group, first)]
            connection.executemany("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?)", numbered)
            connection.execute(
                "UPDATE partitions SET next = ? WHERE topic = ? AND partition = ?", (first + len(numbered), *place)
            )

    def _row(self, record: Record, partitions: Mapping[str, int]) -> tuple[str, int, str, bytes, str, int]:
        headers = json.dumps(dict(record.headers), ensure_ascii=False)
        key = record.key.encode()
        weight = len(record.value) + len(key) + len(headers.encode())
        if weight > MAX_BYTES:
            raise PermanentError(
                f"record {record.key!r} for {record.topic} has {weight} bytes; {MAX_BYTES} are allowed"
            )
        topic = self._settings.prefix + record.topic
        if topic not in partitions:
            raise TransientError(f"topic {topic} is missing")
        partition = zlib.crc32(key) % partitions[topic]
        return (topic, partition, record.key, record.value, headers, milliseconds(record.time))

    def _prune(self, connection: Connection) -> None:
        # as Kafka: what goes is the head of each partition, up to the first record that is still young, read or not;
        # but age counts from the arrival, so that an old item published late is not gone before it was read
        if time.monotonic() < self._prune_due:
            return
        self._prune_due = time.monotonic() + PRUNE_EVERY
        for topic, days in self._settings.retention.items():
            oldest = milliseconds(self._clock() - timedelta(days=days))
            connection.execute(
                """
                DELETE FROM records WHERE (topic, partition, offset) IN (
                    SELECT old.topic, old.partition, old.offset
                    FROM partitions log JOIN records old ON old.topic = log.topic AND old.partition = log.partition
                    WHERE log.topic = :topic AND old.offset < COALESCE(
                        (SELECT young.offset FROM records young
                         WHERE young.topic = log.topic AND young.partition = log.partition AND young.arrived >= :oldest
                         ORDER BY young.offset LIMIT 1), log.next))
                """,
                {"topic": self._settings.prefix + topic, "oldest": oldest},
            )


def milliseconds(at: datetime) -> int:
    """Whole milliseconds since 1970, rounded down."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
