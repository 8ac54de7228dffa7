"""Texts that say almost the same in the same words: within the example bank, or between it and a test set."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from rensa import RMinHash

_PERMUTATIONS: Final = 96
_BANDS: Final = 24
_SHINGLE: Final = 4


class Pair(NamedTuple):
    """Two texts by id, with the estimated share of four-character shingles that they have in common."""

    first: str
    second: str
    similarity: float


def near_duplicates(texts: Mapping[str, str], least: float) -> Iterator[Pair]:
    """Pairs of ``texts`` (by id) that are at least ``least`` alike, each once.

    By MinHash with bands of four rows: a pair of half its shingles in common is met with 79 %, of two thirds with 99 %.
    """
    sketches = {id: _sketch(text) for id, text in texts.items()}
    rows = _PERMUTATIONS // _BANDS
    met: set[tuple[str, str]] = set()
    for band in range(_BANDS):
        buckets: dict[tuple[int, ...], list[str]] = defaultdict(list)
        for id, sketch in sketches.items():
            buckets[sketch[band * rows : (band + 1) * rows]].append(id)
        for ids in buckets.values():
            met |= {(a, b) for place, a in enumerate(ids) for b in ids[place + 1 :]}
    for a, b in sorted(met):
        alike = sum(x == y for x, y in zip(sketches[a], sketches[b], strict=True)) / _PERMUTATIONS
        if alike >= least:
            yield Pair(a, b, round(alike, 3))


def _sketch(text: str) -> tuple[int, ...]:
    folded = "".join(text.casefold().split())
    minhash = RMinHash(num_perm=_PERMUTATIONS, seed=7)
    minhash.update([folded[start : start + _SHINGLE] for start in range(max(1, len(folded) - _SHINGLE + 1))])
    return tuple(minhash.digest())
