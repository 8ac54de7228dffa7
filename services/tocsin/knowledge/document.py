"""One YAML file of knowledge: read, checked, every mistake named with its place and remedy."""

import re
from collections.abc import Hashable
from importlib.resources.abc import Traversable
from typing import Any, Final, TypeVar

import msgspec
import yaml

from tocsin.knowledge import pattern

T = TypeVar("T")

# without libyaml the pure Python loader does the same at a tenth of the speed
_Base: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_PLACE: Final = re.compile(r"(?P<what>.*?)(?: - at `\$\.?(?P<path>.*)`)?", re.DOTALL)


class _Loader(_Base):  # type: ignore[misc]
    """Every scalar as text, for the schema says what it is: the ticker ON is no boolean and 7203 no number."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001,FBT002
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep)
        if len(mapping) < len(node.value):
            raise yaml.constructor.ConstructorError(
                "in a mapping", node.start_mark, "a key stands twice; join the two", node.start_mark
            )
        return mapping


class Document:
    """A file under reading. ``problems`` collects what is wrong with it, as ``file: place: what; remedy``."""

    def __init__(self, file: Traversable, problems: list[str]) -> None:
        self.file = file
        self.problems = problems
        self.content = self._read()

    def problem(self, path: str, what: str) -> None:
        """Note a mistake at ``path`` (``languages.de.triggers[3].weight``)."""
        self.problems.append(f"{self.file}: {path}: {what}" if path else f"{self.file}: {what}")

    def convert(self, value: Any, kind: type[T], path: str = "") -> T | None:
        """``value`` as a ``kind``, or None with the problem noted."""
        try:
            return msgspec.convert(value, kind, strict=False)
        except msgspec.ValidationError as error:
            found = _PLACE.fullmatch(str(error))
            assert found
            inner = found["path"] or ""
            dot = "." if path and inner and not inner.startswith("[") else ""
            self.problem(f"{path}{dot}{inner}", f"{found['what']}; {_remedy(found['what'])}")
            return None

    def check_patterns(self, patterns: tuple[str, ...], path: str) -> None:
        """Note every pattern that cannot be parsed."""
        for index, written in enumerate(patterns):
            try:
                pattern.parse(written)
            except ValueError as error:
                self.problem(f"{path}[{index}]", str(error))

    def _read(self) -> dict[str, Any]:
        try:
            content = yaml.load(self.file.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a safe loader's child
        except yaml.MarkedYAMLError as error:
            place = f"line {error.problem_mark.line + 1}" if error.problem_mark else ""
            self.problem(place, f"not YAML: {error.problem or error.context}")
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            self.problem("", f"not YAML in UTF-8: {error}")
        except OSError as error:
            self.problem("", f"cannot be read: {error.strerror or error}")
        else:
            if isinstance(content, dict):
                return content
            self.problem("", "not a mapping; write `key: value` lines")
        return {}


def _remedy(what: str) -> str:
    if "unknown field" in what:
        return "remove it or correct its spelling"
    if "missing required" in what:
        return "add it"
    return "correct the value"
