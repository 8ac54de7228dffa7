"""Names of companies in a text: which of them are really the company."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from tocsin.classifier.matcher import part_of_word
from tocsin.classifier.passage import Passage
from tocsin.classifier.rules import AliasKind, AliasRule, ContextRule
from tocsin.classifier.sentences import sentence_at
from tocsin.classifier.tickers import Tickers
from tocsin.knowledge.schema import Company

_GENITIVE_S: Final = frozenset({"de", "nl", "sv", "da", "no", None})
_CYRILLIC_ENDING: Final = re.compile(r"[а-яёіїє]{1,3}(?!\w)")
_CYRILLIC: Final = re.compile(r"[Ѐ-ӿ]{5,}\Z")
_LEGAL_FORM: Final = re.compile(
    r",? ?(?:Inc|Corp(?:oration)?|Co|Company|Ltd|Limited|Group|Holdings?|AG|SE|KGaA|GmbH|plc|PLC|LLC|LP|S\.?A|N\.?V"
    r"|S\.?p\.?A|A/S|AB|ASA|Oyj)\b"
)
_ACRONYM: Final = 3
"""A bare ticker of fewer letters confirms nothing."""

_Place = tuple[int, int, int]
"""Company, passage, sentence."""


class Mention(NamedTuple):
    """A name in passage number ``passage``. ``certain`` says that it cannot be a common word."""

    company: int
    kind: AliasKind
    name: str
    passage: int
    start: int
    end: int
    sentence: int
    certain: bool


def find_mentions(
    passages: Sequence[Passage], companies: Sequence[Company], tickers: Tickers
) -> dict[int, list[Mention]]:
    """Number of the company → its mentions, in the order of the text."""
    by_company: dict[int, list[Mention]] = defaultdict(list)
    for number, passage in enumerate(passages):
        found = [*_aliases(number, passage, companies), *_tickers(number, passage, tickers)]
        for mention in _longest(found):
            by_company[mention.company].append(mention)
    context = _context(passages)
    real = {
        company: _disambiguate(found, context) if companies[company].ambiguous else found
        for company, found in by_company.items()
    }
    # a bare word in capitals that could be a ticker may confirm a name, but is none itself
    named = {
        company: [mention for mention in found if mention.certain or mention.kind != "ticker"]
        for company, found in real.items()
    }
    return {company: found for company, found in named.items() if found}


def _aliases(number: int, passage: Passage, companies: Sequence[Company]) -> Iterator[Mention]:
    for hit in passage.hits:
        for rule in hit.rules:
            if not isinstance(rule, AliasRule):
                continue
            end = hit.end if rule.open_end else _word_end(passage, hit.start, hit.end)
            if end and _written_as_name(rule, passage.text[hit.start : hit.end]):
                sure = rule.kind != "name" or not companies[rule.company].ambiguous
                certain = sure or _LEGAL_FORM.match(passage.text, end) is not None
                yield Mention(rule.company, rule.kind, rule.written, number, hit.start, hit.end, hit.sentence, certain)


def _tickers(number: int, passage: Passage, tickers: Tickers) -> Iterator[Mention]:
    for company, start, end, certain in tickers.find(passage.text):
        sentence = sentence_at(passage.starts, start)
        yield Mention(company, "ticker", passage.text[start:end], number, start, end, sentence, certain)


def _word_end(passage: Passage, start: int, end: int) -> int:
    """Where the word that begins with the name ends; 0 when it is another word than the name or its genitive."""
    text = passage.text
    if end == len(text) or not part_of_word(text[end]) or not part_of_word(text[end - 1]):
        return end
    if text[end] == "s" and passage.language in _GENITIVE_S and not text[end + 1 : end + 2].isalnum():
        return end + 1
    if not text[end].isascii() and _CYRILLIC.search(text, start, end):
        ending = _CYRILLIC_ENDING.match(text, end)
        return ending.end() if ending else 0
    return 0


def _written_as_name(rule: AliasRule, text: str) -> bool:
    """Whether ``text`` has the capitals that a name has."""
    if rule.capitals == "any":
        return True
    if rule.capitals == "all":
        return text.isupper()
    return next((letter for letter in text if letter.isalpha()), "").isupper()


def _longest(mentions: Sequence[Mention]) -> Iterator[Mention]:
    """Without those inside a longer name: Deutsche Bank Research is not Deutsche Bank."""
    outer = (0, 0)
    for mention in sorted(mentions, key=lambda mention: (mention.start, -mention.end)):
        if mention.end <= outer[1] and (mention.start, mention.end) != outer:
            continue
        yield mention
        if mention.kind != "ticker" or mention.certain:
            outer = (mention.start, mention.end)


def _context(passages: Sequence[Passage]) -> set[_Place]:
    return {
        (company, number, hit.sentence)
        for number, passage in enumerate(passages)
        for hit in passage.hits
        for rule in hit.rules
        if isinstance(rule, ContextRule)
        for company in rule.companies
    }


def _disambiguate(found: list[Mention], context: set[_Place]) -> list[Mention]:
    """Of mentions of an ambiguous company those that are the company: one confirmed name confirms all."""
    cues = {
        (mention.company, mention.passage, mention.sentence)
        for mention in found
        if mention.certain or (mention.kind == "ticker" and len(mention.name) >= _ACRONYM)
    }
    names = {(mention.company, mention.passage, mention.sentence) for mention in found if mention.kind == "name"}
    quoted = any(mention.certain and mention.kind == "ticker" for mention in found)
    if quoted or names & (cues | context):
        return found
    return [mention for mention in found if mention.certain]
