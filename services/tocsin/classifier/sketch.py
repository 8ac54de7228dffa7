"""MinHash of a text's words: near-copies have nearly the same one."""

import re
from typing import Final

import numpy as np
from rensa import RMinHash

from tocsin.classifier.fold import fold

_PERMUTATIONS: Final = 64
_BANDS: Final = 8
_ROWS: Final = 4
_READ: Final = 1_000
_WORD: Final = re.compile(r"[^\W_]+")
_UNSPACED: Final = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_SHINGLE: Final = 2
_LEAST: Final = 8
"""Shingles below which one changed word makes another text."""


def sketch(text: str) -> bytes:
    """64 times 16 bits; empty when the text is too short to have a copy."""
    plain = fold(text[:_READ]).text
    if _UNSPACED.search(plain):
        letters = "".join(_WORD.findall(plain))
        pieces = [letters[start : start + 3] for start in range(len(letters) - 2)]
    else:
        words = _WORD.findall(plain)
        pieces = [" ".join(words[start : start + _SHINGLE]) for start in range(len(words) - _SHINGLE + 1)]
    if len(pieces) < _LEAST:
        return b""
    minhash = RMinHash(num_perm=_PERMUTATIONS, seed=1)
    minhash.update(pieces)
    return (np.array(minhash.digest(), dtype=np.uint64) & 0xFFFF).astype("<u2").tobytes()


def resemblance(one: bytes, other: bytes) -> float:
    """The estimated share of word pairs in common, 0–1; 0 when either text was too short."""
    if not one or not other:
        return 0.0
    equal = np.frombuffer(one, dtype="<u2") == np.frombuffer(other, dtype="<u2")
    return float(np.count_nonzero(equal) / equal.size)


def bands(sketched: bytes) -> tuple[str, ...]:
    """Keys of which near-copies are likely to share one: nine times in ten when seven word pairs in ten are common."""
    size = 2 * _ROWS
    return tuple(f"{band}{sketched[band * size : (band + 1) * size].hex()}" for band in range(_BANDS) if sketched)
