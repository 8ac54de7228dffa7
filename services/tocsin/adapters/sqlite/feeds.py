"""FeedStore in a SQLite file."""

import json
import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from tocsin.adapters.sqlite.database import connect
from tocsin.adapters.sqlite.instants import instant, micros
from tocsin.domain import codec
from tocsin.domain.feed import ClaimedFeed, Feed, FeedCheck, FeedHealth, Validators

KEEP_ITEMS: Final = 2_000
"""Items remembered of each feed beside those that are in it now."""

# A feed that left the settings keeps its row with watched = 0. leased_until is NULL while nobody has the feed; the
# token stays when a lease ends, so that late work still counts as long as nobody else has taken the feed.
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS feeds (
    id           TEXT PRIMARY KEY,
    feed         BLOB NOT NULL,
    url          TEXT NOT NULL,
    watched      INTEGER NOT NULL,
    next_check   INTEGER NOT NULL,
    leased_until INTEGER,
    token        TEXT,
    validators   BLOB NOT NULL,
    errors       INTEGER NOT NULL DEFAULT 0,
    polled       INTEGER,
    error        TEXT
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS feeds_due ON feeds (next_check) WHERE watched AND leased_until IS NULL;
CREATE INDEX IF NOT EXISTS feeds_leased ON feeds (leased_until) WHERE leased_until IS NOT NULL;
CREATE TABLE IF NOT EXISTS feed_items (
    feed         TEXT NOT NULL,
    article      TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    generation   INTEGER NOT NULL,
    PRIMARY KEY (feed, article)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS feed_items_generation ON feed_items (feed, generation);
"""

_NOTHING: Final = codec.encode(Validators())

_LIST: Final = """
INSERT INTO feeds (id, feed, url, watched, next_check, validators) VALUES (:id, :feed, :url, 1, :now, :nothing)
ON CONFLICT (id) DO UPDATE SET feed = :feed, watched = 1
"""
_MOVED: Final = """
UPDATE feeds SET url = :url, next_check = :now, leased_until = NULL, token = NULL, validators = :nothing, errors = 0,
                 error = NULL
WHERE id = :id AND url <> :url
"""
_LEFT: Final = """
UPDATE feeds SET watched = 0, leased_until = NULL, token = NULL
WHERE watched AND id NOT IN (SELECT value FROM json_each(?))
"""
_CLAIM: Final = """
UPDATE feeds SET leased_until = :until, token = :token WHERE id IN (
    SELECT id FROM feeds WHERE watched AND leased_until IS NULL AND next_check <= :now ORDER BY next_check LIMIT :limit
)
RETURNING feed, next_check, validators, errors, polled
"""
_FAILED: Final = """
UPDATE feeds SET next_check = :next_check, leased_until = NULL, token = NULL, errors = errors + 1, error = :error
WHERE id = :feed AND token = :token
"""
_READ: Final = """
UPDATE feeds SET next_check = :next_check, leased_until = NULL, token = NULL, errors = 0, error = NULL,
                 validators = :validators, polled = :at
WHERE id = :feed AND token = :token
"""
_ITEM: Final = """
INSERT INTO feed_items (feed, article, content_hash, generation) VALUES (?, ?, ?, ?)
ON CONFLICT (feed, article) DO UPDATE SET content_hash = excluded.content_hash, generation = excluded.generation
"""
_TRIM: Final = """
DELETE FROM feed_items WHERE feed = :feed AND article IN (
    SELECT article FROM feed_items WHERE feed = :feed AND generation < :generation
    ORDER BY generation DESC LIMIT -1 OFFSET :keep
)
"""


class SqliteFeedStore:
    """See tocsin.ports.feeds. Of each feed it remembers the items now in it and ``keep_items`` that were before."""

    def __init__(self, path: Path, *, keep_items: int = KEEP_ITEMS) -> None:
        self._database = connect(path, _SCHEMA)
        self._keep_items = keep_items

    def sync(self, feeds: Sequence[Feed], now: datetime) -> None:
        """See the port."""
        rows = [
            {"id": feed.id, "feed": codec.encode(feed), "url": feed.url, "now": micros(now), "nothing": _NOTHING}
            for feed in feeds
        ]
        with self._database.write() as connection:
            connection.executemany(_LIST, rows)
            connection.executemany(_MOVED, rows)
            connection.execute(_LEFT, (json.dumps([feed.id for feed in feeds]),))

    def claim_due(self, now: datetime, limit: int, lease: timedelta) -> Sequence[ClaimedFeed]:
        """See the port."""
        token = secrets.token_hex(8)
        claim = {"now": micros(now), "until": micros(now + lease), "token": token, "limit": limit}
        with self._database.write() as connection:
            connection.execute("UPDATE feeds SET leased_until = NULL WHERE leased_until <= :now", claim)
            rows = connection.execute(_CLAIM, claim).fetchall()
        return [
            ClaimedFeed(
                feed=codec.decode(Feed, row["feed"]),
                token=token,
                validators=codec.decode(Validators, row["validators"]),
                errors=row["errors"],
                polled=_optional(row["polled"]),
            )
            for row in sorted(rows, key=lambda row: int(row["next_check"]))
        ]

    def known(self, feed: str, articles: Sequence[str]) -> Mapping[str, str]:
        """See the port."""
        query = """
            SELECT article, content_hash FROM feed_items
            WHERE feed = ? AND article IN (SELECT value FROM json_each(?))
        """
        with self._database.read() as connection:
            return dict(connection.execute(query, (feed, json.dumps(articles))).fetchall())

    def record(self, check: FeedCheck) -> bool:
        """See the port."""
        values = {
            "feed": check.feed,
            "token": check.token,
            "at": micros(check.at),
            "next_check": micros(check.next_check),
            "validators": codec.encode(check.validators),
            "error": check.error,
        }
        with self._database.write() as connection:
            changed = connection.execute(_READ if check.error is None else _FAILED, values).rowcount
            if changed and check.error is None and check.items:
                self._remember(connection, check.feed, check.items)
        return bool(changed)

    def _remember(self, connection: sqlite3.Connection, feed: str, items: Mapping[str, str]) -> None:
        # a count of polls, not their time: a clock set back must not make the newest items the oldest
        newest = connection.execute("SELECT max(generation) FROM feed_items WHERE feed = ?", (feed,)).fetchone()[0]
        generation = (newest or 0) + 1
        connection.executemany(_ITEM, [(feed, article, digest, generation) for article, digest in items.items()])
        connection.execute(_TRIM, {"feed": feed, "generation": generation, "keep": self._keep_items})

    def health(self) -> Sequence[FeedHealth]:
        """See the port."""
        query = "SELECT feed, next_check, errors, polled, error FROM feeds WHERE watched ORDER BY id"
        with self._database.read() as connection:
            rows = connection.execute(query).fetchall()
        return [
            FeedHealth(
                feed=codec.decode(Feed, row["feed"]),
                next_check=instant(row["next_check"]),
                errors=row["errors"],
                polled=_optional(row["polled"]),
                error=row["error"],
            )
            for row in rows
        ]

    def close(self) -> None:
        """See the port."""
        self._database.close()


def _optional(value: int | None) -> datetime | None:
    return None if value is None else instant(value)
