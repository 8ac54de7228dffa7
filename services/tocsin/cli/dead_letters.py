"""tocsin dead-letters: what did not get through, and trying it again."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cache
from typing import Annotated, Any, Final

import msgspec
import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from tocsin.bootstrap import Deployment
from tocsin.cli.configured import ConfigOption, settings_from
from tocsin.cli.deliveries import (
    JsonOption,
    LimitOption,
    error_of,
    print_json,
    print_record,
    shape,
    status_of,
    two_lines,
)
from tocsin.domain.delivery import Status
from tocsin.domain.errors import ConfigurationError
from tocsin.ports.clock import system_clock
from tocsin.runtime import logs
from tocsin.runtime.dead_letters import Letter, letters
from tocsin.runtime.dead_letters import replay as replay_letter

app = typer.Typer(help="What did not get through: deliveries, and records that a service could not process.")

_UNDELIVERED: Final[tuple[Status, ...]] = ("failed", "expired", "unknown")
_FRESH: Final = timedelta(days=1)


@app.callback()
def dead_letters() -> None:
    """What did not get through: deliveries, and records that a service could not process."""
    logs.configure("error", "console")


@app.command("list")
def list_letters(
    subscriber: Annotated[str | None, typer.Option(help="Only this subscriber's deliveries.")] = None,
    limit: LimitOption = 50,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """List deliveries that did not arrive, last first, and records that a service could not process."""
    deployment = Deployment(settings_from(config))
    try:
        records = deployment.state.outbox.ledger(limit, subscriber=subscriber, statuses=_UNDELIVERED)
        waiting = [] if subscriber else [each for each in letters(deployment.bus) if each.letter.replayed is None]
    finally:
        deployment.close()
    shown = waiting[-limit:][::-1]
    if as_json:
        print_json({"deliveries": [shape(each) for each in records], "records": [_shape(each) for each in shown]})
        return
    table = Table(Column("at (UTC)", no_wrap=True), Column("where, and id", no_wrap=True), "what, and why", box=None)
    for record in records:
        assert record.outcome is not None
        table.add_row(
            f"{record.outcome.at:%Y-%m-%d %H:%M:%S}",
            two_lines(f"{record.subscriber} over {record.channel}", record.id),
            two_lines(record.headline or record.kind, f"{status_of(record)}: {error_of(record) or ''}"),
        )
    for each in shown:
        table.add_row(
            f"{each.letter.at:%Y-%m-%d %H:%M:%S}",
            two_lines(each.letter.service, each.id),
            two_lines(each.letter.origin, f"{each.letter.error}: {each.letter.reason}"),
        )
    Console().print(table if table.rows else "none")


@app.command()
def show(
    id: Annotated[str, typer.Argument(help="A delivery's or record's id, from the list.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one with all that is known of it."""
    deployment = Deployment(settings_from(config))
    try:
        record = deployment.state.outbox.find(id)
        letter = None if record else _found(letters(deployment.bus), id)
    finally:
        deployment.close()
    if record:
        print_record(record, as_json=as_json)
        return
    if letter is None:
        raise ConfigurationError(f"there is no dead letter `{id}`; `tocsin dead-letters list` shows what there is")
    if as_json:
        print_json(_shape(letter))
        return
    table = Table(box=None, show_header=False)
    for name, value in _shape(letter).items():
        table.add_row(name, Text(str(value)))
    Console().print(table)


@app.command()
def replay(
    ids: Annotated[list[str] | None, typer.Argument(help="Which, from the list.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All deliveries that did not arrive.")] = False,
    subscriber: Annotated[str | None, typer.Option(help="With --all: only this subscriber's.")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Try again: a delivery goes out now, for a day at most; a record is published to its topic again."""
    if not ids and not everything:
        raise ConfigurationError("name what to replay, or give --all; `tocsin dead-letters list` shows what there is")
    deployment = Deployment(settings_from(config))
    results = {}
    try:
        wanted = list(ids or ())
        if everything:
            found = deployment.state.outbox.ledger(1_000_000, subscriber=subscriber, statuses=_UNDELIVERED)
            wanted += [each.id for each in found]
        on_the_topic = cache(lambda: letters(deployment.bus))
        for id in dict.fromkeys(wanted):
            results[id] = _replay(deployment, id, on_the_topic)
    finally:
        deployment.close()
    if as_json:
        print_json(results)
    else:
        for id, said in results.items():
            typer.echo(f"{id}: {said}")
        typer.echo(f"{sum(said == 'replayed' for said in results.values())} of {len(results)} replayed")
    raise typer.Exit(0 if all(said == "replayed" for said in results.values()) else 1)


def _replay(deployment: Deployment, id: str, letters: Callable[[], Sequence[Letter]]) -> str:
    now = system_clock()
    record = deployment.state.outbox.find(id)
    if record is None:
        found = _found(letters(), id)
        if found is None:
            return "there is no such; `tocsin dead-letters list` shows what there is"
        if found.letter.replayed is not None:
            return f"replayed already, {found.letter.replayed:%Y-%m-%d %H:%M:%S} UTC"
        replay_letter(deployment.bus, found, now)
        return "replayed"
    if deployment.state.outbox.replay(id, now, now + _FRESH):
        return "replayed"
    if record.outcome is None:
        return "waits already"
    return "arrived already" if record.outcome.status == "delivered" else "not on the bus yet; try again in a moment"


def _found(letters: Sequence[Letter], id: str) -> Letter | None:
    return next((each for each in letters if each.id == id), None)


def _shape(each: Letter) -> dict[str, Any]:
    shaped: dict[str, Any] = msgspec.to_builtins(each.letter)
    try:
        shaped["value"] = msgspec.json.decode(each.letter.value)
    except msgspec.DecodeError:
        shaped["value"] = each.letter.value.decode("utf-8", "replace")
    return {"id": each.id, **shaped}
