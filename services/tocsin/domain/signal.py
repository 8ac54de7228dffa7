"""What the classifier found in an article, and why."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from tocsin.domain.article import Article

Direction = Literal["up", "down", "neutral", "unknown"]
Novelty = Literal["first", "update", "repeat"]
Correction = Literal["correction", "retraction", "denial"]
Role = Literal["subject", "named"]
Field = Literal["title", "summary", "content"]


class Evidence(Struct, frozen=True, kw_only=True):
    """A phrase that counted: ``text`` is ``field[start:end]`` of the original, in code points.

    ``rule`` names the piece of knowledge that matched, as ``event-type/language/pattern``.
    """

    field: Field
    start: int
    end: int
    text: str
    rule: str


class Event(Struct, frozen=True, kw_only=True):
    """An event type above its threshold. Confidence is a probability, severity is 0–100."""

    type: str
    confidence: float
    severity: int
    direction: Direction = "unknown"
    evidence: tuple[Evidence, ...] = ()


class CompanyMention(Struct, frozen=True, kw_only=True):
    """A company in the article. ``relevance`` is 0–100."""

    ticker: str
    name: str
    role: Role
    relevance: int
    evidence: tuple[Evidence, ...] = ()


class Amount(Struct, frozen=True, kw_only=True):
    """A number with a meaning: ``value`` in units of ``currency`` (ISO 4217), or percent when ``unit`` is ``%``.

    ``points`` says that the percentage is one of points (percentage points, basis points), the difference of two.
    """

    value: float
    text: str
    field: Field
    start: int
    end: int
    currency: str | None = None
    unit: str | None = None
    points: bool = False


class Neighbour(Struct, frozen=True, kw_only=True):
    """The known example nearest in meaning; ``similarity`` is a cosine, 1 for the same."""

    title: str
    similarity: float


class Classification(Struct, frozen=True, kw_only=True):
    """The verdict on one text. ``scores`` has every known type; ``events`` those above their threshold.

    ``policy`` and ``market`` are the probabilities of any event of the group, ``any`` that of an event at all (None
    where nothing was fitted to tell it). ``knowledge`` and ``model`` are the
    versions of what judged.
    """

    language: str | None
    flagged: bool
    events: tuple[Event, ...] = ()
    scores: dict[str, float] = {}
    policy: float = 0.0
    market: float = 0.0
    any: float | None = None
    companies: tuple[CompanyMention, ...] = ()
    amounts: tuple[Amount, ...] = ()
    neighbour: Neighbour | None = None
    knowledge: str = ""
    model: str = ""

    @property
    def severity(self) -> int:
        """The highest severity among the events, 0 when there are none."""
        return max((event.severity for event in self.events), default=0)

    @property
    def confidence(self) -> float:
        """The highest confidence among the events, 0 when there are none."""
        return max((event.confidence for event in self.events), default=0.0)


class Placement(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where an article was put, and why.

    ``opened`` says that it opened the story. ``articles`` and ``sources`` count its reports and its independent
    outlets, this one included. ``why`` are the reasons, each ``name +weight`` or in words; ``nearest`` is the report
    that the decision was made against. ``news`` tells what an update brings; ``amends`` is set when it corrects.
    """

    story: str
    opened: bool
    novelty: Novelty
    articles: int = 1
    sources: int = 1
    copy: bool = False
    why: tuple[str, ...] = ()
    nearest: str | None = None
    news: tuple[str, ...] = ()
    amends: Correction | None = None


class ClassifiedArticle(Struct, frozen=True, kw_only=True):
    """An article with its verdict and its place in a story: the value of ``signals``.

    ``placement`` says why it is there; None in records of versions that did not tell.
    """

    article: Article
    classification: Classification
    story: str
    novelty: Novelty
    classified: datetime
    placement: Placement | None = None
