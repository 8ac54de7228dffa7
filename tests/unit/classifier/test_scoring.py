import pytest

from tocsin.classifier.classify import Classifier, Text
from tocsin.domain.signal import Event

EXPORT = "policy.export-control"


def score(classifier: Classifier, title: str = "", summary: str = "", content: str = "", language: str = "en") -> float:
    text = Text(title=title, summary=summary, content=content, language=language)
    return classifier.classify(text).scores[EXPORT]


def event(classifier: Classifier, title: str, language: str = "en", summary: str = "") -> Event:
    (found,) = classifier.classify(Text(title=title, summary=summary, language=language)).events
    return found


def test_a_trigger_in_the_title_has_its_weight(classifier: Classifier) -> None:
    assert score(classifier, "New export controls") == 0.75


def test_triggers_add_up_as_independent_hints(classifier: Classifier) -> None:
    assert score(classifier, "Export controls: licence granted for chips") == 1 - 0.25 * 0.4


def test_a_trigger_counts_once_however_often_it_stands(classifier: Classifier) -> None:
    assert score(classifier, "Export controls, export curb and export controls") == 0.75


def test_body_counts_less_than_summary_and_title(classifier: Classifier) -> None:
    title = score(classifier, "Export controls")
    summary = score(classifier, "News", "Export controls")
    content = score(classifier, "News", "", "Export controls")
    assert title > summary > content > 0


def test_the_far_body_does_not_count(classifier: Classifier) -> None:
    assert score(classifier, "News", "", "Nothing here. " * 150 + "Export controls") == 0


def test_a_post_without_title_is_judged_by_its_first_sentence(classifier: Classifier) -> None:
    assert score(classifier, "", "", "New export controls. More later.") == 0.75
    assert score(classifier, "", "", "Hello. New export controls.") < 0.75


def test_with_must_stand_in_the_same_sentence(classifier: Classifier) -> None:
    assert score(classifier, "News", "A licence for chips.") > 0
    assert score(classifier, "News", "A licence. Chips are small.") == 0


def test_in_title_counts_nowhere_else(classifier: Classifier) -> None:
    assert score(classifier, "Curbs come") == 0.9
    assert score(classifier, "News", "Curbs come") == 0


def test_a_negative_context_takes_the_trigger_it_overlaps(classifier: Classifier) -> None:
    assert score(classifier, "A driving licence with a chip") == 0
    assert score(classifier, "A driving licence and an export licence") == 0.6


@pytest.mark.parametrize("title", ["Ten years of anniversary of export controls", "What are export controls"])
def test_no_news_is_scaled_down(classifier: Classifier, title: str) -> None:
    assert 0 < score(classifier, title) < 0.5


def test_the_language_decides_which_words_count(classifier: Classifier) -> None:
    assert score(classifier, "Export controls", language="de") == 0
    assert score(classifier, "Neue US-Exportbeschraenkungen", language="de") == 0.7
    assert score(classifier, "出口管制", language="zh-CN") == 0.75


@pytest.mark.parametrize(
    ("title", "direction"),
    [
        ("US tightens export controls", "down"),
        ("US eases export controls", "up"),
        ("US lifts ban: export controls end", "up"),
        ("US won't lift export curbs", "down"),
        ("US export controls", "unknown"),
    ],
)
def test_direction(classifier: Classifier, title: str, direction: str) -> None:
    assert event(classifier, title).direction == direction


def test_severity_grows_with_the_sum_and_with_a_subject(classifier: Classifier) -> None:
    plain = event(classifier, "Export controls").severity
    assert plain == 70
    assert event(classifier, "Export controls cost $5bn").severity > plain
    assert (
        event(classifier, "Export controls cost $500bn").severity
        > event(classifier, "Export controls cost $5bn").severity
    )
    assert event(classifier, "Export controls hit Nvidia").severity > plain
    assert event(classifier, "News", summary="Export controls").severity < plain


def test_evidence_tells_field_place_and_rule(classifier: Classifier) -> None:
    (piece,) = event(classifier, "The  EXPORT\u00a0Controls").evidence
    assert (piece.field, piece.text, piece.rule) == ("title", "EXPORT\u00a0Controls", f"{EXPORT}/en/export control*")


def test_groups_are_their_likeliest_type(classifier: Classifier) -> None:
    verdict = classifier.classify(Text(title="Export controls dent quarterly profit", language="en"))
    assert (verdict.policy, verdict.market) == (0.75, 0.8)
    assert [found.type for found in verdict.events] == ["market.earnings", EXPORT]
    assert set(verdict.scores) == {"market.earnings", EXPORT}
