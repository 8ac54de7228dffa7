"""Recent texts: an exact copy has the verdict of the original, a near copy its meaning, which is what costs."""

import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from typing import Final, Generic, NamedTuple, TypeVar

from msgspec import Struct, structs
from rensa import RMinHash

from tocsin.classifier.model import Array

V = TypeVar("V")

_MOST: Final = 4_096
_PERMUTATIONS: Final = 64
_BANDS: Final = 8
_NEAR: Final = 0.85
"""Estimated share of common shingles from which a text is a near copy."""
_SHINGLE: Final = 4
_LEAST_LENGTH: Final = 120
"""Code points below which one changed word makes another text."""
_DIGITS: Final = re.compile(r"\d+")


class _Remembered(NamedTuple):
    vector: Array
    numbers: tuple[str, ...]
    opening: str
    sketch: tuple[int, ...]


class CopyMemory:
    """Remembers the vectors of the last few thousand texts. Thread-safe.

    An exact copy gets the vector of the original. So does a near copy, when it begins alike, has the same numbers and
    differs in few places; what those places say is still told by n-grams and lexicon, which see every text.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._exact: OrderedDict[bytes, _Remembered] = OrderedDict()
        self._bands: dict[tuple[int, tuple[int, ...]], bytes] = {}

    def vector(self, text: str, compute: Callable[[], Array]) -> Array:
        """The vector of ``text``, computed when no copy of it is known."""
        key = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).digest()
        with self._lock:
            known = self._exact.get(key)
        if known is not None:
            return known.vector
        sketch = _sketch(text)
        numbers = tuple(_DIGITS.findall(text))
        opening = text[:12].casefold()
        near = self._near(sketch, numbers, opening)
        vector = near.vector if near else compute()
        self._remember(key, _Remembered(vector, numbers, opening, sketch))
        return vector

    def _near(self, sketch: tuple[int, ...], numbers: tuple[str, ...], opening: str) -> _Remembered | None:
        with self._lock:
            keys = [key for band in _bands(sketch) if (key := self._bands.get(band)) is not None]
            candidates = [self._exact[key] for key in dict.fromkeys(keys) if key in self._exact]
        for candidate in candidates:
            alike = sum(a == b for a, b in zip(sketch, candidate.sketch, strict=True)) / _PERMUTATIONS
            if alike >= _NEAR and candidate.numbers == numbers and candidate.opening == opening:
                return candidate
        return None

    def _remember(self, key: bytes, remembered: _Remembered) -> None:
        with self._lock:
            self._exact[key] = remembered
            for band in _bands(remembered.sketch):
                self._bands[band] = key
            while len(self._exact) > _MOST:
                old, dropped = self._exact.popitem(last=False)
                for band in _bands(dropped.sketch):
                    if self._bands.get(band) == old:
                        del self._bands[band]


class VerdictMemory(Generic[V]):
    """What was made of the last few thousand texts, for exact copies. Thread-safe.

    A key is any frozen struct of texts; only its digest is kept.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[bytes, V] = OrderedDict()

    def get(self, text: Struct) -> V | None:
        """What is known of the very same text."""
        with self._lock:
            return self._known.get(_digest(text))

    def put(self, text: Struct, value: V) -> None:
        """Remember it, and forget the oldest when there are too many."""
        with self._lock:
            self._known[_digest(text)] = value
            if len(self._known) > _MOST:
                self._known.popitem(last=False)


def _digest(text: Struct) -> bytes:
    # surrogates have no UTF-8, so not by way of JSON
    parts = "\x1f".join(map(str, structs.astuple(text)))
    return blake2b(parts.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _sketch(text: str) -> tuple[int, ...]:
    if len(text) < _LEAST_LENGTH:
        return ()
    folded = text.casefold()
    minhash = RMinHash(num_perm=_PERMUTATIONS, seed=1)
    minhash.update([folded[start : start + _SHINGLE] for start in range(len(folded) - _SHINGLE + 1)])
    return tuple(minhash.digest())


def _bands(sketch: tuple[int, ...]) -> list[tuple[int, tuple[int, ...]]]:
    rows = _PERMUTATIONS // _BANDS
    return [(band, sketch[band * rows : (band + 1) * rows]) for band in range(_BANDS)] if sketch else []
