"""ChannelStore in a SQLite file."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tocsin.adapters.sqlite.database import connect
from tocsin.domain import codec
from tocsin.ports.channels import AddedChannel

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS channels (
    subscriber TEXT NOT NULL,
    channel    TEXT NOT NULL,
    added      BLOB NOT NULL,
    PRIMARY KEY (subscriber, channel)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS channels_version (
    version INTEGER NOT NULL
);
"""


class SqliteChannelStore:
    """See tocsin.ports.channels."""

    def __init__(self, path: Path) -> None:
        self._database = connect(path, _SCHEMA)

    def put(self, added: AddedChannel) -> None:
        """See the port."""
        row = (added.subscriber, added.channel.id, codec.encode(added))
        with self._database.write() as connection:
            connection.execute("INSERT OR REPLACE INTO channels (subscriber, channel, added) VALUES (?, ?, ?)", row)
            _grow(connection)

    def remove(self, subscriber: str, channel: str) -> bool:
        """See the port."""
        query = "DELETE FROM channels WHERE subscriber = ? AND channel = ?"
        with self._database.write() as connection:
            if not connection.execute(query, (subscriber, channel)).rowcount:
                return False
            _grow(connection)
        return True

    def of(self, subscriber: str) -> Sequence[AddedChannel]:
        """See the port."""
        query = "SELECT added FROM channels WHERE subscriber = ? ORDER BY channel"
        with self._database.read() as connection:
            rows = connection.execute(query, (subscriber,)).fetchall()
        return [codec.decode(AddedChannel, row[0]) for row in rows]

    def all(self) -> Sequence[AddedChannel]:
        """See the port."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT added FROM channels ORDER BY subscriber, channel").fetchall()
        return [codec.decode(AddedChannel, row[0]) for row in rows]

    def version(self) -> int:
        """See the port."""
        with self._database.read() as connection:
            row = connection.execute("SELECT version FROM channels_version").fetchone()
        return row[0] if row else 0

    def close(self) -> None:
        """See the port."""
        self._database.close()


def _grow(connection: sqlite3.Connection) -> None:
    if not connection.execute("UPDATE channels_version SET version = version + 1").rowcount:
        connection.execute("INSERT INTO channels_version (version) VALUES (1)")
