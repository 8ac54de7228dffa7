"""``tocsin feeds discover`` and ``tocsin feeds test``: look at feeds on the web, as the poller would."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer
from msgspec import Struct
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tocsin.adapters.http.fetcher import AiohttpFetcher
from tocsin.cli.configured import ConfigOption, settings_from
from tocsin.domain.errors import ConfigurationError
from tocsin.domain.feed import Validators
from tocsin.poller import discovery
from tocsin.poller.parse import parse_feed
from tocsin.poller.parsed import NotAFeedError, ParsedFeed
from tocsin.ports.fetcher import Fetched, FetchError
from tocsin.settings.feeds_file import load_feeds
from tocsin.settings.schema import Settings

_AT_ONCE: Final = 8
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class Probe(Struct, frozen=True, omit_defaults=True):
    """What came of looking at an address. ``newest`` is the newest date of its items; ``error`` says what is wrong."""

    url: str
    title: str = ""
    items: int = 0
    newest: datetime | None = None
    language: str | None = None
    moved_to: str | None = None
    error: str | None = None


def discover(url: Annotated[str, typer.Argument(help="A site's address.")], config: ConfigOption = None,
             as_json: JsonOption = False) -> None:  # fmt: skip
    """Find the feeds of a site: those its page names, and the places where feeds usually are. Exit code 1 for none."""
    found = asyncio.run(_discovered(settings_from(config), url if "://" in url else f"https://{url}"))
    good = [probe for probe in found if not probe.error]
    _show(found if as_json else good, as_json)
    if not good:
        why = next((f"{url} cannot be read: {probe.error}" for probe in found), f"no feed found at {url}")
        print(f"tocsin: {why}", file=sys.stderr)
        raise typer.Exit(1)


def probe(
    which: Annotated[list[str] | None, typer.Argument(help="Addresses, or ids of feeds.yaml; none: all in it.")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fetch and parse feeds once and say what is wrong with them. Exit code 1 when something is."""
    settings = settings_from(config)
    given = which or []
    by_id = not given or any("://" not in one for one in given)
    known = {feed.id: feed.url for feed in load_feeds(Path(settings.feeds))} if by_id else {}
    missing = [one for one in given if "://" not in one and one not in known]
    if missing:
        raise ConfigurationError(f"{settings.feeds}: no feed has the id `{missing[0]}`")
    urls = [one if "://" in one else known[one] for one in given] or list(known.values())
    probes = asyncio.run(_probed(settings, urls))
    _show(probes, as_json)
    if any(probe.error for probe in probes):
        raise typer.Exit(1)


async def _discovered(settings: Settings, url: str) -> list[Probe]:
    fetcher = AiohttpFetcher(settings.poller)
    try:
        try:
            page = await fetcher.fetch(url, Validators())
        except FetchError as error:
            return [Probe(url, error=f"{error.reason}: {error}")]
        whole = _read(url, page)
        if not whole.error:
            return [whole]
        gate = asyncio.Semaphore(_AT_ONCE)
        named = discovery.linked(page.body or b"", page.content_type, page.url)
        found = await asyncio.gather(*(_probe(fetcher, gate, candidate) for candidate in named))
        if all(probe.error for probe in found):
            found = await asyncio.gather(*(_probe(fetcher, gate, place) for place in discovery.usual(page.url)))
        once: dict[str, Probe] = {}
        for probe in found:
            if not probe.error:
                once.setdefault(probe.moved_to or probe.url, probe)
        return list(once.values())
    finally:
        await fetcher.close()


async def _probed(settings: Settings, urls: list[str]) -> list[Probe]:
    fetcher = AiohttpFetcher(settings.poller)
    gate = asyncio.Semaphore(_AT_ONCE)
    try:
        return list(await asyncio.gather(*(_probe(fetcher, gate, url) for url in urls)))
    finally:
        await fetcher.close()


async def _probe(fetcher: AiohttpFetcher, gate: asyncio.Semaphore, url: str) -> Probe:
    async with gate:
        try:
            return _read(url, await fetcher.fetch(url, Validators()))
        except FetchError as error:
            return Probe(url, error=f"{error.reason}: {error}")


def _read(url: str, fetched: Fetched) -> Probe:
    moved = fetched.url if fetched.url != url else None
    try:
        feed: ParsedFeed = parse_feed(fetched.body or b"", content_type=fetched.content_type, url=fetched.url)
    except NotAFeedError as error:
        return Probe(url, moved_to=moved, error=f"not a feed: {error}")
    dates = [item.dated for item in feed.items if item.dated]
    return Probe(
        url,
        title=feed.title,
        items=len(feed.items),
        newest=max(dates, default=None),
        language=feed.language,
        moved_to=moved,
    )


def _show(probes: list[Probe], as_json: bool) -> None:
    if as_json:
        told: list[Any] = [msgspec.to_builtins(probe) for probe in probes]
        typer.echo(msgspec.json.format(msgspec.json.encode(told), indent=2))
        return
    if not probes:
        return
    table = Table()
    for heading in ("feed", "title", "items", "newest", "problem"):
        table.add_column(heading, overflow="fold")
    for probe in probes:
        age = (datetime.now(UTC) - probe.newest).days if probe.newest else None
        when = "–" if probe.newest is None else f"{probe.newest:%Y-%m-%d %H:%M}" + (f" ({age} days)" if age else "")
        link = probe.url + (f"\n→ {probe.moved_to}" if probe.moved_to else "")
        table.add_row(Text(link), Text(probe.title), str(probe.items), when, Text(probe.error or ""))
    Console().print(table)
