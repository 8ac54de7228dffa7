from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from tocsin.adapters.sqlite.stories import SqliteStoryIndex
from tocsin.classifier.centre import Centre
from tocsin.classifier.classify import Classifier, Text
from tocsin.classifier.model import Array
from tocsin.classifier.names import read_names
from tocsin.classifier.quantised import pack
from tocsin.classifier.stories import Stories
from tocsin.classifier.story_judge import judge
from tocsin.domain.article import Article
from tocsin.domain.signal import Placement
from tocsin.domain.story import Report, Story, Traits

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WINDOW = timedelta(hours=48)
NONE = np.zeros(0, dtype=np.float32)

Put = Callable[..., Placement]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[SqliteStoryIndex]:
    index = SqliteStoryIndex(tmp_path / "stories.db", clock=lambda: NOW)
    yield index
    index.close()


@pytest.fixture
def put(classifier: Classifier, index: SqliteStoryIndex) -> Put:
    stories = Stories(index, WINDOW, Centre({}, NONE))

    def put(
        id: str, title: str, summary: str = "", *, language: str = "en", source: str = "", hours: float = 0,
        vector: Array = NONE, revision: int = 1,
    ) -> Placement:  # fmt: skip
        article = Article(
            id=id, feed="f", source=source or id, title=title, summary=summary, language=language, revision=revision,
            seen=NOW + timedelta(hours=hours), content_hash="h",
        )  # fmt: skip
        return stories.place(article, classifier.classify(Text.of(article)), vector)

    return put


def towards(*weights: float) -> Array:
    """A meaning of unit length with these first columns."""
    vector = np.zeros(48, dtype=np.float32)
    vector[: len(weights)] = weights
    unit: Array = vector / np.linalg.norm(vector)
    return unit


OPENING = "Washington said on Tuesday that Nvidia may sell its H20 chips worth $5.5 billion to Chinese customers again."


def test_a_copy_joins_and_is_no_source_of_its_own(put: Put, index: SqliteStoryIndex) -> None:
    first = put("a", "Nvidia may sell H20 chips to China again", OPENING)
    copy = put("b", "Nvidia may sell H20 chips to China again", OPENING.replace("customers", "clients"), hours=1)
    assert (first.novelty, first.opened, first.sources) == ("first", True, 1)
    assert (copy.story, copy.novelty, copy.copy, copy.articles, copy.sources) == (first.story, "repeat", True, 2, 1)
    assert copy.nearest == "a"
    kept = index.story(first.story)
    assert kept is not None
    assert (kept.articles, kept.copies, kept.sources) == (2, 1, ("a",))


def test_one_event_in_three_languages_is_one_story(put: Put, index: SqliteStoryIndex) -> None:
    one = put("de", "Nvidia darf H20-Chips wieder nach China liefern", language="de", vector=towards(1, 0.2))
    two = put("en", "US to license Nvidia's H20 sales to China", vector=towards(1, 0.3), hours=1)
    three = put("zh", "英伟达获准恢复向中国出口H20芯片", language="zh", vector=towards(1, 0.1), hours=2)
    assert {one.story, two.story, three.story} == {one.story}
    assert [one.novelty, two.novelty] == ["first", "repeat"]
    kept = index.story(one.story)
    assert kept is not None
    assert kept.headlines["zh"] == "英伟达获准恢复向中国出口H20芯片"
    assert kept.companies[0] == "NVDA"
    assert kept.best is not None
    assert kept.best.type == "policy.export-control"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Fed lowers rates to 3.25% in Washington", "European Central Bank lowers rates to 1.75%"),
        ("Toyota recalls 430,000 Prius cars", "Toyota recalls 610,000 Tundra pickups"),
        ("S&P cuts France to A", "S&P cuts Belgium to AA-"),
    ],
)
def test_look_alikes_are_two_stories(put: Put, one: str, other: str) -> None:
    near = (towards(1, 0.2), towards(1, -0.9))
    assert put("a", one, vector=near[0]).story != put("b", other, vector=near[1], hours=1).story


def test_meaning_alone_does_not_join() -> None:
    def report(article: str, vector: Array, *places: str) -> Report:
        return Report(article=article, source="s", at=NOW, title="t", traits=Traits(vector=pack(vector), places=places))

    def joined(one: Report, other: Report) -> bool:
        story = Story(id="sto", first=NOW, last=NOW, reports=(one,))
        return judge(other, [story], Centre({}, NONE)).story is not None

    here, there, same = towards(1, 0.2), towards(1, -1.2), towards(1, 0.3)
    assert not joined(report("a", here), report("b", there))
    assert joined(report("a", here, "jp"), report("b", there, "jp"))
    assert not joined(report("a", here, "jp"), report("b", there, "fr"))
    assert joined(report("a", here), report("b", same))


def test_the_same_event_after_the_window_is_another_story(put: Put) -> None:
    first = put("a", "Nvidia may sell H20 chips to China again", OPENING)
    late = put("b", "Nvidia may sell H20 chips to China again", OPENING, hours=49)
    assert late.opened
    assert late.story != first.story


def test_a_late_article_opens_a_closed_story_again(put: Put, index: SqliteStoryIndex) -> None:
    first = put("a", "Nvidia may sell H20 chips to China again", OPENING)
    story = index.story(first.story)
    assert story is not None
    assert story.status(NOW + timedelta(hours=49), WINDOW) == "closed"
    put("b", "Nvidia may sell H20 chips to China again", OPENING, hours=47)
    story = index.story(first.story)
    assert story is not None
    assert story.status(NOW + timedelta(hours=49), WINDOW) == "open"


