"""All patterns of all languages in one Aho-Corasick automaton."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from itertools import product
from typing import Final, Generic, NamedTuple, TypeVar

from ahocorasick_rs import AhoCorasick

from tocsin.classifier.fold import fold_text
from tocsin.knowledge import pattern

R = TypeVar("R")

# scripts written without spaces, and Hangul, where particles follow the word without one
_UNSPACED: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)
_UMLAUTS: Final = {"ä": "ae", "ö": "oe", "ü": "ue"}
_MOST_UMLAUTS: Final = 4
"""Of a pattern with more, only the spellings that treat all of them alike are looked for."""
# "aue", "eue" and "que" are no spelling of ü: Frauen, neue, Quelle
_DIGRAPH: Final = re.compile(r"(?<![aeiouq])([aou])e(?![aeiou])")


class Entry(NamedTuple, Generic[R]):
    """A pattern with the language it counts in (None: all) and what it stands for."""

    written: str
    language: str | None
    rule: R


class Match(NamedTuple, Generic[R]):
    """A stretch of the folded text and the rules that it satisfies."""

    start: int
    end: int
    rules: tuple[R, ...]


class _Bound(NamedTuple, Generic[R]):
    left: bool
    right: bool
    rules: tuple[R, ...]


def part_of_word(character: str) -> bool:
    """Whether a word goes on with this character, in a script that sets words apart."""
    if character.isascii():
        return character.isalnum() or character == "_"
    return character.isalnum() and not _UNSPACED.match(character)


class _PartsOfWords(dict[str, bool]):
    """``part_of_word`` of the characters met so far: it is asked about every match there is."""

    def __missing__(self, character: str) -> bool:
        self[character] = known = part_of_word(character)
        return known


_goes_on: Final = _PartsOfWords()


def spellings(written: str, language: str | None) -> set[str]:
    """Folded spellings of a literal: German ä, ö, ü also as ae, oe, ue, and the other way round in German patterns."""
    composed = unicodedata.normalize("NFC", written).casefold()
    choices = [(character, _UMLAUTS.get(character, character)) for character in composed]
    if sum(plain != digraph for plain, digraph in choices) <= _MOST_UMLAUTS:
        folded = {fold_text("".join(choice)) for choice in product(*map(dict.fromkeys, choices))}
    else:
        folded = {fold_text("".join(choice)) for choice in zip(*choices, strict=True)}
    if language == "de":
        folded.add(fold_text(_DIGRAPH.sub(r"\1", composed)))
    return folded - {""}


class Matcher(Generic[R]):
    """Finds patterns in folded text in time linear in its length, however many patterns there are. Thread-safe."""

    def __init__(self, entries: Iterable[Entry[R]]) -> None:
        self._languages: set[str] = set()
        by_literal: dict[str, list[tuple[str | None, bool, bool, R]]] = defaultdict(list)
        for written, language, rule in entries:
            literal, open_left, open_right = pattern.parse(written)
            if language:
                self._languages.add(language)
            for folded in spellings(literal, language):
                left = not open_left and part_of_word(folded[0])
                right = not open_right and part_of_word(folded[-1])
                by_literal[folded].append((language, left, right, rule))
        self._automaton = AhoCorasick(list(by_literal)) if by_literal else None
        self._entries = list(by_literal.values())
        self._rows: dict[str | None, list[tuple[_Bound[R], ...]]] = {}

    def find(self, folded: str, language: str | None) -> list[Match[R]]:
        """Every match, overlapping ones too, of patterns for ``language``; of all languages when it is None."""
        if not self._automaton or not folded:
            return []
        row = self._row(language)
        found = []
        last = len(folded)
        for number, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True):
            for left, right, rules in row[number]:
                if left and start and _goes_on[folded[start - 1]]:
                    continue
                if right and end < last and _goes_on[folded[end]]:
                    continue
                found.append(Match(start, end, rules))
        return found

    def _row(self, language: str | None) -> list[tuple[_Bound[R], ...]]:
        # a language without a lexicon shares one row, so that odd language tags cannot fill the memory
        key = language if language is None or language in self._languages else ""
        row = self._rows.get(key)
        if row is None:
            row = self._rows[key] = [self._bounds(entries, key) for entries in self._entries]
        return row

    @staticmethod
    def _bounds(entries: list[tuple[str | None, bool, bool, R]], language: str | None) -> tuple[_Bound[R], ...]:
        grouped: dict[tuple[bool, bool], list[R]] = defaultdict(list)
        for of, left, right, rule in entries:
            if language is None or of is None or of == language:
                grouped[left, right].append(rule)
        return tuple(_Bound(left, right, tuple(rules)) for (left, right), rules in grouped.items())
