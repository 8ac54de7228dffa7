"""The knowledge as rules for the matcher: what a matched pattern stands for."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final, Literal, NamedTuple, TypeAlias

from tocsin.classifier.inflection import name_patterns
from tocsin.classifier.matcher import Entry
from tocsin.knowledge.schema import Company, EventType, Knowledge

CueKind: TypeAlias = Literal["not", "veto", "up", "down"]
AliasKind: TypeAlias = Literal["name", "product", "person", "ticker"]
Capitals: TypeAlias = Literal["all", "first", "any"]

_ACRONYM: Final = 4
"""A name of up to so many letters, all capitals, is a word when it is not written so."""


class TriggerRule(NamedTuple):
    """A pattern of a trigger. ``trigger`` numbers the trigger among all: its patterns count once together.

    ``beside`` numbers the patterns of which one must stand in the same sentence, None when none need to.
    """

    type: str
    label: str
    trigger: int
    weight: float
    beside: int | None
    title_only: bool


class BesideRule(NamedTuple):
    """A pattern that triggers wait for, by their ``beside`` numbers."""

    groups: frozenset[int]


class CueRule(NamedTuple):
    """A pattern that some event types read in one way."""

    kind: CueKind
    types: frozenset[str]


class JudgementRule(NamedTuple):
    """A pattern that makes every event less likely, by ``factor``."""

    name: str
    factor: float


class NegationRule(NamedTuple):
    """A word that turns what follows around."""


class AliasRule(NamedTuple):
    """A name of the company numbered ``company``. ``written`` is the name as the knowledge has it.

    ``capitals`` says how it must be written: "all" of it in capitals (a short acronym), the "first" letter, or "any"
    way. Unless ``open_end`` is set, the word must end with the name or go on as the language inflects it; a ``stem``
    is the name without its own ending and must go on. An ``unsure`` name needs to be confirmed, in the languages
    of ``unsure_in`` or in all.
    """

    company: int
    kind: AliasKind
    written: str
    capitals: Capitals
    open_end: bool
    stem: bool = False
    unsure: bool = False
    unsure_in: tuple[str, ...] = ()

    @classmethod
    def of(cls, company: int, kind: AliasKind, written: str, *, unsure: bool = False) -> "AliasRule":
        """The rule for a name as the knowledge writes it."""
        literal = written.strip("*")
        letters = [letter for letter in literal if letter.isalpha()]
        capitals: Capitals = "first" if letters and letters[0].isupper() else "any"
        if literal.isupper() and len(letters) <= _ACRONYM:
            capitals = "all"
        return cls(company, kind, literal, capitals, written.endswith("*"), unsure=unsure)


class ContextRule(NamedTuple):
    """A word that tells these companies from the common word."""

    companies: frozenset[int]


class DecoyRule(NamedTuple):
    """A phrase that tells that these companies are not meant."""

    companies: frozenset[int]


class BusinessRule(NamedTuple):
    """A word that tells that some company is spoken of."""


class VenueRule(NamedTuple):
    """A word that makes the company's name next to it that of a place or contest."""


Rule: TypeAlias = (
    TriggerRule
    | BesideRule
    | CueRule
    | JudgementRule
    | NegationRule
    | AliasRule
    | ContextRule
    | DecoyRule
    | BusinessRule
    | VenueRule
)


def entries(knowledge: Knowledge) -> Iterator[Entry[Rule]]:
    """Everything the matcher has to look for."""
    yield from _event_entries(knowledge.events.values())
    for name, judgement in knowledge.judgements.items():
        for language, patterns in judgement.languages.items():
            for written in patterns:
                yield Entry(written, language, JudgementRule(name, judgement.factor))
    for language, patterns in knowledge.negation.items():
        for written in patterns:
            yield Entry(written, language, NegationRule())
    yield from _company_entries(knowledge.companies.values())
    for language, patterns in knowledge.business.items():
        for written in patterns:
            yield Entry(written, language, BusinessRule())
    for written in knowledge.venues:
        yield Entry(written, None, VenueRule())


def _event_entries(events: Iterable[EventType]) -> Iterator[Entry[Rule]]:
    cues: dict[tuple[str, str, CueKind], set[str]] = defaultdict(set)
    beside: dict[tuple[str, str], set[int]] = defaultdict(set)
    number = 0
    for event in events:
        for language, lexicon in event.languages.items():
            for trigger in lexicon.triggers:
                number += 1
                group = number if trigger.with_ else None
                for written in trigger.any:
                    label = f"{event.id}/{language}/{written}"
                    title_only = trigger.in_ == "title"
                    rule = TriggerRule(event.id, label, number, trigger.weight, group, title_only)
                    yield Entry(written, language, rule)
                for written in trigger.with_:
                    beside[written, language].add(number)
            kinds: tuple[tuple[CueKind, tuple[str, ...]], ...] = (
                ("not", lexicon.not_),
                ("veto", lexicon.veto),
                ("up", lexicon.up),
                ("down", lexicon.down),
            )
            for kind, patterns in kinds:
                for written in patterns:
                    cues[written, language, kind].add(event.id)
    for (written, language, kind), types in cues.items():
        yield Entry(written, language, CueRule(kind, frozenset(types)))
    for (written, language), groups in beside.items():
        yield Entry(written, language, BesideRule(frozenset(groups)))


def _company_entries(companies: Iterable[Company]) -> Iterator[Entry[Rule]]:
    context: dict[str, set[int]] = defaultdict(set)
    decoys: dict[str, set[int]] = defaultdict(set)
    for number, company in enumerate(companies):
        named: dict[str, AliasKind] = dict.fromkeys(company.people, "person")
        named |= dict.fromkeys(company.products, "product")
        named |= dict.fromkeys(company.names, "name")
        for written, kind in named.items():
            rule = AliasRule.of(number, kind, written, unsure=company.names.get(written, False))
            for pattern, language, stem in name_patterns(written):
                yield Entry(pattern, language, rule._replace(stem=stem, unsure_in=company.unsure_in))
        for written in company.context:
            context[written].add(number)
        for written in company.not_:
            decoys[written].add(number)
    for written, numbers in context.items():
        yield Entry(written, None, ContextRule(frozenset(numbers)))
    for written, numbers in decoys.items():
        yield Entry(written, None, DecoyRule(frozenset(numbers)))
