"""Numbers written with digits, of any script, grouped and pointed in the way of each language."""

import re
from typing import Final

from tocsin.classifier.money import DECIMAL_COMMA

_MOST_DIGITS: Final = 15
_MOST_CHARACTERS: Final = 40
_THOUSANDS: Final = 3
_FRACTIONS: Final = {"½": 0.5, "¼": 0.25, "¾": 0.75}
_SLASHED: Final = {"1/2": 0.5, "1/4": 0.25, "3/4": 0.75}

FIRST: Final = re.compile("[0-9½¼¾０-９٠-٩۰-۹]")
"""What a number begins with."""
GROUPED: Final = re.compile(
    r"[13]/[24](?!\d)"
    r"|\d{1,2}(?:,\d{2}){1,4},\d{3}(?!\d)(?:\.\d+)?"
    r"|\d{1,3}(?:([.,'’\u00a0\u202f\u2009 ٬，])\d{3})(?:\1\d{3}){0,5}(?!\d)(?:[.,٫．]\d+)?"
    r"|\d+(?:[.,٫．]\d+)?[½¼¾]?|[½¼¾]"
)
"""One number. Bounded repetitions, so that a long table is not read again from each of its numbers."""
RANGE: Final = re.compile(
    r"\s?[-–—~〜～至到][$€£¥]?(?=\d)|\s[-–—]\s(?=\d)|에서\s?(?=\d)|から(?=\d)"
    r"|\s(?:to|bis|à|a|al|ad|até|tot|do|till|til|ile|до|إلى|and|und|et|y|och|en|i|и)\s[$€£¥]?(?=\d)"
)
"""What stands between the two ends of a range."""

_PLAIN: Final = str.maketrans({"，": ",", "．": ".", "٬": "'"})
_LONE_THOUSANDS: Final = re.compile(r"[ \u00a0](?:mill|mdd)")


def read_digits(low: str, start: int, end: int, language: str | None) -> float | None:
    """The number at ``low[start:end]``; None when it has too many digits to be an amount."""
    written = low[start:end]
    if len(written) <= _MOST_DIGITS and written.isdecimal():
        return float(written)
    written = written[:_MOST_CHARACTERS].translate(_PLAIN)
    if written in _SLASHED:
        return _SLASHED[written]
    digits = "".join(character for character in written if character.isdecimal() or character in ".,٫")
    if sum(character.isdecimal() for character in digits) > _MOST_DIGITS:
        return None
    decimal = _decimal(digits, language, millions=_LONE_THOUSANDS.match(low, end) is not None)
    plain = "".join(
        "." if character == decimal else character
        for character in digits
        if character.isdecimal() or character == decimal
    )
    return float(plain or 0) + _FRACTIONS.get(written[-1], 0.0)


def _decimal(digits: str, language: str | None, *, millions: bool) -> str:
    """The character that sets off the decimals in ``digits``, "" when there is none."""
    if "٫" in digits:
        return "٫"
    dot, comma = digits.rfind("."), digits.rfind(",")
    if dot < 0 and comma < 0:
        return ""
    if dot >= 0 and comma >= 0:
        return "." if dot > comma else ","
    mark = "." if dot >= 0 else ","
    whole, _, rest = digits.partition(mark)
    # Spain writes 1.250 millones, Mexico 1,250 millones, and neither three decimals of a million
    grouping = mark if language == "es" and millions else "." if language in DECIMAL_COMMA else ","
    thousands = len(rest) == _THOUSANDS and whole != "0" and len(whole) <= _THOUSANDS and mark == grouping
    return "" if digits.count(mark) > 1 or thousands else mark
