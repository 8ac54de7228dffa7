"""One look at one feed: fetch, parse, decide, publish, and only then remember."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import structlog

from tocsin.domain.errors import PermanentError
from tocsin.domain.feed import ClaimedFeed, FeedCheck, Gap
from tocsin.poller import coverage
from tocsin.poller.ledger import Ledger
from tocsin.poller.metrics import BYTES, EXCUSED, FAILURES, FETCH_SECONDS, GAPS, POLLS, SAVED
from tocsin.poller.outage import Outage
from tocsin.poller.parsed import NotAFeedError
from tocsin.poller.patience import Patience, StoppedError
from tocsin.poller.pushes import Pushes
from tocsin.poller.reader import Reader
from tocsin.poller.verdict import Judge, News
from tocsin.ports.clock import Clock
from tocsin.ports.fetcher import Fetched, Fetcher, FetchError, Manners
from tocsin.settings.schema import PollerSettings

log = structlog.get_logger()

_PATIENT: Final = 0.125
"""The share of its lease that a feed may wait for its domain; one that would wait longer is given back until then."""


class Look:
    """Looks at feeds, on one event loop."""

    def __init__(
        self,
        *,
        fetcher: Fetcher,
        reader: Reader,
        ledger: Ledger,
        patience: Patience,
        settings: PollerSettings,
        clock: Clock,
        rand: Callable[[], float],
        pushes: Pushes | None = None,
    ) -> None:
        self._fetcher = fetcher
        self._reader = reader
        self._ledger = ledger
        self._patience = patience
        self._settings = settings
        self._clock = clock
        self._judge = Judge(settings, rand)
        self._pushes = pushes
        self._outage = Outage()
        self._fetches: set[asyncio.Task[Fetched]] = set()

    def stop(self) -> None:
        """Drop the fetches in flight."""
        for fetch in self._fetches:
            fetch.cancel()

    async def at(self, claimed: ClaimedFeed) -> None:
        """Look at a claimed feed. Never raises; what cannot be recorded is left for when the lease has ended."""
        feed = claimed.feed
        try:
            async with asyncio.timeout(self._settings.lease):
                await self._look(claimed)
        except StoppedError:
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

    async def _look(self, claimed: ClaimedFeed) -> None:
        manners = self._fetcher.manners(claimed.url)
        if manners.wait > self._settings.lease * _PATIENT:
            await self._release(claimed, timedelta(seconds=manners.wait))
            return
        try:
            fetched = await self._fetch(claimed)
        except StoppedError:
            await self._release(claimed, timedelta(0))
            raise
        except FetchError as error:
            await self._missed(claimed, manners, error)
            return
        self._outage.answered(manners.domain)
        ended = coverage.gap(claimed, self._settings, self._clock())
        try:
            news, ended = await self._read(claimed, fetched, ended)
        except NotAFeedError as error:
            await self._failed(claimed, manners, error.reason, str(error), status=None, retry_after=None)
            return
        check = self._judge.read(
            claimed,
            fetched,
            self._clock(),
            news=news,
            gap=ended,
            least=manners.min_interval,
            slow=self._pushes.slow(claimed) if self._pushes else None,
        )
        await self._record(claimed, check)
        if self._pushes:
            self._pushes.looked(claimed, check.track, fetched.url, news=news is not None and news.new)
        self._noted(claimed, check)
        POLLS.labels("unchanged" if news is None else "new").inc()

    async def _fetch(self, claimed: ClaimedFeed) -> Fetched:
        if self._patience.stopping:
            raise StoppedError
        fetch = asyncio.ensure_future(self._fetcher.fetch(claimed.url, claimed.validators))
        self._fetches.add(fetch)
        try:
            with FETCH_SECONDS.time():
                fetched = await fetch
        except asyncio.CancelledError:
            if self._patience.stopping:
                raise StoppedError from None
            raise
        finally:
            self._fetches.discard(fetch)
            fetch.cancel()
        if fetched.body is None:
            SAVED.inc(claimed.track.size or 0)
        else:
            BYTES.inc(len(fetched.body))
        return fetched

    async def _read(self, claimed: ClaimedFeed, fetched: Fetched, ended: Gap | None) -> tuple[News | None, Gap | None]:
        """What is new in the document, published; None when it is the one that was read last time."""
        last = claimed.validators.body_hash
        if fetched.body is None or (last is not None and fetched.validators.body_hash == last):
            return None, ended
        return await self._reader.document(
            claimed, fetched.body, content_type=fetched.content_type, url=fetched.url, ended=ended
        )

    async def _missed(self, claimed: ClaimedFeed, manners: Manners, error: FetchError) -> None:
        if self._outage.failed(manners.domain, error.reason) and error.status is None:
            EXCUSED.inc()
            log.warning("feed.unreachable", feed=claimed.feed.id, reason=error.reason, detail="nothing is reachable")
            await self._record(claimed, self._judge.excused(claimed, error.reason, str(error), self._clock()))
            return
        if error.status is not None:
            self._outage.answered(manners.domain)
        await self._failed(
            claimed, manners, error.reason, str(error), status=error.status, retry_after=error.retry_after
        )

    async def _failed(
        self,
        claimed: ClaimedFeed,
        manners: Manners,
        reason: str,
        text: str,
        *,
        status: int | None,
        retry_after: float | None,
    ) -> None:
        check = self._judge.failed(
            claimed,
            reason,
            text,
            self._clock(),
            status=status,
            retry_after=retry_after,
            least=manners.min_interval,
        )
        POLLS.labels("failed").inc()
        FAILURES.labels(reason).inc()
        log.warning(
            "feed.failed",
            feed=claimed.feed.id,
            reason=reason,
            detail=text,
            errors=claimed.errors + 1,
            next_check=_shown(check.next_check),
        )
        if check.track.disabled:
            log.error("feed.disabled", feed=claimed.feed.id, url=claimed.url, reason=check.track.disabled)
        await self._record(claimed, check)

    def _noted(self, claimed: ClaimedFeed, check: FeedCheck) -> None:
        """Say what an operator should hear of a good look."""
        if check.track.url != claimed.track.url:
            log.warning("feed.moved", feed=claimed.feed.id, old=claimed.url, new=check.track.url or claimed.feed.url)
        if check.gap:
            GAPS.inc()
            log.warning(
                "feed.gap",
                feed=claimed.feed.id,
                since=check.gap.since.isoformat(),
                until=check.gap.until.isoformat(),
                reason=check.gap.reason,
                late=check.gap.late,
            )

    async def _release(self, claimed: ClaimedFeed, wait: timedelta) -> None:
        now = self._clock()
        POLLS.labels("released").inc()
        await self._record(claimed, self._judge.released(claimed, now, now + wait))

    async def _record(self, claimed: ClaimedFeed, check: FeedCheck) -> None:
        if not await self._ledger.record(check):
            log.warning("feed.lease_lost", feed=claimed.feed.id)


def _shown(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
