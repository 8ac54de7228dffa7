"""A field of a text, read: its sentences and what was matched in it."""

from collections.abc import Sequence
from typing import NamedTuple

from tocsin.classifier.fold import fold
from tocsin.classifier.matcher import Matcher
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

    def evidence(self, start: int, end: int, rule: str) -> Evidence:
        """The stretch as evidence for ``rule``."""
        return Evidence(field=self.field, start=start, end=end, text=self.text[start:end], rule=rule)


def read(field: Field, text: str, language: str | None, matcher: Matcher[Rule], *, headline: bool = False) -> Passage:
    """Match ``text``. A title is one sentence; ``headline`` makes the first sentence of another field the title."""
    title = field == "title"
    starts = [0] if title else sentence_starts(text)
    folded = fold(text)
    hits = []
    for start, end, rules in matcher.find(folded.text, language):
        begin, stop = folded.span(start, end)
        hits.append(Hit(begin, stop, sentence_at(starts, begin), rules))
    return Passage(field, text, language, starts, 0 if title or headline else None, hits)
