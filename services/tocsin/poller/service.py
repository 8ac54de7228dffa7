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
from tocsin.poller import page_text, schedule
from tocsin.poller.crew import Crew
from tocsin.poller.feed_metrics import exported
from tocsin.poller.full_text import FullText
from tocsin.poller.ledger import Ledger
from tocsin.poller.look import Look
from tocsin.poller.metrics import IN_FLIGHT
from tocsin.poller.parse import parse_feed
from tocsin.poller.parsed import ParsedFeed
from tocsin.poller.parser_pool import ParserPool
from tocsin.poller.patience import Patience
from tocsin.poller.publisher import Publisher
from tocsin.poller.pushes import Pushes
from tocsin.poller.reader import Reader
from tocsin.poller.trouble import Trouble
from tocsin.ports.bus import Bus
from tocsin.ports.clock import Clock
from tocsin.ports.feeds import FeedStore
from tocsin.ports.fetcher import Fetcher
from tocsin.ports.push import Hub
from tocsin.runtime.health import Heartbeat
from tocsin.runtime.retry import Backoff
from tocsin.settings.schema import PollerSettings

log = structlog.get_logger()

TICK: Final = 0.2
"""Seconds between two questions for feeds that are due; bounds how late a poll and a stop can be."""
QUEUED: Final = 5
"""Feeds in hand at most, those that wait for their domain included, as a multiple of the concurrency."""
RESOLVERS: Final = 64
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
        hub: Hub | None = None,
        rand: Callable[[], float] = random.random,
    ) -> None:
        """Without ``hub`` all feeds are polled."""
        self._store = store
        self._fetcher = fetcher
        self._bus = bus
        self._settings = settings
        self._clock = clock
        self._heartbeat = heartbeat
        self._hub = hub
        self._rand = rand

    def run(self, stop: threading.Event) -> None:
        """Poll until ``stop`` is set; then fetches in flight are dropped, what was fetched is still published."""
        # parsing has its own threads, so that a slow document does not hold up store and bus
        settings = self._settings
        with (
            exported(self._store, settings.feed_metrics),
            ThreadPoolExecutor(4, "poller-io") as io,
            ThreadPoolExecutor(settings.parsers or 2, "poller-parse") as parsers,
            ParserPool(
                size=settings.parsers, timeout=settings.parse_timeout, memory=settings.parse_memory
            ) as processes,
        ):
            own = settings.parsers > 0
            texts = FullText(self._fetcher, parsers, processes.text if own else page_text.extract)
            asyncio.run(self._run(stop, io, parsers, processes.parse if own else parse_feed, texts))

    async def _run(
        self,
        stop: threading.Event,
        io: ThreadPoolExecutor,
        parsers: ThreadPoolExecutor,
        parse: Callable[..., ParsedFeed],
        full_text: FullText,
    ) -> None:
        # names are resolved on the loop's own threads: a few names that do not answer must not hold up the others
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(RESOLVERS, "poller-dns"))
        trouble = Trouble()
        backoff = Backoff()
        patience = Patience(io, trouble)
        ledger = Ledger(self._store, patience)
        reader = Reader(
            store=self._store,
            publisher=Publisher(self._bus, patience),
            patience=patience,
            settings=self._settings,
            clock=self._clock,
            parsers=parsers,
            parse=parse,
            full_text=full_text,
        )
        pushes = (
            Pushes(
                hub=self._hub,
                store=self._store,
                reader=reader,
                ledger=ledger,
                patience=patience,
                settings=self._settings,
                clock=self._clock,
            )
            if self._hub
            else None
        )
        look = Look(
            fetcher=self._fetcher,
            reader=reader,
            ledger=ledger,
            patience=patience,
            settings=self._settings,
            clock=self._clock,
            rand=self._rand,
            pushes=pushes,
        )
        crew = Crew(look.at)
        try:
            if pushes:
                await pushes.start()
            settled = False
            while not stop.is_set():
                wait, enough = TICK, None
                limit = self._room(crew)
                if limit <= 0:
                    enough = crew.size - max(1, self._settings.concurrency // 4)
                else:
                    try:
                        if not settled:
                            await self._bring_forward(io)
                            settled = True
                        claimed = await self._claim(io, limit)
                        crew.take(claimed)
                        backoff.reset()
                        trouble.over("claim")
                        if len(claimed) == limit:
                            # more may be due: go on as soon as a part of these is done
                            enough = crew.size - max(1, limit // 4)
                    except TransientError as error:
                        wait = backoff.next(error.retry_after)
                        trouble.begins("claim", str(error))
                        log.warning("poller.waiting", reason=str(error), seconds=round(wait, 2))
                self._heartbeat.beat(problem=trouble.text)
                IN_FLIGHT.set(crew.size)
                await crew.pause(wait, stop, enough)
        finally:
            patience.stop()
            look.stop()
            await crew.finish(GRACE)
            if pushes:
                await pushes.finish(GRACE)
            IN_FLIGHT.set(0)
            with contextlib.suppress(Exception):
                await self._fetcher.close()

    async def _bring_forward(self, io: ThreadPoolExecutor) -> None:
        """Feeds that wait longer than they could by the settings in force are due now: the settings have changed, or
        the clock was ahead.
        """
        loop = asyncio.get_running_loop()
        feeds = await loop.run_in_executor(io, self._store.health)
        now = self._clock()
        early = []
        for feed in feeds:
            least = self._fetcher.manners(feed.track.url or feed.feed.url).min_interval
            if feed.next_check and feed.next_check > schedule.latest(feed, self._settings, now, least=least):
                early.append(feed.feed.id)
        if early:
            await loop.run_in_executor(io, lambda: self._store.wake(early, now))
            log.info("poller.brought_forward", feeds=len(early))

    def _room(self, crew: "Crew") -> int:
        """How many feeds to take on. Those that wait for their domain keep none of the others from being fetched."""
        most = self._settings.concurrency
        return min(most - (crew.size - self._fetcher.waiting), QUEUED * most - crew.size)

    async def _claim(self, io: ThreadPoolExecutor, limit: int) -> Sequence[ClaimedFeed]:
        lease = timedelta(seconds=self._settings.lease)
        return await asyncio.get_running_loop().run_in_executor(
            io, lambda: self._store.claim_due(self._clock(), limit, lease)
        )
