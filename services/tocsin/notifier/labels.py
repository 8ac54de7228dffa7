"""The words an alert is written with, by language: read from ``phrases/<language>.yaml``."""

from functools import cache
from importlib.resources import files
from typing import Final

import msgspec
import yaml
from msgspec import Struct

LANGUAGES: Final = ("en", "de", "es", "fr", "ja", "pt", "zh")
"""What alerts can be written in."""


class Units(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Abbreviations of units of time."""

    day: str
    hour: str
    minute: str
    second: str


class Labels(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One language. ``events`` names event types in a word or three; ``quotes`` opens and closes a quotation.

    ``same_day`` and ``other_day`` are strftime patterns for a time in UTC. ``words`` are what templates use, by name;
    some have places for values in braces.
    """

    quotes: tuple[str, str]
    units: Units
    same_day: str
    other_day: str
    words: dict[str, str]
    events: dict[str, str]

    def event(self, type: str) -> str:
        """The name of an event type; for one that has no name here, its id made readable."""
        return self.events.get(type) or type.rpartition(".")[2].replace("-", " ").capitalize()


@cache
def labels(language: str) -> Labels:
    """The words of one of LANGUAGES."""
    text = files("tocsin.notifier").joinpath("phrases", f"{language}.yaml").read_text("utf-8")
    return msgspec.convert(yaml.safe_load(text), Labels)


def choose(language: str) -> str:
    """The language to write in for a subscriber who asks for ``language`` (BCP 47): that one, or else English."""
    primary = language.replace("_", "-").partition("-")[0].lower()
    return primary if primary in LANGUAGES else "en"
