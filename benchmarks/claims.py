"""What a claim costs with 1,000 and with 100,000 feeds in the store, on SQLite and on Redis (when one is installed).

``python -m benchmarks.claims``. The baseline is the store of 1,000 feeds.
"""

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from tests.backends.redis import RedisServer

from tocsin.adapters.redis.state import RedisState
from tocsin.adapters.sqlite.feeds import SqliteFeedStore
from tocsin.domain.feed import Feed, FeedCheck
from tocsin.ports.feeds import FeedStore
from tocsin.settings.schema import RedisSettings

FEW: Final = 1_000
MANY: Final = 100_000
BATCH: Final = 100
ROUNDS: Final = 60
FLAT: Final = 1.5
NOW: Final = datetime(2026, 3, 1, tzinfo=UTC)


def filled(store: FeedStore, count: int) -> FeedStore:
    """A store in which that many feeds are watched and were looked at, due all over the next day."""
    feeds = [Feed(id=f"f{n}", url=f"https://{n}.example/feed", source=f"Source {n}") for n in range(count)]
    store.sync(feeds, NOW)
    while claimed := store.claim_due(NOW, 5_000, timedelta(hours=1)):
        store.record(
            [
                FeedCheck(
                    feed=each.feed.id,
                    token=each.token,
                    at=NOW,
                    next_check=NOW + timedelta(seconds=1 + int(each.feed.id[1:]) * 86_400 / count),
                )
                for each in claimed
            ]
        )
    return store


def cost(store: FeedStore, clock: Callable[[], float]) -> float:
    """Seconds to claim 100 feeds and to record them, median. ``clock`` is the CPU's, or the wall's for a server."""
    spent = []
    at = NOW + timedelta(days=2)
    for _ in range(ROUNDS):
        began = clock()
        claimed = store.claim_due(at, BATCH, timedelta(minutes=2))
        store.record(
            [
                FeedCheck(feed=each.feed.id, token=each.token, at=at, next_check=at + timedelta(days=1))
                for each in claimed
            ]
        )
        spent.append(clock() - began)
        assert len(claimed) == BATCH or store.claim_due(at, 1, timedelta(0)) == []
        at += timedelta(days=2) if len(claimed) < BATCH else timedelta(0)
    return statistics.median(spent)


def compare(name: str, make: Callable[[int], FeedStore], clock: Callable[[], float]) -> bool:
    """Prints the ratio of the two sizes."""
    few, many = filled(make(FEW), FEW), filled(make(MANY), MANY)
    base, mine = cost(few, clock), cost(many, clock)
    good = mine / base <= FLAT
    print(
        f"{name}: claim and record, {BATCH} feeds: {base * 1e3:.2f} ms of {FEW:,} feeds, "
        f"{mine * 1e3:.2f} ms of {MANY:,}: {mine / base:.2f}× (target ≤ {FLAT}×) {'ok' if good else 'MISSED'}"
    )
    few.close()
    many.close()
    return good


def main() -> None:
    """Run, print, and fail when a target is missed."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as opened:
        folder = Path(name)
        good = compare("SQLite", lambda count: SqliteFeedStore(folder / f"{count}.db"), time.process_time)
        if shutil.which("redis-server"):
            server = RedisServer(folder)
            server.start()
            opened.callback(server.kill)

            def redis(count: int) -> FeedStore:
                settings = RedisSettings(url=server.url, prefix=str(count), timeout=60.0)
                return opened.enter_context(closing(RedisState(settings))).feeds

            good &= compare("Redis ", redis, time.perf_counter)
    raise SystemExit(not good)


if __name__ == "__main__":
    main()
