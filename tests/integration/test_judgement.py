"""The classifier as it ships, on the development set: what it must reach, with and without meaning."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tocsin.bootstrap import open_classifier
from tocsin.classifier.classify import Classifier, Text
from tocsin.knowledge import load_knowledge
from tocsin.learning.design import text_of
from tocsin.learning.evaluate import Evaluation, evaluate
from tocsin.learning.items import read_items
from tocsin.settings.schema import ClassifierSettings

DATA = Path(__file__).parents[1] / "data"
FIRST = [json.loads(line) for line in (DATA / "first_items.jsonl").read_text(encoding="utf-8").splitlines()]
LANGUAGES = 15


@cache
def classifier(embedder: str) -> Classifier:
    return open_classifier(ClassifierSettings(embedder=embedder), load_knowledge())


@cache
def figures(embedder: str, file: str) -> Evaluation:
    items = read_items(DATA / "verdicts" / file)
    return evaluate(items, [classifier(embedder).classify(text_of(item)) for item in items])


SETS = ["items.jsonl", "second_items.jsonl", "third_items.jsonl"]


@pytest.mark.parametrize("file", SETS)
def test_flags_are_precise_and_sensitive_in_every_language(file: str) -> None:
    found = figures("e5", file)
    assert found.flags.counts.precision >= 0.92
    assert found.flags.counts.recall >= 0.88
    assert found.flags.calibration_error is not None
    assert found.flags.calibration_error <= 0.08
    assert len(found.languages) == LANGUAGES
    assert {lang: flags.counts.f1 for lang, flags in found.languages.items() if flags.counts.f1 < 0.8} == {}


@pytest.mark.parametrize("file", SETS)
def test_types_tickers_and_directions_are_right(file: str) -> None:
    found = figures("e5", file)
    assert found.micro.f1 >= 0.78
    assert found.tickers.f1 >= 0.85
    assert found.direction_right / found.direction_total >= 0.85


def test_ordinary_text_rings_for_nobody() -> None:
    items = read_items(DATA / "verdicts" / "third_ordinary.jsonl")[::3]
    flagged = [item.id for item in items if classifier("e5").classify(text_of(item)).flagged]
    assert len(flagged) <= 5 * len(items) / 1000, flagged


@pytest.mark.parametrize("file", ["translations.jsonl", "second_translations.jsonl"])
def test_translations_of_a_text_get_the_same_verdict(file: str) -> None:
    agreement = figures("e5", file).agreement
    assert agreement.agree / agreement.pairs >= 0.9


@pytest.mark.parametrize("file", SETS)
def test_without_meaning_it_stays_precise(file: str) -> None:
    found = figures("none", file)
    assert found.flags.counts.precision >= 0.85
    assert found.flags.counts.recall >= 0.65


@pytest.mark.parametrize("kind", ["event", "indirect", "trap"])
def test_bare_headlines_are_told_apart(kind: str) -> None:
    """Headlines alone say less than items do: most must be right, not all."""
    items = [item for item in FIRST if item["id"].startswith(kind)]
    right = sum(is_right(item, kind) for item in items)
    assert right >= {"event": 0.85, "indirect": 0.6, "trap": 0.9}[kind] * len(items)


def is_right(item: dict[str, Any], kind: str) -> bool:
    verdict = classifier("e5").classify(Text(title=item["title"], language=item["lang"]))
    if kind == "trap":
        return not verdict.flagged
    return bool(set(item["types"]) & {event.type for event in verdict.events})


HARD = {
    "a megabyte": Text(title="Zölle " * 10, content="Die Regierung erhöht Zölle. " * 40_000),
    "no title": Text(summary="The Fed cut rates by half a point."),
    "nothing": Text(),
    "mixed scripts": Text(title="央行 повысил Leitzins رفع 금리 利上げ"),
    "direction marks": Text(title="\u202e\u2067قرار البنك المركزي\u2069\u202c رفع الفائدة"),
    "markup": Text(title="<b>Fed</b> &amp; <a href='x'>ECB</a> <script>alert(1)</script>"),
    "half a pair": Text(title="Nvidia \ud83d wins \udfff licence"),
    "names": Text(title="Merger", content=", ".join(f"Company {n} Holdings" for n in range(10_000))),
    "one long word": Text(title="a" * 1_000_000),
    "controls": Text(title="\x00\x01\x02", summary="\x1b[31mred"),
}


@pytest.mark.parametrize("case", HARD)
def test_any_text_gets_a_verdict_with_offsets_that_fit(case: str) -> None:
    text = HARD[case]
    verdict = classifier("e5").classify(text)
    for event in verdict.events:
        for piece in event.evidence:
            assert getattr(text, piece.field)[piece.start : piece.end] == piece.text


def test_every_event_says_why() -> None:
    items = read_items(DATA / "verdicts" / "items.jsonl")
    for item in items[::5]:
        verdict = classifier("e5").classify(text_of(item))
        assert all(event.evidence for event in verdict.events), item.id
        assert (verdict.neighbour is not None) == verdict.flagged
