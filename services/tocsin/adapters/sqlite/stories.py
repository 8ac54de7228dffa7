"""StoryIndex in a SQLite file."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from tocsin.adapters.sqlite.database import connect
from tocsin.adapters.sqlite.instants import micros, span
from tocsin.domain import identity
from tocsin.ports.clock import Clock, system_clock
from tocsin.ports.stories import StoryAssignment

_MARGIN: Final = timedelta(days=7)
"""How long beyond the window a story stays open to articles that arrive late."""

# One key may have served several stories at different times, so last_used belongs to the pair. disposable follows
# the machine's clock: a replay brings old times, and what it has just written must live as long as anything else.
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS stories (
    story      TEXT PRIMARY KEY,
    articles   INTEGER NOT NULL,
    disposable INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS stories_disposable ON stories (disposable);
CREATE TABLE IF NOT EXISTS story_articles (
    article    TEXT PRIMARY KEY,
    story      TEXT NOT NULL,
    opened     INTEGER NOT NULL,
    disposable INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS story_articles_disposable ON story_articles (disposable);
CREATE TABLE IF NOT EXISTS story_keys (
    key        TEXT NOT NULL,
    story      TEXT NOT NULL,
    last_used  INTEGER NOT NULL,
    disposable INTEGER NOT NULL,
    PRIMARY KEY (key, story)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS story_keys_disposable ON story_keys (disposable);
"""

_FIND: Final = """
SELECT story FROM story_keys WHERE key = ? AND last_used BETWEEN ? AND ? ORDER BY last_used DESC, story DESC LIMIT 1
"""
_JOIN: Final = """
INSERT INTO stories (story, articles, disposable) VALUES (:story, 1, :disposable)
ON CONFLICT (story) DO UPDATE
SET articles = articles + 1, disposable = max(disposable, excluded.disposable)
RETURNING articles
"""
_USE: Final = """
INSERT INTO story_keys (key, story, last_used, disposable) VALUES (?, ?, ?, ?)
ON CONFLICT (key, story) DO UPDATE
SET last_used = max(last_used, excluded.last_used), disposable = max(disposable, excluded.disposable)
"""
_BEFORE: Final = """
SELECT story, opened, articles FROM story_articles JOIN stories USING (story) WHERE article = ?
"""


class SqliteStoryIndex:
    """See tocsin.ports.stories. ``clock`` serves only to delete what is long over."""

    def __init__(self, path: Path, *, clock: Clock = system_clock) -> None:
        self._database = connect(path, _SCHEMA)
        self._clock = clock

    def assign(self, article: str, keys: Sequence[str], at: datetime, window: timedelta) -> StoryAssignment:
        """See the port."""
        today = self._clock()
        disposable = micros(max(at, today) + window + _MARGIN)
        with self._database.write() as connection:
            for table in ("story_keys", "story_articles", "stories"):
                connection.execute(f"DELETE FROM {table} WHERE disposable <= ?", (micros(today),))  # noqa: S608 - names above
            before = connection.execute(_BEFORE, (article,)).fetchone()
            if before:
                return StoryAssignment(story=before[0], opened=bool(before[1]), articles=before[2])
            found = _find(connection, keys, micros(at), span(window))
            story = found or identity.story_id(article)
            articles = connection.execute(_JOIN, {"story": story, "disposable": disposable}).fetchone()[0]
            connection.execute(
                "INSERT INTO story_articles (article, story, opened, disposable) VALUES (?, ?, ?, ?)",
                (article, story, found is None, disposable),
            )
            connection.executemany(_USE, [(key, story, micros(at), disposable) for key in keys])
        return StoryAssignment(story=story, opened=found is None, articles=articles)

    def close(self) -> None:
        """See the port."""
        self._database.close()


def _find(connection: sqlite3.Connection, keys: Sequence[str], at: int, window: int) -> str | None:
    for key in keys:
        row = connection.execute(_FIND, (key, at - window, at + window)).fetchone()
        if row:
            story: str = row[0]
            return story
    return None
