"""The built-in knowledge itself: complete, without dead or contradictory words, and right on the first items."""

import json
import re
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tocsin.classifier.classify import Classifier, Text
from tocsin.domain.signal import Classification
from tocsin.knowledge.loader import load_knowledge
from tocsin.knowledge.schema import Company, EventType, Knowledge, Lexicon

TYPES = {
    "policy": "export-control trade sanctions monetary fiscal subsidy antitrust regulation government security",
    "market": "earnings guidance merger capital rating leadership legal approval product contract incident workforce"
    " insolvency price-move macro",
}
LANGUAGES = ("en", "de", "fr", "zh")
ITEMS = Path(__file__).parents[2] / "data" / "first_items.jsonl"


@cache
def knowledge() -> Knowledge:
    return load_knowledge()


@cache
def classifier() -> Classifier:
    return Classifier(knowledge())


def verdict(title: str, language: str) -> Classification:
    return classifier().classify(Text(title=title, language=language))


def items(prefix: str) -> list[dict[str, Any]]:
    lines = ITEMS.read_text(encoding="utf-8").splitlines()
    return [item for item in map(json.loads, lines) if item["id"].startswith(prefix)]


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


def test_a_strong_phrase_flags_its_type_alone_in_a_headline() -> None:
    """Else it is dead: the type's own `not` or `veto`, or a judgement, always silences it."""
    dead = []
    for event, language, words in lexicons():
        for trigger in words.triggers:
            if trigger.weight < event.threshold or trigger.with_:
                continue
            for pattern in trigger.any:
                found = verdict(pattern.strip("*"), language)
                if found.scores[event.id] < event.threshold:
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
    without = [c.ticker for c in knowledge().companies.values() if c.ambiguous and not c.context]
    assert without == []


def test_companies_that_share_a_name_are_told_apart_by_context() -> None:
    bearers: dict[str, list[Company]] = defaultdict(list)
    for company in knowledge().companies.values():
        for name in {name.casefold() for name in company.aliases or (company.name,)}:
            bearers[name].append(company)
    shared = {name: companies for name, companies in bearers.items() if len(companies) > 1}
    careless = {name: [c.ticker for c in cs] for name, cs in shared.items() if not all(c.ambiguous for c in cs)}
    assert careless == {}


@pytest.mark.parametrize("item", items("trap"), ids=lambda item: item["id"])
def test_ordinary_news_and_homonyms_are_not_flagged(item: dict[str, Any]) -> None:
    found = verdict(item["title"], item["lang"])
    assert [(event.type, event.evidence) for event in found.events] == []
    assert [company.ticker for company in found.companies] == item["tickers"]


@pytest.mark.parametrize("item", items("event"), ids=lambda item: item["id"])
def test_plain_event_headlines_are_flagged_with_type_and_company(item: dict[str, Any]) -> None:
    found = verdict(item["title"], item["lang"])
    assert set(item["types"]) <= {event.type for event in found.events}
    assert {company.ticker for company in found.companies} == set(item["tickers"])


def test_indirect_wordings_are_found_at_least_in_part() -> None:
    """A lexicon cannot know them all; fewer than a third would mean that phrases were lost."""
    hard = items("indirect")
    hits = sum(set(item["types"]) <= set(verdict_types(item)) for item in hard)
    assert hits >= len(hard) / 3


def verdict_types(item: dict[str, Any]) -> list[str]:
    return [event.type for event in verdict(item["title"], item["lang"]).events]
