"""tocsin channels: where subscribers are rung."""

import sys
from pathlib import Path
from typing import Annotated, Any, Self

import typer
from msgspec.structs import replace
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tocsin import bootstrap
from tocsin.bootstrap import Deployment
from tocsin.cli.configured import ConfigOption, settings_from
from tocsin.domain.delivery import Attempt, ChannelState, Lane
from tocsin.domain.errors import ConfigurationError
from tocsin.domain.subscription import Channel, Subscriber
from tocsin.notifier import verification
from tocsin.notifier.direct import send_now
from tocsin.notifier.notices import notice
from tocsin.ports.channels import AddedChannel
from tocsin.ports.clock import system_clock
from tocsin.runtime import logs
from tocsin.runtime.vault import Vault, new_key
from tocsin.settings.schema import Settings

app = typer.Typer(help="Where subscribers are rung.", no_args_is_help=True)

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
SubscriberArgument = Annotated[str, typer.Argument(help="The subscriber's id.")]
ChannelArgument = Annotated[str, typer.Argument(help="The channel's id.")]


@app.callback()
def channels() -> None:
    """Where subscribers are rung."""
    logs.configure("error", "console")


class Open:
    """A deployment, opened for one command."""

    def __init__(self, config: Path | None) -> None:
        self.settings: Settings = settings_from(config)
        self.deployment = Deployment(self.settings)
        self.state = self.deployment.state
        self.people = bootstrap.addresses(self.settings, self.state)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.deployment.close()

    def subscriber(self, id: str) -> Subscriber:
        """The subscriber. Raises ConfigurationError."""
        found = self.people.subscriber(id)
        if found is None:
            known = (
                ", ".join(each.id for each in self.people.subscribers()) or "none; start Tocsin once to read the file"
            )
            raise ConfigurationError(f"there is no subscriber `{id}`; known: {known}")
        return found

    def channel(self, subscriber: Subscriber, id: str) -> Channel:
        """One of the subscriber's channels. Raises ConfigurationError."""
        found = next((each for each in subscriber.channels if each.id == id), None)
        if found is None:
            known = ", ".join(each.id for each in subscriber.channels) or "none"
            raise ConfigurationError(f"subscriber `{subscriber.id}` has no channel `{id}`; known: {known}")
        return found


