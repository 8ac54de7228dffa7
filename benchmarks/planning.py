"""How fast alerts become deliveries in Redis.

``python -m benchmarks.planning``. The baseline is Redis taking the same bytes by one HSET each, in pipelines.
"""

import shutil
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

import redis
from tests.backends.redis import RedisServer
from tests.unit.notifier.alerts import PUBLISHED, alert

from tocsin.adapters.redis.state import RedisState
from tocsin.domain import codec
from tocsin.domain.record import ALERTS, Received
from tocsin.notifier.planner import PlannerHandler
from tocsin.settings.schema import RedisSettings

ALERTS_COUNT: Final = 100_000
BATCH: Final = 500
TARGET: Final = 5_000
FLOOR: Final = 0.3


def records() -> list[Received]:
    """As the bus would give them."""
    made = (alert(subscriber=f"s{n % 5_000}", story=f"sto-{n}") for n in range(ALERTS_COUNT))
    return [
        Received(topic=ALERTS, key=each.subscriber, value=codec.encode(each), time=PUBLISHED, partition=0, offset=n)
        for n, each in enumerate(made)
    ]


def baseline(url: str, batch: Sequence[Received]) -> float:
    """Values a second."""
    with redis.Redis.from_url(url) as client:
        began = time.perf_counter()
        for start in range(0, len(batch), BATCH):
            with client.pipeline(transaction=False) as pipeline:
                for each in batch[start : start + BATCH]:
                    pipeline.hset("baseline", str(each.offset), each.value)
                pipeline.execute()
        return len(batch) / (time.perf_counter() - began)


def main() -> None:
    """Run, print, and fail when a target is missed."""
    if not shutil.which("redis-server"):
        print("planning: no redis-server here, not measured")
        return
    with tempfile.TemporaryDirectory() as name:
        server = RedisServer(Path(name))
        server.start()
        try:
            given = records()
            base = baseline(server.url, given)
            with closing(RedisState(RedisSettings(url=server.url, timeout=60.0))) as state:
                planner = PlannerHandler(state.outbox, state.subscriptions, lambda: PUBLISHED)
                began = time.perf_counter()
                for start in range(0, len(given), BATCH):
                    planner.handle(given[start : start + BATCH])
                mine = len(given) / (time.perf_counter() - began)
                assert state.outbox.pending() == ALERTS_COUNT
        finally:
            server.kill()
    good = mine >= TARGET and mine / base >= FLOOR
    print(
        f"planning {ALERTS_COUNT:,} deliveries on Redis: {mine:,.0f}/s (target ≥ {TARGET:,}/s), "
        f"{mine / base:.2f}× plain HSETs of the same bytes at {base:,.0f}/s (target ≥ {FLOOR}×) "
        f"{'ok' if good else 'MISSED'}"
    )
    raise SystemExit(not good)


if __name__ == "__main__":
    main()
