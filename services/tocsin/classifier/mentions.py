"""Names of companies in a text: which of them are really the company."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from tocsin.classifier.confirmation import Surroundings, surroundings
from tocsin.classifier.inflection import begins_well, name_end
from tocsin.classifier.passage import Passage
from tocsin.classifier.rules import AliasKind, AliasRule
from tocsin.classifier.sentences import sentence_at
from tocsin.classifier.tickers import Tickers
from tocsin.knowledge.schema import Company

_UNMISTAKABLE: Final = frozenset({"ru", "uk", "zh", "ja", "ko", "ar", "he", "el"})
"""Languages of other scripts, in which a Latin word is a name."""
_LATIN: Final = re.compile(r"[A-Za-z]")
_LEGAL_FORM: Final = re.compile(
    r",? ?(?:Inc|Corp(?:oration)?|Co|Company|Ltd|Limited|Group|Holdings?|AG|SE|KGaA|GmbH|plc|PLC|LLC|LP|S\.?A|N\.?V"
    r"|S\.?p\.?A|A/S|AB|ASA|Oyj|A\.Ş|Holding|ADR)\b|公司|集团|集團|株式会社"
)
_ACRONYM: Final = 3
"""A bare ticker of fewer letters confirms nothing."""


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
    passages: Sequence[Passage], companies: Sequence[Company], tickers: Tickers, shared: Mapping[str, int]
) -> dict[int, list[Mention]]:
    """Number of the company → its mentions, in the order of the text.

    ``shared`` counts the bearers of a name.
    """
    named_in = [
        [*_aliases(number, passage), *_tickers(number, passage, tickers)] for number, passage in enumerate(passages)
    ]
    around = surroundings(passages, {mention.company for found in named_in for mention in found})
    by_company: dict[int, list[Mention]] = defaultdict(list)
    for found in named_in:
        for mention in _longest(found):
            if mention.kind == "ticker" or not around.misleads(mention):
                by_company[mention.company].append(mention)
    real = {
        company: _meant(found, companies[company], around, passages, shared) for company, found in by_company.items()
    }
    # a bare word in capitals that could be a ticker may confirm a name, but is none itself
    named = {
        company: [mention for mention in found if mention.certain or mention.kind != "ticker"]
        for company, found in real.items()
    }
    return {company: found for company, found in named.items() if found}


def _aliases(number: int, passage: Passage) -> Iterator[Mention]:
    text = passage.text
    for hit, rule in passage.ruled(AliasRule):
        if not begins_well(text, hit.start):
            continue
        end = hit.end if rule.open_end else name_end(text, hit.start, hit.end, passage.language, stem=rule.stem)
        if end and _written_as_name(rule, text[hit.start : hit.end]):
            certain = not rule.unsure or _is_no_word(rule, passage.language) or _LEGAL_FORM.match(text, end) is not None
            stop = end if rule.stem else hit.end
            yield Mention(rule.company, rule.kind, rule.written, number, hit.start, stop, hit.sentence, certain)


def _tickers(number: int, passage: Passage, tickers: Tickers) -> Iterator[Mention]:
    for company, start, end, certain in tickers.find(passage.text):
        sentence = sentence_at(passage.starts, start)
        yield Mention(company, "ticker", passage.text[start:end], number, start, end, sentence, certain)


def _is_no_word(rule: AliasRule, language: str | None) -> bool:
    if language is None:
        return False
    if rule.unsure_in:
        return language not in rule.unsure_in
    return language in _UNMISTAKABLE and _LATIN.match(rule.written) is not None


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


def _meant(
    found: list[Mention],
    company: Company,
    around: Surroundings,
    passages: Sequence[Passage],
    shared: Mapping[str, int],
) -> list[Mention]:
    """Those of ``found`` that are the company: one confirmed name confirms all."""
    quoted = any(mention.certain and mention.kind == "ticker" for mention in found)
    if around.off_topic(found, passages, business=not company.strict) and not quoted:
        return []
    if all(mention.certain or mention.kind == "ticker" for mention in found):
        return found
    own = any(mention.certain for mention in found)
    bare = {
        (mention.passage, mention.sentence)
        for mention in found
        if mention.kind == "ticker" and len(mention.name) >= _ACRONYM
    }
    for mention in found:
        if mention.kind != "name":
            continue
        alone = shared.get(mention.name.casefold(), 1) == 1 and not company.strict
        if own or (mention.passage, mention.sentence) in bare or around.confirms(mention, passages, business=alone):
            return found
    return [mention for mention in found if mention.certain]
