"""Words looked for at one place of a text, the longest first."""

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Final, Generic, TypeVar

M = TypeVar("M")

SPACES: Final = " \u00a0\u202f\u2009"
GAPS: Final = SPACES + "\u2010\u2011-"  # the hyphen last: it stands in character classes
_LETTER: Final = r"[^\W\d_]"
_INFLECTED: Final = _LETTER + "{0,8}"


def spaced(character: str) -> bool:
    """Whether words that end in this letter end at a space or a mark: Latin, Cyrillic, Arabic …"""
    return character.lower() != character.upper() or "\u0600" <= character < "\u0700"


def spelled(word: str) -> str:
    """The expression for ``word``, in small letters.

    ``_`` stands for a space or hyphen, ``*`` for any ending; no letter of what follows a ``!`` may come next.
    """
    body, _, unlike = word.partition("!")
    parts = [re.escape(part.removesuffix("*")) + (_INFLECTED if part.endswith("*") else "") for part in body.split("_")]
    last = body.removesuffix("*")[-1]
    end = f"(?!{_LETTER})" if spaced(last) else ""
    return f"[{GAPS}]".join(parts) + end + (f"(?![{unlike}])" if unlike else "")


class Vocabulary(Generic[M]):
    """Words and their meanings. ``words`` are as for ``spelled``; texts must be in small letters."""

    def __init__(self, words: Mapping[str, M]) -> None:
        listed: dict[str, list[str]] = defaultdict(list)
        for word in sorted(words, key=len, reverse=True):
            listed[word[0]].append(word)
        self._by_letter = {
            letter: (re.compile("|".join(f"({spelled(word)})" for word in group)), [words[word] for word in group])
            for letter, group in listed.items()
        }

    def match(self, text: str, position: int) -> tuple[int, M] | None:
        """Where the longest word at ``position`` ends, and its meaning."""
        here = self._by_letter.get(text[position : position + 1])
        if not here:
            return None
        expression, meanings = here
        found = expression.match(text, position)
        return (found.end(), meanings[(found.lastindex or 1) - 1]) if found else None
