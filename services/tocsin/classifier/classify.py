"""A text in, a verdict out: the stages put together. Bounded in time whatever the text."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec
import numpy as np
from msgspec import Struct

from tocsin.classifier import features, ngrams, scoring
from tocsin.classifier.amounts import read_amounts
from tocsin.classifier.companies import CompanyLinker
from tocsin.classifier.copies import CopyMemory, VerdictMemory
from tocsin.classifier.language import base_language, identify
from tocsin.classifier.matcher import Matcher
from tocsin.classifier.model import Array, Judged, Model
from tocsin.classifier.ngrams import NGrams
from tocsin.classifier.passage import Passage, read
from tocsin.classifier.plain import plain
from tocsin.classifier.rules import Rule, entries
from tocsin.classifier.telling import telling_words
from tocsin.domain.article import Article
from tocsin.domain.signal import Amount, Classification, CompanyMention, Event, Field, Neighbour
from tocsin.knowledge.schema import EventType, Knowledge
from tocsin.ports.embedder import Embedder

LIMITS: Final[dict[Field, int]] = {"title": 1_000, "summary": 4_000, "content": 8_000}
"""Code points read of each field. News says what it is about at its beginning."""
_EMBEDDED: Final = 1_200
"""Code points whose meaning is looked at."""
_UNFITTED: Final = 0.5
"""The threshold of an event type that neither its file nor a model gives one."""
_ENOUGH_EVIDENCE: Final = 2
_TELLING: Final = 3


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


class Seen(NamedTuple):
    """What was read in a text: the ground of every judgement on it."""

    language: str | None
    passages: Sequence[Passage]
    triggers: scoring.Triggers
    companies: tuple[CompanyMention, ...]
    amounts: tuple[Amount, ...]


class Observation(NamedTuple):
    """A text as a model takes it."""

    vector: Array
    ngrams: NGrams
    features: Array
    cues: Array


class Classifier:
    """Judges texts by a knowledge, and by a model where there is one. Thread-safe.

    ``embedder`` must be the one that the model was fitted on. Event types that the model does not know are judged by
    their words alone.
    """

    def __init__(self, knowledge: Knowledge, embedder: Embedder | None = None, model: Model | None = None) -> None:
        self.knowledge = knowledge
        self._embedder = embedder
        self._model = model
        self._linker = CompanyLinker(tuple(knowledge.companies.values()))
        self._matcher: Matcher[Rule] = Matcher(entries(knowledge))
        self._vectors = CopyMemory()
        self._verdicts: VerdictMemory[Classification] = VerdictMemory()

    def classify(self, text: Text) -> Classification:
        """The verdict on ``text``. Offsets in it are code points of the original fields."""
        known = self._verdicts.get(text)
        if known is None:
            known = self._judge(text)
            self._verdicts.put(text, known)
        return known

    def _judge(self, text: Text) -> Classification:
        seen = self.read(text)
        findings = scoring.weigh(seen.passages, seen.triggers)
        scores = {type: findings[type].probability if type in findings else 0.0 for type in self.knowledge.events}
        groups = _best_of_groups(scores)
        judged: Judged | None = None
        found: list[EventType]
        neighbour = None
        if self._model:
            about = self._model.about
            observed = self._observe(text, seen, about.types, about.judgements)
            judged = self._model.judge(observed.vector, observed.ngrams, observed.features, observed.cues)
            scores |= {type: value for type, value in judged.types.items() if type in scores}
            unfitted = _best_of_groups({type: value for type, value in scores.items() if type not in judged.types})
            groups = {group: max(judged.groups.get(group, 0.0), unfitted[group]) for group in groups}
            found = self._found(scores, judged)
            nearest = self._model.nearest(observed.vector) if found else None
            neighbour = Neighbour(title=nearest[0], similarity=round(nearest[1], 3)) if nearest else None
        else:
            found = [event for event in self.knowledge.events.values() if scores[event.id] >= self._threshold(event)]
        events = [self._describe(event, scores[event.id], seen, findings, judged) for event in found]
        return Classification(
            language=seen.language,
            flagged=bool(events),
            events=tuple(sorted(events, key=lambda event: (-event.confidence, -event.severity, event.type))),
            scores={type: round(score, 4) for type, score in scores.items()},
            policy=round(groups["policy"], 4),
            market=round(groups["market"], 4),
            any=round(judged.groups["any"], 4) if judged else None,
            companies=seen.companies,
            amounts=seen.amounts,
            neighbour=neighbour,
            knowledge=self.knowledge.version,
            model=self._model.version if self._model else "",
        )

    def observe(self, text: Text, types: Sequence[str], judgements: Sequence[str]) -> Observation:
        """What a model for ``types`` and ``judgements`` sees of ``text``."""
        return self._observe(text, self.read(text), types, judgements)

    @property
    def embedder(self) -> str:
        """The name of the embedder; empty without one."""
        return self._embedder.name if self._embedder else ""

    def vector(self, text: Text) -> Array:
        """The meaning of title and opening as the embedder tells it; no columns without one. Cheap the second time."""
        if not self._embedder or not self._embedder.dimensions:
            return np.zeros(0, dtype=np.float32)
        words = f"{plain(text.title)}\n{plain((text.summary or text.content)[:_EMBEDDED])}"[:_EMBEDDED].strip()
        embedder = self._embedder
        return self._vectors.vector(words, lambda: embedder.embed([words])[0])

    def read(self, text: Text) -> Seen:
        """The lexical stages: what stands in ``text``, before it is judged."""
        fields: dict[Field, str] = {"title": text.title, "summary": text.summary, "content": text.content}
        fields = {field: value[: LIMITS[field]] for field, value in fields.items() if value and not value.isspace()}
        language, spoken = _language(text.language, " \n".join(fields.values()))
        passages = [
            read(field, value, spoken, self._matcher, headline=number == 0)
            for number, (field, value) in enumerate(fields.items())
        ]
        companies = self._linker.link(passages)
        amounts = [amount for field, value in fields.items() for amount in read_amounts(field, value, language)]
        return Seen(language, passages, scoring.triggers(passages), companies, tuple(amounts))

    def _observe(self, text: Text, seen: Seen, types: Sequence[str], judgements: Sequence[str]) -> Observation:
        row = features.describe(
            types,
            judgements,
            seen.passages,
            triggers=seen.triggers,
            companies=seen.companies,
            amounts=seen.amounts,
        )
        cues = np.array(scoring.direction_cues(seen.triggers), dtype=np.float32)
        return Observation(self.vector(text), ngrams.count(seen.passages), row, np.concatenate([row, cues]))

    def _threshold(self, event: EventType) -> float:
        if event.threshold is not None:
            return event.threshold
        fitted = self._model.about.thresholds.get(event.id) if self._model else None
        return _UNFITTED if fitted is None else fitted

    def _found(self, scores: dict[str, float], judged: Judged) -> list[EventType]:
        """The event types above their thresholds. What is no event at all has none; what is one has at least one."""
        assert self._model
        any_event = judged.groups["any"] >= self._model.about.flag
        found = [
            event
            for event in self.knowledge.events.values()
            if scores[event.id] >= self._threshold(event) and (any_event or event.id not in judged.types)
        ]
        if any_event and not found:
            known = [type for type in judged.types if type in self.knowledge.events]
            best = max(known, key=scores.__getitem__, default=None)
            # an operator's own threshold is a wish to hear less: it is not overruled
            if best and self.knowledge.events[best].threshold is None:
                found = [self.knowledge.events[best]]
        return found

    def _describe(
        self, event: EventType, score: float, seen: Seen, findings: dict[str, scoring.Findings], judged: Judged | None
    ) -> Event:
        words = findings.get(event.id, scoring.NOTHING)
        described = scoring.describe(event, words, seen.passages, seen.companies, seen.amounts)
        if not judged or event.id not in judged.types or not self._model:
            return described
        evidence = described.evidence
        if len(evidence) < _ENOUGH_EVIDENCE:
            more = telling_words(self._model, event.id, seen.passages, _TELLING)
            evidence += tuple(
                piece
                for piece in more
                if not any(piece.field == e.field and piece.start < e.end and e.start < piece.end for e in evidence)
            )
        return msgspec.structs.replace(
            described,
            confidence=round(score, 4),
            direction=judged.direction(event.id),
            evidence=evidence,
        )


def _language(tag: str | None, text: str) -> tuple[str | None, str | None]:
    """The language to report, and the one whose words count (None: all, when that is safer)."""
    given = base_language(tag)
    if given:
        return given, given
    found = identify(text)
    return found.code, found.code if found.sure else None


def _best_of_groups(scores: dict[str, float]) -> dict[str, float]:
    return {
        group: max((score for type, score in scores.items() if type.startswith(f"{group}.")), default=0.0)
        for group in ("policy", "market")
    }
