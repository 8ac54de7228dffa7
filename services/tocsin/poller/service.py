"""The poller: takes the feeds that are due, many at a time, and keeps at it until told to stop."""

import asyncio
import contextlib
import random
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Final

import structlog

from tocsin.domain.errors import TransientError
from tocsin.domain.feed import ClaimedFeed
from tocsin.poller.look import Look
from tocsin.poller.metrics import IN_FLIGHT
from tocsin.poller.trouble import Trouble
from tocsin.ports.bus import Bus
from tocsin.ports.clock import Clock
from tocsin.ports.feeds import FeedStore
from tocsin.ports.fetcher import Fetcher
from tocsin.runtime.health import Heartbeat
from tocsin.runtime.retry import Backoff
from tocsin.settings.schema import PollerSettings

log = structlog.get_logger()

TICK: Final = 0.2
"""Seconds between two questions for feeds that are due; bounds how late a poll and a stop can be."""
GRACE: Final = 10.0
"""Seconds that a stop waits for what was fetched to be published."""


class Poller:
    """Feeds to articles. Any number of pollers may share a store; each takes what the others have not.

    Nothing is lost: a feed's items are remembered only after its articles are on the bus. A poller that dies between
    the two, or whose bus or store is away for too long, leaves the feed to be taken again when its lease has ended;
    the same articles then have the same ids.
    """

    name = "poller"

    def __init__(
        self,
        *,
        store: FeedStore,
        fetcher: Fetcher,
        bus: Bus,
        settings: PollerSettings,
        clock: Clock,
        heartbeat: Heartbeat,
        rand: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._fetcher = fetcher
        self._bus = bus
        self._settings = settings
        self._clock = clock
        self._heartbeat = heartbeat
        self._rand = rand

    def run(self, stop: threading.Event) -> None:
        """Poll until ``stop`` is set; then fetches in flight are dropped, what was fetched is still published."""
        # parsing has its own threads, so that a slow document does not hold up store and bus
        with ThreadPoolExecutor(4, "poller-io") as io, ThreadPoolExecutor(2, "poller-parse") as parsers:
            asyncio.run(self._run(stop, io, parsers))

    async def _run(self, stop: threading.Event, io: ThreadPoolExecutor, parsers: ThreadPoolExecutor) -> None:
        trouble = Trouble()
        backoff = Backoff()
        look = Look(
            store=self._store,
            fetcher=self._fetcher,
            bus=self._bus,
            settings=self._settings,
            clock=self._clock,
            rand=self._rand,
            io=io,
            parsers=parsers,
            trouble=trouble,
        )
        running: set[asyncio.Task[None]] = set()
        try:
            while not stop.is_set():
                wait = TICK
                if (free := self._settings.concurrency - len(running)) > 0:
                    try:
                        claimed = await self._claim(io, free)
                        running.update(asyncio.create_task(look.at(feed)) for feed in claimed)
                        backoff.reset()
                        trouble.over("claim")
                    except TransientError as error:
                        wait = backoff.next(error.retry_after)
                        trouble.begins("claim", str(error))
                        log.warning("poller.waiting", reason=str(error), seconds=round(wait, 2))
                self._heartbeat.beat(problem=trouble.text)
                IN_FLIGHT.set(len(running))
                running = await _pause(running, wait, stop)
        finally:
            await self._finish(look, running)

    async def _claim(self, io: ThreadPoolExecutor, limit: int) -> Sequence[ClaimedFeed]:
        lease = timedelta(seconds=self._settings.lease)
        return await asyncio.get_running_loop().run_in_executor(
            io, lambda: self._store.claim_due(self._clock(), limit, lease)
        )

    async def _finish(self, look: Look, running: set[asyncio.Task[None]]) -> None:
        look.stop()
        if running:
            _, late = await asyncio.wait(running, timeout=GRACE)
            for task in late:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
        IN_FLIGHT.set(0)
        with contextlib.suppress(Exception):
            await self._fetcher.close()


async def _pause(running: set[asyncio.Task[None]], seconds: float, stop: threading.Event) -> set[asyncio.Task[None]]:
    """Wait in steps of a tick, to hear a stop; returns the tasks that go on."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    # the event is of threads: waiting for it would hold one
    while not stop.is_set() and (left := end - loop.time()) > 0:  # noqa: ASYNC110
        await asyncio.sleep(min(left, TICK))
    return {task for task in running if not task.done()}
