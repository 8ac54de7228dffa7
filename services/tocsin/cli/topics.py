"""``tocsin topics``: the topics of the bus."""

import threading

import typer

from tocsin.bootstrap import Deployment
from tocsin.cli.configured import ConfigOption, settings_from
from tocsin.domain.record import TOPICS
from tocsin.runtime import logs
from tocsin.runtime.health import Heartbeat
from tocsin.runtime.startup import until_ready

app = typer.Typer(help="The topics of the bus.", no_args_is_help=True)


@app.callback()
def topics() -> None:
    """Keep ``create`` a subcommand, though it is the only one."""


@app.command()
def create(config: ConfigOption = None) -> None:
    """Make the topics that are missing, as the settings say; waits for the bus. Leaves existing ones as they are."""
    settings = settings_from(config)
    logs.configure(settings.log.level, settings.log.format)
    deployment = Deployment(settings)
    try:
        until_ready(deployment.bus.create_topics, threading.Event(), Heartbeat("topics"))
    finally:
        deployment.close()
    print(f"topics ready: {', '.join(settings.bus.prefix + topic for topic in TOPICS)}")
