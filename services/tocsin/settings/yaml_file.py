"""A YAML file read into a struct, with errors an operator can act on: file, line, path in the file, remedy."""

import difflib
import re
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from tocsin.domain.errors import ConfigurationError

T = TypeVar("T")

_PLACE = re.compile(r" - at `\$(?P<place>[^`]*)`$")
_STEP = re.compile(r"\.(?P<key>[^.\[]+)|\[(?P<index>\d+)\]|\[\.\.\.\]")


def read(path: Path) -> Any:
    """The file's content as plain Python values; an empty file is an empty mapping. Raises ConfigurationError."""
    return _compose(path)[0]


def load(path: Path, kind: type[T]) -> T:
    """The struct in the file. Raises ConfigurationError."""
    value, node = _compose(path)
    return convert(value, kind, source=str(path), node=node)


def convert(value: Any, kind: type[T], *, source: str, node: yaml.Node | None = None, strict: bool = True) -> T:
    """``value`` as ``kind``. ``source`` and ``node`` (the YAML tree) tell where it came from when it does not fit."""
    try:
        return msgspec.convert(value, kind, strict=strict)
    except msgspec.ValidationError as error:
        text = str(error)
        match = _PLACE.search(text)
        place = match["place"].lstrip(".") if match else ""
        what = text[: match.start()] if match else text
        line = _line(node, f".{place}" if place else "")
        where = f"{source}:{line}" if line else source
        inside = f" in `{place}`" if place else ""
        raise ConfigurationError(f"{where}: {what}{inside}{_suggestion(what, kind, place)}") from error


def _compose(path: Path) -> tuple[Any, yaml.Node | None]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ConfigurationError(f"{path}: no such file; `tocsin init` writes a set to start from") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read as UTF-8 text: {error}") from error
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        _refuse_repeated_keys(path, node)
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or str(error)
        raise ConfigurationError(f"{path}{line}: not valid YAML: {problem}; check indentation and quotes") from error
    return ({} if value is None else value), node


def _refuse_repeated_keys(path: Path, node: yaml.Node | None) -> None:
    # YAML loaders keep the last of two equal keys: half of what the operator wrote would silently vanish
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                raise ConfigurationError(f"{path}:{key.start_mark.line + 1}: `{key.value}` stands here twice; keep one")
            seen.add(key.value)
            _refuse_repeated_keys(path, value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _refuse_repeated_keys(path, value)


def _line(node: yaml.Node | None, place: str) -> int | None:
    if node is None:
        return None
    for step in _STEP.finditer(place):
        if step["index"] is not None and isinstance(node, yaml.SequenceNode):
            node = node.value[int(step["index"])]
        elif step["key"] is not None and isinstance(node, yaml.MappingNode):
            found = [value for key, value in node.value if key.value == step["key"]]
            if not found:
                break
            node = found[0]
        else:
            break
    return int(node.start_mark.line) + 1


def _suggestion(what: str, kind: Any, place: str) -> str:
    unknown = re.search(r"unknown field `([^`]+)`", what)
    if not unknown:
        return ""
    fields = _fields_at(kind, place)
    close = difflib.get_close_matches(unknown[1], fields, n=1)
    return f"; did you mean `{close[0]}`?" if close else f"; possible: {', '.join(fields)}" if fields else ""


def _fields_at(kind: Any, place: str) -> list[str]:
    info = msgspec.inspect.type_info(kind)
    for step in _STEP.finditer(f".{place}" if place else ""):
        if isinstance(info, msgspec.inspect.StructType) and step["key"]:
            info = next((field.type for field in info.fields if field.encode_name == step["key"]), info)
        elif isinstance(info, (msgspec.inspect.VarTupleType, msgspec.inspect.ListType)):
            info = info.item_type
        if isinstance(info, msgspec.inspect.UnionType):
            info = next((t for t in info.types if isinstance(t, msgspec.inspect.StructType)), info)
    return [f.encode_name for f in info.fields] if isinstance(info, msgspec.inspect.StructType) else []
