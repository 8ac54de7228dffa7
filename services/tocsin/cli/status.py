"""``tocsin status``: how is it going?"""

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tocsin.bootstrap import Deployment
from tocsin.cli.configured import ConfigOption, settings_from
from tocsin.domain.record import ALERTS, ARTICLES, SIGNALS
from tocsin.runtime import logs

STAGES = {"classifier": ARTICLES, "router": SIGNALS, "notifier": ALERTS}
"""Consumer group → the topic it reads."""


def status(
    config: ConfigOption = None,
    json_output: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Show what waits at each stage, and the feeds that fail. Reads the bus and the stores; changes nothing."""
    settings = settings_from(config)
    logs.configure("error", "console")
    deployment = Deployment(settings)
    try:
        report = _report(deployment)
    finally:
        deployment.close()
    if json_output:
        Console(soft_wrap=True).print_json(data=report)
        return
    _print(report)


def _report(deployment: Deployment) -> dict[str, Any]:
    health = deployment.state.feeds.health()
    return {
        "waiting": {group: deployment.bus.lag([topic], group)[topic] for group, topic in STAGES.items()},
        "deliveries_due": deployment.state.outbox.pending(),
        "subscribers": len(deployment.state.subscriptions.subscribers()),
        "feeds": {
            "watched": len(health),
            "never_read": sum(1 for feed in health if feed.polled is None),
            "failing": [
                {
                    "id": feed.feed.id,
                    "errors": feed.errors,
                    "error": feed.error,
                    "polled": feed.polled.isoformat() if feed.polled else None,
                    "next_check": feed.next_check.isoformat() if feed.next_check else None,
                }
                for feed in health
                if feed.errors
            ],
            "disabled": [{"id": feed.feed.id, "reason": feed.track.disabled} for feed in health if feed.track.disabled],
        },
    }


def _print(report: dict[str, Any]) -> None:
    console = Console()
    table = Table(box=None, show_header=False)
    for group, count in report["waiting"].items():
        table.add_row(f"waiting for the {group}", str(count))
    table.add_row("deliveries due", str(report["deliveries_due"]))
    table.add_row("subscribers", str(report["subscribers"]))
    feeds = report["feeds"]
    table.add_row("feeds watched", f"{feeds['watched']} ({feeds['never_read']} never read yet)")
    table.add_row("feeds failing", str(len(feeds["failing"])))
    console.print(table)
    for feed in feeds["failing"]:
        again = f", next try {feed['next_check'][:19].replace('T', ' ')} UTC" if feed["next_check"] else ""
        console.print(Text(f"  {feed['id']}: {feed['error']} ({feed['errors']} in a row{again})"))
    for feed in feeds["disabled"]:
        said = f"  {feed['id']}: not polled any more: {feed['reason']}; `tocsin feeds wake {feed['id']}` tries again"
        console.print(Text(said))
