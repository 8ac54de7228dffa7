"""Which of the candidates an article belongs to, if any: a linear model over the evidence, and a rule above it."""

import math
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from tocsin.classifier.centre import Centre
from tocsin.classifier.likeness import Evidence, compare
from tocsin.classifier.story_weights import builtin_weights
from tocsin.domain.story import Report, Story

_EXTREMELY_NEAR: Final = 0.5
"""Cosine from which meaning alone will do."""
_WORTH_A_LOOK: Final = 0.12
"""Cosine below which nothing else could join two reports."""
_CROWD: Final = 6
"""Rank of the candidate story that stands for the crowd; the ones before it may be pieces of the article's own."""
_SOME_KIND: Final = 0.3
_COPY: Final = 0.5
"""Share of common word pairs from which a report is a copy of another."""
_UNSURE: Final = 0.5
"""Score below which a report joins no story when another one is nearly as near."""
_NEARLY: Final = 0.6
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
        named = zip(Evidence._fields, self.evidence, builtin_weights().of(self.evidence).evidence, strict=True)
        said = sorted(((name, value, value * weight) for name, value, weight in named), key=lambda item: -abs(item[2]))
        reasons = [f"{name} {value:.2f} ({weight:+.1f})" for name, value, weight in said if abs(weight) >= 0.1]  # noqa: PLR2004
        unsure = "not joined, as near to another story" if self.score > 0 else "not joined to the nearest"
        outcome = "joined" if self.story else unsure
        return (f"{outcome}: score {self.score:+.1f}", *reasons[:_REASONS])


def judge(report: Report, candidates: Sequence[Story], centre: Centre, settled: str | None = None) -> Verdict:
    """Compare a report with those that the candidates keep. A ``settled`` story is joined whatever the score.

    A story's score is the mean over its reports: one odd report must not join two events. Of two that are hardly better
    than none, and as good as each other, neither is joined.
    """
    known = [(story, other) for story in candidates for other in story.reports]
    meanings = centre.cosines(report.traits, [other.traits for _, other in known])
    crowded = crowd(zip((story.id for story, _ in known), meanings, strict=True))
    by_story: dict[str, list[_Pair]] = {story.id: [] for story in candidates}
    for (story, other), meaning in zip(known, meanings, strict=True):
        if settled or meaning >= _WORTH_A_LOOK or not report.traits.vector or not other.traits.vector:
            by_story[story.id].append(_pair(report, other, meaning, crowded))
    verdicts = [_verdict(story, by_story[story.id]) for story in candidates if by_story[story.id]]
    verdicts.sort(key=_score_of, reverse=True)
    best = verdicts[0] if verdicts else Verdict(None, builtin_weights().with_meaning.bias, None, None)
    if settled and candidates:
        return best._replace(story=candidates[0])
    second = verdicts[1].score if len(verdicts) > 1 else -math.inf
    if best.score <= 0 or (best.score < _UNSURE and second > best.score - _NEARLY):
        return best._replace(story=None)
    return best


def _verdict(story: Story, pairs: Sequence["_Pair"]) -> Verdict:
    nearest = max(pairs, key=_score_of)
    passed_over = (len(story.reports) - len(pairs)) * builtin_weights().with_meaning.bias
    score = (sum(pair.score for pair in pairs) + passed_over) / len(story.reports)
    return Verdict(story, score, nearest.report, nearest.evidence)


def crowd(meanings: Iterable[tuple[str, float]]) -> float:
    """How near the sixth of the stories is that are near, 0 when there are fewer; of stories' ids and cosines."""
    nearest: dict[str, float] = {}
    for story, meaning in meanings:
        nearest[story] = max(nearest.get(story, meaning), meaning)
    ranked = sorted(nearest.values(), reverse=True)
    return ranked[_CROWD - 1] if len(ranked) >= _CROWD else 0.0


class _Pair(NamedTuple):
    score: float
    report: Report
    evidence: Evidence


def _score_of(judged: Verdict | _Pair) -> float:
    return judged.score


def _pair(report: Report, other: Report, meaning: float, crowd: float) -> _Pair:
    evidence = compare(report.traits, other.traits, meaning, report.at - other.at, crowd)
    return _Pair(_score(evidence), other, evidence)


def _score(evidence: Evidence) -> float:
    score = builtin_weights().of(evidence).score(evidence)
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
