"""What a feed document says, whatever its format."""

from datetime import datetime

from msgspec import Struct

from tocsin.domain.errors import TocsinError


class NotAFeedError(TocsinError):
    """The bytes hold no feed. The text says what they look like instead, in one line."""


class ParsedItem(Struct, frozen=True, kw_only=True):
    """One item. Texts are plain; ``title`` is one line; every text may be empty.

    ``guid`` is the item's own id as the feed gives it. ``link`` is absolute when the base URL was known.
    ``updated`` and ``published`` are as told, aware, UTC, possibly in the future; None when absent or unreadable.
    """

    guid: str | None = None
    link: str = ""
    title: str = ""
    summary: str = ""
    content: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    language: str | None = None

    @property
    def dated(self) -> datetime | None:
        """The best date the item has."""
        return self.published or self.updated


class ParsedFeed(Struct, frozen=True, kw_only=True):
    """A feed document; items in its order, usually the newest first. ``language`` is a BCP 47 tag."""

    title: str = ""
    link: str = ""
    language: str | None = None
    items: tuple[ParsedItem, ...] = ()
