"""tocsin deliveries: who was told what, when, over which channel, at which attempt, with which error."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from tocsin.bootstrap import Deployment
from tocsin.cli.configured import ConfigOption, settings_from
from tocsin.domain.delivery import DeliveryRecord, Status
from tocsin.domain.errors import ConfigurationError
from tocsin.runtime import logs

app = typer.Typer(help="Who was told what, when and over which channel.", no_args_is_help=True)

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
LimitOption = Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many.")]


@app.callback()
def deliveries() -> None:
    """Who was told what, when and over which channel."""
    logs.configure("error", "console")


@app.command("list")
def list_deliveries(
    subscriber: Annotated[str | None, typer.Option(help="Only this subscriber's.")] = None,
    status: Annotated[list[str] | None, typer.Option(help="Only those that ended so; can be repeated.")] = None,
    limit: LimitOption = 50,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """List deliveries, last planned first."""
    records = ledger(config, limit, subscriber, statuses(status or []))
    if as_json:
        print_json([shape(record) for record in records])
    else:
        print_table(records)


@app.command()
def show(
    id: Annotated[str, typer.Argument(help="The delivery's id.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one delivery with every attempt."""
    print_record(found(config, id), as_json=as_json)


def statuses(words: list[str]) -> list[Status]:
    """Words as ways to end. Raises ConfigurationError."""
    try:
        return msgspec.convert(words, list[Status])
    except msgspec.ValidationError as error:
        raise ConfigurationError("--status: one of delivered, failed, expired, unknown") from error


def ledger(config: Path | None, limit: int, subscriber: str | None, wanted: list[Status]) -> list[DeliveryRecord]:
    """Deliveries from the store."""
    deployment = Deployment(settings_from(config))
    try:
        return list(deployment.state.outbox.ledger(limit, subscriber=subscriber, statuses=wanted))
    finally:
        deployment.close()


def found(config: Path | None, id: str) -> DeliveryRecord:
    """One delivery. Raises ConfigurationError when there is none."""
    deployment = Deployment(settings_from(config))
    try:
        record = deployment.state.outbox.find(id)
    finally:
        deployment.close()
    if record is None:
        raise ConfigurationError(
            f"there is no delivery `{id}` (any more); `tocsin deliveries list` shows the last ones"
        )
    return record


def shape(record: DeliveryRecord) -> dict[str, Any]:
    """A delivery for JSON."""
    shaped: dict[str, Any] = msgspec.to_builtins(record)
    shaped["status"] = status_of(record)
    shaped["error"] = error_of(record)
    return shaped


def status_of(record: DeliveryRecord) -> str:
    """How it ended, or that it waits."""
    if record.outcome:
        return record.outcome.status
    return "retrying" if record.attempts else "waiting"


def error_of(record: DeliveryRecord) -> str | None:
    """The last error."""
    if record.outcome:
        return record.outcome.error
    return record.attempts[-1].error if record.attempts else None


def print_json(data: Any) -> None:
    """JSON for programs."""
    Console(soft_wrap=True).print_json(data=data)


def print_table(records: list[DeliveryRecord]) -> None:
    """Two lines each."""
    whole = Column("planned (UTC)", no_wrap=True), "status", Column("to, and id", no_wrap=True)
    table = Table(*whole, "what, and error", box=None)
    for record in records:
        tries = f" ({len(record.attempts)})" if len(record.attempts) > 1 else ""
        table.add_row(
            f"{record.planned:%Y-%m-%d %H:%M:%S}",
            f"{status_of(record)}{tries}",
            two_lines(f"{record.subscriber} over {record.channel}", record.id),
            two_lines(record.headline or record.kind, error_of(record) or ""),
        )
    Console().print(table if records else "none")


def two_lines(first: str, second: str) -> Text:
    """A cell of a list: an id or a reason needs a line of its own, or it is cut to pieces on a narrow terminal."""
    return Text(first).append(f"\n{second}" if second else "", "dim")


def print_record(record: DeliveryRecord, *, as_json: bool) -> None:
    """One delivery with every attempt."""
    if as_json:
        print_json(shape(record))
        return
    console = Console()
    facts = Table(box=None, show_header=False)
    lines = {
        "delivery": record.id,
        "what": f"{record.kind}: {record.headline}" if record.headline else record.kind,
        "story": record.story,
        "to": f"{record.subscriber} over {record.channel}",
        "instead of": record.fallback_for,
        "planned": f"{record.planned:%Y-%m-%d %H:%M:%S} UTC",
        "due": f"{record.due:%Y-%m-%d %H:%M:%S} UTC" if record.due else None,
        "status": status_of(record),
        "ended": f"{record.outcome.at:%Y-%m-%d %H:%M:%S} UTC" if record.outcome else None,
        "error": error_of(record),
        "replayed": str(record.replayed) if record.replayed else None,
    }
    for name, value in lines.items():
        if value:
            facts.add_row(name, Text(value))
    console.print(facts)
    tries = Table("try", "at (UTC)", "took", "result", "code", "error", box=None)
    for attempt in record.attempts:
        tries.add_row(
            str(attempt.number),
            f"{attempt.at:%Y-%m-%d %H:%M:%S}",
            f"{attempt.seconds:.2f} s",
            attempt.result,
            str(attempt.code or ""),
            Text(attempt.error or ""),
        )
    if record.attempts:
        console.print(tries)
