"""Text folded for matching, with the way back to the original.

Folded text has no case, no Latin, Cyrillic, Greek, Arabic or Hebrew diacritics, one space for every run of white
space, one kind of hyphen and apostrophe, and no HTML tags, entities or invisible characters.
"""

import html
import re
import threading
import unicodedata
from bisect import bisect_right
from typing import Final

_ALIKE: Final = (
    dict.fromkeys("‐‑‒–—―−﹘﹣－", "-")
    | dict.fromkeys("‘’‚‛ʼʹ´`＇′", "'")
    | {"ß": "ss", "ẞ": "ss", "ı": "i", "ł": "l", "Ł": "l", "ø": "o", "Ø": "o", "đ": "d", "Đ": "d"}
    | {"æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe"}
)
# marks of alphabets in which a word stays readable without them; elsewhere a mark is a vowel or another letter
_MARKS: Final = re.compile("[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0640\u0670]")
_INLINE_TAG: Final = re.compile(r"(?:</?(?:a|b|em|font|i|mark|small|span|strong|sub|sup|u)\b[^<>]*>)+", re.IGNORECASE)
_TAG_REST: Final = r"/?[A-Za-z][^<>]{0,300}>"
_TAG: Final = f"<{_TAG_REST}"
_ENTITY: Final = r"(?:\#\d{1,7}|\#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,31});"


def _segments(uneven: str) -> re.Pattern[str]:
    """The stretches that do not fold character by character: runs of space, markup, and the characters ``uneven``."""
    single = f"|(?<=[{re.escape(uneven)}])" if uneven else ""
    # what was found is looked back at: an expression that begins with a set is searched for several times as fast
    return re.compile(
        rf"[\s<&{re.escape(uneven)}](?:(?<=\s)(?:\s|{_TAG})+|(?<=<){_TAG_REST}(?:\s|{_TAG})*|(?<=&){_ENTITY}{single})"
    )


def _fold_character(character: str) -> str:
    if character in _ALIKE:
        return _ALIKE[character]
    if character.isspace():
        return " "
    category = unicodedata.category(character)
    if category == "Cf" or "\ufe00" <= character <= "\ufe0f":
        return ""  # direction marks, joiners, soft hyphens, variation selectors
    if category == "Cs":
        return "\ufffd"  # half of a pair has no UTF-8, and the automaton speaks UTF-8
    decomposed = unicodedata.normalize("NFKD", character.casefold())
    folded = unicodedata.normalize("NFC", _MARKS.sub("", decomposed)).casefold()
    return character if " " in folded else folded  # a mark on its own decomposes to a space with the mark


class _Table(dict[int, str]):
    """Code point → folded text, filled as characters are met; knows those whose length changes."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._uneven = ""
        self.segments = _segments("")

    def __missing__(self, code: int) -> str:
        folded = _fold_character(chr(code))
        with self._lock:
            if len(folded) != 1 and chr(code) not in self._uneven:
                self._uneven += chr(code)
                self.segments = _segments(self._uneven)
            self[code] = folded
        return folded


_table: Final = _Table()


def _segment(text: str) -> str:
    """What a stretch found by ``segments`` folds to."""
    if text[0] == "&":
        return html.unescape(text).translate(_table)
    if text[0] == "<" or text[0].isspace():
        return "" if _INLINE_TAG.fullmatch(text) else " "
    return text.translate(_table)


class Folded:
    """Folded ``text``; ``span`` gives the place of a stretch of it in the original."""

    __slots__ = ("_even", "_folded", "_original", "text")

    def __init__(self, text: str, folded: list[int], original: list[int], even: list[bool]) -> None:
        self.text = text
        # pieces: where each begins in the folded and in the original text, and whether it runs code point by code point
        self._folded = folded
        self._original = original
        self._even = even

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Start and end, in code points of the original, of the non-empty ``text[start:end]``."""
        if len(self._folded) == 1:
            return start, end
        first = bisect_right(self._folded, start) - 1
        last = bisect_right(self._folded, end - 1) - 1
        begin = self._original[first] + (start - self._folded[first] if self._even[first] else 0)
        if self._even[last]:
            return begin, self._original[last] + end - self._folded[last]
        return begin, self._original[last + 1]


def fold(text: str) -> Folded:
    """Fold ``text``. Any text will do, broken markup and lone surrogates included."""
    # the whole first, since that makes the characters known to the table; then pieces of it
    translated = text.translate(_table)
    pieces: list[str] = []
    folded, original, even = [], [], []
    length, done, shift = 0, 0, 0
    for match in _table.segments.finditer(text):
        start, end = match.span()
        if start > done:
            folded.append(length)
            original.append(done)
            even.append(True)
            pieces.append(translated[done + shift : start + shift])
            length += start - done
        stretch = match.group()
        piece = _segment(stretch)
        shift += len(stretch.translate(_table)) - len(stretch)
        if piece:
            folded.append(length)
            original.append(start)
            even.append(False)
            pieces.append(piece)
            length += len(piece)
        done = end
    if not done:
        return Folded(translated, [0], [0], [True])
    folded.append(length)
    original.append(done)
    even.append(True)
    pieces.append(translated[done + shift :])
    return Folded("".join(pieces), folded, original, even)


def fold_word(word: str) -> str:
    """``fold(word).text`` for a word without space and markup, in a third of the time."""
    return word.translate(_table)


def fold_text(text: str) -> str:
    """``fold(text).text``, without surrounding space."""
    return fold(text).text.strip()
