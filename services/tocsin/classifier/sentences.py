"""Where sentences begin."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

LONGEST: Final = 600
"""A stretch without an end mark is cut after so many code points: what is far apart is not one statement."""

_BREAK: Final = re.compile(r"""[.!?…。！？\n]["'”’»」』)\]]*\s*""")
# a full stop after these, a single letter, or one or two digits (am 3. März) ends no sentence
_ABBREVIATION: Final = re.compile(
    r"(?:\b[^\W\d_]|(?<![\w.,])\d{1,2}|\b(?:Mr|Mrs|Ms|Dr|Prof|St|vs|No|Inc|Corp|Co|Ltd|Gov|Gen|Sen|Rep|Jan|Feb|Aug|Sept?|Oct|Nov|Dec"
    r"|Nr|Mio|Mrd|Tsd|bzw|ca|Abs|Art|ggf|inkl|evtl|usw|rd|Sra?|Mme|Mlle|M|env|av))$"
)


def sentence_starts(text: str) -> list[int]:
    """Offsets at which the sentences of ``text`` begin, ascending, the first one 0."""
    starts = [0]
    for match in _BREAK.finditer(text):
        begin, end = match.span()
        if end >= len(text):
            break
        if _goes_on(text, begin, end, match.group()):
            continue
        _cut(starts, end)
        starts.append(end)
    _cut(starts, len(text))
    return starts


def _goes_on(text: str, begin: int, end: int, mark: str) -> bool:
    """Whether the sentence goes on after ``mark``, which is ``text[begin:end]``."""
    if mark[0] == "\n":
        return mark.count("\n") == 1 and text[begin - 1 : begin] not in {":", ";"}
    if mark[0] in "。！？":
        return False
    if not mark[-1].isspace():
        return True
    if mark[0] != "." or "\n" in mark:
        return False
    return text[end].islower() or _ABBREVIATION.search(text, max(0, begin - 6), begin) is not None


def _cut(starts: list[int], end: int) -> None:
    while end - starts[-1] > LONGEST:
        starts.append(starts[-1] + LONGEST)


def sentence_at(starts: Sequence[int], offset: int) -> int:
    """Number of the sentence that holds ``offset``."""
    return bisect_right(starts, offset) - 1
