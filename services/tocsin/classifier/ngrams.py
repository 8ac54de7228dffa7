"""Character n-grams as a sparse vector: what the text looks like, in any language, without a dictionary."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.classifier.passage import Passage

BUCKETS: Final = 1 << 16
SIZES: Final = (1, 2, 3, 4, 5, 6)
_SHORT: Final = 2
"""Up to this length only n-grams of scripts without spaces count: one Latin letter says nothing."""
_FIELD_WEIGHTS: Final = {"title": 1.5, "summary": 1.0, "content": 0.6}
READ: Final = 450
"""Code points of each field that are looked at. A longer text has every common n-gram, and the rare ones, which tell
something, get lost among them.
"""
_MULTIPLIER: Final = np.uint64(0x9E3779B97F4A7C15)
_SHIFT: Final = np.uint64(29)
_MASK: Final = np.uint64(BUCKETS - 1)
_UNSPACED: Final = 0x2E80


class NGrams(NamedTuple):
    """``buckets`` in ascending order, each once, with how much each counts."""

    buckets: NDArray[np.int32]
    values: NDArray[np.float32]


class Occurrences(NamedTuple):
    """Every n-gram of one field: its bucket and its place in the folded text."""

    buckets: NDArray[np.int32]
    starts: NDArray[np.int32]
    sizes: NDArray[np.int32]


def occurrences(folded: str) -> Occurrences:
    """The n-grams of a folded text; a space at either end marks where words begin and end."""
    codes = np.frombuffer(f" {folded} ".encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    # digits differ from report to report: any number is alike
    codes[(codes >= ord("0")) & (codes <= ord("9"))] = ord("0")
    buckets, starts, sizes = [], [], []
    hashed = np.zeros(codes.size, dtype=np.uint64)
    for size in SIZES:
        count = codes.size - size + 1
        if count <= 0:
            break
        # an n-gram's hash goes on from that of the one a character shorter
        hashed = (hashed[:count] ^ codes[size - 1 :]) * _MULTIPLIER
        hashed ^= hashed >> _SHIFT
        start = np.arange(count, dtype=np.int32)
        counted = hashed
        if size <= _SHORT:
            start = np.flatnonzero(codes[:count] >= _UNSPACED).astype(np.int32)
            counted = hashed[start]
        buckets.append((counted & _MASK).astype(np.int32))
        starts.append(start - 1)
        sizes.append(np.full(start.size, size, dtype=np.int32))
    if not buckets:
        return Occurrences(*(np.zeros(0, dtype=np.int32) for _ in range(3)))
    return Occurrences(np.concatenate(buckets), np.concatenate(starts), np.concatenate(sizes))


def count(passages: Sequence[Passage]) -> NGrams:
    """The n-grams of a text, each by the square root of how often it occurs; those of the title count more."""
    found, weights = [], []
    for passage in passages:
        buckets = occurrences(passage.folded.text[:READ]).buckets
        found.append(buckets)
        weights.append(np.full(buckets.size, _FIELD_WEIGHTS[passage.field], dtype=np.float32))
    if not found:
        return NGrams(np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32))
    # sorting them would cost more than passing over all buckets
    totals = np.bincount(np.concatenate(found), weights=np.concatenate(weights), minlength=1)
    buckets = np.flatnonzero(totals).astype(np.int32)
    return NGrams(buckets, np.sqrt(totals[buckets]).astype(np.float32))


def weighed(ngrams: NGrams, rarity: NDArray[np.float32]) -> NGrams:
    """``ngrams`` by how rare each is (one number a bucket), of Euclidean length one."""
    values = ngrams.values * rarity[ngrams.buckets]
    return NGrams(ngrams.buckets, values / (float(np.linalg.norm(values)) or 1.0))
