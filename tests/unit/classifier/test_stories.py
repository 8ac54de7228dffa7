from datetime import UTC, datetime

import pytest

from tocsin.classifier.classify import Classifier, Text
from tocsin.classifier.stories import novelty, story_keys
from tocsin.domain.article import Article
from tocsin.ports.stories import StoryAssignment


def keys(classifier: Classifier, title: str, content: str = "", language: str = "en") -> tuple[str, ...]:
    article = Article(
        id="a", feed="f", source="s", title=title, content=content, language=language,
        seen=datetime(2026, 1, 1, tzinfo=UTC), content_hash="h",
    )  # fmt: skip
    return story_keys(article, classifier.classify(Text.of(article)))


def test_one_event_has_one_key_in_all_languages(classifier: Classifier) -> None:
    titles = {
        "de": "Nvidia nimmt Chip-Exporte nach China mit Genehmigung wieder auf",
        "en": "Nvidia may resume chip exports to China",
        "zh": "英伟达获准恢复向中国出口芯片",
    }
    found = [set(keys(classifier, title, language=language)) for language, title in titles.items()]
    assert set.intersection(*found) == {"NVDA|policy.export-control"}


def test_the_title_is_the_strongest_key(classifier: Classifier) -> None:
    first = keys(classifier, "US export curbs hit <b>Nvidia</b>")
    assert first[0].startswith("title|")
    assert keys(classifier, "US  EXPORT curbs hit Nvidia!")[0] == first[0]
    assert first[1:] == ("NVDA|policy.export-control",)


@pytest.mark.parametrize(
    ("title", "count"),
    [
        ("Market close today", 0),
        ("Export controls", 0),
        ("央行宣布降息", 0),
        ("", 0),
        ("Four plain words here", 1),
        ("中国人民银行宣布降息", 1),
    ],
)
def test_a_short_title_is_no_key(classifier: Classifier, title: str, count: int) -> None:
    assert len(keys(classifier, title)) == count


def test_the_company_named_most_stands_in_for_a_subject(classifier: Classifier) -> None:
    content = "First a word. Then another. Now Nvidia speaks. Nvidia again."
    assert keys(classifier, "Export controls", content) == ("NVDA|policy.export-control",)


def test_only_the_first_is_new() -> None:
    assert novelty(StoryAssignment(story="s", opened=True, articles=1)) == "first"
    assert novelty(StoryAssignment(story="s", opened=False, articles=2)) == "repeat"
