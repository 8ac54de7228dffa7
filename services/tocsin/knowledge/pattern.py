"""The little pattern language of the lexicons."""

from typing import NamedTuple


class Pattern(NamedTuple):
    """``literal`` must occur; on a side that is not open the word must end there."""

    literal: str
    open_left: bool
    open_right: bool


def parse(pattern: str) -> Pattern:
    """``word`` is a whole word or words, ``word*`` a beginning, ``*word`` an ending, ``*word*`` any part of a word.

    Raises ValueError, saying what to write instead.
    """
    literal = pattern.removeprefix("*").removesuffix("*").strip()
    if not literal:
        raise ValueError(f"{pattern!r} is empty; write at least one word")
    if "*" in literal:
        raise ValueError(f"{pattern!r} has a * inside; * may only begin or end a pattern")
    return Pattern(literal, pattern.startswith("*"), pattern.endswith("*"))
