"""tocsin feeds: look at feeds by hand."""

import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import msgspec
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tocsin.domain import identity
from tocsin.poller.articles import item_identity
from tocsin.poller.parse import parse_feed
from tocsin.poller.parsed import NotAFeedError, ParsedFeed, ParsedItem
from tocsin.settings.schema import PollerSettings

app = typer.Typer(help="Look at feeds by hand.", no_args_is_help=True)


@app.callback()
def feeds() -> None:
    """Look at feeds by hand."""


@app.command()
def parse(
    file: Annotated[str, typer.Argument(help="A feed document, or - for standard input.", metavar="FILE|-")],
    url: Annotated[str, typer.Option(help="Where the document came from; relative links are relative to it.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what Tocsin reads in a feed document (RSS, Atom or JSON Feed)."""
    most = PollerSettings().max_bytes
    try:
        if file == "-":
            body = sys.stdin.buffer.read(most + 1)
        else:
            with Path(file).open("rb") as document:
                body = document.read(most + 1)
        if len(body) > most:
            _refuse(file, f"more than {most:,} bytes")
        feed = parse_feed(body, content_type=None, url=url)
    except OSError as error:
        _refuse(file, error.strerror or type(error).__name__)
    except (NotAFeedError, ValueError) as error:  # a NUL in the path is a ValueError
        _refuse(file, str(error))
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(_shape(feed)), indent=2))
    else:
        _show(feed)


def _refuse(file: str, why: str) -> NoReturn:
    name = "standard input" if file == "-" else file
    typer.echo(" ".join(f"{name}: {why}".split()), err=True)
    raise typer.Exit(1)


def _id(item: ParsedItem) -> str:
    return item.guid or item.link or identity.content_hash(item_identity(item))


def _shape(feed: ParsedFeed) -> dict[str, Any]:
    return {
        "feed": {"title": feed.title, "link": feed.link, "language": feed.language},
        "articles": [
            {
                "id": _id(item),
                "title": item.title,
                "link": item.link,
                "published": item.published,
                "updated": item.updated,
                "summary": item.summary,
                "authors": item.authors,
                "tags": item.tags,
                "language": item.language,
            }
            for item in feed.items
        ],
    }


def _show(feed: ParsedFeed) -> None:
    console = Console()
    table = Table(title=Text(feed.title or "(no title)"), caption=f"{len(feed.items)} articles")
    for heading in ("published (UTC)", "title", "link"):
        table.add_column(heading, overflow="fold")
    for item in feed.items:
        when = f"{item.dated:%Y-%m-%d %H:%M}" if item.dated else "–"
        table.add_row(when, Text(item.title or item.summary[:100]), Text(item.link))
    console.print(table)
