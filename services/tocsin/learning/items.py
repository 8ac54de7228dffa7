"""Labelled items: what a person said of a text, from files of JSON lines and from the example bank."""

import gzip
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from tocsin.domain.errors import ConfigurationError
from tocsin.knowledge.examples import Located

_MOST_PROBLEMS = 20


class Gold(Struct, frozen=True, kw_only=True):
    """What is known of an item; None where nothing is.

    ``types`` are all its event types, none of them for a text without an event. ``policy`` and ``market`` (1 or 0)
    come from labels that are coarser. ``tickers`` are the companies named. ``lookalike`` is shared by
    stories that are easily taken for one.
    """

    types: tuple[str, ...] | None = None
    policy: int | None = None
    market: int | None = None
    direction: str | None = None
    tickers: tuple[str, ...] | None = None
    story: str | None = None
    same_story: bool | int | None = None
    lookalike: str | None = None
    trap: str | None = None

    @property
    def flagged(self) -> bool | None:
        """Whether the item should be flagged; None when the labels do not decide it."""
        if self.types is not None:
            return bool(self.types)
        if self.policy or self.market:
            return True
        return None if self.policy is None or self.market is None else False


class LabelledItem(Struct, frozen=True, kw_only=True):
    """An item with its labels. ``group`` joins translations of one text."""

    id: str
    title: str = ""
    summary: str = ""
    content: str = ""
    lang: str | None = None
    published: str | None = None
    source: str = ""
    gold: Gold = Gold()
    group: str | None = None
    b: dict[str, Any] | None = None


def read_items(path: Path) -> list[LabelledItem]:
    """The items of a file of JSON lines, also compressed (``.gz``). Raises ConfigurationError with every mistake."""
    opener = gzip.open if path.suffix == ".gz" else open
    items: list[LabelledItem] = []
    problems: list[str] = []
    try:
        with opener(path, "rb") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                try:
                    items.append(_item(json.loads(line)))
                except ValueError as error:
                    problems.append(f"{path}: line {number}: {error}; a line is {{id, title, gold: {{types}}}}")
    except (OSError, EOFError) as error:
        raise ConfigurationError(f"{path}: cannot be read: {error}") from error
    if problems:
        raise ConfigurationError(*problems[:_MOST_PROBLEMS])
    return items


def of_examples(examples: Iterable[Located]) -> Iterator[LabelledItem]:
    """The example bank as labelled items."""
    for located in examples:
        example = located.example
        yield LabelledItem(
            id=located.id,
            lang=located.language,
            title=example.title,
            summary=example.text,
            gold=Gold(types=example.types, direction=example.direction, trap=example.trap),
        )


def of_mark(line: dict[str, Any]) -> Literal["useful", "noise"] | None:
    """What a subscriber said of an alert, None when the line is no mark."""
    mark = line.get("mark")
    return mark if mark in {"useful", "noise"} else None


def _item(raw: Any) -> LabelledItem:
    if not isinstance(raw, dict):
        raise ValueError("not an object")  # noqa: TRY004 - a mistake in a file, reported as the others are
    mark = of_mark(raw)
    if mark:
        # a mark on an alert: useful confirms what was found, noise says that there was nothing
        types = [event["type"] for event in raw.get("events", [])] if mark == "useful" else []
        raw = {**raw, "gold": {"types": types}}
    raw = {key: value for key, value in raw.items() if value is not None}
    raw["id"] = str(raw.get("id", ""))
    return msgspec.convert(raw, LabelledItem)
