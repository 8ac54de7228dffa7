"""A field of a text, read: its sentences and what was matched in it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from tocsin.classifier.fold import Folded, fold
from tocsin.classifier.matcher import Matcher, part_of_word
from tocsin.classifier.rules import Rule
from tocsin.classifier.sentences import sentence_at, sentence_starts
from tocsin.domain.signal import Evidence, Field

R = TypeVar("R", bound=Rule)


class Hit(NamedTuple):
    """A stretch, in code points of the original field, and the rules that it satisfies."""

    start: int
    end: int
    sentence: int
    rules: tuple[Rule, ...]


class Passage(NamedTuple):
    """A field as far as it is read. ``headline`` is the number of the sentence that serves as title, or None.

    ``by_kind`` has the rules of ``hits`` sorted out, since each judgement asks for one kind of them.
    """

    field: Field
    text: str
    language: str | None
    starts: Sequence[int]
    headline: int | None
    hits: Sequence[Hit]
    folded: Folded
    by_kind: Mapping[type[Any], Sequence[tuple[Hit, Any]]]

    def ruled(self, kind: type[R]) -> Sequence[tuple[Hit, R]]:
        """The rules of ``kind`` with their hits, in the order of the hits."""
        return self.by_kind.get(kind, ())

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
    by_kind: dict[type[Any], list[tuple[Hit, Any]]] = defaultdict(list)
    for start, end, rules in matcher.find(folded.text, language):
        begin, stop = folded.span(start, end)
        hit = Hit(begin, stop, sentence_at(starts, begin), rules)
        hits.append(hit)
        for rule in rules:
            by_kind[type(rule)].append((hit, rule))
    return Passage(field, text, language, starts, 0 if title or headline else None, hits, folded, by_kind)
