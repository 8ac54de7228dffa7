"""Which of the candidates an article belongs to, if any: a linear model over the evidence, and a rule above it."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from tocsin.classifier.centre import Centre
from tocsin.classifier.likeness import Evidence, compare
from tocsin.domain.story import Report, Story

WEIGHTS: Final = Evidence(
    meaning=5.2,
    meaning_across=3.4,
    across=-0.5,
    copy=0.2,
    company=1.1,
    companies_differ=-0.9,
    headlined_differ=-3.0,
    place=-0.2,
    places_differ=-1.1,
    headlines_differ=-2.7,
    months_differ=-1.3,
    kind=-0.4,
    types_differ=-0.8,
    company_kind=0.6,
    place_kind=0.7,
    figures=2.6,
    figures_differ=-2.2,
    figures_new=0.0,
    names=0.4,
    names_differ=-0.5,
    soon=1.0,
    crowd=-0.9,
    products_differ=-2.0,
)
"""By logistic regression on pairs of the labelled streams of docs/evaluation.md, every stream counting alike. ``soon``
and ``products_differ`` by hand: small streams hardly have what they are for."""
BIAS: Final = -3.1
WITHOUT_MEANING: Final = Evidence(
    meaning=0.0,
    meaning_across=0.0,
    across=1.1,
    copy=0.9,
    company=1.4,
    companies_differ=-1.3,
    headlined_differ=-2.0,
    place=0.2,
    places_differ=-1.3,
    headlines_differ=-2.8,
    months_differ=-0.7,
    kind=-1.0,
    types_differ=-1.4,
    company_kind=0.3,
    place_kind=1.1,
    figures=2.6,
    figures_differ=-2.5,
    figures_new=0.0,
    names=0.9,
    names_differ=0.0,
    soon=0.8,
    crowd=0.0,
    products_differ=-1.5,
)
"""For pairs of which one has no embedding."""
BIAS_WITHOUT_MEANING: Final = -2.3
_EXTREMELY_NEAR: Final = 0.5
"""Cosine from which meaning alone will do."""
_WORTH_A_LOOK: Final = 0.12
"""Cosine below which nothing else could join two reports."""
_TOP: Final = 0.5
"""Share of the best pair in a story's score. The rest is the second best: one odd report must not join two events."""
_CROWD: Final = 6
"""Rank of the candidate story that stands for the crowd; the ones before it may be pieces of the article's own."""
_SOME_KIND: Final = 0.3
_COPY: Final = 0.5
"""Share of common word pairs from which a report is a copy of another."""
_REASONS: Final = 4


class Verdict(NamedTuple):
    """The best candidate (None: a story of its own), its score (above 0 joins), and the report it rests on."""

    story: Story | None
    score: float
    nearest: Report | None
    evidence: Evidence | None

    @property
    def copy(self) -> bool:
        """Whether the article says what another said, in its words and with its figures."""
        return self.evidence is not None and self.evidence.copy >= _COPY and not self.evidence.figures_new

    @property
    def why(self) -> tuple[str, ...]:
        """What counted most, each as ``name value (+weight)``; why not, when no story was joined."""
        if self.evidence is None:
            return ("nothing alike within the window",)
        named = zip(Evidence._fields, self.evidence, _weights(self.evidence)[0], strict=True)
        said = sorted(((name, value, value * weight) for name, value, weight in named), key=lambda item: -abs(item[2]))
        reasons = [f"{name} {value:.2f} ({weight:+.1f})" for name, value, weight in said if abs(weight) >= 0.1]  # noqa: PLR2004
        outcome = "joined" if self.story else "not joined to the nearest"
        return (f"{outcome}: score {self.score:+.1f}", *reasons[:_REASONS])


def judge(report: Report, candidates: Sequence[Story], centre: Centre, settled: str | None = None) -> Verdict:
    """Compare a report with those that the candidates keep. A ``settled`` story is joined whatever the score."""
    known = [(story, other) for story in candidates for other in story.reports]
    meanings = centre.cosines(report.traits, [other.traits for _, other in known])
    nearest = sorted(_nearest(known, meanings).values(), reverse=True)
    crowd = nearest[_CROWD - 1] if len(nearest) >= _CROWD else 0.0
    by_story: dict[str, list[_Pair]] = {story.id: [] for story in candidates}
    for (story, other), meaning in zip(known, meanings, strict=True):
        if settled or meaning >= _WORTH_A_LOOK or not report.traits.vector or not other.traits.vector:
            by_story[story.id].append(_pair(report, other, meaning, crowd))
    best = Verdict(None, BIAS, None, None)
    for story in candidates:
        pairs = sorted(by_story[story.id], key=lambda pair: -pair.score)[:2]
        if pairs:
            score = _TOP * pairs[0].score + (1 - _TOP) * pairs[-1].score
            if best.nearest is None or score > best.score:
                best = Verdict(story, score, pairs[0].report, pairs[0].evidence)
    if settled and candidates:
        return best._replace(story=candidates[0])
    return best if best.score > 0 else best._replace(story=None)


def _nearest(known: Sequence[tuple[Story, Report]], meanings: Sequence[float]) -> dict[str, float]:
    found: dict[str, float] = {}
    for (story, _), meaning in zip(known, meanings, strict=True):
        found[story.id] = max(found.get(story.id, meaning), meaning)
    return found


class _Pair(NamedTuple):
    score: float
    report: Report
    evidence: Evidence


def _pair(report: Report, other: Report, meaning: float, crowd: float) -> _Pair:
    evidence = compare(report.traits, other.traits, meaning, report.at - other.at, crowd)
    return _Pair(_score(evidence), other, evidence)


def _weights(evidence: Evidence) -> tuple[Evidence, float]:
    return (WEIGHTS, BIAS) if evidence.meaning else (WITHOUT_MEANING, BIAS_WITHOUT_MEANING)


def _score(evidence: Evidence) -> float:
    weights, bias = _weights(evidence)
    score = bias + sum(value * weight for value, weight in zip(evidence, weights, strict=True))
    # agencies word every forecast alike: about another company it is another event, however near the words
    return score if _seconded(evidence) and not evidence.companies_differ else min(score, -0.1)


def _seconded(evidence: Evidence) -> bool:
    return bool(
        evidence.company
        or evidence.place
        or evidence.figures
        or evidence.names
        or evidence.kind >= _SOME_KIND
        or evidence.copy >= _COPY
        or evidence.meaning >= _EXTREMELY_NEAR
    )
