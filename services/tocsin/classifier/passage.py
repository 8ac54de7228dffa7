"""A field of a text, read: its sentences and what was matched in it."""

from collections.abc import Sequence
from typing import NamedTuple

from tocsin.classifier.fold import Folded, fold
from tocsin.classifier.matcher import Matcher, part_of_word
from tocsin.classifier.rules import Rule
from tocsin.classifier.sentences import sentence_at, sentence_starts
from tocsin.domain.signal import Evidence, Field


class Hit(NamedTuple):
    """A stretch, in code points of the original field, and the rules that it satisfies."""

    start: int
    end: int
    sentence: int
    rules: tuple[Rule, ...]


class Passage(NamedTuple):
    """A field as far as it is read. ``headline`` is the number of the sentence that serves as title, or None."""

    field: Field
    text: str
    language: str | None
    starts: Sequence[int]
    headline: int | None
    hits: Sequence[Hit]
    folded: Folded

    def whole_words(self, start: int, end: int) -> tuple[int, int]:
        """The stretch, widened to the words that it is part of, in scripts that set words apart."""
        text = self.text
        while start > 0 and _joined(text[start - 1], text[start]):
            start -= 1
        while end < len(text) and _joined(text[end], text[end - 1]):
            end += 1
        return start, end

    def evidence(self, start: int, end: int, rule: str) -> Evidence:
        """The stretch as evidence for ``rule``."""
        return Evidence(field=self.field, start=start, end=end, text=self.text[start:end], rule=rule)


def _joined(outer: str, inner: str) -> bool:
    return part_of_word(outer) and part_of_word(inner)


def read(field: Field, text: str, language: str | None, matcher: Matcher[Rule], *, headline: bool = False) -> Passage:
    """Match ``text``. A title is one sentence; ``headline`` makes the first sentence of another field the title."""
    title = field == "title"
    starts = [0] if title else sentence_starts(text)
    folded = fold(text)
    hits = []
    for start, end, rules in matcher.find(folded.text, language):
        begin, stop = folded.span(start, end)
        hits.append(Hit(begin, stop, sentence_at(starts, begin), rules))
    return Passage(field, text, language, starts, 0 if title or headline else None, hits, folded)
