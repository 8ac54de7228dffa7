"""What polling costs beside a bare aiohttp loop: 2,000 feeds of 36 KB on loopback, CPU of this process, all threads.

``python -m benchmarks.polling``. The baseline opens a session, gets each URL and reads the body, nothing else.
"""

import asyncio
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import aiohttp
import structlog

from benchmarks.feed_host import feed_host, urls
from tocsin.adapters.http.fetcher import AiohttpFetcher
from tocsin.adapters.sqlite.bus import SqliteBus
from tocsin.adapters.sqlite.feeds import SqliteFeedStore
from tocsin.domain.feed import Feed, Validators
from tocsin.poller.service import Poller
from tocsin.ports.clock import system_clock
from tocsin.runtime.health import Heartbeat
from tocsin.settings.schema import BusSettings, PollerSettings

FEEDS: Final = 2_000
ROUNDS: Final = 7
AT_ONCE: Final = 100
SETTINGS: Final = PollerSettings(allow_private=("127.0.0.0/8",), concurrency=AT_ONCE, interval=86_400.0)


async def _each(work: Callable[[str], Coroutine[Any, Any, None]], addresses: list[str]) -> None:
    left = iter(addresses)

    async def worker() -> None:
        for url in left:
            await work(url)

    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))


class Bare:
    """The baseline: one session, get and read."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self._runner = runner
        self._session: aiohttp.ClientSession | None = None

    def __call__(self, addresses: list[str]) -> float:
        """CPU seconds for one round."""
        return self._runner.run(self._round(addresses))

    async def _round(self, addresses: list[str]) -> float:
        session = self._session = self._session or aiohttp.ClientSession()

        async def get(url: str) -> None:
            async with session.get(url, headers={"If-None-Match": '"1"'}) as response:
                await response.read()

        began = time.process_time()
        await _each(get, addresses)
        return time.process_time() - began

    def close(self) -> None:
        """End the session."""
        if self._session:
            self._runner.run(self._session.close())


class Fetching:
    """The fetcher alone; the hash of the body is part of it."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self._runner = runner
        self._fetcher: AiohttpFetcher | None = None

    def __call__(self, addresses: list[str]) -> float:
        """CPU seconds for one round."""
        return self._runner.run(self._round(addresses))

    async def _round(self, addresses: list[str]) -> float:
        fetcher = self._fetcher = self._fetcher or AiohttpFetcher(SETTINGS)
        known = Validators(etag='"1"')

        async def get(url: str) -> None:
            await fetcher.fetch(url, known)

        began = time.process_time()
        await _each(get, addresses)
        return time.process_time() - began

    def close(self) -> None:
        """Let go of connections."""
        if self._fetcher:
            self._runner.run(self._fetcher.close())


class Polling:
    """A whole poller with store and bus, whose feeds have been read before."""

    def __init__(self, folder: Path, addresses: list[str]) -> None:
        self.store = SqliteFeedStore(folder / "state.db")
        bus = SqliteBus(folder / "bus.db", BusSettings(), instance="b", clock=system_clock)
        bus.create_topics()
        feeds = [Feed(id=f"f{n}", url=url, source="S") for n, url in enumerate(addresses)]
        self.ids = [feed.id for feed in feeds]
        self.store.sync(feeds, datetime.now(UTC) + timedelta(hours=1))
        poller = Poller(
            store=self.store,
            fetcher=AiohttpFetcher(SETTINGS),
            bus=bus,
            settings=SETTINGS,
            clock=system_clock,
            heartbeat=Heartbeat("b"),
        )
        self.stop = threading.Event()
        self.thread = threading.Thread(target=poller.run, args=(self.stop,))
        self.thread.start()

    def round(self, meanwhile: Callable[[], object] = lambda: None) -> float:
        """CPU seconds from all feeds due to all feeds recorded."""
        began = datetime.now(UTC)
        self.store.wake(self.ids, began)
        spent = time.process_time()
        # what this thread does to see whether the poller is ready is not the poller's
        watching = time.thread_time()
        pause = len(self.ids) / 20_000
        while not self._done(began):
            meanwhile()
            time.sleep(pause)
        return time.process_time() - spent - (time.thread_time() - watching)

    def _done(self, began: datetime) -> bool:
        # the last in the store is not always the last to be read
        last = self.store.look_up(self.ids[-1])
        if last is None or last.polled is None or last.polled < began:
            return False
        return all(feed.polled and feed.polled >= began for feed in self.store.health())

    def close(self) -> None:
        """Stop it."""
        self.stop.set()
        self.thread.join()


def compare(name: str, ours: Callable[[], float], baseline: Callable[[], float], target: float) -> bool:
    """Runs both in turn and prints their ratio, median of the rounds."""
    ours(), baseline()  # what is done once, in the first round, is not what polling costs
    pairs = [(ours(), baseline()) for _ in range(ROUNDS)]
    ratio = statistics.median(mine / base for mine, base in pairs)
    mine, base = (statistics.median(side) / FEEDS * 1e3 for side in zip(*pairs, strict=True))
    good = ratio <= target
    print(
        f"{name:42} {mine:.3f} ms a feed, bare aiohttp {base:.3f} ms: {ratio:.2f}× (target ≤ {target}×) "
        f"{'ok' if good else 'MISSED'}"
    )
    return good


def main() -> None:
    """Run, print, and fail when a target is missed."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with feed_host() as port, tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        same, full = urls(port, FEEDS), urls(port, FEEDS, "full")
        with closing(Bare(runner)) as bare, closing(Fetching(runner)) as fetched:
            good = compare("fetching, 200 with an unchanged body", lambda: fetched(full), lambda: bare(full), 1.3)
            good &= compare("fetching, 304", lambda: fetched(same), lambda: bare(same), 1.3)
            with closing(Polling(Path(folder), same)) as polling:
                good &= compare("polling, all 304", polling.round, lambda: bare(same), 1.5)
    raise SystemExit(not good)


if __name__ == "__main__":
    main()
