"""Sums of money and percentages, as the press of each language writes them."""

import re
from typing import Final

from tocsin.classifier.money import (
    CODES,
    DECIMAL_COMMA,
    HOMONYMS,
    LONG_SCALE,
    PERCENTS,
    POINTS,
    PREFIXES,
    ROUGHLY,
    SCALES,
    UNITS,
)
from tocsin.domain.signal import Amount, Field

MOST: Final = 50
"""Amounts read from one field; what has more is a table."""
_MOST_DIGITS: Final = 15
_LONGEST_PREFIX: Final = 6


def _either(words: list[str]) -> str:
    """An alternation, the longest first; a word that ends in a letter of a spaced script must end there."""
    parts = []
    for word in sorted(words, key=len, reverse=True):
        spaced = word[-1].lower() != word[-1].upper() or "\u0600" <= word[-1] < "\u0700"
        parts.append(re.escape(word) + (r"(?![^\W\d_])" if spaced else ""))
    return "|".join(parts)


_GAP: Final = r"[ \u00a0\u202f-]?"
_NUMBER: Final = re.compile(r"(?<![\w.,])\d+(?:[.,'’\u00a0\u202f ]\d+)*|(?<=[^\W\d_a-zA-Z])\d+(?:[.,]\d+)*")
_GROUPED: Final = re.compile(r"\d{1,3}(?:([.,'’\u00a0\u202f ])\d{3})(?:\1\d{3})*(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)?")
_AFTER: Final = re.compile(
    rf"(?:{_GAP}(?P<scale>{_either(list(SCALES))}))?"
    rf"(?:{_GAP}(?:de |d['’]|di |of )?(?P<unit>{_either([*UNITS, *PERCENTS, *POINTS])}))?",
    re.IGNORECASE,
)
_BEFORE: Final = re.compile(
    rf"(?P<unit>(?<![^\W_])(?:{'|'.join(re.escape(word) for word in sorted(PREFIXES, key=len, reverse=True))}))"
    r"[ \u00a0\u202f]?\Z",
    re.IGNORECASE,
)


def read_amounts(field: Field, text: str, language: str | None) -> list[Amount]:
    """The amounts of ``text`` in order, at most MOST. Numbers without currency or percent are none."""
    found: list[Amount] = []
    position = 0
    while len(found) < MOST:
        number = _NUMBER.search(text, position)
        if not number:
            break
        exact = _GROUPED.match(text, number.start(), number.end())
        end = exact.end() if exact else number.end()
        amount = _amount(field, text, number.start(), end, language)
        if amount:
            found.append(amount)
        position = max(end, amount.end if amount else 0)
    return found


def rough_dollars(amount: Amount) -> float:
    """The order of magnitude in US dollars: good for "how big", never for arithmetic. 0 for percentages."""
    return amount.value * ROUGHLY.get(amount.currency or "", 0.0)


def _amount(field: Field, text: str, start: int, end: int, language: str | None) -> Amount | None:
    value = _value(text[start:end], language)
    if value is None:
        return None
    after = _AFTER.match(text, end)
    assert after  # both parts are optional
    scale, written, stop = _plain(after["scale"]), after["unit"], after.end()
    if not written:
        before = _BEFORE.search(text, max(0, start - _LONGEST_PREFIX), start)
        if not before:
            return None
        written, start = before["unit"], before.start()
    unit = _plain(written)
    if not written.isupper() and (unit in CODES or (unit in HOMONYMS and not scale)):
        return None
    span = (start, stop)
    if unit in POINTS:
        return _make(field, text, span, value / 100, None)
    if unit in PERCENTS:
        return None if scale else _make(field, text, span, value, None)
    factor = 1e12 if scale == "billion" and language in LONG_SCALE else SCALES.get(scale, 1.0)
    currency = "CNY" if unit == "¥" and language == "zh" else UNITS.get(unit)
    return _make(field, text, span, value * factor, currency) if currency else None


def _plain(word: str | None) -> str:
    # Turkish capitals too: İ has no single small letter
    return (word or "").replace("İ", "i").casefold()


def _make(field: Field, text: str, span: tuple[int, int], value: float, currency: str | None) -> Amount:
    start, end = span
    return Amount(
        value=float(f"{value:.12g}"),  # 5.5 × 1e9 without the noise of binary fractions
        text=text[start:end],
        field=field,
        start=start,
        end=end,
        currency=currency,
        unit=None if currency else "%",
    )


def _value(written: str, language: str | None) -> float | None:
    digits = re.sub(r"[^\d.,]", "", written)
    if sum(character.isdigit() for character in digits) > _MOST_DIGITS:
        return None
    dot, comma = digits.rfind("."), digits.rfind(",")
    if dot >= 0 and comma >= 0:
        decimal = "." if dot > comma else ","
    else:
        mark = "." if dot >= 0 else ","
        whole, _, rest = digits.partition(mark)
        grouping = "." if language in DECIMAL_COMMA else ","
        thousands = len(rest) == 3 and whole != "0" and len(whole) <= 3 and mark == grouping  # noqa: PLR2004
        decimal = "" if digits.count(mark) > 1 or thousands else mark
    plain = "".join(
        "." if character == decimal else character
        for character in digits
        if character.isdigit() or character == decimal
    )
    try:
        return float(plain)
    except ValueError:
        return None
