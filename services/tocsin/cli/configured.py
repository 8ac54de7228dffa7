"""The ``--config`` option and what it leads to, shared by the commands that need a configuration."""

import os
from pathlib import Path
from typing import Annotated

import typer

from tocsin.settings.load import find_settings, load_settings
from tocsin.settings.schema import Settings

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        envvar="TOCSIN_CONFIG",
        help="The settings file. Otherwise config/tocsin.yaml, tocsin.yaml or /etc/tocsin/tocsin.yaml.",
    ),
]


def settings_from(config: Path | None) -> Settings:
    """The settings in force. Raises ConfigurationError."""
    return load_settings(find_settings(config), os.environ)
