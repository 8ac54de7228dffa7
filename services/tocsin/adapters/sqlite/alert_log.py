"""AlertLog in a SQLite file."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from tocsin.adapters.sqlite.database import connect
from tocsin.adapters.sqlite.instants import micros
from tocsin.ports.clock import Clock, system_clock

_MARGIN: Final = timedelta(days=1)

# held_until follows the time that callers pass in and decides; disposable follows the machine's clock and only says
# when the row may be deleted, so that a replay of old articles does not lose its claims to the broom.
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS alert_log (
    story      TEXT NOT NULL,
    subscriber TEXT NOT NULL,
    article    TEXT NOT NULL,
    held_until INTEGER NOT NULL,
    disposable INTEGER NOT NULL,
    PRIMARY KEY (story, subscriber)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS alert_log_disposable ON alert_log (disposable);
"""

_CLAIM: Final = """
INSERT INTO alert_log (story, subscriber, article, held_until, disposable)
VALUES (:story, :subscriber, :article, :held_until, :disposable)
ON CONFLICT (story, subscriber) DO UPDATE
SET article = excluded.article, held_until = excluded.held_until, disposable = excluded.disposable
WHERE alert_log.held_until <= :now
"""


class SqliteAlertLog:
    """See tocsin.ports.alert_log. ``clock`` serves only to delete what is long over."""

    def __init__(self, path: Path, *, clock: Clock = system_clock) -> None:
        self._database = connect(path, _SCHEMA)
        self._clock = clock

    def claim(
        self, story: str, article: str, subscribers: Sequence[str], now: datetime, keep: timedelta
    ) -> frozenset[str]:
        """See the port."""
        if not subscribers:
            return frozenset()
        today = self._clock()
        rows = [
            {
                "story": story,
                "subscriber": subscriber,
                "article": article,
                "now": micros(now),
                "held_until": micros(now + keep),
                "disposable": micros(max(now, today) + keep + _MARGIN),
            }
            for subscriber in subscribers
        ]
        with self._database.write() as connection:
            connection.execute("DELETE FROM alert_log WHERE disposable <= ?", (micros(today),))
            connection.executemany(_CLAIM, rows)
            held = connection.execute(
                "SELECT subscriber FROM alert_log WHERE story = ? AND article = ?", (story, article)
            ).fetchall()
        return frozenset(row[0] for row in held) & frozenset(subscribers)

    def close(self) -> None:
        """See the port."""
        self._database.close()
