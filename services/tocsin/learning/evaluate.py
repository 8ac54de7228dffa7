"""How well verdicts agree with labels. Pure: verdicts and labels in, figures out."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from msgspec import Struct, field
from numpy.typing import NDArray

from tocsin.domain.signal import Classification
from tocsin.learning.items import LabelledItem

_BINS = 10


class Counts(Struct):
    """Right, wrongly given, and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def add(self, given: Iterable[str], gold: Iterable[str]) -> None:
        """Compare two sets."""
        given, gold = set(given), set(gold)
        self.right += len(given & gold)
        self.wrong += len(given - gold)
        self.missed += len(gold - given)

    @property
    def precision(self) -> float:
        """Share of the given that is right; 1 when nothing was given."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Share of the gold that was given; 1 when there is none."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both; 1 when there is nothing to find and nothing was given."""
        total = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / total if total else 1.0


class Flags(Struct):
    """Flagging of some items. ``ordinary`` are those without event, ``false_alarms`` those of them flagged."""

    items: int = 0
    counts: Counts = field(default_factory=Counts)
    ordinary: int = 0
    false_alarms: int = 0
    average_precision: float | None = None
    calibration_error: float | None = None

    @property
    def false_alarms_per_thousand(self) -> float | None:
        """Of a thousand ordinary items."""
        return 1000 * self.false_alarms / self.ordinary if self.ordinary else None


class Agreement(NamedTuple):
    """Pairs of translations of one text, and how many of them got the same flag."""

    pairs: int
    agree: int


class Evaluation(Struct, kw_only=True):
    """The figures. Each part covers the items whose labels speak of it."""

    flags: Flags
    languages: dict[str, Flags]
    groups: dict[str, Flags]
    types: dict[str, Counts]
    micro: Counts
    tickers: Counts
    direction_right: int
    direction_total: int
    agreement: Agreement


def evaluate(items: Sequence[LabelledItem], verdicts: Sequence[Classification]) -> Evaluation:
    """Compare each item's verdict with its labels."""
    types: dict[str, Counts] = defaultdict(Counts)
    micro, tickers = Counts(), Counts()
    right = total = 0
    for item, verdict in zip(items, verdicts, strict=True):
        gold = item.gold
        found = {event.type for event in verdict.events}
        if gold.types is not None:
            micro.add(found, gold.types)
            for type in found | set(gold.types):
                types[type].add(found & {type}, set(gold.types) & {type})
        if gold.tickers is not None:
            tickers.add((company.ticker for company in verdict.companies), gold.tickers)
        if gold.direction in {"up", "down"} and verdict.events:
            total += 1
            right += verdict.events[0].direction == gold.direction
    by_language: dict[str, list[int]] = defaultdict(list)
    for number, item in enumerate(items):
        by_language[item.lang or verdicts[number].language or "?"].append(number)
    everything = range(len(items))
    return Evaluation(
        flags=_flags(items, verdicts, everything, None),
        languages={lang: _flags(items, verdicts, numbers, None) for lang, numbers in sorted(by_language.items())},
        groups={group: _flags(items, verdicts, everything, group) for group in ("policy", "market")},
        types=dict(sorted(types.items())),
        micro=micro,
        tickers=tickers,
        direction_right=right,
        direction_total=total,
        agreement=_agreement(items, verdicts),
    )


def average_precision(scores: NDArray[np.floating], truth: NDArray[np.bool_]) -> float | None:
    """Area under the precision-recall curve, None without a positive."""
    if not truth.any():
        return None
    order = np.argsort(-scores, kind="stable")
    hits = truth[order]
    precision = np.cumsum(hits) / np.arange(1, hits.size + 1)
    return float(precision[hits].mean())


def calibration_error(scores: NDArray[np.floating], truth: NDArray[np.bool_]) -> float | None:
    """Mean distance of the promised from the seen share, over ten bins of equal width; None without items."""
    if not scores.size:
        return None
    bins = np.minimum((scores * _BINS).astype(int), _BINS - 1)
    distance = 0.0
    for number in range(_BINS):
        inside = bins == number
        if inside.any():
            distance += abs(float(scores[inside].mean()) - float(truth[inside].mean())) * int(inside.sum())
    return distance / scores.size


def _flags(
    items: Sequence[LabelledItem], verdicts: Sequence[Classification], numbers: Iterable[int], group: str | None
) -> Flags:
    counts, truth, scores = Counts(), [], []
    ordinary = alarms = 0
    for number in numbers:
        gold = _gold(items[number], group)
        if gold is None:
            continue
        verdict = verdicts[number]
        flagged = any(group is None or event.type.startswith(f"{group}.") for event in verdict.events)
        counts.add({"flag"} if flagged else (), {"flag"} if gold else ())
        ordinary += not gold
        alarms += flagged and not gold
        truth.append(gold)
        scores.append(_probability(verdict, group))
    values, labels = np.array(scores, dtype=np.float64), np.array(truth, dtype=bool)
    return Flags(
        items=len(truth),
        counts=counts,
        ordinary=ordinary,
        false_alarms=alarms,
        average_precision=average_precision(values, labels) if truth else None,
        calibration_error=calibration_error(values, labels),
    )


def _gold(item: LabelledItem, group: str | None) -> bool | None:
    if group is None:
        return item.gold.flagged
    if item.gold.types is not None:
        return any(type.startswith(f"{group}.") for type in item.gold.types)
    known = item.gold.policy if group == "policy" else item.gold.market
    return None if known is None else bool(known)


def _probability(verdict: Classification, group: str | None) -> float:
    if group:
        return verdict.policy if group == "policy" else verdict.market
    return verdict.any if verdict.any is not None else max(verdict.policy, verdict.market)


def _agreement(items: Sequence[LabelledItem], verdicts: Sequence[Classification]) -> Agreement:
    groups: dict[str, list[bool]] = defaultdict(list)
    for item, verdict in zip(items, verdicts, strict=True):
        if item.group:
            groups[item.group].append(verdict.flagged)
    pairs = agree = 0
    for flags in groups.values():
        count, yes = len(flags), sum(flags)
        pairs += count * (count - 1) // 2
        agree += (yes * (yes - 1) + (count - yes) * (count - yes - 1)) // 2
    return Agreement(pairs, agree)
