"""StoryIndex in a SQLite file."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from tocsin.adapters.sqlite.database import connect
from tocsin.adapters.sqlite.instants import micros, span
from tocsin.domain.signal import Placement
from tocsin.domain.story import Story
from tocsin.ports.clock import Clock, system_clock
from tocsin.ports.stories import MOST_CANDIDATES, MOST_PER_KEY, Decide

_MARGIN: Final = timedelta(days=7)
"""How long beyond the window a story stays open to articles that arrive late."""

# One key may have served several stories at different times, so last_used belongs to the pair, of which there is one
# row. What a story has used is kept with it (keys and times): an index of story_keys by story would double the pages
# that each article dirties, and they are what costs. disposable follows the machine's clock: a replay brings old
# times, and what it has just written must live as long as anything else. The tables dropped are of earlier builds.
_SCHEMA: Final = """
DROP TABLE IF EXISTS story_uses;
DROP TABLE IF EXISTS live_stories;
DROP TABLE IF EXISTS story_placements;
CREATE TABLE IF NOT EXISTS stories (
    number     INTEGER PRIMARY KEY,
    story      TEXT NOT NULL UNIQUE,
    disposable INTEGER NOT NULL,
    value      BLOB NOT NULL,
    uses       BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS stories_disposable ON stories (disposable);
CREATE TABLE IF NOT EXISTS placements (
    article    TEXT NOT NULL,
    revision   INTEGER NOT NULL,
    story      TEXT NOT NULL,
    value      BLOB NOT NULL,
    disposable INTEGER NOT NULL,
    PRIMARY KEY (article, revision)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS placements_disposable ON placements (disposable);
CREATE TABLE IF NOT EXISTS story_keys (
    key        TEXT NOT NULL,
    last_used  INTEGER NOT NULL,
    number     INTEGER NOT NULL,
    PRIMARY KEY (key, last_used DESC, number DESC)
) WITHOUT ROWID;
"""

_FIND: Final = """
SELECT number, last_used FROM (
    SELECT number, last_used FROM story_keys
    WHERE key = ?{} AND last_used BETWEEN ?1 AND ?2 ORDER BY last_used DESC, number DESC LIMIT ?3
)
"""
_RANK: Final = """
SELECT number FROM ({}) GROUP BY number ORDER BY count(*) DESC, max(last_used) DESC, number LIMIT ?4
"""
_KNOWN: Final = "SELECT number, uses FROM stories WHERE story = ?"
_OPEN: Final = "INSERT INTO stories (story, disposable, value, uses) VALUES (?, ?, ?, ?)"
_GROW: Final = "UPDATE stories SET disposable = max(disposable, ?), value = ?, uses = ? WHERE number = ?"
_FORGET: Final = "DELETE FROM story_keys WHERE key = ? AND last_used = ? AND number = ?"
_USE: Final = "INSERT INTO story_keys (key, last_used, number) VALUES (?, ?, ?)"
_OVER: Final = "DELETE FROM stories WHERE disposable <= ? RETURNING number, uses"
_PLACED: Final = """
SELECT revision, story, value FROM placements WHERE article = ? ORDER BY revision DESC
"""
_PLACE: Final = """
INSERT INTO placements (article, revision, story, value, disposable) VALUES (?, ?, ?, ?, ?)
"""


class SqliteStoryIndex:
    """See tocsin.ports.stories. ``clock`` serves only to delete what is long over."""

    def __init__(self, path: Path, *, clock: Clock = system_clock) -> None:
        self._database = connect(path, _SCHEMA)
        self._clock = clock

    def assign(
        self,
        article: str,
        keys: Sequence[str],
        at: datetime,
        window: timedelta,
        decide: Decide,
        *,
        revision: int = 1,
        story: str | None = None,
    ) -> Placement:
        """See the port."""
        today = self._clock()
        disposable = micros(max(at, today) + window + _MARGIN)
        keys = tuple(dict.fromkeys(keys))
        # a power failure may undo the last ones: `tocsin stories rebuild` has them from the signals
        with self._database.jot() as connection:
            connection.execute("DELETE FROM placements WHERE disposable <= ?", (micros(today),))
            for row in connection.execute(_OVER, (micros(today),)).fetchall():
                connection.executemany(_FORGET, [(key, used, row["number"]) for key, used in _uses(row).items()])
            for row in connection.execute(_PLACED, (article,)):
                if row["revision"] == revision:
                    return msgspec.msgpack.decode(row["value"], type=Placement)
                story = row["story"]
            if story is None:
                candidates = _candidates(connection, keys, micros(at), span(window))
            else:
                candidates = _named(connection, story)
            decision = decide(candidates, story)
            kept = decision.story.id
            placed = msgspec.msgpack.encode(decision.placement)
            connection.execute(_PLACE, (article, revision, kept, placed, disposable))
            past = micros(min(at, today) - window - _MARGIN)
            _keep(connection, decision.story, keys, at=micros(at), past=past, disposable=disposable)
        return decision.placement

    def story(self, id: str) -> Story | None:
        """See the port."""
        with self._database.read() as connection:
            return next(iter(_named(connection, id)), None)

    def close(self) -> None:
        """See the port."""
        self._database.close()


def _candidates(connection: sqlite3.Connection, keys: Sequence[str], at: int, window: int) -> list[Story]:
    if not keys:
        return []
    # one statement for all keys: the way to SQLite and back is what costs
    asked = (at - window, at + window, MOST_PER_KEY, MOST_CANDIDATES, *keys)
    ranked = [row[0] for row in connection.execute(_ranking(len(keys)), asked)]
    marks = ", ".join("?" * len(ranked))
    rows = connection.execute(f"SELECT number, value FROM stories WHERE number IN ({marks})", ranked)  # noqa: S608 - marks
    stories = {row["number"]: _story(row) for row in rows}
    return [stories[number] for number in ranked]


@cache
def _ranking(keys: int) -> str:
    return _RANK.format(" UNION ALL ".join(_FIND.format(5 + number) for number in range(keys)))


def _keep(
    connection: sqlite3.Connection, story: Story, keys: Sequence[str], *, at: int, past: int, disposable: int
) -> None:
    value = msgspec.msgpack.encode(story)
    known = connection.execute(_KNOWN, (story.id,)).fetchone()
    if known is None:
        uses = msgspec.msgpack.encode(dict.fromkeys(keys, at))
        number = connection.execute(_OPEN, (story.id, disposable, value, uses)).lastrowid
        connection.executemany(_USE, [(key, at, number) for key in keys])
        return
    number, before = known["number"], _uses(known)
    later = {key: at for key in keys if before.get(key, past) < at}
    over = {key: used for key, used in before.items() if used < past or key in later}
    after = {key: used for key, used in before.items() if key not in over} | later
    connection.execute(_GROW, (disposable, value, msgspec.msgpack.encode(after), number))
    connection.executemany(_FORGET, [(key, used, number) for key, used in over.items()])
    connection.executemany(_USE, [(key, at, number) for key in later])


def _named(connection: sqlite3.Connection, story: str) -> list[Story]:
    rows = connection.execute("SELECT value FROM stories WHERE story = ?", (story,))
    return [_story(row) for row in rows]


def _story(row: sqlite3.Row) -> Story:
    return msgspec.msgpack.decode(row["value"], type=Story)


def _uses(row: sqlite3.Row) -> dict[str, int]:
    return msgspec.msgpack.decode(row["uses"], type=dict[str, int])
