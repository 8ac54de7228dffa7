"""A SQLite file that threads and processes share: durable, and its errors told apart."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tocsin.domain.errors import ConfigurationError, TransientError

BUSY_TIMEOUT: Final = 10.0
"""Seconds to wait for another writer before it counts as trouble."""

_TRANSIENT: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_READONLY,
    }
)
_REFUSED: Final = frozenset(
    {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_PERM}
)


class Database:
    """One connection. Threads may share it and then take turns; whoever must not wait opens another.

    Every method raises TransientError when the file is locked for too long, or the disk is full or failing.
    """

    def __init__(self, path: Path, schema: str, *, busy_timeout: float = BUSY_TIMEOUT) -> None:
        """Open the file, making folder and tables (``schema``: CREATE ... IF NOT EXISTS) where missing.

        Raises ConfigurationError when the path cannot hold a database.
        """
        self._lock = threading.RLock()
        self._path = path
        self._synchronous = ""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(
                path, timeout=busy_timeout, isolation_level=None, check_same_thread=False
            )
        except (OSError, sqlite3.Error) as error:
            raise ConfigurationError(f"{path}: cannot be opened as a database ({error}); name another path") from error
        try:
            with self._wrapped():
                self._prepare(schema, time.monotonic() + busy_timeout)
        except sqlite3.DatabaseError as error:
            self._connection.close()
            raise ConfigurationError(f"{path}: is no usable database ({error}); move it away") from error
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self, schema: str, deadline: float) -> None:
        self._connection.row_factory = sqlite3.Row
        while True:
            try:
                self._connection.execute("PRAGMA journal_mode=WAL")
                self._connection.execute("PRAGMA foreign_keys=ON")
                # KB at most; the 2 MB that are usual make a store of 100,000 feeds a third slower than a small one
                self._connection.execute("PRAGMA cache_size=-16000")
                self._connection.executescript(schema)
            except sqlite3.OperationalError as error:
                # several processes turning WAL on at once get "locked" without any wait
                if _code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    if _code(error) in _REFUSED:
                        raise ConfigurationError(
                            f"{self._path}: cannot be written as a database ({error}); check owner and permissions"
                        ) from error
                    raise
                time.sleep(0.01)
            else:
                return

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A transaction that may write; durable when the block has ended, undone when it raises."""
        with self._lock, self._wrapped():
            self._synchronise("FULL")
            with self._transaction("BEGIN IMMEDIATE") as connection:
                yield connection

    @contextmanager
    def jot(self) -> Iterator[sqlite3.Connection]:
        """As ``write``, but a power failure may undo it: for what only matters while the machine is up."""
        with self._lock, self._wrapped():
            self._synchronise("NORMAL")
            with self._transaction("BEGIN IMMEDIATE") as connection:
                yield connection

    def _synchronise(self, level: str) -> None:
        if level != self._synchronous:
            # said each time, it would cost a tenth of placing an article into its story
            self._connection.execute(f"PRAGMA synchronous={level}")
            self._synchronous = level

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """One consistent view of the file. Does not wait for writers."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._lock, self._wrapped():
            self._connection.execute(begin)
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def version(self) -> int:
        """A number that changes when another connection has written. Far cheaper than a query."""
        with self._lock, self._wrapped():
            version: int = self._connection.execute("PRAGMA data_version").fetchone()[0]
            return version

    @contextmanager
    def _wrapped(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            if _code(error) not in _TRANSIENT:
                raise
            raise TransientError(f"{self._path.name}: {error}") from error

    def close(self) -> None:
        """Let go of the file. Idempotent."""
        with self._lock:
            self._connection.close()


def connect(path: Path, schema: str, *, busy_timeout: float = BUSY_TIMEOUT) -> Database:
    """Open ``path``; see Database."""
    return Database(path, schema, busy_timeout=busy_timeout)


def _code(error: sqlite3.Error) -> int:
    # the low byte is the primary code, the rest is detail
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
