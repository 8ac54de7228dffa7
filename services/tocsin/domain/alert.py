"""The decision to ring a subscriber."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from tocsin.domain.signal import ClassifiedArticle

AlertKind = Literal[
    "alert", "update", "correction", "digest", "coverage-gap", "test", "channel-failing", "verification"
]
"""What an alert is about. The last three are made by the notifier itself and never stand on the bus."""


class CoverageGap(Struct, frozen=True, kw_only=True):
    """A time in which a feed (``signal.article.feed``) could not be read. ``late`` items came out meanwhile."""

    since: datetime
    until: datetime
    late: int = 0


class Alert(Struct, frozen=True, kw_only=True):
    """Ring this subscriber about this story: the value of ``alerts``.

    ``signal`` is the report that rang, without the article's full content. ``subscriptions`` are the ids of the
    wishes that matched, ``channels`` the ids of the channels to ring. After ``expires`` the news is stale and is
    not sent as if it were new; before ``not_before`` it is not sent at all. ``reason`` says in words why an update
    or correction is one. A digest carries its reports in ``digest`` (``signal`` is the first of them). A coverage
    gap has its ``gap``, and a ``signal`` whose article names feed and source only. ``facts`` are what the kinds made
    by the notifier itself tell.
    """

    id: str
    subscriber: str
    story: str
    subscriptions: tuple[str, ...]
    channels: tuple[str, ...]
    signal: ClassifiedArticle
    created: datetime
    expires: datetime
    kind: AlertKind = "alert"
    revision: int = 1
    not_before: datetime | None = None
    reason: str = ""
    digest: tuple[ClassifiedArticle, ...] = ()
    gap: CoverageGap | None = None
    facts: dict[str, str] = {}
