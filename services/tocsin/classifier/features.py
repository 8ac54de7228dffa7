"""What the models see of a text beside its meaning: few numbers, each with a name and a reason."""

from collections import Counter
from collections.abc import Iterable, Sequence
from math import log10, prod
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tocsin.classifier import scoring
from tocsin.classifier.amounts import rough_dollars
from tocsin.classifier.passage import Passage
from tocsin.classifier.rules import JudgementRule
from tocsin.domain.signal import Amount, CompanyMention

_QUESTION: Final = ("?", "？", "؟", "¿")
_MOST_COMPANIES: Final = 4
_BODY_READ: Final = 600
"""Code points below the title in which words count: a long text has some word of every type."""

SHARED: Final = (
    "subject companies", "named companies", "money", "log dollars", "percentage", "question in title", "has a body",
    "title length", "exclamation", "year in title",
)  # fmt: skip


def names(types: Sequence[str], judgements: Sequence[str]) -> list[str]:
    """The columns of ``describe``."""
    of_type = [f"{what} {type}" for type in types for what in ("words in title:", "words in body:", "vetoed:")]
    return [*of_type, *judged_names(judgements), *SHARED]


def judged_names(judgements: Sequence[str]) -> list[str]:
    """The columns of ``describe`` that tell of judgements: one place is enough for each."""
    return [f"{name} in {where}" for name in judgements for where in ("title", "body")]


def describe(
    types: Sequence[str],
    judgements: Sequence[str],
    passages: Sequence[Passage],
    *,
    triggers: scoring.Triggers,
    companies: Sequence[CompanyMention],
    amounts: Iterable[Amount],
) -> NDArray[np.float32]:
    """One row of numbers between 0 and about 1."""
    title = [passage for passage in passages if passage.headline is not None]
    vetoed = scoring.vetoed(passages)
    judged = _judged(passages)
    row: list[float] = []
    for type in types:
        counted = triggers.get(type, {}).values()
        headline = [trigger.strength for trigger in counted if trigger.in_headline]
        body = [trigger.strength for trigger in counted if not trigger.in_headline and trigger.hit.start < _BODY_READ]
        row += [_any(headline), _any(body), float(type in vetoed)]
    for name in judgements:
        row += [float(judged[name, headline] > 0) for headline in (True, False)]
    row += _shared(title[0].text if title else "", passages, companies, list(amounts))
    return np.array(row, dtype=np.float32)


def _shared(
    title: str, passages: Sequence[Passage], companies: Sequence[CompanyMention], amounts: Sequence[Amount]
) -> list[float]:
    subjects = sum(company.role == "subject" for company in companies)
    dollars = max((rough_dollars(amount) for amount in amounts), default=0.0)
    digits = "".join(character if character.isdigit() else " " for character in title).split()
    return [
        min(subjects, _MOST_COMPANIES) / _MOST_COMPANIES,
        min(len(companies) - subjects, _MOST_COMPANIES) / _MOST_COMPANIES,
        float(dollars > 0),
        max(0.0, log10(dollars) - 5) / 7 if dollars > 0 else 0.0,
        float(any(amount.unit == "%" for amount in amounts)),
        float(any(mark in title for mark in _QUESTION)),
        float(len(passages) > 1),
        min(len(title), 150) / 150,
        float("!" in title or "！" in title),
        float(any(len(number) == 4 and number[:2] in {"19", "20"} for number in digits)),  # noqa: PLR2004
    ]


def _any(strengths: Iterable[float]) -> float:
    return 1.0 - prod(1.0 - strength for strength in strengths)


def _judged(passages: Sequence[Passage]) -> Counter[tuple[str, bool]]:
    """How many places each judgement has, in the headline and below it."""
    found: Counter[tuple[str, bool]] = Counter()
    for passage in passages:
        for hit in passage.hits:
            names = {rule.name for rule in hit.rules if type(rule) is JudgementRule}
            if names:
                found.update((name, hit.sentence == passage.headline) for name in names)
    return found
