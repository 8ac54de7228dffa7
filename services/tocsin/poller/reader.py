"""Reads a document of a feed and publishes what is new in it."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import structlog

from tocsin.domain.feed import ClaimedFeed, Gap
from tocsin.poller import articles, coverage, hints
from tocsin.poller.full_text import FullText
from tocsin.poller.metrics import HELD_BACK
from tocsin.poller.parsed import ParsedFeed
from tocsin.poller.patience import Patience
from tocsin.poller.publisher import Publisher
from tocsin.poller.verdict import News
from tocsin.ports.clock import Clock
from tocsin.ports.feeds import FeedStore
from tocsin.settings.schema import PollerSettings

log = structlog.get_logger()


class Reader:
    """Used on one event loop; documents are read on the threads of ``parsers``."""

    def __init__(
        self,
        *,
        store: FeedStore,
        publisher: Publisher,
        patience: Patience,
        settings: PollerSettings,
        clock: Clock,
        parsers: ThreadPoolExecutor,
        parse: Callable[..., ParsedFeed],
        full_text: FullText,
    ) -> None:
        """``parse`` is ``parse.parse_feed`` or does the same elsewhere."""
        self._store = store
        self._publisher = publisher
        self._patience = patience
        self._clock = clock
        self._parsers = parsers
        self._parse = parse
        self._full_text = full_text
        self._max_age = timedelta(hours=settings.alert_max_age)

    async def document(
        self, claimed: ClaimedFeed, body: bytes, *, content_type: str | None, url: str, ended: Gap | None
    ) -> tuple[News, Gap | None]:
        """What the document of a claimed feed holds, its news published; and the gap that it ends, with what is late.

        Nothing is remembered yet. Raises NotAFeedError.
        """
        read = partial(self._parse, body, content_type=content_type, url=url)
        parsed = await asyncio.get_running_loop().run_in_executor(self._parsers, read)
        found = articles.candidates(claimed.feed, parsed.items)
        known = await self._patience.insist(
            claimed.feed.id, partial(self._store.known, claimed.feed.id, articles.ids(found))
        )
        now = self._clock()
        decision = articles.decide(claimed, found, known, now, self._max_age)
        if decision.held_back:
            HELD_BACK.inc(decision.held_back)
            log.warning(
                "feed.rebuilt",
                feed=claimed.feed.id,
                held_back=decision.held_back,
                published=len(decision.articles),
                detail="nearly all items are new or changed at once; remembered without publishing",
            )
        fresh = coverage.mark(decision.articles, ended)
        if claimed.feed.full_text:
            fresh = await self._full_text.completed(fresh)
        await self._publisher.publish(claimed.feed.id, fresh)
        news = News(
            items=decision.items,
            dates=tuple(item.dated for item in parsed.items if item.dated),
            new=bool(fresh),
            hints=hints.read(body, url),
        )
        return news, coverage.counted(ended, fresh)
