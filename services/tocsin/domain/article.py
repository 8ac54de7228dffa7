"""An article, as a feed told it."""

from datetime import datetime

from msgspec import Struct


class Article(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One item of one feed, in one revision. Times are aware, UTC.

    ``title`` and ``summary`` are plain text; ``content`` is plain text too and may be empty. ``seen`` is when
    Tocsin first fetched this revision. ``late`` marks an item that came out while its feed was out of reach.
    """

    id: str
    feed: str
    source: str
    title: str
    seen: datetime
    content_hash: str
    revision: int = 1
    link: str = ""
    summary: str = ""
    content: str = ""
    language: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    late: bool = False

    @property
    def at(self) -> datetime:
        """The article's place in time: when it was published, or else first seen."""
        return self.published or self.seen
