"""Outbox in a SQLite file."""

import json
import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from tocsin.adapters.sqlite.database import connect
from tocsin.adapters.sqlite.instants import instant, micros
from tocsin.domain import codec
from tocsin.domain.delivery import (
    Attempt,
    ChannelState,
    ClaimedLane,
    Delivery,
    DeliveryOutcome,
    DeliveryRecord,
    Lane,
    Progress,
    Status,
)

# A delivery has `due` until it has ended; then `outcome`, and `told` once that is on the bus. Of a delivered one the
# alert itself is dropped. A lane is claimable from `ready` on; it has none while leased and when nothing waits in it.
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS deliveries (
    number     INTEGER PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    subscriber TEXT NOT NULL,
    channel    TEXT NOT NULL,
    entry      BLOB NOT NULL,
    delivery   BLOB,
    planned    INTEGER NOT NULL,
    due        INTEGER,
    attempts   INTEGER NOT NULL,
    sends      TEXT NOT NULL DEFAULT '',
    outcome    BLOB,
    status     TEXT,
    ended      INTEGER,
    told       INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS deliveries_lane ON deliveries (subscriber, channel, due, number) WHERE due IS NOT NULL;
CREATE INDEX IF NOT EXISTS deliveries_untold ON deliveries (ended, id) WHERE outcome IS NOT NULL AND told = 0;
CREATE INDEX IF NOT EXISTS deliveries_told ON deliveries (ended) WHERE told = 1;
CREATE INDEX IF NOT EXISTS deliveries_planned ON deliveries (planned, number);
CREATE INDEX IF NOT EXISTS deliveries_people ON deliveries (subscriber, planned, number);
CREATE INDEX IF NOT EXISTS deliveries_undelivered ON deliveries (status, planned, number) WHERE status <> 'delivered';
CREATE TABLE IF NOT EXISTS lanes (
    subscriber   TEXT NOT NULL,
    channel      TEXT NOT NULL,
    ready        INTEGER,
    gate         INTEGER NOT NULL DEFAULT 0,
    token        TEXT,
    leased_until INTEGER,
    state        BLOB,
    PRIMARY KEY (subscriber, channel)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS lanes_ready ON lanes (ready) WHERE ready IS NOT NULL;
CREATE INDEX IF NOT EXISTS lanes_leased ON lanes (leased_until) WHERE leased_until IS NOT NULL;
"""

_PLAN: Final = """
INSERT INTO deliveries (id, subscriber, channel, entry, delivery, planned, due, attempts)
VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
"""
_READY: Final = """
INSERT INTO lanes (subscriber, channel, ready) VALUES (:subscriber, :channel, :due)
ON CONFLICT (subscriber, channel) DO UPDATE SET ready = min(coalesce(ready, :due), max(:due, gate))
WHERE leased_until IS NULL AND (ready IS NULL OR ready > max(:due, gate))
"""
# what waits in a lane decides anew from when on it can be claimed
_SETTLE_READY: Final = """
UPDATE lanes SET ready = (
    SELECT max(min(due), lanes.gate) FROM deliveries
    WHERE subscriber = lanes.subscriber AND channel = lanes.channel AND due IS NOT NULL
)
WHERE subscriber = :subscriber AND channel = :channel AND leased_until IS NULL
"""
_WAITING: Final = """
SELECT EXISTS (SELECT 1 FROM lanes WHERE ready <= :now)
    OR EXISTS (SELECT 1 FROM lanes WHERE leased_until <= :now)
"""
_LAPSED: Final = "SELECT subscriber, channel FROM lanes WHERE leased_until <= :now"
_LANES: Final = "SELECT subscriber, channel, state FROM lanes WHERE ready <= :now ORDER BY ready LIMIT :lanes"
_LEASE: Final = """
UPDATE lanes SET ready = NULL, token = :token, leased_until = :until
WHERE subscriber = :subscriber AND channel = :channel
"""
_BATCH: Final = """
SELECT delivery, due, attempts FROM deliveries
WHERE subscriber = :subscriber AND channel = :channel AND due <= :now ORDER BY due, number LIMIT :batch
"""
_ATTEMPT: Final = """
UPDATE deliveries SET attempts = attempts + 1, sends = sends || iif(sends = '', '', ',') || :attempt WHERE id = :id
"""
_END: Final = """
UPDATE deliveries SET due = NULL, outcome = :outcome, status = :status, ended = :ended,
    delivery = iif(:status = 'delivered', NULL, delivery)
WHERE id = :id AND outcome IS NULL
"""
_RELEASE: Final = """
UPDATE lanes SET token = NULL, leased_until = NULL, state = :state, gate = :gate
WHERE subscriber = :subscriber AND channel = :channel AND token = :token
"""
_FIELDS: Final = "id, entry, planned, due, sends, outcome"


class SqliteOutbox:
    """See tocsin.ports.outbox."""

    def __init__(self, path: Path) -> None:
        self._database = connect(path, _SCHEMA)

    def plan(self, deliveries: Sequence[Delivery], now: datetime) -> int:
        """See the port."""
        new = 0
        with self._database.write() as connection:
            for each in deliveries:
                lane = {"subscriber": each.alert.subscriber, "channel": each.channel, "due": micros(each.due)}
                row = (
                    *(
                        each.id,
                        each.alert.subscriber,
                        each.channel,
                        codec.encode(DeliveryRecord.planned_now(each, now)),
                    ),
                    *(codec.encode(each), micros(now), lane["due"], each.attempts),
                )
                if connection.execute(_PLAN, row).rowcount:
                    new += 1
                    connection.execute(_READY, lane)
        return new

    def claim(self, now: datetime, lanes: int, batch: int, lease: timedelta) -> Sequence[ClaimedLane]:
        """See the port."""
        claim = {"now": micros(now), "lanes": lanes, "until": micros(now + lease), "batch": batch}
        with self._database.read() as connection:
            if not connection.execute(_WAITING, claim).fetchone()[0]:
                return []
        claimed = []
        with self._database.write() as connection:
            for row in connection.execute(_LAPSED, claim).fetchall():
                lane = {"subscriber": row["subscriber"], "channel": row["channel"]}
                connection.execute(
                    "UPDATE lanes SET leased_until = NULL WHERE subscriber = :subscriber AND channel = :channel", lane
                )
                connection.execute(_SETTLE_READY, lane)
            for row in connection.execute(_LANES, claim).fetchall():
                lane = {"subscriber": row["subscriber"], "channel": row["channel"]}
                found = connection.execute(_BATCH, claim | lane).fetchall()
                if not found:
                    connection.execute(_SETTLE_READY, lane)
                    continue
                token = secrets.token_hex(8)
                connection.execute(_LEASE, claim | lane | {"token": token})
                claimed.append(
                    ClaimedLane(
                        lane=Lane(**lane),
                        token=token,
                        state=codec.decode(ChannelState, row["state"]) if row["state"] else ChannelState(),
                        deliveries=tuple(_claimed(each) for each in found),
                    )
                )
        return claimed

    def record(self, progress: Sequence[Progress]) -> None:
        """See the port."""
        with self._database.write() as connection:
            for step in progress:
                _record(connection, step)

    def release(self, claimed: ClaimedLane, state: ChannelState, not_before: datetime | None = None) -> bool:
        """See the port."""
        lane: dict[str, Any] = {"subscriber": claimed.lane.subscriber, "channel": claimed.lane.channel}
        given = {"token": claimed.token, "state": codec.encode(state), "gate": micros(not_before) if not_before else 0}
        with self._database.write() as connection:
            if not connection.execute(_RELEASE, lane | given).rowcount:
                return False
            connection.execute(_SETTLE_READY, lane)
        return True

    def states(self, lanes: Sequence[Lane]) -> Mapping[Lane, ChannelState]:
        """See the port."""
        found = {}
        query = "SELECT state FROM lanes WHERE subscriber = ? AND channel = ? AND state IS NOT NULL"
        with self._database.read() as connection:
            for lane in lanes:
                row = connection.execute(query, (lane.subscriber, lane.channel)).fetchone()
                if row:
                    found[lane] = codec.decode(ChannelState, row["state"])
        return found

    def outcomes(self, limit: int) -> Sequence[DeliveryOutcome]:
        """See the port."""
        query = "SELECT outcome FROM deliveries WHERE outcome IS NOT NULL AND told = 0 ORDER BY ended, id LIMIT ?"
        with self._database.read() as connection:
            rows = connection.execute(query, (limit,)).fetchall()
        return [codec.decode(DeliveryOutcome, row[0]) for row in rows]

    def acknowledge(self, ids: Sequence[str]) -> None:
        """See the port."""
        query = """
        UPDATE deliveries SET told = 1 WHERE outcome IS NOT NULL AND id IN (SELECT value FROM json_each(?))
        """
        with self._database.write() as connection:
            connection.execute(query, (json.dumps(ids),))

    def ledger(
        self, limit: int, *, subscriber: str | None = None, statuses: Sequence[Status] = ()
    ) -> Sequence[DeliveryRecord]:
        """See the port."""
        conditions, values = ["1"], list[Any]()
        if subscriber is not None:
            conditions.append("subscriber = ?")
            values.append(subscriber)
        if statuses:
            conditions.append(f"status IN ({', '.join('?' * len(statuses))})")
            values.extend(statuses)
        where = " AND ".join(conditions)
        query = f"SELECT {_FIELDS} FROM deliveries WHERE {where} ORDER BY planned DESC, number DESC LIMIT ?"  # noqa: S608 - no input in it
        with self._database.read() as connection:
            rows = connection.execute(query, (*values, limit)).fetchall()
        return [_told(row) for row in rows]

    def find(self, id: str) -> DeliveryRecord | None:
        """See the port."""
        with self._database.read() as connection:
            row = connection.execute(f"SELECT {_FIELDS} FROM deliveries WHERE id = ?", (id,)).fetchone()  # noqa: S608 - as above
        return _told(row) if row else None

    def replay(self, id: str, now: datetime, expires: datetime) -> bool:
        """See the port."""
        query = "SELECT delivery, entry FROM deliveries WHERE id = ? AND told = 1 AND status <> 'delivered'"
        with self._database.write() as connection:
            row = connection.execute(query, (id,)).fetchone()
            if not row:
                return False
            old = codec.decode(Delivery, row["delivery"])
            again = replace(old, due=now, attempts=0, replayed=old.replayed + 1, expires=expires)
            told = replace(codec.decode(DeliveryRecord, row["entry"]), replayed=again.replayed)
            connection.execute(
                """
                UPDATE deliveries SET delivery = ?, entry = ?, due = ?, attempts = 0, outcome = NULL, status = NULL,
                    ended = NULL, told = 0
                WHERE id = ?
                """,
                (codec.encode(again), codec.encode(told), micros(now), id),
            )
            lane = {"subscriber": again.lane.subscriber, "channel": again.channel, "due": micros(now)}
            connection.execute(_READY, lane)
        return True

    def forget(self, before: datetime) -> int:
        """See the port."""
        with self._database.write() as connection:
            return connection.execute("DELETE FROM deliveries WHERE told = 1 AND ended < ?", (micros(before),)).rowcount

    def pending(self) -> int:
        """See the port."""
        with self._database.read() as connection:
            count: int = connection.execute("SELECT count(*) FROM deliveries WHERE due IS NOT NULL").fetchone()[0]
        return count

    def close(self) -> None:
        """See the port."""
        self._database.close()


def _record(connection: sqlite3.Connection, step: Progress) -> None:
    if step.attempt is not None:
        sent = msgspec.json.encode(step.attempt).decode()
        connection.execute(_ATTEMPT, {"id": step.delivery, "attempt": sent})
    if step.outcome is not None:
        end = {"status": step.outcome.status, "ended": micros(step.outcome.at), "outcome": codec.encode(step.outcome)}
        connection.execute(_END, end | {"id": step.delivery})
    elif step.due is not None:
        moved = connection.execute(
            "UPDATE deliveries SET due = ? WHERE id = ? AND outcome IS NULL RETURNING subscriber, channel",
            (micros(step.due), step.delivery),
        ).fetchone()
        if moved:
            lane = {"subscriber": moved["subscriber"], "channel": moved["channel"]}
            connection.execute(_SETTLE_READY, lane)


def _claimed(row: sqlite3.Row) -> Delivery:
    return replace(codec.decode(Delivery, row["delivery"]), due=instant(row["due"]), attempts=row["attempts"])


def _told(row: sqlite3.Row) -> DeliveryRecord:
    return replace(
        codec.decode(DeliveryRecord, row["entry"]),
        due=None if row["due"] is None else instant(row["due"]),
        attempts=tuple(msgspec.json.decode(f"[{row['sends']}]", type=list[Attempt])),
        outcome=codec.decode(DeliveryOutcome, row["outcome"]) if row["outcome"] else None,
    )
