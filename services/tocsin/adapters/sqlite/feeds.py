"""FeedStore in a SQLite file."""

import json
import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from tocsin.adapters.sqlite.database import connect
from tocsin.adapters.sqlite.instants import instant, micros
from tocsin.domain import codec
from tocsin.domain.feed import ClaimedFeed, Feed, FeedCheck, FeedHealth, Gap, Push, Track, Validators

KEEP_ITEMS: Final = 2_000
"""Items remembered of each feed beside those that are in it now."""
KEEP_GAPS: Final = 10_000

# A feed that left the settings keeps its row with watched = 0. leased_until is NULL while nobody has the feed; the
# token stays when a lease ends, so that late work still counts as long as nobody else has taken the feed. next_check
# is NULL for a feed that is not to be polled again. The partial indexes keep a claim as cheap with many feeds.
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS feeds (
    id           TEXT PRIMARY KEY,
    feed         BLOB NOT NULL,
    url          TEXT NOT NULL,
    watched      INTEGER NOT NULL,
    next_check   INTEGER,
    leased_until INTEGER,
    token        TEXT,
    validators   BLOB NOT NULL,
    errors       INTEGER NOT NULL DEFAULT 0,
    polled       INTEGER,
    error        TEXT,
    track        BLOB NOT NULL,
    push         BLOB
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
CREATE TABLE IF NOT EXISTS feed_gaps (
    id    INTEGER PRIMARY KEY,
    until INTEGER NOT NULL,
    gap   BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS feed_gaps_until ON feed_gaps (until);
"""

_NOTHING: Final = codec.encode(Validators())
_UNTRACKED: Final = codec.encode(Track())

_LIST: Final = """
INSERT INTO feeds (id, feed, url, watched, next_check, validators, track)
VALUES (:id, :feed, :url, 1, :now, :nothing, :untracked)
ON CONFLICT (id) DO UPDATE SET feed = :feed, watched = 1 WHERE feed <> :feed OR NOT watched
"""
_MOVED: Final = """
UPDATE feeds SET url = :url, next_check = :now, leased_until = NULL, token = NULL, validators = :nothing, errors = 0,
                 error = NULL, track = :untracked, push = NULL
WHERE id = :id AND url <> :url
"""
_LEFT: Final = """
UPDATE feeds SET watched = 0, leased_until = NULL, token = NULL
WHERE watched AND id NOT IN (SELECT value FROM json_each(?))
"""
_LAPSED: Final = "UPDATE feeds SET leased_until = NULL WHERE leased_until <= :now"
_CLAIMED: Final = "RETURNING feed, next_check, validators, errors, polled, track, push"
_CLAIM: Final = f"""
UPDATE feeds SET leased_until = :until, token = :token WHERE id IN (
    SELECT id FROM feeds WHERE watched AND leased_until IS NULL AND next_check <= :now ORDER BY next_check LIMIT :limit
)
{_CLAIMED}
"""  # noqa: S608 - put together from constants
_CLAIM_ONE: Final = f"""
UPDATE feeds SET leased_until = :until, token = :token WHERE id = :id AND watched AND leased_until IS NULL
{_CLAIMED}
"""  # noqa: S608 - as above
_WAKE: Final = """
UPDATE feeds SET next_check = :now WHERE id = :id AND watched AND (leased_until IS NULL OR leased_until <= :now)
"""
_RECORD: Final = """
UPDATE feeds SET
    next_check = :next_check, leased_until = NULL, token = NULL,
    track = CASE :outcome WHEN 'released' THEN track ELSE :track END,
    validators = CASE :outcome WHEN 'read' THEN :validators ELSE validators END,
    polled = CASE :outcome WHEN 'read' THEN :at ELSE polled END,
    errors = CASE :outcome WHEN 'read' THEN 0 WHEN 'failed' THEN errors + 1 ELSE errors END,
    error = CASE :outcome WHEN 'read' THEN NULL WHEN 'failed' THEN :error WHEN 'excused' THEN :error ELSE error END
WHERE id = :feed AND token = :token
"""
_HEALTH: Final = "SELECT feed, next_check, errors, polled, error, track, push FROM feeds WHERE watched"
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
            {"id": feed.id, "feed": codec.encode(feed), "url": feed.url, "now": micros(now)}
            | {"nothing": _NOTHING, "untracked": _UNTRACKED}
            for feed in feeds
        ]
        with self._database.write() as connection:
            connection.executemany(_LIST, rows)
            connection.executemany(_MOVED, rows)
            connection.execute(_LEFT, (json.dumps([feed.id for feed in feeds]),))

    def claim_due(self, now: datetime, limit: int, lease: timedelta) -> Sequence[ClaimedFeed]:
        """See the port."""
        claim = {"now": micros(now), "until": micros(now + lease), "token": secrets.token_hex(8), "limit": limit}
        with self._database.jot() as connection:
            connection.execute(_LAPSED, claim)
            rows = connection.execute(_CLAIM, claim).fetchall()
        rows.sort(key=lambda row: int(row["next_check"]))
        return [_claimed(row, str(claim["token"])) for row in rows]

    def claim(self, feed: str, now: datetime, lease: timedelta) -> ClaimedFeed | None:
        """See the port."""
        claim = {"now": micros(now), "until": micros(now + lease), "token": secrets.token_hex(8), "id": feed}
        with self._database.jot() as connection:
            connection.execute(_LAPSED, claim)
            row = connection.execute(_CLAIM_ONE, claim).fetchone()
        return _claimed(row, str(claim["token"])) if row else None

    def known(self, feed: str, articles: Sequence[str]) -> Mapping[str, str]:
        """See the port."""
        query = """
            SELECT article, content_hash FROM feed_items
            WHERE feed = ? AND article IN (SELECT value FROM json_each(?))
        """
        with self._database.read() as connection:
            return dict(connection.execute(query, (feed, json.dumps(articles))).fetchall())

    def record(self, checks: Sequence[FeedCheck]) -> Sequence[str]:
        """See the port."""
        # a poll that is forgotten is polled again; only seen items and gaps are worth a wait for the disk
        weighty = any(check.items or check.gap for check in checks)
        recorded: list[str] = []
        with self._database.write() if weighty else self._database.jot() as connection:
            for check in checks:
                if not connection.execute(_RECORD, _values(check)).rowcount:
                    continue
                recorded.append(check.feed)
                if check.items and check.outcome in {"read", "pushed"}:
                    self._remember(connection, check)
                if check.gap is not None and check.outcome != "released":
                    _note(connection, check.gap)
        return recorded

    def _remember(self, connection: sqlite3.Connection, check: FeedCheck) -> None:
        # a count of polls, not their time: a clock set back must not make the newest items the oldest
        query = "SELECT max(generation) FROM feed_items WHERE feed = ?"
        newest: int = connection.execute(query, (check.feed,)).fetchone()[0] or 0
        # a push holds only what is new: the rest is still in the feed, and of the same generation
        generation = newest + 1 if check.outcome == "read" else max(newest, 1)
        connection.executemany(
            _ITEM, [(check.feed, article, hash, generation) for article, hash in check.items.items()]
        )
        connection.execute(_TRIM, {"feed": check.feed, "generation": generation, "keep": self._keep_items})

    def wake(self, feeds: Sequence[str], now: datetime) -> int:
        """See the port."""
        with self._database.write() as connection:
            return sum(connection.execute(_WAKE, {"id": id, "now": micros(now)}).rowcount for id in feeds)

    def set_push(self, feed: str, push: Push | None) -> None:
        """See the port."""
        with self._database.write() as connection:
            value = None if push is None else codec.encode(push)
            connection.execute("UPDATE feeds SET push = ? WHERE id = ?", (value, feed))

    def abandoned(self) -> Mapping[str, Push]:
        """See the port."""
        query = "SELECT id, push FROM feeds WHERE NOT watched AND push IS NOT NULL"
        with self._database.read() as connection:
            return {row["id"]: codec.decode(Push, row["push"]) for row in connection.execute(query)}

    def look_up(self, feed: str) -> FeedHealth | None:
        """See the port."""
        with self._database.read() as connection:
            row = connection.execute(f"{_HEALTH} AND id = ?", (feed,)).fetchone()
        return _health(row) if row else None

    def health(self) -> Sequence[FeedHealth]:
        """See the port."""
        with self._database.read() as connection:
            return [_health(row) for row in connection.execute(f"{_HEALTH} ORDER BY id")]

    def gaps(self, since: datetime) -> Sequence[Gap]:
        """See the port."""
        query = "SELECT gap FROM feed_gaps WHERE until > ? ORDER BY until DESC"
        with self._database.read() as connection:
            return [codec.decode(Gap, row["gap"]) for row in connection.execute(query, (micros(since),))]

    def close(self) -> None:
        """See the port."""
        self._database.close()


def _claimed(row: sqlite3.Row, token: str) -> ClaimedFeed:
    return ClaimedFeed(
        feed=codec.decode(Feed, row["feed"]),
        token=token,
        validators=codec.decode(Validators, row["validators"]),
        errors=row["errors"],
        polled=_optional(row["polled"]),
        due=_optional(row["next_check"]),
        track=codec.decode(Track, row["track"]),
        push=codec.decode(Push, row["push"]) if row["push"] else None,
    )


def _health(row: sqlite3.Row) -> FeedHealth:
    return FeedHealth(
        feed=codec.decode(Feed, row["feed"]),
        next_check=_optional(row["next_check"]),
        errors=row["errors"],
        polled=_optional(row["polled"]),
        error=row["error"],
        track=codec.decode(Track, row["track"]),
        push=codec.decode(Push, row["push"]) if row["push"] else None,
    )


def _values(check: FeedCheck) -> dict[str, Any]:
    return {
        "feed": check.feed,
        "token": check.token,
        "outcome": check.outcome,
        "at": micros(check.at),
        "next_check": None if check.next_check is None else micros(check.next_check),
        "validators": codec.encode(check.validators),
        "track": codec.encode(check.track),
        "error": check.error,
    }


def _note(connection: sqlite3.Connection, gap: Gap) -> None:
    query = "INSERT INTO feed_gaps (until, gap) VALUES (?, ?)"
    number = connection.execute(query, (micros(gap.until), codec.encode(gap))).lastrowid or 0
    connection.execute("DELETE FROM feed_gaps WHERE id <= ?", (number - KEEP_GAPS,))


def _optional(value: int | None) -> datetime | None:
    return None if value is None else instant(value)
