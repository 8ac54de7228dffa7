"""What a feed document says, whatever its format."""

from datetime import datetime

from msgspec import Struct

from tocsin.domain.errors import TocsinError


class NotAFeedError(TocsinError):
    """The bytes hold no feed. The text says what they look like instead, in one line.

    ``reason`` is a short fixed word for metrics and health: ``not-a-feed``; ``too-slow`` and ``too-big`` for what
    exceeds the limits of time or memory; ``crash`` for what brings its parser down.
    """

    def __init__(self, message: str, reason: str = "not-a-feed") -> None:
        super().__init__(message)
        self.reason = reason


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
