"""Numbers written as words: three billion, ein halber Punkt, полмиллиарда, 五十五亿."""

import re
from functools import cache
from typing import Final

from tocsin.classifier.number_words import FRACTIONS, LARGER, UP_TO_TWELVE
from tocsin.classifier.vocabulary import GAPS

_UNSPACED: Final = frozenset({"zh", "ja", "ko"})

_HAN_DIGITS: Final = {character: value for value, characters in enumerate(
    ["〇零", "一일", "二两兩이", "三삼", "四사", "五오", "六육", "七칠", "八팔", "九구"]
) for character in characters}  # fmt: skip
_HAN_TENS: Final = {"十": 10, "百": 100, "千": 1000, "십": 10, "백": 100, "천": 1000}
_NUMERAL: Final = "[〇零一二两兩三四五六七八九十百千点點]"
HAN: Final = re.compile(f"{_NUMERAL}+")
# looks back from behind the first numeral: an expression that begins with a set is searched for much faster
HAN_COUNTING: Final = re.compile(
    rf"{_NUMERAL}(?<![数數几幾多上\d].)(?:(?<=百分之.){_NUMERAL}*|{_NUMERAL}*(?=[万萬亿億兆个個成割多余餘]))"
)
"""Chinese numerals where they may count money or percent. Those after 几 and the like are a guess, not a number."""
HANGUL_COUNTING: Final = re.compile("(?<![가-힣])[일이삼사오육칠팔구십백천]+(?=[조억만])")
_MOST_HAN: Final = 12


def read_han(written: str) -> float | None:
    """The number that Chinese numerals, or Korean ones, write: 五十五, 二〇二四, 零点五. None when it is none."""
    if len(written) > _MOST_HAN:
        return None
    whole, _, rest = written.replace("點", "点").partition("点")
    if "点" in rest or not whole or ("点" in written.replace("點", "点") and not rest):
        return None
    decimals = [_HAN_DIGITS.get(character) for character in rest]
    digits = [_HAN_DIGITS.get(character) for character in whole]
    fraction = "".join(map(str, decimals))
    if None in decimals:
        return None
    if None not in digits:
        return float(f"{''.join(map(str, digits))}.{fraction}")
    total, digit = 0, None
    for character in whole:
        ten = _HAN_TENS.get(character)
        if ten:
            total += (1 if digit is None else digit) * ten
            digit = None
        elif digit:
            return None  # 二三十 is no number, but "twenty or thirty"
        else:
            digit = _HAN_DIGITS[character]
    return float(f"{total + (digit or 0)}.{fraction}")


@cache
def words(language: str) -> dict[str, float]:
    """The words for numbers in ``language``; small letters, ``_`` for a space or hyphen."""
    known: dict[str, float] = {}
    for value, group in enumerate(UP_TO_TWELVE.get(language, "").split(), start=1):
        known |= dict.fromkeys(group.split("/"), float(value))
    for listed in (LARGER.get(language, {}), FRACTIONS.get(language, {})):
        for number, group in listed.items():
            known |= dict.fromkeys(group.split(), float(number))
    return known


def _either(known: dict[str, float]) -> str:
    return "|".join(f"[{GAPS}]".join(map(re.escape, word.split("_"))) for word in sorted(known, key=len, reverse=True))


@cache
def after(language: str) -> re.Pattern[str]:
    """The expression for one or two number words."""
    either = _either(words(language))
    return re.compile(rf"(?:{either})(?:[{GAPS}](?:{either}))?(?!\w)")


@cache
def before(language: str) -> tuple[re.Pattern[str], dict[str, float]] | None:
    """The expression for up to three number words at the end of a stretch, and what each of them says."""
    known = words(language)
    if not known:
        return None
    either = _either(known)
    left = "" if language in _UNSPACED else r"(?<![\w-])"
    link = "" if language in _UNSPACED else rf"(?:[{GAPS}](?:of an?|an?|de|di|d['’]))?"
    expression = re.compile(rf"{left}(?P<number>(?:{either})(?:[{GAPS}](?:{either})){{0,2}}){link}[{GAPS}]?\Z")
    return expression, known


def read_words(written: str, known: dict[str, float]) -> float | None:
    """The number that ``written`` says: a word of ``known``, or some that add up, such as two hundred."""
    joined = "".join("_" if character in GAPS else character for character in written)
    if joined in known:
        return known[joined]
    total = 0.0
    for word in joined.split("_"):
        value = known.get(word)
        if value is None:
            return None
        if value == 100 and 0 < total < 10:  # noqa: PLR2004
            total *= value
        elif total == 0 or (total % 10 == 0 and total >= 20 and value < 10) or (total % 100 == 0 and value < 100):  # noqa: PLR2004
            total += value
        else:
            return None
    return total
