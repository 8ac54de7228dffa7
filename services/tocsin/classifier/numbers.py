"""Where numbers stand in a text: in digits, in words, in Chinese numerals."""

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from tocsin.classifier import numerals
from tocsin.classifier.digits import FIRST, GROUPED
from tocsin.classifier.money import PREFIXES
from tocsin.classifier.number_words import BARE, PERCENT, STEMS
from tocsin.classifier.vocabulary import SPACES

_LONGEST_PREFIX: Final = max(map(len, PREFIXES))
_LONGEST_NUMBER: Final = 40
_LONGEST_SCALE: Final = 12


class Number(NamedTuple):
    """A number at ``low[start:end]``; ``value`` is None where digits are still to be read."""

    start: int
    end: int
    value: float | None
    how: Literal["digits", "words", "bare", "han", "range"]


def find_numbers(low: str, language: str | None) -> Iterator[Number]:
    """The numbers in ``low``, a text in small letters, by their places; of those that overlap the longest first."""
    written = [*_in_words(low, language or "en"), *_in_han(low, language)]
    if not written:
        return _in_digits(low)
    return iter(sorted([*written, *_in_digits(low)], key=lambda number: (number.start, -number.end)))


def _in_digits(low: str) -> Iterator[Number]:
    position = 0
    while first := FIRST.search(low, position):
        start = first.start()
        exact = GROUPED.match(low, start)
        assert exact  # every first character is a number
        position = exact.end()
        before = low[start - 1] if start else " "
        if (before.isascii() and (before.isalnum() or before in "._,/")) or before in "٫٬":
            # H20 and 1.2.3 are names, but Rs.500 and EUR5bn are sums
            known = find_prefix(low, 0, start)
            if not known or known[0] + len(known[1]) != start:
                continue
        yield Number(start, position, None, "digits")


def _in_words(low: str, language: str) -> Iterator[Number]:
    expression = numerals.before(language)
    if not expression:
        return
    pattern, known = expression
    bare = BARE.get(language, {})
    for stem in STEMS[language]:
        position = low.find(stem)
        while position >= 0:
            match = pattern.search(low, max(0, position - _LONGEST_NUMBER), position)
            if match:
                value = numerals.read_words(match["number"], known)
                if value is not None:
                    yield Number(match.start(), position, value, "words")
            elif bare:
                word = low[position : position + _LONGEST_SCALE].split(" ", 1)[0]
                if word in bare and not _counted(low, position, language):
                    yield Number(position, position + len(word), bare[word], "bare")
            position = low.find(stem, position + len(stem))
    percent = PERCENT.get(language)
    position = low.find(percent) if percent else -1
    while percent and position >= 0:
        position += len(percent)
        after = numerals.after(language).match(low, position)
        value = numerals.read_words(after.group(), known) if after else None
        if after and value is not None:
            yield Number(position, after.end(), value, "words")
        position = low.find(percent, position)


def _counted(low: str, position: int, language: str) -> bool:
    """Whether a number stands before ``position`` after all: one that is not understood is better left alone."""
    before = low[max(0, position - _LONGEST_NUMBER) : position]
    if before and not before[-1].isspace():
        return True
    last = before.rstrip().rpartition(" ")[2]
    return bool(last) and (last[-1].isdigit() or (language == "ar" and last[0] == "و"))


def _in_han(low: str, language: str | None) -> Iterator[Number]:
    if language in {"zh", "ja", None}:
        expression = numerals.HAN_COUNTING
    elif language == "ko":
        expression = numerals.HANGUL_COUNTING
    else:
        return
    for match in expression.finditer(low):
        value = numerals.read_han(match.group())
        if value is not None:
            yield Number(match.start(), match.end(), value, "han")


def find_prefix(low: str, floor: int, start: int) -> tuple[int, str] | None:
    """A currency that ends right before ``start``, or a space before it: where it begins, and the word."""
    end = start - 1 if start > floor and low[start - 1] in SPACES else start
    for length in range(min(_LONGEST_PREFIX, end - floor), 0, -1):
        word = low[end - length : end]
        if word in PREFIXES:
            outer = low[end - length - 1 : end - length]
            if word[0] in "abcdefghijklmnopqrstuvwxyz" and outer.isascii() and outer.isalnum():
                continue
            return end - length, word
    return None
