"""How well reports become stories, on labelled streams in 15 languages, with the models that come with Tocsin."""

from functools import cache
from pathlib import Path

import pytest

from tocsin.bootstrap import open_classifier
from tocsin.classifier.classify import Classifier
from tocsin.cli.story_report import place_all
from tocsin.knowledge import load_knowledge
from tocsin.learning.items import read_items
from tocsin.learning.story_evaluation import evaluate_stories
from tocsin.settings.schema import ClassifierSettings

VERDICTS = Path(__file__).parents[1] / "data" / "verdicts"


@cache
def classifier() -> Classifier:
    return open_classifier(ClassifierSettings(embedder="e5"), load_knowledge())


@pytest.mark.parametrize("stream", ["", "second_", "third_", "fourth_", "fifth_", "sixth_", "seventh_"])
def test_one_event_is_one_story_and_look_alikes_stay_apart(stream: str) -> None:
    items = read_items(VERDICTS / f"{stream}stories.jsonl")
    found = evaluate_stories(items, place_all(classifier(), items))
    assert found.bcubed_f1 >= 0.85
    assert found.look_alikes.whole >= 15
    assert found.look_alikes.part == 0
    across = found.across_languages.value
    assert across is not None
    assert across >= 0.8


def test_translations_of_a_text_are_one_story() -> None:
    items = read_items(VERDICTS / "translations.jsonl")
    found = evaluate_stories(items, place_all(classifier(), items))
    joined, falsely = found.joined.value, found.falsely_joined.value
    assert joined is not None
    assert joined >= 0.85
    assert falsely is not None
    assert falsely <= 0.01
