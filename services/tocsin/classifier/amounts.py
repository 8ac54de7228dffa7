"""Sums of money and percentages, as the press of each language writes them."""

import re
from itertools import islice
from typing import Final

from tocsin.classifier import numerals
from tocsin.classifier.digits import GROUPED, RANGE, read_digits
from tocsin.classifier.money import (
    AT_HOME,
    LOCAL,
    PERCENT_BEFORE,
    PREFIXES,
    RATE_WORDS,
    ROUGHLY,
    UNITS,
    UNKNOWN,
    Unit,
)
from tocsin.classifier.numbers import Number, find_numbers, find_prefix
from tocsin.classifier.scales import AND_A_HALF, LONG_SCALE, SCALES
from tocsin.classifier.vocabulary import GAPS, SPACES, Vocabulary
from tocsin.domain.signal import Amount, Field

MOST: Final = 50
"""Amounts read from one field; what has more is a table."""
_MOST_TRIED: Final = 1_000
"""Numbers looked at in one field, for the same reason."""
_MOST_SCALES: Final = 5
_RATE_REACH: Final = 80
_MOST_BARE_POINTS: Final = 10
_COMMON_STEPS: Final = (25, 50, 75)

_units: Final = Vocabulary(UNITS)
_scales: Final = Vocabulary(SCALES)
_halves: Final = Vocabulary(dict.fromkeys(AND_A_HALF.split(), 0.5))
_LINK: Final = re.compile(rf"[{GAPS}]?(?:(?:of an?|of|de|di|en|in) |d['’])?")
_rates: Final = re.compile(RATE_WORDS)
_OF_HAN: Final = "多余餘여"


def read_amounts(field: Field, text: str, language: str | None) -> list[Amount]:
    """The amounts of ``text`` in order, at most MOST. Numbers without currency or percent are none.

    Of a range (2 to 3 billion euros) the larger end counts. Percentage points, and basis points as hundredths of
    them, have the unit ``%`` and are marked as ``points``.
    """
    # İ is the one capital with a small form of another length
    low = text.replace("İ", "i").lower()
    reader = _Reader(field, text, low, language)
    found: list[Amount] = []
    done = 0
    for number in islice(find_numbers(low, language), _MOST_TRIED):
        if number.start < done:
            continue
        amount = reader.read(number, done)
        if amount:
            found.append(amount)
            done = amount.end
            if len(found) == MOST:
                break
        elif number.how == "words":
            done = number.end
    return found


def rough_dollars(amount: Amount) -> float:
    """The order of magnitude in US dollars: good for "how big", never for arithmetic. 0 for percentages."""
    return amount.value * ROUGHLY.get(amount.currency or "", 0.0)


def _past(low: str, place: int, characters: str) -> int:
    """``place``, or the next one when one of ``characters`` stands there."""
    return place + 1 if place < len(low) and low[place] in characters else place


