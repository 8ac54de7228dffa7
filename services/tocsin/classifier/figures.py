"""Figures of a text in a form that is the same in all languages: "86万", "860,000" and "860 mil" are one number."""

import re
from functools import lru_cache
from typing import Final

from tocsin.classifier.digits import read_digits
from tocsin.classifier.scales import LONG_SCALE, SCALES
from tocsin.classifier.vocabulary import GAPS, Vocabulary

MOST: Final = 12
"""Figures kept of a text; the first ones tell the event."""
_READ: Final = 700
_NUMBER: Final = re.compile(r"(?<![\w.,])\d+(?:[.,'’\u00a0\u202f ]?\d+)*|(?<=[^\W\d_a-zA-Z])\d+(?:[.,]\d+)*")
_GROUPED: Final = re.compile(r"\d{1,3}(?:([.,'’\u00a0\u202f ])\d{3})(?:\1\d{3})*(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)?")
_scales: Final = Vocabulary(SCALES)
_SHARE: Final = re.compile(
    r"[ \u00a0\u202f-]?(?:%|％|percent|per cent|prozent|proc|pour cent|por ciento|por cento|per cento|процент|"
    r"パーセント|퍼센트|في المئة)|割"
)
_SHARE_BEFORE: Final = re.compile(r"(?:yüzde |%)\Z")
_YEARS: Final = range(1500, 2101)
_DAYS: Final = 31
_MOST_SCALES: Final = 2
_ROUNDING: Final = 0.05
_CACHED: Final = 10_000


def read_figures(text: str, language: str | None) -> tuple[float, ...]:
    """The figures of ``text`` in order, each once; without years and what may be the day of a date."""
    found: dict[float, None] = {}
    low = text[:_READ].lower()
    position = 0
    while len(found) < MOST:
        number = _NUMBER.search(low, position)
        if not number:
            break
        start = number.start()
        exact = _GROUPED.match(low, start, number.end())
        end = exact.end() if exact else number.end()
        position = max(end, start + 1)
        value = read_digits(low, start, end, language)
        if value is None:
            continue
        factor, after = _factor(low, end, language)
        share = _SHARE.match(low, end) or _SHARE_BEFORE.search(low, max(0, start - 8), start)
        if factor == 1.0 and value == int(value) and not share and (value in _YEARS or value <= _DAYS):
            continue
        rest, rest_end = _rest(low, after, factor, language) if after > end else (0.0, position)
        position = max(position, rest_end)
        found.setdefault(float(f"{value * factor + rest:.6g}"))
    return tuple(found)


def _factor(low: str, end: int, language: str | None) -> tuple[float, int]:
    """What the word after a number multiplies it by, and where that word ends."""
    factor = 1.0
    for _ in range(_MOST_SCALES):
        scale = _scales.match(low, end) or (_scales.match(low, end + 1) if low[end : end + 1] in GAPS else None)
        if not scale:
            break
        end, meaning = scale
        factor *= meaning.long if language in LONG_SCALE else meaning.factor
        if not meaning.han:
            break
    return factor, end


def _rest(low: str, start: int, above: float, language: str | None) -> tuple[float, int]:
    """The lower part of a number such as 39万4000, right behind its first scale, and where it ends."""
    number = _NUMBER.match(low, start)
    value = read_digits(low, start, number.end(), language) if number else None
    if number is None or value is None:
        return 0.0, start
    factor, end = _factor(low, number.end(), language)
    return (value * factor, end) if value * factor < above else (0.0, start)


@lru_cache(_CACHED)
def telling(value: float) -> float:
    """How much it says that two texts have this figure: 0–1, by its significant digits."""
    return min(1.0, (_significant(value) + (value >= 1000)) / 3)  # noqa: PLR2004 - "412" says it all


def alike(one: float, other: float) -> bool:
    """The same figure, one of them perhaps rounded: 151.2 is 151, but 1667 is not 1660, and 2.3 is not 2."""
    if one == other:
        return True
    if abs(one - other) > _ROUNDING * max(one, other):
        return False
    digits = min(_significant(one), _significant(other))
    return digits > 1 and f"{one:.{digits - 1}e}" == f"{other:.{digits - 1}e}"


@lru_cache(_CACHED)
def _significant(value: float) -> int:
    return len(f"{value:.6e}".split("e", maxsplit=1)[0].replace(".", "").rstrip("0"))
