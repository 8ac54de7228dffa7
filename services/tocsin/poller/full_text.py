"""Fetches the articles behind the links, for feeds whose operator asks for it because they carry only headlines."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

import msgspec
import structlog

from tocsin.domain.article import Article
from tocsin.domain.feed import Validators
from tocsin.poller.metrics import FULL_TEXTS
from tocsin.poller.parsed import NotAFeedError
from tocsin.ports.fetcher import Fetcher, FetchError

log = structlog.get_logger()

MOST: Final = 20
"""Articles of one look that are fetched, the newest; the others go as they are."""
PATIENCE: Final = 15.0
"""Seconds that a feed's news may be held up for it."""


class FullText:
    """Used on one event loop. Pages come through the poller's own fetcher: the same guard, limits and manners.

    ``extract`` is ``page_text.extract`` or does the same elsewhere; it runs on the threads of ``parsers``.
    """

    def __init__(self, fetcher: Fetcher, parsers: ThreadPoolExecutor, extract: Callable[..., str]) -> None:
        self._fetcher = fetcher
        self._parsers = parsers
        self._extract = extract

    async def completed(self, articles: Sequence[Article]) -> tuple[Article, ...]:
        """The same articles, with more content where it could be had in time. Never raises but when cancelled."""
        chosen = {article.id: article for article in articles[-MOST:] if article.link}
        tasks = {id: asyncio.create_task(self._content(article)) for id, article in chosen.items()}
        if not tasks:
            return tuple(articles)
        try:
            await asyncio.wait(tasks.values(), timeout=PATIENCE)
        finally:
            for task in tasks.values():
                task.cancel()
        contents = {id: task.result() for id, task in tasks.items() if task.done() and not task.cancelled()}
        FULL_TEXTS.labels("late").inc(len(tasks) - len(contents))
        return tuple(
            msgspec.structs.replace(article, content=contents[article.id])
            if len(contents.get(article.id, "")) > len(article.content)
            else article
            for article in articles
        )

    async def _content(self, article: Article) -> str:
        try:
            page = await self._fetcher.fetch(article.link, Validators())
            text = await asyncio.get_running_loop().run_in_executor(
                self._parsers, partial(self._extract, page.body or b"", page.content_type)
            )
        except (FetchError, NotAFeedError) as error:
            FULL_TEXTS.labels("failed").inc()
            log.info("article.no_full_text", article=article.id, link=article.link, reason=str(error))
            return ""
        FULL_TEXTS.labels("found" if text else "empty").inc()
        return text
