"""How likely each event type is, how grave, and which way it points."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import prod
from typing import Final, NamedTuple, TypeAlias

from tocsin.classifier.passage import Hit, Passage
from tocsin.classifier.rules import BesideRule, CueRule, JudgementRule, NegationRule, TriggerRule
from tocsin.classifier.severity import severity
from tocsin.domain.signal import Amount, CompanyMention, Direction, Event, Evidence, Field
from tocsin.knowledge.schema import EventType

FIELD_WEIGHTS: Final = {"title": 1.0, "summary": 0.8, "content": 0.5}
CONTENT_SCORED: Final = 1500
"""Code points of the content that count: further down stands the background, which is another event."""
VETO: Final = 0.15
_MOST_EVIDENCE: Final = 10
_NEGATION_REACH: Final = 24
"""Code points between a negation and the cue it turns around: about three words."""

_TURNED: Final = {"up": "down", "down": "up"}


class Counted(NamedTuple):
    """A trigger that counts, where it is strongest."""

    passage: Passage
    hit: Hit
    rule: TriggerRule
    strength: float

    @property
    def in_headline(self) -> bool:
        """Whether it stands in the title, or in what serves as one."""
        return self.hit.sentence == self.passage.headline


Triggers: TypeAlias = Mapping[str, Mapping[int, Counted]]
"""Event type → number of the trigger → where it counts most."""


class Findings(NamedTuple):
    """What the passages say of one event type."""

    probability: float
    triggers: Sequence[Counted]


NOTHING: Final = Findings(0.0, ())


def weigh(passages: Sequence[Passage], found: Triggers) -> dict[str, Findings]:
    """Event type → probability and the triggers behind it, for the types with at least one trigger.

    Distinct triggers add up as independent hints (noisy or), each once, where it stands most prominently.
    """
    judged = prod(_judgements(passages).values())
    barred = vetoed(passages)
    findings = {}
    for type, counted in found.items():
        missed = prod(1.0 - trigger.strength for trigger in counted.values())
        factor = judged * (VETO if type in barred else 1.0)
        findings[type] = Findings((1.0 - missed) * factor, tuple(counted.values()))
    return findings


def triggers(passages: Sequence[Passage]) -> Triggers:
    """The triggers that count in ``passages``."""
    best: dict[str, dict[int, Counted]] = defaultdict(dict)
    for passage in passages:
        for counted in _count(passage):
            of_type = best[counted.rule.type]
            known = of_type.get(counted.rule.trigger)
            if known is None or counted.strength > known.strength:
                of_type[counted.rule.trigger] = counted
    return best


def describe(
    event: EventType,
    findings: Findings,
    passages: Sequence[Passage],
    companies: Sequence[CompanyMention],
    amounts: Iterable[Amount],
) -> Event:
    """The event as it is told to the reader, by its words alone."""
    order = {passage.field: number for number, passage in enumerate(passages)}
    triggers = sorted(findings.triggers, key=lambda counted: (order[counted.passage.field], counted.hit.start))
    evidence: dict[tuple[str, int, int], Evidence] = {}
    for counted in triggers:
        # for a reader, the word that a part of was matched
        start, end = counted.passage.whole_words(counted.hit.start, counted.hit.end)
        spot = (counted.passage.field, start, end)
        evidence.setdefault(spot, counted.passage.evidence(start, end, counted.rule.label))
    return Event(
        type=event.id,
        confidence=round(findings.probability, 4),
        severity=severity(
            event,
            [amount for amount in amounts if amount.field != "content" or amount.start < CONTENT_SCORED],
            headline=any(counted.in_headline for counted in triggers),
            subject=any(company.role == "subject" for company in companies),
        ),
        direction=direction(event.id, triggers),
        evidence=tuple(evidence.values())[:_MOST_EVIDENCE],
    )


def _count(passage: Passage) -> Iterable[Counted]:
    beside: dict[int, list[frozenset[int]]] = defaultdict(list)
    for hit, neighbour in passage.ruled(BesideRule):
        beside[hit.sentence].append(neighbour.groups)
    barred: dict[str, list[Hit]] = defaultdict(list)
    for hit, cue in passage.ruled(CueRule):
        for type in cue.types if cue.kind == "not" else ():
            barred[type].append(hit)
    for hit, rule in passage.ruled(TriggerRule):
        headline = hit.sentence == passage.headline
        counts = (
            (headline or not rule.title_only)
            and (passage.field != "content" or hit.start < CONTENT_SCORED)
            and (rule.beside is None or any(rule.beside in groups for groups in beside.get(hit.sentence, ())))
            and not any(hit.start < other.end and other.start < hit.end for other in barred.get(rule.type, ()))
        )
        if counts:
            yield Counted(passage, hit, rule, rule.weight * (1.0 if headline else FIELD_WEIGHTS[passage.field]))


def _judgements(passages: Sequence[Passage]) -> Mapping[str, float]:
    return {
        rule.name: rule.factor
        for passage in passages
        for hit, rule in passage.ruled(JudgementRule)
        if hit.sentence == passage.headline
    }


def vetoed(passages: Sequence[Passage]) -> set[str]:
    """The types that a phrase in the title rules out."""
    return {
        type
        for passage in passages
        for hit, rule in passage.ruled(CueRule)
        if rule.kind == "veto" and hit.sentence == passage.headline
        for type in rule.types
    }


def direction_cues(found: Triggers) -> list[float]:
    """How many sentences with a trigger have a cue: up and down in the title, up and down below it, each at most 2."""
    seen: dict[tuple[bool, str], set[tuple[Field, int]]] = defaultdict(set)
    for type, counted in found.items():
        for passage, hit, _, _ in counted.values():
            for way in _cues(type, passage, hit.sentence):
                seen[hit.sentence == passage.headline, way].add((passage.field, hit.sentence))
    return [min(len(seen[headline, way]), 2) / 2 for headline in (True, False) for way in ("up", "down")]


def direction(type: str, triggers: Sequence[Counted]) -> Direction:
    """By the first sentence with a trigger that has a cue. Up wins: to lift a ban is an easing."""
    seen = set()
    for passage, hit, _, _ in triggers:
        if (passage.field, hit.sentence) in seen:
            continue
        seen.add((passage.field, hit.sentence))
        cues = _cues(type, passage, hit.sentence)
        if cues:
            return "up" if "up" in cues else "down"
    return "unknown"


def _cues(type: str, passage: Passage, sentence: int) -> set[str]:
    cues = [
        (hit, rule.kind)
        for hit, rule in passage.ruled(CueRule)
        if hit.sentence == sentence and rule.kind in _TURNED and type in rule.types
    ]
    turned = set()
    for hit, _ in passage.ruled(NegationRule):
        if hit.sentence == sentence:
            # the next cue only: who won't lift a ban keeps it
            after = [cue.start for cue, _ in cues if 0 <= cue.start - hit.end <= _NEGATION_REACH]
            turned.add(min(after, default=-1))
    return {
        _TURNED[kind] if hit.start in turned else kind
        for hit, kind in cues
        # a cue inside a longer one of the other kind is part of what that one says
        if not any(
            other.start <= hit.start and hit.end <= other.end and other[:2] != hit[:2]
            for other, opposite in cues
            if opposite != kind
        )
    }
