"""Tickers, as news writes them: (NYSE: V), $NVDA, SIE.DE."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from tocsin.knowledge.schema import Company

_SPELLED: Final = re.compile(r"[A-Z0-9](?<![\w.].)[A-Z0-9]{0,5}(?:\.[A-Z]{1,3})?(?![\w])")
_QUOTED: Final = re.compile(r"(?:\$|[(\[ ][A-Za-z]{2,8} ?: ?)\Z")
# how agencies and Chinese exchanges write what others write differently
_AGENCY: Final = re.compile(r"\.(?:O|N|OQ|K|A)\Z")
_HONG_KONG: Final = re.compile(r"0(?=\d{4}\.HK\Z)")
_LONGEST_QUOTE: Final = 12


class TickerMention(NamedTuple):
    """``certain`` says that it is written as a ticker; a bare word in capitals may be any acronym."""

    company: int
    start: int
    end: int
    certain: bool


class Tickers:
    """The tickers of ``companies``; a mention has the company's number among them."""

    def __init__(self, companies: Sequence[Company]) -> None:
        exact: dict[str, list[int]] = defaultdict(list)
        roots: dict[str, list[int]] = defaultdict(list)
        for number, company in enumerate(companies):
            exact[company.ticker].append(number)
            root, dot, _ = company.ticker.partition(".")
            if dot:
                roots[root].append(number)
        # BA is Boeing, although BA.L is BAE Systems; a root shared by several says nothing
        self._companies = {root: numbers for root, numbers in roots.items() if len(numbers) == 1} | exact

    def find(self, text: str) -> Iterator[TickerMention]:
        """The tickers in ``text``, in order."""
        for match in _SPELLED.finditer(text):
            spelled, start = match.group(), match.start()
            for company in self._companies.get(_usual(spelled), ()):
                quoted = _QUOTED.search(text, max(0, start - _LONGEST_QUOTE), start) is not None
                yield TickerMention(company, start, match.end(), quoted or "." in spelled)


def _usual(spelled: str) -> str:
    if "." not in spelled:
        return spelled
    usual = _HONG_KONG.sub("", _AGENCY.sub("", spelled))
    return usual.removesuffix("SH") + "SS" if usual.endswith(".SH") else usual
