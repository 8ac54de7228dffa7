"""The built-in knowledge itself: complete, without dead or contradictory words, and right on the first items."""

import re
from collections import defaultdict
from functools import cache

import pytest

from tocsin.classifier import scoring
from tocsin.classifier.matcher import Matcher
from tocsin.classifier.passage import read
from tocsin.classifier.rules import Rule, entries
from tocsin.knowledge.loader import load_knowledge
from tocsin.knowledge.schema import Company, EventType, Knowledge, Lexicon

TYPES = {
    "policy": "export-control trade sanctions monetary fiscal subsidy antitrust regulation government security",
    "market": "earnings guidance merger capital rating leadership legal approval product contract incident workforce"
    " insolvency price-move macro",
}
LANGUAGES = ["en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "tr", "ru", "zh", "ja", "ko", "ar"]


@cache
def knowledge() -> Knowledge:
    return load_knowledge()


def lexicons() -> list[tuple[EventType, str, Lexicon]]:
    return [(event, code, words) for event in knowledge().events.values() for code, words in event.languages.items()]


def test_every_event_type_is_there() -> None:
    assert set(knowledge().events) == {f"{group}.{name}" for group, names in TYPES.items() for name in names.split()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_event_type_speaks_the_language_and_knows_both_directions(language: str) -> None:
    for event in knowledge().events.values():
        words = event.languages[language]
        assert sum(len(trigger.any) for trigger in words.triggers) >= 4, event.id
        assert words.up, event.id
        assert words.down, event.id
        assert not set(words.up) & set(words.down), event.id


def test_no_pattern_is_a_single_letter() -> None:
    for event, language, words in lexicons():
        patterns = [p for trigger in words.triggers for p in (*trigger.any, *trigger.with_)]
        for pattern in (*patterns, *words.not_, *words.veto, *words.up, *words.down):
            letters = pattern.strip("*")
            assert len(letters) > 1 or not letters.isalnum(), (event.id, language, pattern)


def test_no_list_says_a_word_twice() -> None:
    for event, language, words in lexicons():
        lists = [t.any for t in words.triggers] + [t.with_ for t in words.triggers]
        for patterns in [*lists, words.not_, words.veto, words.up, words.down]:
            twice = {pattern for pattern in patterns if patterns.count(pattern) > 1}
            assert not twice, (event.id, language, twice)


def test_a_strong_phrase_counts_alone_in_a_headline() -> None:
    """Else it is dead: the type's own `not` always silences it."""
    matcher: Matcher[Rule] = Matcher(entries(knowledge()))
    dead = []
    for event, language, words in lexicons():
        for trigger in words.triggers:
            for pattern in () if trigger.with_ else trigger.any:
                passage = read("title", pattern.strip("*"), language, matcher, headline=True)
                if event.id not in scoring.triggers([passage]):
                    dead.append((event.id, language, pattern))
    assert not dead


def isin_is_valid(isin: str) -> bool:
    if not re.fullmatch(r"[A-Z]{2}[A-Z0-9]{9}\d", isin):
        return False
    digits = "".join(str(int(character, 36)) for character in isin)
    doubled = (int(digit) * (1 + position % 2) for position, digit in enumerate(reversed(digits)))
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0


def test_isins_have_their_check_digit_and_one_company_each() -> None:
    holders: dict[str, list[str]] = defaultdict(list)
    for company in knowledge().companies.values():
        if company.isin:
            assert isin_is_valid(company.isin), company
            holders[company.isin].append(company.ticker)
    assert [tickers for tickers in holders.values() if len(tickers) > 1] == []


def test_market_codes_are_iso_10383() -> None:
    assert all(re.fullmatch(r"[A-Z]{4}|", company.mic) for company in knowledge().companies.values())


def test_an_ambiguous_name_has_its_context() -> None:
    without = [c.ticker for c in knowledge().companies.values() if c.strict and any(c.names.values()) and not c.context]
    assert without == []


def test_companies_that_share_a_name_are_told_apart_by_context() -> None:
    bearers: dict[str, list[Company]] = defaultdict(list)
    for company in knowledge().companies.values():
        for name in {name.casefold() for name, unsure in company.names.items() if not unsure}:
            bearers[name].append(company)
    careless = {name: [c.ticker for c in bearing] for name, bearing in bearers.items() if len(bearing) > 1}
    assert careless == {}
