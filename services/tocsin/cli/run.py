"""``tocsin run``: the services."""

import threading
from enum import StrEnum
from typing import Annotated

import typer

from tocsin import bootstrap
from tocsin.cli.configured import ConfigOption, settings_from
from tocsin.runtime import lifecycle, logs


class Role(StrEnum):
    """What to run."""

    ALL = "all"
    POLLER = "poller"
    CLASSIFIER = "classifier"
    ROUTER = "router"
    NOTIFIER = "notifier"


def run(
    service: Annotated[Role, typer.Argument(help="One service, or all of them in this process.")] = Role.ALL,
    config: ConfigOption = None,
) -> None:
    """Run the services until SIGTERM or Ctrl-C."""
    settings = settings_from(config)
    logs.configure(settings.log.level, settings.log.format)
    configuration = bootstrap.Configuration(settings)
    stop = threading.Event()
    lifecycle.stop_on_signals(stop)
    roles = bootstrap.ROLES if service is Role.ALL else (service.value,)
    if not bootstrap.run(configuration, roles, stop):
        raise typer.Exit(1)
