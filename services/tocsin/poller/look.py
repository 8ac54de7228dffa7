"""One look at one feed: fetch, parse, decide, publish, and only then remember."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import structlog

from tocsin.domain import codec
from tocsin.domain.article import Article
from tocsin.domain.errors import PermanentError, TransientError
from tocsin.domain.feed import ClaimedFeed, FeedCheck, Validators
from tocsin.domain.record import ARTICLES
from tocsin.poller import articles, schedule
from tocsin.poller.metrics import BYTES, DELAY, FAILURES, FETCH_SECONDS, POLLS, PUBLISHED, REFUSED
from tocsin.poller.parse import parse_feed
from tocsin.poller.parsed import NotAFeedError
from tocsin.poller.trouble import Trouble
from tocsin.ports.bus import Bus
from tocsin.ports.clock import Clock
from tocsin.ports.feeds import FeedStore
from tocsin.ports.fetcher import Fetched, Fetcher, FetchError
from tocsin.runtime.retry import Backoff
from tocsin.settings.schema import PollerSettings

log = structlog.get_logger()

T = TypeVar("T")


class _Stopped(Exception):  # noqa: N818 - not an error
    """The poller stops; this feed's claim is dropped."""


class Look:
    """Looks at feeds, on one event loop; blocking calls go to the threads of ``io`` and ``parsers``."""

    def __init__(
        self,
        *,
        store: FeedStore,
        fetcher: Fetcher,
        bus: Bus,
        settings: PollerSettings,
        clock: Clock,
        rand: Callable[[], float],
        io: ThreadPoolExecutor,
        parsers: ThreadPoolExecutor,
        trouble: Trouble,
    ) -> None:
        self._store = store
        self._fetcher = fetcher
        self._bus = bus
        self._settings = settings
        self._clock = clock
        self._rand = rand
        self._io = io
        self._parsers = parsers
        self._trouble = trouble
        self._stopping = asyncio.Event()
        self._fetches: set[asyncio.Task[Fetched]] = set()

    def stop(self) -> None:
        """Drop the fetches in flight and wait no longer for a bus or store that is away."""
        self._stopping.set()
        for fetch in self._fetches:
            fetch.cancel()

    async def at(self, claimed: ClaimedFeed) -> None:
        """Look at a claimed feed. Never raises; what cannot be recorded is left for when the lease has ended."""
        feed = claimed.feed
        try:
            async with asyncio.timeout(self._settings.lease):
                await self._look(claimed)
        except _Stopped:
            POLLS.labels("dropped").inc()
        except TimeoutError:
            POLLS.labels("dropped").inc()
            log.warning("feed.dropped", feed=feed.id, reason="not done within its lease", lease=self._settings.lease)
        except PermanentError as error:
            POLLS.labels("dropped").inc()
            log.error("feed.dropped", feed=feed.id, reason=str(error))  # noqa: TRY400 - the reason says it
        except Exception:
            # a mistake of ours on one feed must not stop the others; its lease keeps it from coming back at once
            POLLS.labels("dropped").inc()
            log.exception("feed.dropped", feed=feed.id, reason="unexpected error")
        finally:
            self._trouble.over(feed.id)

    async def _look(self, claimed: ClaimedFeed) -> None:
        try:
            fetched = await self._fetch(claimed)
            found = await self._read(claimed, fetched)
        except FetchError as error:
            await self._failed(claimed, error.reason, str(error), error.retry_after)
            return
        except NotAFeedError as error:
            await self._failed(claimed, "not-a-feed", str(error), None)
            return
        items: dict[str, str] = {}
        if found is not None:
            known = await self._insist(claimed, partial(self._store.known, claimed.feed.id, articles.ids(found)))
            max_age = timedelta(hours=self._settings.alert_max_age)
            decision = articles.decide(claimed, found, known, self._clock(), max_age)
            await self._publish(claimed, decision.articles)
            items = decision.items
        now = self._clock()
        next_check = schedule.after_success(claimed.feed, self._settings, now, self._rand)
        await self._record(claimed, now, next_check, validators=fetched.validators, items=items)
        POLLS.labels("unchanged" if found is None else "new").inc()

    async def _fetch(self, claimed: ClaimedFeed) -> Fetched:
        if self._stopping.is_set():
            raise _Stopped
        fetch = asyncio.ensure_future(self._fetcher.fetch(claimed.feed.url, claimed.validators))
        self._fetches.add(fetch)
        try:
            with FETCH_SECONDS.time():
                fetched = await fetch
        except asyncio.CancelledError:
            if self._stopping.is_set():
                raise _Stopped from None
            raise
        finally:
            self._fetches.discard(fetch)
            fetch.cancel()
        BYTES.inc(len(fetched.body or b""))
        return fetched

    async def _read(self, claimed: ClaimedFeed, fetched: Fetched) -> Sequence[articles.Candidate] | None:
        """The document's items; None when it is the one that was read last time."""
        last = claimed.validators.body_hash
        if fetched.body is None or (last is not None and fetched.validators.body_hash == last):
            return None
        read = partial(parse_feed, fetched.body, content_type=fetched.content_type, url=fetched.url)
        parsed = await asyncio.get_running_loop().run_in_executor(self._parsers, read)
        return articles.candidates(claimed.feed, parsed.items)

    async def _publish(self, claimed: ClaimedFeed, found: Sequence[Article]) -> None:
        if not found:
            return
        records = [
            codec.record(
                ARTICLES,
                key=article.id,
                id=f"{article.id}/{article.revision}",
                value=article,
                source="poller",
                time=article.seen,
            )
            for article in found
        ]
        try:
            await self._insist(claimed, partial(self._bus.publish, records))
            taken = list(found)
        except PermanentError:
            # one of them can never be taken: the others must not be lost with it
            taken = []
            for article, record in zip(found, records, strict=True):
                try:
                    await self._insist(claimed, partial(self._bus.publish, [record]))
                    taken.append(article)
                except PermanentError as error:
                    REFUSED.inc()
                    log.error("article.refused", article=article.id, reason=str(error))  # noqa: TRY400 - as above
        for article in taken:
            PUBLISHED.labels("new" if article.revision == 1 else "revised").inc()
            if article.published and article.revision == 1:
                DELAY.observe((article.seen - article.published).total_seconds())
        log.info("feed.news", feed=claimed.feed.id, articles=len(taken))

    async def _failed(self, claimed: ClaimedFeed, reason: str, text: str, retry_after: float | None) -> None:
        now = self._clock()
        next_check = schedule.after_failure(
            claimed.feed, self._settings, now, self._rand, errors=claimed.errors, retry_after=retry_after
        )
        POLLS.labels("failed").inc()
        FAILURES.labels(reason).inc()
        log.warning(
            "feed.failed",
            feed=claimed.feed.id,
            reason=reason,
            detail=text,
            errors=claimed.errors + 1,
            next_check=next_check.isoformat(),
        )
        await self._record(claimed, now, next_check, validators=claimed.validators, error=f"{reason}: {text}")

    async def _record(
        self,
        claimed: ClaimedFeed,
        now: datetime,
        next_check: datetime,
        *,
        validators: Validators,
        items: dict[str, str] | None = None,
        error: str | None = None,
    ) -> None:
        check = FeedCheck(
            feed=claimed.feed.id,
            token=claimed.token,
            at=now,
            next_check=next_check,
            validators=validators,
            items=items or {},
            error=error,
        )
        if not await self._insist(claimed, partial(self._store.record, check)):
            log.warning("feed.lease_lost", feed=claimed.feed.id)

    async def _insist(self, claimed: ClaimedFeed, call: Callable[[], T]) -> T:
        """Call on a thread until the bus or store is back; the lease bounds it, a stop ends it."""
        backoff = Backoff()
        while True:
            try:
                answer = await asyncio.get_running_loop().run_in_executor(self._io, call)
            except TransientError as error:
                wait = backoff.next(error.retry_after)
                self._trouble.begins(claimed.feed.id, str(error))
                log.warning("feed.waiting", feed=claimed.feed.id, reason=str(error), seconds=round(wait, 2))
                try:
                    await asyncio.wait_for(self._stopping.wait(), wait)
                except TimeoutError:
                    continue
                raise _Stopped from None
            self._trouble.over(claimed.feed.id)
            return answer
