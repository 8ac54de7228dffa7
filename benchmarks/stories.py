"""What putting an article into its story costs with 100,000 live stories in the index, and how much they take.

``python -m benchmarks.stories [--stories N] [sqlite|redis ...]``. The stories are made up: meanings in clusters,
common and rare names, companies, types and figures, so that articles meet candidates. Embedding and classification
are not part of it. The baseline is one durable write to the same store. Exit code 1 when the median misses the target.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
from tests.backends.redis import RedisServer

from tocsin.adapters.redis.state import RedisState
from tocsin.adapters.sqlite.stories import SqliteStoryIndex
from tocsin.classifier.centre import Centre
from tocsin.classifier.model import Array
from tocsin.classifier.stories import Stories
from tocsin.domain.article import Article
from tocsin.domain.identity import story_id
from tocsin.domain.signal import Classification, ClassifiedArticle, CompanyMention, Event, Placement
from tocsin.ports.stories import StoryIndex
from tocsin.settings.schema import RedisSettings

TARGET: Final = 2.0
"""Milliseconds, median."""
_MEASURED: Final = 1_000
_WINDOW: Final = timedelta(hours=48)
_NOW: Final = datetime(2026, 3, 1, tzinfo=UTC)
_COLUMNS: Final = 384
_TYPES: Final = ("market.merger", "market.earnings", "policy.tariff", "policy.sanctions", "market.recall")


class News:
    """Made-up articles: 4,000 subjects, every fifth article another report of the event before it."""

    def __init__(self) -> None:
        self._random = random.Random(1)  # noqa: S311 - not a secret
        self._numpy = np.random.default_rng(1)
        self._subjects = self._numpy.standard_normal((4_000, _COLUMNS)).astype(np.float32)
        self.fresh = True
        """Whether the last article opened a story."""
        self._last: tuple[str, str, Array, Classification] | None = None

    def article(self, number: int, spread: timedelta) -> tuple[Article, Classification, Array]:
        chance = self._random
        self.fresh = self._last is None or chance.random() < 0.8  # noqa: PLR2004
        if self.fresh:
            subject = chance.randrange(len(self._subjects))
            vector = self._subjects[subject] + self._numpy.standard_normal(_COLUMNS).astype(np.float32)
            words = [f"Name{chance.randrange(50_000)}x" for _ in range(6)] + [
                f"Common{chance.randrange(200)}" for _ in "ab"
            ]
            title = f"{words[0]} and {words[6]} agree on {chance.randrange(100, 9_000)} million"
            summary = (
                f"{' '.join(words[1:6])} said {words[7]} {chance.randrange(32, 99)}%, and more, in a sentence or two."
            )
            ticker = f"T{subject % 1_500}"
            kind = _TYPES[chance.randrange(len(_TYPES))]
            event = Event(type=kind, confidence=0.9, severity=50)
            company = CompanyMention(ticker=ticker, name=ticker, role="subject", relevance=80)
            verdict = Classification(
                language="en", flagged=True, events=(event,), scores={kind: 0.9}, companies=(company,)
            )
            self._last = title, summary, vector, verdict
        assert self._last is not None
        title, summary, vector, verdict = self._last
        near = vector + 0.4 * self._numpy.standard_normal(_COLUMNS).astype(np.float32)
        article = Article(
            id=f"art-{number}", feed="f", source=f"s{chance.randrange(300)}", title=title, summary=summary,
            seen=_NOW + spread, content_hash="h",
        )  # fmt: skip
        unit: Array = (near / np.linalg.norm(near)).astype(np.float32)
        return article, verdict, unit


def _measure(name: str, index: StoryIndex, count: int, size: Callable[[], int], write: Callable[[], None]) -> bool:
    stories = Stories(index, _WINDOW, Centre({}, np.zeros(0, dtype=np.float32)))
    news = News()
    total = round(count / 0.8)
    opener = ""
    for number in range(total):
        article, verdict, vector = news.article(number, _WINDOW * (number / total))
        if news.fresh:
            opener = story_id(article.id)
        known = Placement(story=opener, opened=news.fresh, novelty="first" if news.fresh else "repeat")
        signal = ClassifiedArticle(
            article=article,
            classification=verdict,
            story=opener,
            placement=known,
            novelty=known.novelty,
            classified=article.at,
        )
        stories.restore(signal, vector)
        if number % 20_000 == 0:
            print(f"  {name}: {number} articles", file=sys.stderr)
    grown = size()
    spent, joined = [], 0
    for number in range(total, total + _MEASURED):
        article, verdict, vector = news.article(number, _WINDOW)
        begin = time.perf_counter()
        placed = stories.place(article, verdict, vector)
        spent.append((time.perf_counter() - begin) * 1_000)
        joined += not placed.opened
    base = []
    for _ in range(200):
        begin = time.perf_counter()
        write()
        base.append((time.perf_counter() - begin) * 1_000)
    median = statistics.median(spent)
    print(
        f"{name}: {median:.2f} ms median, {statistics.quantiles(spent, n=100)[94]:.2f} ms at 95 %, "
        f"{median / statistics.median(base):.1f} × one durable write ({statistics.median(base):.2f} ms); "
        f"{joined} of {_MEASURED} joined; {grown / count / 1_024:.1f} KiB a story"
    )
    return median <= TARGET


def _sqlite(folder: Path, count: int) -> bool:
    path = folder / "state.db"
    index = SqliteStoryIndex(path)
    with index._database.write() as connection:  # noqa: SLF001 - the baseline is one level down
        connection.execute("CREATE TABLE other (value INTEGER)")

    def size() -> int:
        return path.stat().st_size

    def write() -> None:
        with index._database.write() as open_connection:  # noqa: SLF001
            open_connection.execute("INSERT INTO other VALUES (1)")

    try:
        return _measure("sqlite", index, count, size, write)
    finally:
        index.close()


def _redis(folder: Path, count: int) -> bool:
    server = RedisServer(folder, "--appendfsync", "everysec")  # as deployed
    server.start()
    try:
        state = RedisState(RedisSettings(url=server.url))
        link = state.stories._link  # noqa: SLF001
        before = _memory(link.command("INFO", "memory"))
        return _measure(
            "redis",
            state.stories,
            count,
            lambda: _memory(link.command("INFO", "memory")) - before,
            lambda: link.command("SET", "other", "1"),
        )
    finally:
        server.kill()


def _memory(info: object) -> int:
    text = info.decode() if isinstance(info, bytes) else str(info)
    if isinstance(info, dict):
        return int(info["used_memory"])
    return int(next(line.partition(":")[2] for line in text.splitlines() if line.startswith("used_memory:")))


def main() -> None:
    """Measure the stores named, or both."""
    arguments = sys.argv[1:]
    count = int(arguments.pop(arguments.index("--stories") + 1)) if "--stories" in arguments else 100_000
    names = [name for name in arguments if name != "--stories"] or ["sqlite", "redis"]
    fine = True
    for name in names:
        with TemporaryDirectory(prefix="tocsin-bench-") as folder:
            fine &= (_sqlite if name == "sqlite" else _redis)(Path(folder), count)
    sys.exit(not fine)


if __name__ == "__main__":
    main()