@app.command("list")
def list_channels(
    subscriber: Annotated[str | None, typer.Argument(help="Only this subscriber's.")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the channels and how they are doing. Addresses are never shown."""
    with Open(config) as opened:
        people = [opened.subscriber(subscriber)] if subscriber else opened.people.subscribers()
        rows = [row for each in people for row in _rows(opened, each)]
    if as_json:
        Console(soft_wrap=True).print_json(data=rows)
        return
    table = Table("subscriber", "channel", "kind", "state", "last error", box=None)
    for row in rows:
        table.add_row(
            *(Text(str(row[name] or "")) for name in ("subscriber", "channel", "kind", "state", "last_error"))
        )
    Console().print(table if rows else "no channels")


def _rows(opened: Open, subscriber: Subscriber) -> list[dict[str, Any]]:
    lanes = [Lane(subscriber=subscriber.id, channel=each.id) for each in subscriber.channels]
    states = opened.state.outbox.states(lanes)
    rows = []
    for channel, lane in zip(subscriber.channels, lanes, strict=True):
        state = states.get(lane, ChannelState())
        rows.append(
            {
                "subscriber": subscriber.id,
                "channel": channel.id,
                "kind": channel.url.partition("://")[0],
                "added_by": "user" if channel.guarded else "operator",
                "state": _state(channel, state),
                "fallback": channel.fallback,
                "failures": state.failures,
                "failing_since": _time(state.failing_since),
                "paused_until": _time(state.open_until),
                "last_sent": _time(state.last_sent),
                "last_error": state.last_error,
            }
        )
    return rows


def _state(channel: Channel, state: ChannelState) -> str:
    if not channel.verified:
        return "not verified"
    if state.failing_since:
        return f"failing since {state.failing_since:%Y-%m-%d %H:%M} ({state.failures})"
    return f"last sent {state.last_sent:%Y-%m-%d %H:%M}" if state.last_sent else "not used yet"


def _time(at: Any) -> str | None:
    return at.isoformat() if at else None


@app.command()
def add(  # noqa: PLR0917 - typer takes them by name
    subscriber: SubscriberArgument,
    channel: ChannelArgument,
    url: Annotated[
        str, typer.Argument(help="webhooks://… or an Apprise URL; - reads it from standard input.", metavar="URL|-")
    ] = "-",
    fallback: Annotated[str | None, typer.Option(help="The channel that stands in when this one fails.")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a channel. A new e-mail address or webhook is sent a code, and used once `verify` got it.

    Without URL it is asked for, so that it appears neither in the shell's history nor in the list of processes.
    """
    if url == "-":
        url = typer.prompt("URL", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline().strip()
    with Open(config) as opened:
        person = opened.subscriber(subscriber)
        if any(each.id == channel for each in person.channels):
            raise ConfigurationError(f"subscriber `{subscriber}` has a channel `{channel}` already; remove it first")
        if fallback is not None:
            opened.channel(person, fallback)
        sender = bootstrap.sender(opened.settings)
        objection = sender.objection(url, guarded=True)
        if objection:
            raise ConfigurationError(f"channel `{channel}`: {objection}")
        sealed = Vault(bootstrap.keys(opened.settings)).seal(url)
        made = Channel(id=channel, url=sealed, fallback=fallback, guarded=True)
        added = AddedChannel(subscriber=subscriber, channel=made, added=system_clock())
        attempt = None
        if sender.traits(url).provider in verification.PROVIDERS:
            added, code = verification.challenge(added, system_clock())
            attempt = _send(opened, person, replace(added.channel, url=url), "verification", {"code": code})
        opened.state.channels.put(added)
    if as_json:
        result = {"subscriber": subscriber, "channel": channel, "verified": added.channel.verified}
        Console(soft_wrap=True).print_json(data=result | ({"sent": _shape(attempt)} if attempt else {}))
    elif attempt is None:
        typer.echo(f"added; try it: tocsin channels test {subscriber} {channel}")
    else:
        typer.echo(f"added; the code was {_said(attempt)}; then: tocsin channels verify {subscriber} {channel} CODE")
    raise typer.Exit(0 if attempt is None or attempt.result == "sent" else 1)


@app.command()
def verify(
    subscriber: SubscriberArgument,
    channel: ChannelArgument,
    code: Annotated[str, typer.Argument(help="The code that was sent there.")],
    config: ConfigOption = None,
) -> None:
    """Enter the code that a new address was sent."""
    with Open(config) as opened:
        added = next((each for each in opened.state.channels.of(subscriber) if each.channel.id == channel), None)
        if added is None:
            raise ConfigurationError(f"subscriber `{subscriber}` has no added channel `{channel}`")
        if added.channel.verified:
            typer.echo("verified already")
            return
        answered = verification.answer(added, code, system_clock())
        opened.state.channels.put(answered)
    if not answered.channel.verified:
        raise ConfigurationError(
            "that is not the code, or it is too old; remove the channel and add it anew for another"
        )
    typer.echo("verified; alerts can go there now")


@app.command("test")
def send_test(
    names: Annotated[
        list[str],
        typer.Argument(metavar="[SUBSCRIBER] CHANNEL", help="The channel's id, after its subscriber's where needed."),
    ],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send a test message the way alerts go, and say what happened. It stands in the ledger too."""
    with Open(config) as opened:
        person = _owner(opened, names)
        wanted = opened.channel(person, names[-1])
        if not wanted.verified:
            raise ConfigurationError(
                f"channel `{wanted.id}` is not verified yet; enter the code that was sent there: "
                f"tocsin channels verify {person.id} {wanted.id} CODE"
            )
        attempt = _send(opened, person, wanted, "test", {})
    if as_json:
        Console(soft_wrap=True).print_json(data=_shape(attempt))
    else:
        typer.echo(_said(attempt))
    raise typer.Exit(0 if attempt.result == "sent" else 1)


@app.command()
def remove(subscriber: SubscriberArgument, channel: ChannelArgument, config: ConfigOption = None) -> None:
    """Take away a channel that was added. What the operator wrote stands in subscribers.yaml."""
    with Open(config) as opened:
        if not opened.state.channels.remove(subscriber, channel):
            person = opened.subscriber(subscriber)
            opened.channel(person, channel)
            raise ConfigurationError(f"channel `{channel}` stands in {opened.settings.subscribers}; remove it there")
    typer.echo("removed")


@app.command()
def key() -> None:
    """Print a new key for `notifier.key` or `notifier.key_file`: it seals stored addresses and signs links."""
    typer.echo(new_key())


def _owner(opened: Open, names: list[str]) -> Subscriber:
    """Whose channel is meant. Raises ConfigurationError."""
    if len(names) > 2:  # noqa: PLR2004 - subscriber and channel
        raise ConfigurationError("one channel at a time: tocsin channels test SUBSCRIBER CHANNEL")
    if len(names) > 1:
        return opened.subscriber(names[0])
    id = names[0]
    owners = [person for person in opened.people.subscribers() if any(each.id == id for each in person.channels)]
    if len(owners) == 1:
        return owners[0]
    if owners:
        several = ", ".join(each.id for each in owners)
        raise ConfigurationError(f"several have a channel `{id}`: {several}; tocsin channels test SUBSCRIBER {id}")
    raise ConfigurationError(
        f"nobody has a channel `{id}`; `tocsin channels list` shows what there is, once Tocsin has read the file"
    )


def _send(opened: Open, person: Subscriber, channel: Channel, kind: str, facts: dict[str, str]) -> Attempt:
    now = system_clock()
    alert = notice(kind, person.id, facts, now, key=f"{channel.id}:{now.isoformat()}")  # type: ignore[arg-type]
    return send_now(
        alert,
        subscriber=person,
        channel=channel,
        outbox=opened.state.outbox,
        sender=bootstrap.sender(opened.settings),
        settings=opened.settings.notifier,
        keys=bootstrap.keys(opened.settings),
        clock=system_clock,
    )


def _shape(attempt: Attempt) -> dict[str, Any]:
    return {"result": attempt.result, "seconds": attempt.seconds, "code": attempt.code, "error": attempt.error}


def _said(attempt: Attempt) -> str:
    code = f", answer {attempt.code}" if attempt.code else ""
    error = f": {attempt.error}" if attempt.error else ""
    return f"{attempt.result} in {attempt.seconds:.2f} s{code}{error}"
