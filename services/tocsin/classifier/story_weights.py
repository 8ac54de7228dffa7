"""How much each piece of evidence counts for one event, or against it. ``tocsin.learning.story_fit`` fits it."""

import json
from functools import lru_cache
from importlib import resources
from operator import mul
from typing import Any, Final, NamedTuple

from tocsin.classifier.likeness import Evidence

FILE: Final = "stories.json"


class Weights(NamedTuple):
    """A linear model: the sum of ``evidence`` weighed, and ``bias``. Above 0 says that the event is the same."""

    evidence: Evidence
    bias: float

    def score(self, evidence: Evidence) -> float:
        """The logarithm of the odds that it is one event, as far as the examples of the fit go."""
        weighed: float = sum(map(mul, evidence, self.evidence))
        return self.bias + weighed


class StoryWeights(NamedTuple):
    """``with_meaning`` for reports that have embeddings, ``without_meaning`` for pairs of which one has none."""

    with_meaning: Weights
    without_meaning: Weights

    def of(self, evidence: Evidence) -> Weights:
        """Those for a pair."""
        return self.with_meaning if evidence.meaning else self.without_meaning

    def save(self) -> str:
        """As JSON, by name."""
        told = {name: {"bias": weights.bias, **weights.evidence._asdict()} for name, weights in self._asdict().items()}
        return json.dumps(told, indent=2) + "\n"


@lru_cache(1)
def builtin_weights() -> StoryWeights:
    """The weights that come with Tocsin."""
    told = json.loads((resources.files("tocsin.knowledge") / "models" / FILE).read_text("utf-8"))
    return StoryWeights(**{name: _weights(**values) for name, values in told.items()})


def _weights(bias: float, **evidence: Any) -> Weights:
    return Weights(Evidence(**evidence), bias)
