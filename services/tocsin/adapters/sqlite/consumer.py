"""One reader of the SQLite bus. Members share a group's partitions by claims that only one of them can hold."""

import contextlib
import json
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from sqlite3 import Connection, Row
from typing import Final, TypeAlias

from tocsin.adapters.sqlite.database import Database
from tocsin.domain.errors import FencedError, TransientError
from tocsin.domain.record import Received, Record

BATCH: Final = 500
"""The most records that one poll returns."""

SHORTEST_PAUSE: Final = 0.002
LONGEST_PAUSE: Final = 0.05

Place: TypeAlias = tuple[str, int]
"""Topic (with prefix) and partition."""

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class SqliteConsumer:
    """Consumer on a SQLite file.

    A partition belongs to the member that has claimed it. A member gives a partition up when it is another's turn
    and nothing polled from it waits for a commit; it takes one over when its holder is gone. A commit only counts
    while the claim does, so a record is never done twice.
    """

    def __init__(
        self,
        open_database: Callable[[], Database],
        append: Callable[[Connection, Sequence[Record]], None],
        bell: threading.Condition,
        *,
        prefix: str,
        topics: Sequence[str],
        group: str,
        member: str,
        expiry: float,
    ) -> None:
        self._open = open_database
        self._append = append
        self._bell = bell
        self._prefix = prefix
        self._topics = [prefix + topic for topic in topics]
        self._group = group
        self._member = member
        self._expiry = expiry
        self._opened: Database | None = None
        self._closed = False
        self._next: dict[Place, int] = {}  # where to read on, for each claimed partition
        self._polled: dict[Place, int] = {}  # what a commit would store
        self._sought: int | None = None
        self._fenced = False
        self._looked_at: int | None = None
        self._group_version = -1
        self._beat_due = 0.0
        self._turn = 0

    @property
    def _database(self) -> Database:
        if self._opened is None:
            self._opened = self._open()
        return self._opened

    def poll(self, timeout: float) -> Sequence[Received]:
        """The next records; see Consumer."""
        deadline = time.monotonic() + timeout
        pause = SHORTEST_PAUSE
        while True:
            version = self._database.version()
            due = time.monotonic() >= self._beat_due
            if due or version != self._looked_at:
                if due or self._group_changed():
                    self._balance()
                if self._fenced:
                    raise FencedError(f"partitions of group {self._group} have gone to another member")
                self._looked_at = version
                batch = self._read()
                if batch:
                    self._looked_at = None
                    return batch
            left = deadline - time.monotonic()
            if left <= 0:
                return []
            with self._bell:
                self._bell.wait(min(pause, left))
            pause = min(pause * 1.5, LONGEST_PAUSE)

    def commit(self, outputs: Sequence[Record]) -> None:
        """Publish and mark as done in one transaction; see Consumer."""
        if not outputs and not self._polled:
            return
        if self._fenced:
            raise FencedError(f"partitions of group {self._group} have gone to another member")
        # after a seek, the partitions without a later record move too
        done = self._polled if self._sought is None else {**self._next, **self._polled}
        with self._database.write() as connection:
            for (topic, partition), offset in done.items():
                held = connection.execute(
                    "UPDATE positions SET offset = ? WHERE name = ? AND topic = ? AND partition = ? AND member = ?",
                    (offset, self._group, topic, partition, self._member),
                )
                if held.rowcount != 1:
                    raise FencedError(f"{topic}/{partition} has gone to another member of group {self._group}")
            self._append(connection, outputs)
        self._polled.clear()
        self._sought = None
        # what this connection wrote does not count as news to it
        self._looked_at = None
        self._ring()

    def rewind(self) -> None:
        """Go back to the last commit; see Consumer."""
        self._forget()
        self._sought = None
        self._balance()

    def seek(self, at: datetime) -> None:
        """Go on at a time; see Consumer."""
        self._forget()
        self._sought = (at - EPOCH) // timedelta(milliseconds=1)
        self._balance()

    def close(self) -> None:
        """Give all claims back; see Consumer."""
        if self._closed:
            return
        self._closed = True
        if self._opened is None:
            return
        with contextlib.suppress(TransientError, sqlite3.Error), self._opened.jot() as connection:
            mine = (self._group, self._member)
            connection.execute("DELETE FROM members WHERE name = ? AND member = ?", mine)
            connection.execute("UPDATE positions SET member = NULL WHERE name = ? AND member = ?", mine)
            self._announce(connection)
        with contextlib.suppress(sqlite3.Error):
            self._opened.close()
        self._ring()

    def _forget(self) -> None:
        self._next.clear()
        self._polled.clear()
        self._fenced = False
        self._looked_at = None

    def _ring(self) -> None:
        with self._bell:
            self._bell.notify_all()

    def _read(self) -> list[Received]:
        places = sorted(self._next)
        # another partition first each time, so that a long one cannot starve the rest
        self._turn += 1
        start = self._turn % len(places) if places else 0
        batch: list[Received] = []
        with self._database.read() as connection:
            for topic, partition in places[start:] + places[:start]:
                rows = connection.execute(
                    "SELECT * FROM records WHERE topic = ? AND partition = ? AND offset >= ? ORDER BY offset LIMIT ?",
                    (topic, partition, self._next[topic, partition], BATCH - len(batch)),
                ).fetchall()
                batch += [received(row, self._prefix) for row in rows]
                if rows:
                    self._next[topic, partition] = self._polled[topic, partition] = rows[-1]["offset"] + 1
                if len(batch) >= BATCH:
                    break
        return batch

    def _group_changed(self) -> bool:
        with self._database.read() as connection:
            row = connection.execute("SELECT version FROM groups WHERE name = ?", (self._group,)).fetchone()
        return row is None or row["version"] != self._group_version

    def _balance(self) -> None:
        """Say that this member lives, bury the dead, and settle which partitions are its own."""
        kept: dict[Place, int] = {}
        taken: dict[Place, int] = {}
        with self._database.jot() as connection:
            news = self._beat(connection)
            members = {
                row["member"]: set(json.loads(row["topics"]))
                for row in connection.execute(
                    "SELECT member, topics FROM members WHERE name = ? ORDER BY joined, member", (self._group,)
                )
            }
            for row in self._places(connection):
                place = (row["topic"], row["partition"])
                turn = owner(place, members) == self._member
                holder = row["member"] if row["member"] in members else None
                if turn and holder is None:
                    self._claim(connection, place, self._member)
                    taken[place] = self._start(connection, place, row["offset"])
                elif not turn and holder == self._member and place not in self._polled:
                    self._claim(connection, place, None)
                    news = True
                elif holder == self._member:
                    kept[place] = (
                        self._next[place] if place in self._next else self._start(connection, place, row["offset"])
                    )
            if news:
                self._announce(connection)
            self._group_version = connection.execute(
                "SELECT version FROM groups WHERE name = ?", (self._group,)
            ).fetchone()["version"]
        # only now, when the transaction has held
        self._fenced = self._fenced or any(place not in kept for place in self._polled)
        self._next = kept | taken
        self._beat_due = time.monotonic() + self._expiry / 3
        self._looked_at = None

    def _beat(self, connection: Connection) -> bool:
        # the monotonic clock is one for all processes of a machine, starts anew when it boots, and never jumps
        now = time.monotonic()
        dead = connection.execute(
            "DELETE FROM members WHERE name = ? AND member <> ? AND (beat < ? OR beat > ?)",
            (self._group, self._member, now - self._expiry, now + 1),
        ).rowcount
        known = connection.execute(
            "UPDATE members SET beat = ? WHERE name = ? AND member = ?", (now, self._group, self._member)
        ).rowcount
        if not known:
            connection.execute("INSERT OR IGNORE INTO groups (name) VALUES (?)", (self._group,))
            connection.execute(
                """
                INSERT INTO members (name, member, topics, joined, beat)
                SELECT :group, :member, :topics, COALESCE(MAX(joined), 0) + 1, :now FROM members WHERE name = :group
                """,
                {"group": self._group, "member": self._member, "topics": json.dumps(self._topics), "now": now},
            )
        return bool(dead) or not known

    def _places(self, connection: Connection) -> list[Row]:
        for topic in self._topics:
            connection.execute(
                "INSERT OR IGNORE INTO positions (name, topic, partition) SELECT ?, topic, partition FROM partitions "
                "WHERE topic = ?",
                (self._group, topic),
            )
        rows: list[Row] = connection.execute(
            "SELECT topic, partition, offset, member FROM positions WHERE name = ?", (self._group,)
        ).fetchall()
        return rows

    def _claim(self, connection: Connection, place: Place, member: str | None) -> None:
        connection.execute(
            "UPDATE positions SET member = ? WHERE name = ? AND topic = ? AND partition = ?",
            (member, self._group, *place),
        )

    def _start(self, connection: Connection, place: Place, committed: int | None) -> int:
        if self._sought is None:
            return committed or 0
        first = connection.execute(
            "SELECT offset FROM records WHERE topic = ? AND partition = ? AND time >= ? ORDER BY offset LIMIT 1",
            (*place, self._sought),
        ).fetchone()
        end = connection.execute("SELECT next FROM partitions WHERE topic = ? AND partition = ?", place).fetchone()
        offset: int = first["offset"] if first else end["next"]
        return offset

    def _announce(self, connection: Connection) -> None:
        connection.execute("UPDATE groups SET version = version + 1 WHERE name = ?", (self._group,))


def owner(place: Place, members: Mapping[str, set[str]]) -> str | None:
    """The member whose turn a partition is: ``members``, name → topics, take turns in the order they joined in."""
    topic, partition = place
    readers = [member for member, topics in members.items() if topic in topics]
    return readers[partition % len(readers)] if readers else None


def received(row: Row, prefix: str) -> Received:
    """A row of the log as a record."""
    return Received(
        topic=row["topic"].removeprefix(prefix),
        key=row["key"],
        value=row["value"],
        time=EPOCH + timedelta(milliseconds=row["time"]),
        headers=json.loads(row["headers"]),
        partition=row["partition"],
        offset=row["offset"],
    )
