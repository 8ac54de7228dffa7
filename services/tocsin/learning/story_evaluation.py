"""How well stories agree with those a person made. Pure: labels and stories in, figures out."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

from msgspec import Struct

from tocsin.learning.items import LabelledItem


class Share(NamedTuple):
    """``part`` of ``whole``."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """0–1, None of nothing."""
        return self.part / self.whole if self.whole else None


class StoryEvaluation(Struct, frozen=True, kw_only=True):
    """The figures of a file.

    ``bcubed_precision`` and ``bcubed_recall`` are means over the items: how much of an item's story belongs there, and
    how much of what belongs with it is there. ``joined`` counts the pairs of one gold story that were joined,
    ``across_languages`` those of them in two languages, ``falsely_joined`` the pairs of two gold stories that were.
    ``look_alikes`` counts pairs of gold stories that the labels call look-alikes, and how many of these were merged,
    be it by one item.
    """

    items: int
    gold_stories: int
    stories: int
    bcubed_precision: float
    bcubed_recall: float
    joined: Share
    across_languages: Share
    falsely_joined: Share
    look_alikes: Share

    @property
    def bcubed_f1(self) -> float:
        """Harmonic mean of both."""
        return _harmonic(self.bcubed_precision, self.bcubed_recall)

    @property
    def pair_precision(self) -> float:
        """Share of the joined pairs that belong together; 1 when none was joined."""
        found = self.joined.part + self.falsely_joined.part
        return self.joined.part / found if found else 1.0

    @property
    def pair_f1(self) -> float:
        """Harmonic mean of pair precision and the share of pairs joined."""
        recall = self.joined.value
        return _harmonic(self.pair_precision, 1.0 if recall is None else recall)


def evaluate_stories(items: Sequence[LabelledItem], stories: Sequence[str]) -> StoryEvaluation:
    """Compare the story of each item with its gold story. Every item must have one (``gold_story``)."""
    gold = [gold_story(item) or "" for item in items]
    both = Counter(zip(gold, stories, strict=True))
    of_gold, of_found = Counter(gold), Counter(stories)
    pairs = [(both[pair], of_found[pair[1]], of_gold[pair[0]]) for pair in zip(gold, stories, strict=True)]
    joined, across, falsely = [0, 0], [0, 0], [0, 0]
    for one, other in combinations(range(len(items)), 2):
        together = stories[one] == stories[other]
        count = joined if gold[one] == gold[other] else falsely
        count[0] += together
        count[1] += 1
        if count is joined and items[one].lang != items[other].lang:
            across[0] += together
            across[1] += 1
    return StoryEvaluation(
        items=len(items),
        gold_stories=len(of_gold),
        stories=len(of_found),
        bcubed_precision=_mean([common / found for common, found, _ in pairs]),
        bcubed_recall=_mean([common / whole for common, _, whole in pairs]),
        joined=Share(*joined),
        across_languages=Share(*across),
        falsely_joined=Share(*falsely),
        look_alikes=_look_alikes(items, gold, stories),
    )


def gold_story(item: LabelledItem) -> str | None:
    """The story that a person put the item into; translations of one text are one story."""
    return item.gold.story or item.group


def _look_alikes(items: Sequence[LabelledItem], gold: Sequence[str], stories: Sequence[str]) -> Share:
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for item, label, story in zip(items, gold, stories, strict=True):
        if item.gold.lookalike:
            found[item.gold.lookalike][label].add(story)
    pairs = [pair for group in found.values() for pair in combinations(group.values(), 2)]
    return Share(sum(bool(one & other) for one, other in pairs), len(pairs))


def _harmonic(one: float, other: float) -> float:
    return 2 * one * other / (one + other) if one + other else 0.0


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
