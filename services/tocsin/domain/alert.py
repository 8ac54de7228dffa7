"""The decision to ring a subscriber."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from tocsin.domain.signal import ClassifiedArticle


class Alert(Struct, frozen=True, kw_only=True):
    """Ring this subscriber about this story: the value of ``alerts``.

    ``signal`` is the report that rang, without the article's full content. ``subscriptions`` are the ids of the
    wishes that matched, ``channels`` the ids of the channels to ring. After ``expires`` the news is stale and is
    not sent as if it were new.
    """

    id: str
    subscriber: str
    story: str
    subscriptions: tuple[str, ...]
    channels: tuple[str, ...]
    signal: ClassifiedArticle
    created: datetime
    expires: datetime
    kind: Literal["alert"] = "alert"
    revision: int = 1
