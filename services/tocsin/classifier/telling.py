"""Which words of a text made the model think of an event type."""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.classifier.model import Model
from tocsin.classifier.ngrams import occurrences
from tocsin.classifier.passage import Passage
from tocsin.domain.signal import Evidence

_WORD: Final = re.compile(r"[^\W_]+")
_UNSPACED: Final = re.compile("[\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff]")
_READ: Final = 600
_LONGEST: Final = 8
"""Characters of a stretch in a script without spaces."""
_SHARE: Final = 0.4
"""A word is told when it says at least this much of what the most telling one says."""


class _Word(NamedTuple):
    passage: Passage
    start: int
    end: int
    weight: float


def telling_words(model: Model, type: str, passages: Sequence[Passage], most: int) -> list[Evidence]:
    """Up to ``most`` words of title and summary that speak for ``type``, in the order of the text."""
    words = [word for passage in passages if passage.field != "content" for word in _words(model, type, passage)]
    words.sort(key=lambda word: -word.weight)
    if not words or words[0].weight <= 0:
        return []
    kept = [word for word in words[:most] if word.weight >= _SHARE * words[0].weight]
    order = {passage.field: number for number, passage in enumerate(passages)}
    kept.sort(key=lambda word: (order[word.passage.field], word.start))
    return [_evidence(word, f"model/{type}") for word in kept]


def _words(model: Model, type: str, passage: Passage) -> Iterator[_Word]:
    text = passage.folded.text[:_READ]
    score = _by_character(model, type, text)
    total = np.concatenate([[0.0], np.cumsum(score)])
    for match in _WORD.finditer(text):
        start, end = match.span()
        if not _UNSPACED.search(match.group()):
            if end - start > 2:  # noqa: PLR2004 - shorter words tell a reader nothing
                yield _Word(passage, start, end, float(total[end] - total[start]))
            continue
        run = start
        for place in range(start, end + 1):
            if place == end or score[place] <= 0 or place - run == _LONGEST:
                if place - run > 1:
                    yield _Word(passage, run, place, float(total[place] - total[run]))
                run = place + 1 if place < end and score[place] <= 0 else place


def _by_character(model: Model, type: str, text: str) -> NDArray[np.float64]:
    """Character → what the n-grams that it is part of say, each shared out among its characters."""
    found = occurrences(text)
    weights = model.ngram_weights(type, found.buckets) / np.maximum(found.sizes, 1)
    # each n-gram adds to a stretch: what begins and what ends at each place, summed up
    places = len(text) + 1
    begins = np.bincount(np.clip(found.starts, 0, places), weights, places + 1)
    ends = np.bincount(np.clip(found.starts + found.sizes, 0, places), weights, places + 1)
    score: NDArray[np.float64] = np.cumsum(begins - ends)
    return score


def _evidence(word: _Word, rule: str) -> Evidence:
    start, end = word.passage.folded.span(word.start, word.end)
    return word.passage.evidence(start, end, rule)
