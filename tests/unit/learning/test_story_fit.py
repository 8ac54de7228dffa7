"""The weights of stories: what a fit makes of pairs, and that what ships is what the fit writes."""

from collections.abc import Sequence
from datetime import timedelta
from importlib import resources

import numpy as np

from tocsin.classifier.classify import Classifier
from tocsin.classifier.likeness import Evidence
from tocsin.classifier.story_weights import FILE, StoryWeights, Weights, builtin_weights
from tocsin.knowledge import load_knowledge
from tocsin.learning.items import Gold, LabelledItem
from tocsin.learning.story_fit import Pairs, fit, pairs, undated

NOTHING = Evidence(*(0.0,) * len(Evidence._fields))
WINDOW = timedelta(hours=48)


def stream(rows: Sequence[tuple[Evidence, bool]]) -> Pairs:
    same = np.array([same for _, same in rows])
    return Pairs(np.array([row for row, _ in rows]), same, np.where(same, 1 / same.sum(), 3 / (~same).sum()))


def item(id: str, title: str, story: str, hour: int, look_alike: str | None = None) -> LabelledItem:
    gold = Gold(story=story, lookalike=look_alike)
    return LabelledItem(id=id, title=title, lang="en", published=f"2026-03-04T{hour:02}:00:00Z", gold=gold)


ITEMS = [
    item("a", "Ferry with 412 passengers runs aground off Naxos", "naxos", 8, "ferries"),
    item("b", "412 rescued from stranded Naxos ferry", "naxos", 9, "ferries"),
    item("c", "Ferry runs aground off Skye, 412 passengers wait", "skye", 10, "ferries"),
    item("d", "Skye ferry floats again after 412 go ashore", "skye", 11, "ferries"),
    item("e", "A poem a day keeps a village school awake", "poem", 12),
]


def test_what_tells_two_events_apart_gets_its_weight() -> None:
    alike, apart = NOTHING._replace(meaning=0.4, figures=1.0), NOTHING._replace(meaning=0.4, places_differ=1.0)
    weights = fit([stream([(alike, True), (apart, False), (NOTHING, False)] * 20)])
    assert weights.evidence.figures > 1
    assert weights.evidence.places_differ < -0.5
    assert weights.score(alike) > 0 > weights.score(apart)


def test_a_stream_cannot_turn_evidence_into_its_opposite() -> None:
    odd = [(NOTHING._replace(places_differ=1.0), True), (NOTHING._replace(figures=1.0), False)] * 20
    weights = fit([stream(odd)])
    assert (weights.evidence.places_differ, weights.evidence.figures) == (0, 0)


def test_every_stream_counts_alike() -> None:
    one = [(NOTHING._replace(names=2.0), True), (NOTHING._replace(place=1.0), False)]
    other = [(NOTHING._replace(copy=1.0), True), (NOTHING._replace(kind=1.0), False)]
    assert fit([stream(one), stream(other)]) == fit([stream(one * 50), stream(other)])


def test_without_embeddings_meaning_has_no_weight() -> None:
    rows = [(NOTHING._replace(meaning=1.0, names=2.0), True), (NOTHING, False)] * 5
    weights = fit([stream(rows)], frozenset({"meaning"}))
    assert weights.evidence.meaning == 0
    assert weights.evidence.names > 0


def test_pairs_of_a_stream() -> None:
    found = pairs(Classifier(load_knowledge()), ITEMS, WINDOW)
    names = Evidence._fields
    assert found.same.sum() == 2
    assert found.counts[found.same].sum() == 1
    # four pairs of look-alikes, which share the figure; the poem has no key in common with any
    assert (~found.same).sum() == 4
    assert found.counts[~found.same].sum() == 9
    assert found.evidence[:, names.index("figures")].min() > 0
    assert found.evidence[:, names.index("soon")].max() < 1


def test_undated_items_lie_in_no_order() -> None:
    found = pairs(Classifier(load_knowledge()), undated(ITEMS), WINDOW)
    assert found.evidence[:, Evidence._fields.index("soon")].max() == 0


def test_reports_too_far_apart_are_no_pair() -> None:
    assert len(pairs(Classifier(load_knowledge()), ITEMS, timedelta(hours=1)).same) == 3


def test_the_weights_that_ship_are_as_the_fit_writes_them() -> None:
    file = resources.files("tocsin.knowledge") / "models" / FILE
    assert builtin_weights().save() == file.read_text("utf-8")


def test_pairs_without_meaning_have_weights_of_their_own() -> None:
    weights = StoryWeights(Weights(NOTHING, 1.0), Weights(NOTHING, 2.0))
    assert weights.of(NOTHING._replace(meaning=0.3)).bias == 1.0
    assert weights.of(NOTHING).bias == 2.0
