"""Gaps in what was watched: a feed was down, or nobody looked; and the items that were found late for it. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from tocsin.domain.article import Article
from tocsin.domain.feed import ClaimedFeed, Gap
from tocsin.settings.schema import PollerSettings

_OVERDUE: Final = 60.0
"""Seconds at least that a look must come late to count as a gap; otherwise an interval."""


def gap(claimed: ClaimedFeed, settings: PollerSettings, now: datetime) -> Gap | None:
    """The gap that this good look ends, None when there was none. A feed that was never read has no gaps."""
    if claimed.polled is None:
        return None
    track = claimed.track
    if track.down_since is not None:
        return Gap(feed=claimed.feed.id, since=claimed.polled, until=now, reason=track.down_reason or "unreachable")
    overdue = timedelta(seconds=max(_OVERDUE, settings.interval))
    if claimed.due is not None and now - claimed.due > overdue:
        return Gap(feed=claimed.feed.id, since=claimed.polled, until=now, reason="not polled")
    return None


def mark(articles: Sequence[Article], ended: Gap | None) -> tuple[Article, ...]:
    """The articles, those marked late that came out in the gap. New ones without a date did: they were not there
    before it.
    """
    if ended is None:
        return tuple(articles)
    since = ended.since.replace(microsecond=0)  # feeds date by the second
    return tuple(
        msgspec.structs.replace(article, late=True)
        if article.revision == 1 and (article.published is None or article.published >= since)
        else article
        for article in articles
    )


def counted(ended: Gap | None, articles: Sequence[Article]) -> Gap | None:
    """The gap with the number of articles that are late for it."""
    if ended is None:
        return None
    return msgspec.structs.replace(ended, late=sum(article.late for article in articles))
