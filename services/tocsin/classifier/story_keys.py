"""Where to look for an article's story: keys that reports of one event are likely to share.

A key proves nothing: it only brings two reports together, which are then compared.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np

from tocsin.classifier.figures import telling
from tocsin.classifier.model import Array
from tocsin.classifier.sketch import bands
from tocsin.domain.story import Traits

_TABLES: Final = 20
_BITS: Final = 7
_MOST_COMPANIES: Final = 3
_MOST_TYPES: Final = 3
_MOST_NAMES: Final = 8
_MOST_FIGURES: Final = 5
_MOST_PLACES: Final = 2
_TELLING: Final = 0.6
_SEED: Final = 5
_LIKELY: Final = 0.5
"""Probability from which an article is taken for a report of its first type."""
_NAMES: Final = tuple(tuple(f"v{table:x}{number:03x}" for number in range(1 << _BITS)) for table in range(_TABLES))

MOST_KEYS: Final = 64
"""Of one article; typically 40."""


class StoryKeys:
    """Makes the keys of articles. The same article has the same ones everywhere. Thread-safe."""

    def __init__(self) -> None:
        self._planes: dict[int, Array] = {}

    def of(self, traits: Traits, meaning: Array) -> tuple[str, ...]:
        """The keys, each once. ``meaning`` is the embedding without its language's fixed mean."""
        found = [*self._near(meaning), *_said(traits)]
        return tuple(dict.fromkeys(found))[:MOST_KEYS]

    def _near(self, meaning: Array) -> Iterator[str]:
        """Which side of random planes a text is on: near texts are on the same side of most."""
        if not meaning.size or not meaning.any():
            return
        planes = self._planes.get(meaning.size)
        if planes is None:
            random = np.random.default_rng(_SEED)
            planes = random.standard_normal((_TABLES * _BITS, meaning.size)).astype(np.float32)
            self._planes[meaning.size] = planes
        sides = (planes @ meaning > 0).reshape(_TABLES, _BITS)
        numbers = np.packbits(sides, axis=1, bitorder="little").ravel().tolist()
        yield from (names[number] for names, number in zip(_NAMES, numbers, strict=True))


def _said(traits: Traits) -> Iterator[str]:
    yield from (f"c{band}" for band in bands(traits.sketch))
    companies = traits.subjects[:_MOST_COMPANIES] or traits.companies[:1]
    types = [type for type, _ in traits.types[:_MOST_TYPES]]
    for company in companies:
        yield f"o{company}"
        yield from (f"o{company}|{type}" for type in types)
    for place in traits.places[:_MOST_PLACES]:
        yield from (f"p{place}|{type}" for type in types[:2])
    if traits.types and traits.types[0][1] >= _LIKELY:
        yield f"t{types[0]}"
    else:
        yield from (f"p{place}" for place in traits.places[:_MOST_PLACES])
    figures = [number for number in traits.numbers if telling(float(number)) >= _TELLING]
    yield from (f"n{float(number):.1e}" for number in figures[:_MOST_FIGURES])
    products = [name for name in traits.names if name.startswith("#")]
    others = [name for name in traits.names if not name.startswith("#")]
    yield from (f"w{name}" for name in (products + others)[:_MOST_NAMES])
