"""Outbox in a SQLite file."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from tocsin.adapters.sqlite.database import connect
from tocsin.adapters.sqlite.instants import instant, micros
from tocsin.domain import codec
from tocsin.domain.delivery import Delivery, DeliveryOutcome

# state: planned (claimed while leased_until is set), then settled, then acknowledged: only the id is left of it.
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS outbox (
    id           TEXT PRIMARY KEY,
    state        TEXT NOT NULL CHECK (state IN ('planned', 'settled', 'acknowledged')),
    delivery     BLOB,
    due          INTEGER,
    attempts     INTEGER,
    leased_until INTEGER,
    outcome      BLOB,
    ended        INTEGER
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS outbox_due ON outbox (due) WHERE state = 'planned' AND leased_until IS NULL;
CREATE INDEX IF NOT EXISTS outbox_leased ON outbox (leased_until) WHERE leased_until IS NOT NULL;
CREATE INDEX IF NOT EXISTS outbox_settled ON outbox (ended, id) WHERE state = 'settled';
CREATE INDEX IF NOT EXISTS outbox_remembered ON outbox (ended) WHERE state = 'acknowledged';
"""

_PLAN: Final = """
INSERT INTO outbox (id, state, delivery, due, attempts) VALUES (?, 'planned', ?, ?, ?) ON CONFLICT (id) DO NOTHING
"""
_CLAIM: Final = """
UPDATE outbox SET leased_until = :until, attempts = attempts + 1 WHERE id IN (
    SELECT id FROM outbox WHERE state = 'planned' AND leased_until IS NULL AND due <= :now ORDER BY due LIMIT :limit
)
RETURNING delivery, due, attempts
"""
# in two parts, because that is how they are indexed: a third index on all planned would mislead the planner in _CLAIM
_PENDING: Final = """
SELECT (SELECT count(*) FROM outbox WHERE state = 'planned' AND leased_until IS NULL)
     + (SELECT count(*) FROM outbox WHERE leased_until IS NOT NULL)
"""
_SETTLE: Final = """
INSERT INTO outbox (id, state, outcome, ended) VALUES (:id, 'settled', :outcome, :ended)
ON CONFLICT (id) DO UPDATE
SET state = 'settled', outcome = :outcome, ended = :ended, delivery = NULL, due = NULL, leased_until = NULL
WHERE state = 'planned'
"""
_ACKNOWLEDGE: Final = """
UPDATE outbox SET state = 'acknowledged', outcome = NULL
WHERE state = 'settled' AND id IN (SELECT value FROM json_each(?))
"""


class SqliteOutbox:
    """See tocsin.ports.outbox. An outcome for an id that was never planned is kept like any other."""

    def __init__(self, path: Path) -> None:
        self._database = connect(path, _SCHEMA)

    def plan(self, deliveries: Sequence[Delivery]) -> int:
        """See the port."""
        rows = [(each.id, codec.encode(each), micros(each.due), each.attempts) for each in deliveries]
        with self._database.write() as connection:
            return connection.executemany(_PLAN, rows).rowcount if rows else 0

    def claim_due(self, now: datetime, limit: int, lease: timedelta) -> Sequence[Delivery]:
        """See the port."""
        claim = {"now": micros(now), "until": micros(now + lease), "limit": limit}
        with self._database.write() as connection:
            connection.execute("UPDATE outbox SET leased_until = NULL WHERE leased_until <= :now", claim)
            rows = connection.execute(_CLAIM, claim).fetchall()
        return [
            replace(codec.decode(Delivery, row["delivery"]), due=instant(row["due"]), attempts=row["attempts"])
            for row in sorted(rows, key=lambda row: int(row["due"]))
        ]

    def postpone(self, id: str, due: datetime) -> None:
        """See the port."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE outbox SET due = ?, leased_until = NULL WHERE id = ? AND state = 'planned'", (micros(due), id)
            )

    def settle(self, outcome: DeliveryOutcome) -> None:
        """See the port."""
        values = {"id": outcome.id, "outcome": codec.encode(outcome), "ended": micros(outcome.at)}
        with self._database.write() as connection:
            connection.execute(_SETTLE, values)

    def outcomes(self, limit: int) -> Sequence[DeliveryOutcome]:
        """See the port."""
        query = "SELECT outcome FROM outbox WHERE state = 'settled' ORDER BY ended, id LIMIT ?"
        with self._database.read() as connection:
            rows = connection.execute(query, (limit,)).fetchall()
        return [codec.decode(DeliveryOutcome, row[0]) for row in rows]

    def acknowledge(self, ids: Sequence[str]) -> None:
        """See the port."""
        with self._database.write() as connection:
            connection.execute(_ACKNOWLEDGE, (json.dumps(ids),))

    def forget(self, before: datetime) -> int:
        """See the port."""
        with self._database.write() as connection:
            return connection.execute(
                "DELETE FROM outbox WHERE state = 'acknowledged' AND ended < ?", (micros(before),)
            ).rowcount

    def pending(self) -> int:
        """See the port."""
        with self._database.read() as connection:
            count: int = connection.execute(_PENDING).fetchone()[0]
        return count

    def close(self) -> None:
        """See the port."""
        self._database.close()
