"""How many companies the built-in knowledge has, and how well it names them in texts it was not tuned on."""

import json
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tocsin.classifier.classify import Classifier, Text
from tocsin.knowledge.loader import load_knowledge

ITEMS = Path(__file__).parents[2] / "data" / "companies.jsonl"
LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "tr", "ru", "zh", "ja", "ko", "ar")
_SCRIPTS = {"ru": ("Ѐ", "ӿ"), "zh-ja": ("一", "鿿"), "ja": ("ァ", "ヺ"), "ko": ("가", "힣"), "ar": ("ء", "ۿ")}


@cache
def classifier() -> Classifier:
    return Classifier(load_knowledge())


def items() -> list[dict[str, Any]]:
    return [json.loads(line) for line in ITEMS.read_text(encoding="utf-8").splitlines()]


def counts(part: list[dict[str, Any]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for item in part:
        verdict = classifier().classify(Text(title=item["title"], summary=item["summary"], language=item["lang"]))
        linked, gold = {company.ticker for company in verdict.companies}, set(item["tickers"])
        found += Counter(right=len(linked & gold), false=len(linked - gold), missed=len(gold - linked))
    return found


def f1(found: Counter[str]) -> float:
    return 2 * found["right"] / (2 * found["right"] + found["false"] + found["missed"])


def test_the_items_cover_every_language_and_know_every_ticker() -> None:
    by_language = Counter(item["lang"] for item in items())
    assert set(by_language) == set(LANGUAGES)
    assert min(by_language.values()) >= 8
    assert sum(not item["tickers"] for item in items()) >= 40
    known = load_knowledge().companies
    assert {ticker for item in items() for ticker in item["tickers"]} <= set(known)


@pytest.mark.parametrize("held_out", [False, True])
def test_companies_are_named_with_precision_and_recall(held_out: bool) -> None:
    found = counts([item for item in items() if item["held_out"] is held_out])
    assert f1(found) >= 0.95, found
    assert found["right"] / (found["right"] + found["false"]) >= 0.95, found


def test_no_language_falls_behind() -> None:
    by_language: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for item in items():
        by_language[item["lang"]].append(item)
    assert {
        language: round(f1(counts(part)), 2) for language, part in by_language.items() if f1(counts(part)) < 0.85
    } == {}


def test_there_are_companies_from_all_over_the_world() -> None:
    companies = load_knowledge().companies.values()
    markets = Counter(company.ticker.rpartition(".")[2] for company in companies if "." in company.ticker)
    assert len(companies) >= 1_800
    for market, least in {
        "MI": 30,
        "WA": 25,
        "IS": 30,
        "ME": 30,
        "SA": 40,
        "HK": 60,
        "KS": 60,
        "NS": 50,
        "SR": 20,
    }.items():
        assert markets[market] >= least, market


@pytest.mark.parametrize("script", _SCRIPTS)
def test_hundreds_of_companies_have_names_in_the_script(script: str) -> None:
    first, last = _SCRIPTS[script]
    named = [c for c in load_knowledge().companies.values() if any(first <= name[0] <= last for name in c.names)]
    assert len(named) >= 100