class _Reader:
    """Reads the amounts of one field. ``low`` is ``text`` in small letters."""

    def __init__(self, field: Field, text: str, low: str, language: str | None) -> None:
        self._field = field
        self._text = text
        self._low = low
        self._language = language

    def read(self, number: Number, floor: int) -> Amount | None:
        """The amount that ``number`` is part of; it does not reach back over ``floor``."""
        value = (
            read_digits(self._low, number.start, number.end, self._language) if number.value is None else number.value
        )
        if value is None:
            return None
        start, end = number.start, number.end
        if number.how == "digits" and (far := self._range(end, value)):
            ranged = self._amount(Number(start, far[0], far[1], "range"), far[1], floor)
            if ranged:
                return ranged
        return self._amount(Number(start, end, value, number.how), value, floor)

    def _range(self, end: int, value: float) -> tuple[int, float] | None:
        link = RANGE.match(self._low, end)
        far = GROUPED.match(self._low, link.end()) if link else None
        if not far:
            return None
        larger = read_digits(self._low, far.start(), far.end(), self._language)
        return (far.end(), larger) if larger is not None and larger > value else None

    def _amount(self, number: Number, value: float, floor: int) -> Amount | None:
        low = self._low
        total, stop, scaled = self._scaled(number, value)
        link = _LINK.match(low, stop)
        place = link.end() if link else stop
        unit = _units.match(low, place)
        if unit is None and place > stop:
            # what looked like a link may be the beginning of the unit
            place = _past(low, stop, GAPS)
            unit = _units.match(low, place)
        if unit:
            end, meaning = unit
            made = self._counted(number, total, meaning, place, end, scaled=scaled)
            if made:
                return made
        if number.how == "range" and not scaled:
            return None
        return self._prefixed(number, total, stop, floor, scaled=scaled)

    def _scaled(self, number: Number, value: float) -> tuple[float, int, bool]:
        """The number with its scale, where it ends, and whether it has one."""
        low = self._low
        stop = number.end
        if number.how == "bare":
            return value, stop, True
        total, last = 0.0, 0.0
        for _ in range(_MOST_SCALES):
            found = _scales.match(low, _past(low, _past(low, stop, _OF_HAN), GAPS))
            if not found:
                break
            stop, scale = found
            factor = scale.long if self._language in LONG_SCALE else scale.factor
            # 1万2千億 is (1万 + 2千) 億, but 1兆2千億 is 1兆 and 2千億
            total = (total + value) * factor if last and factor > last else total + value * factor
            value, last = 0.0, factor
            if not scale.han:
                half = _halves.match(low, stop + 1) if _past(low, stop, SPACES) > stop else None
                stop, added = half or (stop, 0.0)
                total += added * factor
                break
            after = _past(low, stop, _OF_HAN)
            more = self._more(stop) if after == stop else None
            if not more:
                stop = after
                break
            stop, value = more
        return total + value, stop, last > 0

    def _more(self, stop: int) -> tuple[int, float] | None:
        """The number that goes on after a scale: in 1兆2000億円, or 2万5000円."""
        low = self._low
        end = place = _past(low, stop, SPACES)
        digits = GROUPED.match(low, place)
        han = None if digits else numerals.HAN.match(low, place)
        value = None
        if digits:
            end = digits.end()
            value = read_digits(low, place, end, self._language)
        elif han:
            end = han.end()
            value = numerals.read_han(han.group())
        if value is None:
            return None
        beyond = _past(low, end, SPACES)
        scale = _scales.match(low, beyond)
        unit = _units.match(low, beyond)
        goes_on = (scale and scale[1].han) or (unit and unit[1].kind == "money")
        return (end, value) if goes_on else None

    def _counted(
        self, number: Number, value: float, unit: Unit, place: int, end: int, *, scaled: bool
    ) -> Amount | None:
        """The amount in the unit at ``place:end``."""
        if unit.language and self._language not in {unit.language, None}:
            return None
        if unit.kind == "money":
            shouted = self._text[place:end].isupper()
            at_home = (unit.currency, self._language) in AT_HOME
            doubtful = (
                (unit.code and not shouted)
                or (unit.cautious and not (shouted or scaled or at_home))
                or (number.how == "han" and not scaled)  # 三元 is "ternary" more often than three yuan
            )
            return None if doubtful else self._money(unit, number.start, end, value * unit.scale)
        factor = self._bare_points(number, value, place, end) if unit.kind == "bare points" else unit.scale
        if scaled or not factor:
            return None
        return self._make(number.start, end, value * factor, points=unit.kind != "percent")

    def _bare_points(self, number: Number, value: float, place: int, end: int) -> float:
        """Percentage points for one point: 1, a hundredth where basis points are meant, or 0 for goals and the like."""
        low = self._low
        if value < 1 and number.how != "range" and (number.how == "words" or low[number.start] in "½¼¾"):
            # half a point, but not: the third quarter points to growth
            return 0.0 if low[place:end] == "points" else 1.0
        if low[place:end] == "ポイント" and value < _MOST_BARE_POINTS and not value.is_integer():
            return 1.0
        around = low[max(0, number.start - _RATE_REACH) : end + _RATE_REACH]
        rate = _rates.search(around) is not None
        if low[place:end] == "punkter" and value in _COMMON_STEPS:
            return 0.0 if "index" in around or "börs" in around else 0.01
        if not rate:
            return 0.0
        return 1.0 if value < _MOST_BARE_POINTS else 0.01 if value in _COMMON_STEPS else 0.0

    def _prefixed(self, number: Number, value: float, stop: int, floor: int, *, scaled: bool) -> Amount | None:
        """The amount in the unit before the number."""
        low, start = self._low, number.start
        known = find_prefix(low, floor, start)
        if known:
            begin, word = known
            unit = PREFIXES[word]
            written = self._text[begin : begin + len(word)]
            year = not scaled and number.end - start == 4 and low[start : start + 2] in {"19", "20"}  # noqa: PLR2004
            if (unit.code and (not written.isupper() or year)) or number.how in {"words", "bare"}:
                return None
            return self._money(unit, begin, stop, value)
        if scaled:
            return None
        end = start - 1 if start > floor and low[start - 1] in SPACES else start
        for word in PERCENT_BEFORE.get(self._language or "", ()):
            if end - len(word) >= floor and low.endswith(word, floor, end) and not (end < start and word in "%٪"):
                return self._make(end - len(word), stop, value)
        return None

    def _money(self, unit: Unit, start: int, end: int, value: float) -> Amount | None:
        currency: str | None = unit.currency
        if currency in UNKNOWN:
            currency = LOCAL.get((currency, self._language), UNKNOWN[currency])
        return self._make(start, end, value, currency) if currency else None

    def _make(self, start: int, end: int, value: float, currency: str | None = None, *, points: bool = False) -> Amount:
        return Amount(
            value=float(f"{value:.12g}"),  # 5.5 × 1e9 without the noise of binary fractions
            text=self._text[start:end],
            field=self._field,
            start=start,
            end=end,
            currency=currency,
            unit=None if currency else "%",
            points=points,
        )
