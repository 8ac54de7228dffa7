"""What the knowledge files may say, and the knowledge they make together. Unknown keys are refused."""

from typing import Annotated, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

Weight = Annotated[float, Meta(gt=0, le=1)]
Severity = Annotated[int, Meta(ge=0, le=100)]
Bound = Annotated[float, Meta(ge=0)]
Words = tuple[str, ...]
"""Patterns, as ``knowledge.pattern`` defines them."""


class Section(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A part of a knowledge file."""


class Trigger(Section, frozen=True):
    """Evidence for an event type: one of ``any``; with ``with`` set, only beside one of those in the same sentence.

    ``weight`` is the probability of the event when nothing else is known and the trigger stands in the title.
    """

    any: Annotated[Words, Meta(min_length=1)]
    weight: Weight
    with_: Words = field(default=(), name="with")
    in_: Literal["title", "any"] = field(default="any", name="in")


class Lexicon(Section, frozen=True):
    """An event type's words in one language.

    A trigger that overlaps a phrase of ``not`` does not count; a phrase of ``veto`` in the title says that this is
    no news; ``up`` and ``down`` tell what the event does to those it names.
    """

    triggers: tuple[Trigger, ...] = ()
    not_: Words = field(default=(), name="not")
    veto: Words = ()
    up: Words = ()
    down: Words = ()


class SeverityRule(Section, frozen=True):
    """What makes an event graver, or less grave: ``add`` to its severity when the one condition holds.

    ``dollars`` is the largest sum in the text, roughly in US dollars; ``percent`` the largest percentage; ``points``
    the largest number of percentage points (25 basis points are 0.25). They hold from the bound up, and of the rules
    of one of them the one with the highest bound that holds counts. ``subject`` says whether the text is about a
    listed company, ``headline`` whether the event's words stand in the title.
    """

    add: Annotated[int, Meta(ge=-100, le=100)]
    dollars: Bound | None = None
    percent: Bound | None = None
    points: Bound | None = None
    subject: bool | None = None
    headline: bool | None = None

    @property
    def measure(self) -> str:
        """The name of the condition; "" when there is none, or more than one."""
        named = [name for name in MEASURES if getattr(self, name) is not None]
        return named[0] if len(named) == 1 else ""


MEASURES: Final = ("dollars", "percent", "points", "subject", "headline")
"""The conditions that a severity rule may have."""


class EventType(Section, frozen=True):
    """A kind of event. ``id`` is ``group.name``; ``codes`` maps a scheme (iptc, gta, 8-k …) to its codes.

    ``threshold`` is the probability from which it counts; None takes the model's, which was chosen for its precision.
    ``severity`` is that of an ordinary event of the kind; ``severity_rules`` move it by what the text says.
    """

    id: str
    name: str
    severity: Severity
    severity_rules: tuple[SeverityRule, ...] = ()
    threshold: Weight | None = None
    codes: dict[str, tuple[str, ...]] = {}
    languages: dict[str, Lexicon] = {}

    @property
    def group(self) -> str:
        """What stands before the dot."""
        return self.id.partition(".")[0]


class Company(Section, frozen=True):
    """A listed company. An entry with a name and no ``aliases`` is called by that name.

    A name of ``unsure`` is also a common word, or another's: it counts only beside a word of ``context``, a word of
    business, a legal form or the ticker, or when a sure name or a product of the company stands in the text too.
    ``unsure_in`` has the languages in which it is a word; none: all. ``ambiguous`` makes every name of one Latin word
    unsure; ``strict`` has words of business confirm nothing, as when the name is one itself (Target).
    A phrase of ``not`` that holds the name is something else (Big Apple); elsewhere in the text it tells of a subject
    on which the company is not meant (motor sport), unless words of business say otherwise.
    """

    ticker: Annotated[str, Meta(min_length=1)]
    name: Annotated[str, Meta(min_length=1)]
    isin: str = ""
    mic: str = ""
    aliases: Words = ()
    products: Words = ()
    people: Words = ()
    unsure: Words = ()
    unsure_in: tuple[str, ...] = ()
    ambiguous: bool = False
    strict: bool = False
    context: Words = ()
    not_: Words = field(default=(), name="not")

    @property
    def names(self) -> dict[str, bool]:
        """Each name → whether it is unsure."""
        names = {name: self.ambiguous and name.isascii() and " " not in name for name in self.aliases or (self.name,)}
        return names | dict.fromkeys(self.unsure, True)


class EventFile(Section, frozen=True):
    """``events/<id>.yaml``. The first file of a type must be complete; those laid over it say what differs."""

    id: Annotated[str, Meta(pattern=r"^[a-z0-9-]+\.[a-z0-9-]+$")]
    name: str | UnsetType = UNSET
    severity: Severity | UnsetType = UNSET
    severity_rules: tuple[SeverityRule, ...] = ()
    threshold: Weight | UnsetType = UNSET
    codes: dict[str, tuple[str, ...]] | UnsetType = UNSET


class SeverityFile(Section, frozen=True):
    """``severity.yaml``: the rules of all event types that have no own ones of the same measure."""

    rules: tuple[SeverityRule, ...]


class CompanyEntry(Section, frozen=True):
    """A company in ``companies/*.yaml``. The first entry of a ticker must have its name."""

    ticker: Annotated[str, Meta(min_length=1)]
    name: Annotated[str, Meta(min_length=1)] | UnsetType = UNSET
    isin: str | UnsetType = UNSET
    mic: str | UnsetType = UNSET
    aliases: Words | UnsetType = UNSET
    products: Words | UnsetType = UNSET
    people: Words | UnsetType = UNSET
    unsure: Words | UnsetType = UNSET
    unsure_in: tuple[str, ...] | UnsetType = UNSET
    ambiguous: bool | UnsetType = UNSET
    strict: bool | UnsetType = UNSET
    context: Words | UnsetType = UNSET
    not_: Words | UnsetType = field(default=UNSET, name="not")


class CompanyFile(Section, frozen=True):
    """``companies/*.yaml``.

    ``business`` has, by language, the words that tell of a company rather than of the common word that it is named
    after; ``venues`` those that, next to a name, make it the name of a place or a contest (Allianz Arena).
    """

    companies: tuple[CompanyEntry, ...] = ()
    business: dict[str, Words] = {}
    venues: Words = ()


class Judgement(Section, frozen=True):
    """Words that say a text is no news of its own (a denial, a look back, an opinion), for all event types.

    The models weigh them; where an event type has no model, one in the title multiplies its score by ``factor``.
    """

    factor: Weight
    languages: dict[str, Words] = {}


class JudgementFile(Section, frozen=True):
    """``judgement.yaml``."""

    judgements: dict[str, Judgement] = {}
    negation: dict[str, Words] = {}


class LexiconFile(Section, frozen=True):
    """``lexicons/<language>.yaml``: all words of one language. ``events`` is by type, ``judgements`` by name."""

    language: Annotated[str, Meta(pattern=r"^[a-z]{2,3}$")]
    judgements: dict[str, Words] = {}
    negation: Words = ()


class Knowledge(Struct, frozen=True, kw_only=True):
    """All that the classifier knows. ``version`` is a short hash of the rest.

    ``events`` is by id, ``companies`` by ticker, ``judgements`` by name. ``negation`` has the words, by language,
    that turn the direction cue after them around; ``business`` and ``venues`` are those of ``CompanyFile``.
    """

    events: dict[str, EventType]
    companies: dict[str, Company] = {}
    judgements: dict[str, Judgement] = {}
    negation: dict[str, Words] = {}
    business: dict[str, Words] = {}
    venues: Words = ()
    version: str = ""
