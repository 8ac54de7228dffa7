"""Settings from the environment: ``TOCSIN__state__redis__url`` sets ``state.redis.url``; case does not matter.

Lists are comma-separated. A container is configured this way without touching its files.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from tocsin.domain.errors import ConfigurationError
from tocsin.settings.schema import Settings

PREFIX = "TOCSIN__"


def overlay(value: dict[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
    """``value`` (the settings file's content) with what the environment sets. Raises ConfigurationError."""
    for name in sorted(environment):
        if name.upper().startswith(PREFIX):
            _set(value, name, environment[name])
    return value


def _set(value: dict[str, Any], name: str, text: str) -> None:
    info: msgspec.inspect.Type = msgspec.inspect.type_info(Settings)
    target = value
    steps = name[len(PREFIX) :].split("__")
    for depth, step in enumerate(steps):
        if isinstance(info, msgspec.inspect.DictType):
            key, info = step.lower().replace("_", "-"), info.value_type
        elif isinstance(info, msgspec.inspect.StructType):
            fields = {field.encode_name.lower(): field for field in info.fields}
            if step.lower() not in fields:
                raise ConfigurationError(
                    f"environment variable {name}: there is no setting `{step.lower()}` "
                    f"in `{'.'.join(steps[:depth]).lower() or 'tocsin.yaml'}`; possible: {', '.join(fields)}"
                )
            key, info = fields[step.lower()].encode_name, fields[step.lower()].type
        else:
            raise ConfigurationError(f"environment variable {name}: `{steps[depth - 1].lower()}` has nothing below it")
        if depth == len(steps) - 1:
            listed = isinstance(info, msgspec.inspect.VarTupleType)
            target[key] = [part.strip() for part in text.split(",") if part.strip()] if listed else text
        else:
            below = target.setdefault(key, {})
            if not isinstance(below, dict):
                raise ConfigurationError(f"environment variable {name}: `{key}` is not a mapping in the file")
            target = below
