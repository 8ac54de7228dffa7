"""``tocsin feeds add``, ``import`` and ``export``: feeds.yaml and the lists of other readers."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from tocsin.cli.configured import ConfigOption, settings_from
from tocsin.domain.errors import ConfigurationError
from tocsin.domain.feed import Feed
from tocsin.poller import opml
from tocsin.settings.check import check_feeds
from tocsin.settings.feeds_edit import add_feeds
from tocsin.settings.feeds_file import load_feeds


def add(
    url: Annotated[str, typer.Argument(help="The feed's address.")],
    *,
    id: Annotated[str, typer.Option(help="Its id; by default made of the address.")] = "",
    source: Annotated[str, typer.Option(help="The publisher's name.")] = "",
    language: Annotated[str | None, typer.Option(help="Of its items.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="May be given several times.")] = None,
    reliability: Annotated[float, typer.Option(min=0, max=1, help="0 to 1.")] = 0.5,
    config: ConfigOption = None,
) -> None:
    """Add a feed to feeds.yaml. Comments and order of the file stay."""
    feed = Feed(id=id, url=url, source=source, language=language, tags=tuple(tag or ()), reliability=reliability)
    _add(Path(settings_from(config).feeds), [feed])


def import_opml(
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="An OPML document, or - for standard input.")],
    config: ConfigOption = None,
) -> None:
    """Add the feeds of an OPML document to feeds.yaml. Folders become tags; what is there already stays as it is."""
    try:
        document = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{file}: cannot be read: {error}") from error
    _add(Path(settings_from(config).feeds), opml.read(document, "standard input" if file == "-" else file))


def export_opml(config: ConfigOption = None) -> None:
    """Print the feeds of feeds.yaml as OPML, for other readers."""
    typer.echo(opml.write(load_feeds(Path(settings_from(config).feeds)), "Tocsin"), nl=False)


def _add(path: Path, feeds: list[Feed]) -> None:
    problems = [problem for feed in feeds for problem in check_feeds(str(path), [feed])]
    if problems:
        raise ConfigurationError(*problems)
    added = add_feeds(path, feeds)
    for feed in added:
        typer.echo(f"{feed.id}  {feed.url}")
    print(f"{len(added)} added to {path}, {len(feeds) - len(added)} were there already", file=sys.stderr)
