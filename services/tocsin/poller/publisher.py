"""Puts articles on the bus."""

from collections.abc import Sequence
from functools import partial

import structlog

from tocsin.domain import codec
from tocsin.domain.article import Article
from tocsin.domain.errors import PermanentError
from tocsin.domain.record import ARTICLES, Record
from tocsin.poller.metrics import DELAY, PUBLISHED, REFUSED
from tocsin.poller.patience import Patience
from tocsin.ports.bus import Bus

log = structlog.get_logger()


class Publisher:
    """Used on one event loop."""

    def __init__(self, bus: Bus, patience: Patience) -> None:
        self._bus = bus
        self._patience = patience

    async def publish(self, feed: str, articles: Sequence[Article]) -> None:
        """Returns when all are on the bus but those that it can never take. Raises StoppedError."""
        if not articles:
            return
        records = [_record(article) for article in articles]
        try:
            await self._patience.insist(feed, partial(self._bus.publish, records))
            taken = list(articles)
        except PermanentError:
            # one of them can never be taken: the others must not be lost with it
            taken = []
            for article, record in zip(articles, records, strict=True):
                try:
                    await self._patience.insist(feed, partial(self._bus.publish, [record]))
                    taken.append(article)
                except PermanentError as error:
                    REFUSED.inc()
                    log.error("article.refused", article=article.id, reason=str(error))  # noqa: TRY400 - as above
        for article in taken:
            PUBLISHED.labels("new" if article.revision == 1 else "revised").inc()
            if article.published and article.revision == 1:
                DELAY.observe((article.seen - article.published).total_seconds())
        log.info("feed.news", feed=feed, articles=len(taken))


def _record(article: Article) -> Record:
    return codec.record(
        ARTICLES,
        key=article.id,
        id=f"{article.id}/{article.revision}",
        value=article,
        source="poller",
        time=article.seen,
    )
