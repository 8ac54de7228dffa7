"""The example bank: broad, half of it silent, free of repetition, and apart from what measures it."""

import json
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from tocsin.domain.errors import ConfigurationError
from tocsin.knowledge import load_knowledge
from tocsin.knowledge.examples import Located, load_examples
from tocsin.learning.near_duplicates import near_duplicates

LANGUAGES = ["en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "tr", "ru", "zh", "ja", "ko", "ar"]
VERDICTS = Path(__file__).parents[2] / "data" / "verdicts"


@cache
def bank() -> tuple[Located, ...]:
    return load_examples()


def test_it_is_large_and_at_least_half_of_it_must_stay_silent() -> None:
    silent = sum(not located.example.types for located in bank())
    assert len(bank()) >= 4_000
    assert silent >= len(bank()) / 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_type_has_events_and_traps_in_the_language(language: str) -> None:
    events, traps = Counter[str](), Counter[str]()
    for located in bank():
        if located.language == language:
            file = located.id.split("/")[1]
            (events if located.example.types else traps)[file] += 1
    types = set(load_knowledge().events)
    assert {type for type in types if events[type] < 7} == set()
    assert {type for type in types if traps[type] < 7} == set()
    assert traps["ordinary"] + traps["everyday"] >= 100


def test_every_type_named_exists() -> None:
    assert {type for located in bank() for type in located.example.types} <= set(load_knowledge().events)


def test_no_example_repeats_another_and_none_is_in_the_test_set() -> None:
    texts = {located.id: f"{located.example.title} {located.example.text}" for located in bank()}
    for file in VERDICTS.glob("*.jsonl"):
        for line in file.read_text(encoding="utf-8").splitlines():
            item = json.loads(line)
            texts[f"test/{item['id']}"] = f"{item['title']} {item['summary']}"
    pairs = list(near_duplicates(texts, least=0.5))
    # the test set has translations, and syndicated copies on purpose
    assert [pair for pair in pairs if not (pair.first.startswith("test/") and pair.second.startswith("test/"))] == []


MISTAKES = {
    "both": (
        "examples: [{title: A, types: [policy.trade], trap: denial, direction: up}]",
        "either `types` or a `trap`",
    ),
    "neither": ("examples: [{title: A}]", "either `types` or a `trap`"),
    "misplaced": ("examples: [{title: A, types: [market.legal], direction: up}]", "move it to that file"),
    "undirected": ("examples: [{title: A, types: [policy.trade]}]", "add up, down or neutral"),
    "unknown": ("examples: [{title: A, trap: joke}]", "trap"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_its_file(mistake: str, tmp_path: Path) -> None:
    content, expected = MISTAKES[mistake]
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "policy.trade.yaml").write_text(content)
    with pytest.raises(ConfigurationError) as caught:
        load_examples([tmp_path], builtin=False)
    assert "policy.trade.yaml: examples[0]" in str(caught.value)
    assert expected in str(caught.value)
