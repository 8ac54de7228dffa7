"""Countries and months that a text speaks of, in the fifteen languages of the knowledge.

They tell look-alikes apart: the same step by two governments, one rate decision and the next. The words are
beginnings, so that endings and adjectives count too.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources
from typing import Final

from tocsin.classifier.fold import fold

_OPENING: Final = 700
MOST: Final = 8
"""Countries and months kept of a text."""

_WORD: Final = re.compile(r"[^\W_]+")
_ANYWHERE: Final = re.compile("[\u0600-\U0010ffff]")
"""Scripts in which words may begin after a letter."""
_START: Final = re.compile(f"(?<![^\\W_])[^\\W_]|(?<=[^\\W\\d_])(?={_ANYWHERE.pattern})[^\\W_]")
"""A letter or digit after none, or one of such a script."""
_MARKS: Final = "()[]«»„“”\"',:;!?…"
_CACHED: Final = 20_000


class _Beginnings:
    """Words by their beginnings. In scripts without spaces, and after Arabic's prefixes, a word begins anywhere."""

    def __init__(self, file: str) -> None:
        self._meanings: dict[str, str] = {}
        self.acronyms: dict[str, str] = {}
        for line in resources.files("tocsin.knowledge").joinpath(file).read_text("utf-8").splitlines():
            if line.startswith("#"):
                continue
            meaning, _, written = line.partition(": ")
            words, _, capitals = written.partition(" = ")
            self._meanings |= {fold(word.replace("_", " ")).text: meaning for word in words.split("|")}
            self.acronyms |= dict.fromkeys(filter(None, capitals.split("|")), meaning)
        self._lengths: dict[str, list[int]] = {}
        for word in sorted(self._meanings, key=len, reverse=True):
            lengths = self._lengths.setdefault(word[:2], [])
            if len(word) not in lengths:
                lengths.append(len(word))

    def find(self, text: str) -> Iterator[tuple[int, str]]:
        """Places and meanings in folded ``text``, the longest word at each place."""
        text += " "
        for start in (_START if _ANYWHERE.search(text) else _WORD).finditer(text):
            place = start.start()
            for length in self._lengths.get(text[place : place + 2], ()):
                meaning = self._meanings.get(text[place : place + length])
                if meaning:
                    yield place, meaning
                    break


_COUNTRIES: Final = _Beginnings("places.txt")
_MONTHS: Final = _Beginnings("months.txt")


def read_months(text: str) -> tuple[str, ...]:
    """The months that ``text`` names, 1 to 12, in order, each once."""
    return tuple(dict.fromkeys(month for _, month in _MONTHS.find(fold(text[:_OPENING]).text)))[:MOST]


def read_places(text: str) -> tuple[str, ...]:
    """ISO 3166 codes (and ``eu``) of the countries named in ``text``, in order, each once."""
    text = text[:_OPENING]
    found = dict(_COUNTRIES.find(fold(text).text))
    words = text.split()
    if any(map(_acronym, words)):
        position = 0
        for word in words:
            country = _acronym(word)
            position = text.find(word, position)
            if country:
                found.setdefault(position, country)
    return tuple(dict.fromkeys(found[place] for place in sorted(found)))[:MOST]


@lru_cache(_CACHED)
def _acronym(word: str) -> str | None:
    """The country whose acronym the word is, marks and endings apart."""
    plain = word.strip(_MARKS).removesuffix("'s").removesuffix("’s")
    acronyms = _COUNTRIES.acronyms
    return acronyms.get(plain) or acronyms.get(plain.rstrip(".")) or acronyms.get(plain.split("-")[0])
