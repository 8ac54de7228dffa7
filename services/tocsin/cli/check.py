"""``tocsin check``: is what I wrote right? ``tocsin types``: what can I subscribe to?"""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tocsin.bootstrap import Configuration
from tocsin.cli.configured import ConfigOption, settings_from
from tocsin.knowledge import load_knowledge


def check(config: ConfigOption = None) -> None:
    """Check settings, feeds, subscribers and knowledge against each other; contacts nothing."""
    configuration = Configuration(settings_from(config))
    wishes = sum(len(subscriber.subscriptions) for subscriber in configuration.subscribers)
    print(
        f"good: {len(configuration.feeds)} feeds, {len(configuration.subscribers)} subscribers with {wishes} "
        f"subscriptions, {len(configuration.knowledge.events)} event types, "
        f"{len(configuration.knowledge.companies)} companies; "
        f"bus {configuration.settings.bus.kind}, state {configuration.settings.state.kind}"
    )


def types(
    json_output: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """List the event types that a subscription can name."""
    events = load_knowledge([]).events
    if json_output:
        Console(soft_wrap=True).print_json(
            data={id: {"name": e.name, "severity": e.severity} for id, e in events.items()}
        )
        return
    table = Table("type", "name", "base severity", box=None)
    for id, event in sorted(events.items()):
        table.add_row(id, event.name, str(event.severity))
    Console().print(table)
