import pytest

from tocsin.learning.items import Gold, LabelledItem
from tocsin.learning.story_evaluation import Share, evaluate_stories


def items(*labels: tuple[str, str, str | None]) -> list[LabelledItem]:
    return [
        LabelledItem(id=str(number), lang=lang, gold=Gold(story=story, lookalike=alike))
        for number, (lang, story, alike) in enumerate(labels)
    ]


LABELLED = items(("en", "a", "L"), ("de", "a", "L"), ("en", "a", "L"), ("en", "b", "L"), ("fr", "c", None))


def test_the_gold_itself_is_perfect() -> None:
    found = evaluate_stories(LABELLED, ["1", "1", "1", "2", "3"])
    assert (found.bcubed_f1, found.pair_f1, found.pair_precision) == (1.0, 1.0, 1.0)
    assert (found.across_languages, found.falsely_joined, found.look_alikes) == (Share(2, 2), Share(0, 7), Share(0, 1))


def test_what_is_apart_and_what_is_merged_counts() -> None:
    found = evaluate_stories(LABELLED, ["1", "2", "1", "1", "3"])
    assert found.joined == Share(1, 3)
    assert found.across_languages == Share(0, 2)
    assert found.falsely_joined == Share(2, 7)
    assert found.look_alikes == Share(1, 1)
    assert found.pair_precision == pytest.approx(1 / 3)
    assert found.bcubed_precision == pytest.approx((2 / 3 + 1 + 2 / 3 + 1 / 3 + 1) / 5)
    assert found.bcubed_recall == pytest.approx((2 / 3 + 1 / 3 + 2 / 3 + 1 + 1) / 5)


def test_everything_alone_joins_nothing() -> None:
    found = evaluate_stories(LABELLED, list("12345"))
    assert (found.bcubed_precision, found.pair_precision, found.joined) == (1.0, 1.0, Share(0, 3))
