"""``tocsin.yaml`` and the environment, read once at start."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from tocsin.domain.errors import ConfigurationError
from tocsin.settings import yaml_file
from tocsin.settings.environment import overlay
from tocsin.settings.schema import Settings
from tocsin.settings.secret import read_secret

DEFAULT_PATHS: Final = (Path("config/tocsin.yaml"), Path("tocsin.yaml"), Path("/etc/tocsin/tocsin.yaml"))
"""Where the settings file is looked for when none is named."""


def find_settings(path: Path | None) -> Path | None:
    """The settings file to use: the named one, else the first default that exists, else None (built-in defaults)."""
    if path is not None:
        return path
    return next((candidate for candidate in DEFAULT_PATHS if candidate.is_file()), None)


def load_settings(path: Path | None, environment: Mapping[str, str]) -> Settings:
    """Settings from the file (None: defaults) and the environment, paths made absolute, secrets read.

    Raises ConfigurationError.
    """
    value = yaml_file.read(path) if path else {}
    if not isinstance(value, dict):
        raise ConfigurationError(f"{path}: the file must be a mapping of settings, such as `bus: {{kind: sqlite}}`")
    if path:
        # first without the environment, so that a mistake is reported at its line
        yaml_file.load(path, Settings)
    source = f"{path} with the environment" if path else "the environment"
    settings = yaml_file.convert(overlay(value, environment), Settings, source=source, strict=False)
    return _absolute(_with_secrets(settings), path.parent if path else Path.cwd())


def _with_secrets(value: Any) -> Any:
    """Every ``x_file`` beside an ``x`` read into ``x``, through the whole tree of settings."""
    changes: dict[str, Any] = {}
    for name in value.__struct_fields__:
        inner = getattr(value, name)
        if isinstance(inner, Struct):
            changes[name] = _with_secrets(inner)
        secret = name.removesuffix("_file")
        if secret != name and inner and secret in value.__struct_fields__:
            changes[secret] = read_secret(Path(inner), f"setting `{name}`")
    return msgspec.structs.replace(value, **changes)


def _absolute(settings: Settings, base: Path) -> Settings:
    data = base / settings.data
    return msgspec.structs.replace(
        settings,
        data=str(data),
        feeds=str(base / settings.feeds),
        subscribers=str(base / settings.subscribers),
        classifier=msgspec.structs.replace(
            settings.classifier, **_placed(base, model=settings.classifier.model, cache=settings.classifier.cache)
        ),
        knowledge=tuple(str(base / folder) for folder in settings.knowledge),
        notifier=msgspec.structs.replace(
            settings.notifier,
            templates=str(base / settings.notifier.templates) if settings.notifier.templates else None,
        ),
        bus=msgspec.structs.replace(
            settings.bus,
            sqlite=msgspec.structs.replace(settings.bus.sqlite, path=str(data / settings.bus.sqlite.path)),
        ),
        state=msgspec.structs.replace(
            settings.state,
            sqlite=msgspec.structs.replace(settings.state.sqlite, path=str(data / settings.state.sqlite.path)),
        ),
    )


def _placed(base: Path, **paths: str | None) -> dict[str, str | None]:
    return {name: str(base / path) if path else None for name, path in paths.items()}
