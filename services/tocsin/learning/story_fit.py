"""The weights that join stories: ``python -m tocsin.learning.story_fit FILE STREAM...`` writes them to ``FILE``.

Every stream is a file of labelled items in the order in which they came. Pairs of reports that share a key are what the
judge sees in life; each stream counts alike, however long, and is read once more as if nobody had dated its items.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from tocsin.adapters.embedding.choose import open_embedder
from tocsin.classifier.centre import builtin_centre
from tocsin.classifier.classify import Classifier, Text
from tocsin.classifier.likeness import Evidence, compare
from tocsin.classifier.model import builtin_model
from tocsin.classifier.story_judge import crowd
from tocsin.classifier.story_keys import StoryKeys
from tocsin.classifier.story_traits import read_traits
from tocsin.classifier.story_weights import StoryWeights, Weights
from tocsin.domain.article import Article
from tocsin.domain.story import Traits
from tocsin.knowledge import load_knowledge
from tocsin.learning.items import LabelledItem, read_items
from tocsin.learning.story_evaluation import gold_story
from tocsin.settings.schema import ClassifierSettings

_APART: Final = 3.0
"""How much the pairs of two stories count, against 1 for the pairs of one: who is told twice is told, at least."""
_LOOK_ALIKE: Final = 3.0
"""How much more a pair counts that the labels call look-alike."""
_STRENGTH: Final = 150.0
"""How much a stream counts, against the penalty on the size of weights."""
_BY_HAND: Final = {"soon": 1.2, "products_differ": -3.0, "figures_new": 0.0}
"""What small streams cannot tell: hardly two of their stories are of the same minute or of two drugs of one maker.
``figures_new`` tells copies, not stories."""
_AGAINST: Final = frozenset({name for name in Evidence._fields if name.endswith("differ")} | {"crowd"})
_EITHER: Final = frozenset({"meaning_across", "across"})
"""What corrects other evidence, in either direction. All else speaks for one event, or is silent: in streams full of
look-alikes a common kind would speak against one, and a reader who is told so would wonder.
"""
_PRESENT: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""When an item without a time came: all at once, so that none is too far from another."""

Array = NDArray[np.float64]


class Pairs(NamedTuple):
    """Pairs of reports of a stream: a row of ``Evidence`` each, whether they are of one event, and how much it counts
    (1 in all for those that are).
    """

    evidence: Array
    same: NDArray[np.bool_]
    counts: Array


class _Seen(NamedTuple):
    traits: Traits
    at: datetime
    keys: frozenset[str]
    story: str
    look_alike: str | None


def pairs(classifier: Classifier, items: Iterable[LabelledItem], window: timedelta) -> Pairs:
    """The pairs of a stream that share a key or a story, within ``window``."""
    centre, keys = builtin_centre(classifier.embedder), StoryKeys()
    seen: list[_Seen] = []
    rows: list[tuple[Evidence, bool, bool]] = []
    for item in items:
        article = _article(item)
        text = Text.of(article)
        vector = classifier.vector(text)
        traits = read_traits(article, classifier.classify(text), vector)
        centre.see(vector, traits.language)
        found = frozenset(keys.of(traits, centre.fixed(vector, traits.language)))
        new = _Seen(traits, article.at, found, gold_story(item) or item.id, item.gold.lookalike)
        before = [other for other in seen if abs(other.at - new.at) <= window]
        meanings = centre.cosines(traits, [other.traits for other in before])
        crowded = crowd(zip((other.story for other in before), meanings, strict=True))
        for other, meaning in zip(before, meanings, strict=True):
            same = other.story == new.story
            if same or other.keys & new.keys:
                alike = new.look_alike is not None and new.look_alike == other.look_alike
                rows.append((compare(traits, other.traits, meaning, new.at - other.at, crowded), same, alike))
        seen.append(new)
    return _counted(rows)


def fit(streams: Sequence[Pairs], without: frozenset[str] = frozenset()) -> Weights:
    """Logistic regression with weights of the right sign; ``without`` names evidence that is not to be had."""
    evidence = np.vstack([stream.evidence for stream in streams])
    evidence[:, [place for place, name in enumerate(Evidence._fields) if name in _BY_HAND]] = 0
    rows = np.hstack([evidence, np.ones((len(evidence), 1))])
    sides = np.where(np.concatenate([stream.same for stream in streams]), 1.0, -1.0)
    counts = np.concatenate([stream.counts for stream in streams]) * _STRENGTH / (1 + _APART)
    penalty = np.append(np.ones(len(Evidence._fields)), 0.0)

    def loss(weights: Array) -> tuple[float, Array]:
        margins = sides * (rows @ weights)
        slopes = counts * sides / (1 + np.exp(margins))
        value = counts @ np.logaddexp(0, -margins) + (penalty * weights**2).sum() / 2
        return float(value), penalty * weights - slopes @ rows

    bounds = [(0.0, 0.0) if name in without else _bounds(name) for name in Evidence._fields]
    found = minimize(loss, np.zeros(len(penalty)), jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)])
    weights = [round(float(weight), 2) for weight in found.x]
    return Weights(Evidence(*weights[:-1])._replace(**_BY_HAND), weights[-1])


def undated(items: Iterable[LabelledItem]) -> Iterator[LabelledItem]:
    """The same items, as if nobody had said when."""
    return (msgspec.structs.replace(item, published=None) for item in items)


def _bounds(name: str) -> tuple[float | None, float | None]:
    return (None, None) if name in _EITHER else (None, 0.0) if name in _AGAINST else (0.0, None)


def _counted(rows: Sequence[tuple[Evidence, bool, bool]]) -> Pairs:
    evidence = np.array([row for row, _, _ in rows], dtype=np.float64).reshape(-1, len(Evidence._fields))
    same = np.array([same for _, same, _ in rows], dtype=bool)
    alike = np.array([alike for _, _, alike in rows], dtype=bool)
    counts = np.where(same, 1.0 / max(1, same.sum()), _APART / max(1, (~same).sum()))
    return Pairs(evidence, same, np.where(alike & ~same, counts * _LOOK_ALIKE, counts))


def _article(item: LabelledItem) -> Article:
    published = datetime.fromisoformat(item.published) if item.published else None
    return Article(
        id=item.id,
        feed="",
        source=item.source,
        title=item.title,
        summary=item.summary,
        content=item.content,
        language=item.lang,
        seen=published or _PRESENT,
        published=published,
        content_hash="",
    )


def _fitted(embedder: str, streams: Sequence[Sequence[LabelledItem]], cache: Path) -> Weights:
    opened = open_embedder(embedder, cache)
    classifier = Classifier(load_knowledge([]), opened, builtin_model(opened.name))
    window = timedelta(hours=ClassifierSettings().story_window)
    read = [pairs(classifier, items, window) for items in streams]
    read += [pairs(classifier, undated(items), window) for items in streams if any(item.published for item in items)]
    needs_vectors = frozenset({"meaning", "meaning_across", "crowd"})
    return fit(read, frozenset() if opened.dimensions else needs_vectors)


if __name__ == "__main__":
    target, *names = sys.argv[1:]
    files = [read_items(Path(name)) for name in names]
    with TemporaryDirectory() as folder:
        fitted = StoryWeights(_fitted("e5", files, Path(folder)), _fitted("none", files, Path(folder)))
    Path(target).write_text(fitted.save(), "utf-8")
