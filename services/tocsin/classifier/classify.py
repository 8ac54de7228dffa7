"""A text in, a verdict out: the stages put together. Pure, and bounded in time whatever the text."""

from typing import Final

from msgspec import Struct

from tocsin.classifier import scoring
from tocsin.classifier.amounts import read_amounts
from tocsin.classifier.companies import CompanyLinker
from tocsin.classifier.language import base_language, identify
from tocsin.classifier.matcher import Matcher
from tocsin.classifier.passage import Passage, read
from tocsin.classifier.rules import Rule, entries
from tocsin.domain.article import Article
from tocsin.domain.signal import Classification, Field
from tocsin.knowledge.schema import Knowledge

LIMITS: Final[dict[Field, int]] = {"title": 1_000, "summary": 4_000, "content": 8_000}
"""Code points read of each field. News says what it is about at its beginning."""


class Text(Struct, frozen=True, kw_only=True):
    """What is classified. ``language`` is a BCP 47 tag; None has it recognised."""

    title: str = ""
    summary: str = ""
    content: str = ""
    language: str | None = None

    @classmethod
    def of(cls, article: Article) -> "Text":
        """The text of an article."""
        return cls(title=article.title, summary=article.summary, content=article.content, language=article.language)


class Classifier:
    """Judges texts by a knowledge. Thread-safe."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self._linker = CompanyLinker(tuple(knowledge.companies.values()))
        self._matcher: Matcher[Rule] = Matcher(entries(knowledge))

    def classify(self, text: Text) -> Classification:
        """The verdict on ``text``. Offsets in it are code points of the original fields."""
        fields: dict[Field, str] = {"title": text.title, "summary": text.summary, "content": text.content}
        fields = {field: value[: LIMITS[field]] for field, value in fields.items() if value and not value.isspace()}
        language, spoken = self._language(text.language, " \n".join(fields.values()))
        passages: list[Passage] = [
            read(field, value, spoken, self._matcher, headline=number == 0)
            for number, (field, value) in enumerate(fields.items())
        ]
        companies = self._linker.link(passages)
        amounts = [amount for field, value in fields.items() for amount in read_amounts(field, value, language)]
        findings = scoring.weigh(passages)
        nothing = scoring.Findings(0.0, ())
        scores = {type: round(findings.get(type, nothing).probability, 4) for type in self.knowledge.events}
        events = [
            scoring.describe(event, findings[event.id], passages, companies, amounts)
            for event in self.knowledge.events.values()
            if event.id in findings and findings[event.id].probability >= event.threshold
        ]
        groups = {
            group: max((score for type, score in scores.items() if type.startswith(f"{group}.")), default=0.0)
            for group in ("policy", "market")
        }
        return Classification(
            language=language,
            flagged=bool(events),
            events=tuple(sorted(events, key=lambda event: (-event.confidence, -event.severity, event.type))),
            scores=scores,
            policy=groups["policy"],
            market=groups["market"],
            companies=companies,
            amounts=tuple(amounts),
            knowledge=self.knowledge.version,
        )

    @staticmethod
    def _language(tag: str | None, text: str) -> tuple[str | None, str | None]:
        """The language to report, and the one whose words count (None: all, when that is safer)."""
        given = base_language(tag)
        if given:
            return given, given
        found = identify(text)
        return found.code, found.code if found.sure else None
