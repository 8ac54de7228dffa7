"""``feeds.yaml``: what to watch."""

from datetime import timedelta
from pathlib import Path

from msgspec import Struct

from tocsin.domain.feed import Feed
from tocsin.settings import yaml_file
from tocsin.settings.schema import Seconds


class FeedEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A feed in ``feeds.yaml``. ``interval`` and ``max_interval`` are in seconds.

    ``id`` and ``source`` default to the URL's host and path.
    """

    url: str
    id: str = ""
    source: str = ""
    language: str | None = None
    tags: tuple[str, ...] = ()
    interval: Seconds | None = None
    max_interval: Seconds | None = None


class FeedsFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``feeds.yaml``."""

    feeds: tuple[FeedEntry, ...] = ()


def load_feeds(path: Path) -> list[Feed]:
    """The feeds in a ``feeds.yaml``. Raises ConfigurationError."""
    return [
        Feed(
            id=entry.id or _slug(entry.url),
            url=entry.url,
            source=entry.source or _slug(entry.url),
            language=entry.language,
            tags=entry.tags,
            interval=timedelta(seconds=entry.interval) if entry.interval else None,
            max_interval=timedelta(seconds=entry.max_interval) if entry.max_interval else None,
        )
        for entry in yaml_file.load(path, FeedsFile).feeds
    ]


def _slug(url: str) -> str:
    return "-".join(
        part for part in url.rsplit("://", maxsplit=1)[-1].replace("?", "/").replace(".", "-").split("/") if part
    )
