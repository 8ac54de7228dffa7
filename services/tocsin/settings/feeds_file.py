"""``feeds.yaml``: what to watch."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from tocsin.domain.feed import Feed
from tocsin.settings import yaml_file
from tocsin.settings.schema import Seconds


class FeedEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A feed in ``feeds.yaml``. ``interval`` and ``max_interval`` are in seconds.

    ``id`` and ``source`` default to the URL's host and path. ``reliability`` is a prior between 0 and 1, ``region`` an
    ISO 3166 country, or EU, INT.
    """

    url: str
    id: str = ""
    source: str = ""
    language: str | None = None
    tags: tuple[str, ...] = ()
    interval: Seconds | None = None
    max_interval: Seconds | None = None
    reliability: Annotated[float, Meta(ge=0, le=1)] = 0.5
    region: Annotated[str, Meta(pattern="^[A-Z]{2,3}$")] | None = None
    full_text: bool = False


class FeedsFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``feeds.yaml``."""

    feeds: tuple[FeedEntry, ...] = ()


def load_feeds(path: Path) -> list[Feed]:
    """The feeds in a ``feeds.yaml``. Raises ConfigurationError."""
    return [
        Feed(
            id=entry.id or slug(entry.url),
            url=entry.url,
            source=entry.source or slug(entry.url),
            language=entry.language,
            tags=entry.tags,
            interval=timedelta(seconds=entry.interval) if entry.interval else None,
            max_interval=timedelta(seconds=entry.max_interval) if entry.max_interval else None,
            reliability=entry.reliability,
            region=entry.region,
            full_text=entry.full_text,
        )
        for entry in yaml_file.load(path, FeedsFile).feeds
    ]


def slug(url: str) -> str:
    """An id made of a URL's host and path."""
    return "-".join(
        part for part in url.rsplit("://", maxsplit=1)[-1].replace("?", "/").replace(".", "-").split("/") if part
    )
