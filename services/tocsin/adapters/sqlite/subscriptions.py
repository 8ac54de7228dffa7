"""SubscriptionStore in a SQLite file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tocsin.adapters.sqlite.database import connect
from tocsin.domain import codec
from tocsin.domain.subscription import Subscriber

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS subscribers (
    id         TEXT PRIMARY KEY,
    subscriber BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS subscribers_version (
    version INTEGER NOT NULL
);
"""


class SqliteSubscriptionStore:
    """See tocsin.ports.subscriptions."""

    def __init__(self, path: Path) -> None:
        self._database = connect(path, _SCHEMA)

    def sync(self, subscribers: Sequence[Subscriber]) -> None:
        """See the port."""
        wanted = {subscriber.id: codec.encode(subscriber) for subscriber in subscribers}
        with self._database.write() as connection:
            present = dict(connection.execute("SELECT id, subscriber FROM subscribers").fetchall())
            if wanted == present:
                return
            connection.executemany("DELETE FROM subscribers WHERE id = ?", [(id,) for id in present.keys() - wanted])
            connection.executemany("INSERT OR REPLACE INTO subscribers (id, subscriber) VALUES (?, ?)", wanted.items())
            if not connection.execute("UPDATE subscribers_version SET version = version + 1").rowcount:
                connection.execute("INSERT INTO subscribers_version (version) VALUES (1)")

    def version(self) -> int:
        """See the port."""
        with self._database.read() as connection:
            row = connection.execute("SELECT version FROM subscribers_version").fetchone()
        return row[0] if row else 0

    def subscribers(self) -> Sequence[Subscriber]:
        """See the port."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT subscriber FROM subscribers ORDER BY id").fetchall()
        return [codec.decode(Subscriber, row[0]) for row in rows]

    def subscriber(self, id: str) -> Subscriber | None:
        """See the port."""
        with self._database.read() as connection:
            row = connection.execute("SELECT subscriber FROM subscribers WHERE id = ?", (id,)).fetchone()
        return codec.decode(Subscriber, row[0]) if row else None

    def close(self) -> None:
        """See the port."""
        self._database.close()