def test_a_new_figure_in_a_headline_is_an_update(put: Put) -> None:
    put("a", "Boeing cuts jobs after 737 MAX losses of $2.31 billion", vector=towards(1, 0.1))
    more = put("b", "Boeing cuts 4,750 jobs after 737 MAX losses of $2.31 billion", vector=towards(1, 0.12), hours=1)
    again = put("c", "Losses of $2.31 billion: Boeing lets 4,750 go, 737 MAX", vector=towards(1, 0.11), hours=2)
    assert (more.novelty, more.news) == ("update", ("figure 4750",))
    assert again.story == more.story
    assert again.novelty == "repeat"


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Correction: Nvidia may sell H20 chips worth $5.5 billion to China", "correction"),
        ("Nvidia denies it may sell H20 chips worth $5.5 billion to China", "denial"),
        ("Herald retracts report on Nvidia's $5.5 billion H20 sales to China", "retraction"),
    ],
)
def test_amendments_are_updates_and_linked(put: Put, index: SqliteStoryIndex, title: str, kind: str) -> None:
    put("a", "Nvidia may sell H20 chips to China again", OPENING, vector=towards(1, 0.2))
    amended = put("b", title, hours=3, vector=towards(1, 0.3))
    assert (amended.novelty, amended.amends) == ("update", kind)
    kept = index.story(amended.story)
    assert kept is not None
    assert [(each.article, each.kind) for each in kept.amendments] == [("b", kind)]


def test_a_revision_stays_and_counts_once(put: Put, index: SqliteStoryIndex) -> None:
    first = put("a", "Nvidia may sell H20 chips to China again", OPENING)
    second = put("a", "Something else altogether, Nvidia says", revision=2, hours=5)
    assert second.story == first.story
    assert second.articles == 1
    kept = index.story(first.story)
    assert kept is not None
    assert [report.revision for report in kept.reports] == [2]


def test_the_memory_of_a_story_is_bounded(put: Put, index: SqliteStoryIndex) -> None:
    story = ""
    for number in range(30):
        title = f"Nvidia H20 chips: view {'of outlet ' * (number % 3)}number {number} on $5.5 billion sales to China"
        story = put(f"a{number}", title, vector=towards(1, 0.01 * number)).story
    kept = index.story(story)
    assert kept is not None
    assert kept.articles == 30
    assert len(kept.reports) <= 8
    assert kept.reports[0].article == "a0"


def test_reasons_are_told(put: Put) -> None:
    put("a", "Nvidia may sell H20 chips to China again", OPENING, vector=towards(1, 0.2))
    joined = put("b", "China: Nvidia gets H20 licences worth $5.5 billion", vector=towards(1, 0.3), hours=1)
    assert joined.why[0].startswith("joined: score +")
    assert any(reason.startswith("meaning 0.9") for reason in joined.why)


def test_one_odd_report_does_not_join_two_events() -> None:
    def report(article: str, vector: Array, *numbers: str) -> Report:
        traits = Traits(vector=pack(vector), numbers=numbers, dated=False)
        return Report(article=article, source="s", at=NOW, title="t", traits=traits)

    def joined(*reports: Report) -> bool:
        story = Story(id="sto", first=NOW, last=NOW, reports=reports)
        return judge(report("new", towards(1, 0.2), "4117"), [story], Centre({}, NONE)).story is not None

    odd, others = report("odd", towards(1, 0.2), "4117"), [report(f"a{n}", towards(1, -1.6), "812") for n in range(4)]
    assert joined(odd)
    assert not joined(odd, *others)


def test_between_two_stories_neither_is_joined_unless_one_is_surely_nearer() -> None:
    def story(id: str, angle: float, place: str) -> Story:
        traits = Traits(vector=pack(towards(1, angle)), places=(place,), dated=False)
        report = Report(article=id, source="s", at=NOW, title="t", traits=traits)
        return Story(id=id, first=NOW, last=NOW, reports=(report,))

    new = Report(
        article="new", source="s", at=NOW, title="t",
        traits=Traits(vector=pack(towards(1, 0.0)), places=("kr", "us"), dated=False),
    )  # fmt: skip
    one, as_near, farther = story("one", 1.5, "kr"), story("near", -1.5, "us"), story("far", -3.0, "us")
    score = judge(new, [one], Centre({}, NONE)).score
    assert 0 < score < 0.5
    assert judge(new, [one, farther], Centre({}, NONE)).story == one
    unsure = judge(new, [one, as_near], Centre({}, NONE))
    assert unsure.story is None
    assert unsure.why[0] == f"not joined, as near to another story: score {score:+.1f}"


def test_two_drugs_of_one_maker_are_two_stories() -> None:
    def report(article: str, vector: Array, title: str) -> Report:
        traits = Traits(vector=pack(vector), subjects=("PFE",), companies=("PFE",), names=read_names(title))
        return Report(article=article, source="s", at=NOW, title=title, traits=traits)

    def joined(one: str, other: str) -> bool:
        first, second = report("a", towards(1, 0.4), one), report("b", towards(1, -0.8), other)
        story = Story(id="sto", first=NOW, last=NOW, reports=(first,))
        return judge(second, [story], Centre({}, NONE)).story is not None

    assert joined("FDA clears vepdegestrant", "Regulators admit Vepdegestrant of Pfizer")
    assert not joined("FDA clears vepdegestrant", "FDA clears inclacumab")
