"""``tocsin feeds list``, ``gaps`` and ``wake``: how the watched feeds are doing, and what to do about it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

import msgspec
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tocsin.bootstrap import Deployment
from tocsin.cli.configured import ConfigOption, settings_from
from tocsin.domain.feed import FeedHealth
from tocsin.runtime import logs

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]

_STYLES: Final = {"ok": "green", "failing": "red", "disabled": "bold red", "unread": "dim"}
_MINUTE: Final = 60
_HOUR: Final = 3_600
_DAY: Final = 86_400


@contextmanager
def _deployment(config: ConfigOption) -> Iterator[Deployment]:
    settings = settings_from(config)
    logs.configure("error", "console")
    deployment = Deployment(settings)
    try:
        yield deployment
    finally:
        deployment.close()


def list_feeds(
    config: ConfigOption = None,
    troubled: Annotated[bool, typer.Option("--troubled", help="Only feeds that fail or are disabled.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show how each watched feed is doing: last success, status, latency, next look, errors in a row."""
    with _deployment(config) as deployment:
        now = deployment.clock()
        feeds = [
            feed for feed in deployment.state.feeds.health() if not troubled or feed.state in {"failing", "disabled"}
        ]
    if as_json:
        shaped = [_shape(feed, now) for feed in feeds]
        typer.echo(msgspec.json.format(msgspec.json.encode(shaped), indent=2))
    elif not feeds:
        typer.echo("No feed is in trouble." if troubled else "No feeds in the store yet: `tocsin run` puts them there.")
    else:
        _show(feeds, now)


def _shape(feed: FeedHealth, now: datetime) -> dict[str, Any]:
    push, track = feed.push, feed.track
    return {
        "id": feed.feed.id,
        "url": feed.feed.url,
        "source": feed.feed.source,
        "state": feed.state,
        "last_success": feed.polled,
        "next_check": feed.next_check,
        "errors": feed.errors,
        "error": feed.error,
        "down_since": track.down_since,
        "disabled": track.disabled,
        "status": track.status,
        "latency": track.latency,
        "bytes": track.size,
        "bytes_saved": track.saved,
        "moved_to": track.url,
        "push": None
        if push is None
        else {
            "hub": push.hub,
            "active": push.until is not None and push.until > now,
            "until": push.until,
            "heard": push.heard,
            "denied": push.denied,
        },
    }


def _show(feeds: list[FeedHealth], now: datetime) -> None:
    console = Console()
    table = Table(box=None, pad_edge=False)
    for heading in ("feed", "state", "last success", "status", "latency", "next look", "errors", "saved"):
        right = heading in {"status", "latency", "errors", "saved"}
        # names may break, figures may not
        table.add_column(heading, overflow="fold", no_wrap=heading != "feed", justify="right" if right else "left")
    for feed in feeds:
        track = feed.track
        table.add_row(
            Text(feed.feed.id),
            Text(feed.state, style=_STYLES[feed.state]),
            f"{_span(now - feed.polled)} ago" if feed.polled else "never",
            str(track.status or "–"),
            f"{track.latency * 1000:.0f} ms" if track.latency is not None else "–",
            _next(feed, now),
            str(feed.errors or ""),
            _size(track.saved),
        )
    console.print(table)
    noted = [(feed.feed.id, note) for feed in feeds if (note := _notes(feed, now))]
    if noted:
        console.print()
    for id, note in noted:
        console.print(Text(f"{id}: {note}"))


def _next(feed: FeedHealth, now: datetime) -> str:
    if feed.next_check is None:
        return "never"
    return "now" if feed.next_check <= now else f"in {_span(feed.next_check - now)}"


def _notes(feed: FeedHealth, now: datetime) -> str:
    notes = [feed.track.disabled or feed.error or ""]
    if feed.track.disabled:
        notes.append(f"`tocsin feeds wake {feed.feed.id}` tries again")
    if feed.track.url:
        notes.append(f"moved for good to {feed.track.url}: change its url")
    if feed.push is not None and feed.push.until is not None and feed.push.until > now:
        notes.append("pushed by its hub")
    return "; ".join(note for note in notes if note)


def _span(length: timedelta) -> str:
    seconds = max(0, int(length.total_seconds()))
    for unit, name in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if seconds >= unit:
            return f"{seconds // unit} {name}"
    return f"{seconds} s"


def _size(count: float) -> str:
    units = ["TB", "GB", "MB", "KB", "B"]
    while count >= 1_000 and len(units) > 1:  # noqa: PLR2004 - as storage is sold
        count /= 1_000
        units.pop()
    return f"{count:.0f} {units[-1]}" if count else ""


def gaps(
    config: ConfigOption = None,
    hours: Annotated[float, typer.Option(help="How far to look back.")] = 24.0,
    as_json: JsonOption = False,
) -> None:
    """Show when feeds could not be watched, and how many items were found late for it."""
    with _deployment(config) as deployment:
        found = deployment.state.feeds.gaps(deployment.clock() - timedelta(hours=hours))
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(found), indent=2))
        return
    if not found:
        typer.echo(f"No gaps ended within the last {hours:g} hours.")
        return
    table = Table()
    for heading in ("feed", "from (UTC)", "until (UTC)", "for", "reason", "late items"):
        table.add_column(heading, overflow="fold")
    for gap in found:
        table.add_row(
            Text(gap.feed),
            f"{gap.since:%Y-%m-%d %H:%M:%S}",
            f"{gap.until:%Y-%m-%d %H:%M:%S}",
            _span(gap.until - gap.since),
            Text(gap.reason),
            str(gap.late or ""),
        )
    Console().print(table)


def wake(
    feeds: Annotated[list[str], typer.Argument(help="Ids of feeds.", metavar="ID...")],
    config: ConfigOption = None,
) -> None:
    """Have feeds looked at now, also those that were disabled because they seemed gone."""
    with _deployment(config) as deployment:
        store = deployment.state.feeds
        unknown = [id for id in feeds if store.look_up(id) is None]
        store.wake([id for id in feeds if id not in unknown], deployment.clock())
    for id in unknown:
        typer.echo(f"tocsin: no feed `{id}` is watched; `tocsin feeds list` shows those that are", err=True)
    if unknown:
        raise typer.Exit(1)
