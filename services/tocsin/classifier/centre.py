"""The middle of the stream, language by language: what all its texts have in common says nothing about one of them.

An embedder puts texts of one language near each other whatever they say. Taking the language's mean away makes two
reports of one event in two languages nearer than two events in one language.
"""

import threading
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Final

import numpy as np

from tocsin.classifier.model import Array
from tocsin.classifier.quantised import unpack
from tocsin.domain.story import Traits

_PRIOR: Final = 50.0
"""Texts that the mean known beforehand counts for."""
_GUESS: Final = 10.0
"""Texts that the mean of all languages counts for in one that is not known beforehand."""
_MEMORY: Final = 2_000.0
"""Texts after which older ones begin to count less."""


class Centre:
    """Means by language, known beforehand (``means``; ``mean`` for other languages) and learnt on. Thread-safe."""

    def __init__(self, means: Mapping[str, Array], mean: Array) -> None:
        self._lock = threading.Lock()
        self._means = dict(means)
        self._mean = mean
        self._now: dict[str, tuple[float, Array]] = {}

    def see(self, vector: Array, language: str) -> None:
        """Count a text of the stream. What differs from the embedder's width is passed over."""
        if not vector.size:
            return
        with self._lock:
            weight, mean = self._now.get(language) or self._before(vector, language)
            weight = min(weight, _MEMORY) + 1
            self._now[language] = weight, mean + (vector - mean) / weight

    def fixed(self, vector: Array, language: str) -> Array:
        """``vector`` without its language's mean, as it was known beforehand: the same in every replica."""
        return vector - self._known(vector, language) if vector.size else vector

    def cosines(self, one: Traits, others: Sequence[Traits]) -> list[float]:
        """How near in meaning ``one`` is to each of ``others``, by the means as they are now; 0 without embedding."""
        found = [0.0] * len(others)
        comparable = [
            place for place, other in enumerate(others) if other.vector and len(other.vector) == len(one.vector)
        ]
        if not one.vector or not comparable:
            return found
        traits = [one, *(others[place] for place in comparable)]
        vectors = unpack([each.vector for each in traits])
        languages = {language: row for row, language in enumerate(dict.fromkeys(each.language for each in traits))}
        means = np.array([self._mean_of(language, vectors[0]) for language in languages])
        vectors -= means[[languages[each.language] for each in traits]]
        lengths = np.maximum(np.sqrt(np.einsum("ij,ij->i", vectors, vectors)), 1e-9)
        cosines = vectors[1:] @ vectors[0] / (lengths[1:] * lengths[0])
        for place, cosine in zip(comparable, cosines.tolist(), strict=True):
            found[place] = cosine
        return found

    def _mean_of(self, language: str, like: Array) -> Array:
        known = self._now.get(language)
        return known[1] if known and known[1].size == like.size else self._known(like, language)

    def _before(self, vector: Array, language: str) -> tuple[float, Array]:
        return _PRIOR if language in self._means else _GUESS, self._known(vector, language)

    def _known(self, vector: Array, language: str) -> Array:
        mean = self._means.get(language, self._mean)
        return mean if mean.size == vector.size else np.zeros_like(vector)


def builtin_centre(embedder: str) -> Centre:
    """The means of the example bank in the languages of the knowledge; nothing for an embedder that none came with."""
    file = resources.files("tocsin.knowledge") / "models" / f"{embedder}.means.npz"
    nothing = np.zeros(0, dtype=np.float32)
    if not file.is_file():
        return Centre({}, nothing)
    with file.open("rb") as stream, np.load(stream) as arrays:
        means = {language: arrays[language].astype(np.float32) for language in arrays.files}
    return Centre(means, means.pop("", nothing))
