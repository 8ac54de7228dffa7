import numpy as np
import pytest

from tocsin.domain.signal import Classification, CompanyMention, Event
from tocsin.learning.evaluate import average_precision, calibration_error, evaluate
from tocsin.learning.items import Gold, LabelledItem
from tocsin.learning.thresholds import for_precision


def item(id: str, gold: Gold, lang: str = "en", group: str | None = None) -> LabelledItem:
    return LabelledItem(id=id, title="t", lang=lang, gold=gold, group=group)


def verdict(*types: str, any: float = 0.5, tickers: tuple[str, ...] = (), direction: str = "up") -> Classification:
    return Classification(
        language="en",
        flagged=bool(types),
        events=tuple(Event(type=t, confidence=0.9, severity=50, direction=direction) for t in types),  # type: ignore[arg-type]
        companies=tuple(CompanyMention(ticker=t, name=t, role="named", relevance=1) for t in tickers),
        any=any,
    )


def test_flags_types_tickers_and_directions_are_counted() -> None:
    items = [
        item("a", Gold(types=("policy.trade",), direction="down", tickers=("AAPL",))),
        item("b", Gold(types=("market.legal", "policy.antitrust"), direction="up", tickers=("MSFT", "GOOGL"))),
        item("c", Gold(types=())),
        item("d", Gold(types=()), lang="de"),
    ]
    verdicts = [
        verdict("policy.trade", direction="up", tickers=("AAPL",)),
        verdict("market.legal", tickers=("MSFT", "META")),
        verdict(),
        verdict("market.macro"),
    ]
    found = evaluate(items, verdicts)
    assert (found.flags.counts.precision, found.flags.counts.recall) == (2 / 3, 1.0)
    assert found.flags.false_alarms_per_thousand == 500
    assert (found.languages["de"].false_alarms, found.languages["en"].false_alarms) == (1, 0)
    assert (found.micro.right, found.micro.wrong, found.micro.missed) == (2, 1, 1)
    assert (found.tickers.right, found.tickers.wrong, found.tickers.missed) == (2, 1, 1)
    assert (found.direction_right, found.direction_total) == (1, 2)


def test_labels_that_decide_only_a_group_count_for_that_group() -> None:
    found = evaluate([item("a", Gold(policy=0)), item("b", Gold(policy=1))], [verdict("market.macro"), verdict()])
    assert found.flags.items == 1  # the first may yet be a market event
    assert found.groups["policy"].counts.missed == 1
    assert found.groups["policy"].false_alarms == 0
    assert found.groups["market"].items == 0


def test_translations_agree_in_pairs() -> None:
    items = [item(str(n), Gold(), group="one") for n in range(4)]
    found = evaluate(items, [verdict("market.macro"), verdict("market.macro"), verdict("market.macro"), verdict()])
    assert found.agreement == (6, 3)


def test_average_precision_rewards_the_order() -> None:
    truth = np.array([True, False, True, False])
    assert average_precision(np.array([0.9, 0.1, 0.8, 0.2]), truth) == 1.0
    assert average_precision(np.array([0.9, 0.8, 0.7, 0.1]), truth) == pytest.approx((1 + 2 / 3) / 2)
    assert average_precision(np.array([0.5]), np.array([False])) is None


def test_calibration_error_is_the_distance_of_promise_and_truth() -> None:
    scores = np.array([0.75] * 4 + [0.15] * 4)
    truth = np.array([True, True, True, False, False, False, False, False])
    assert calibration_error(scores, truth) == pytest.approx(0.15 / 2)


def test_a_threshold_is_the_lowest_that_reaches_the_precision() -> None:
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4])
    truth = np.array([True, True, True, False, True, False])
    assert for_precision(scores, truth, 0.8, 0.3, 0.85) == pytest.approx(0.41)
    assert for_precision(scores, truth, 1.0, 0.3, 0.85) == pytest.approx(0.61)


def test_where_no_threshold_reaches_the_precision_the_best_compromise_is_taken() -> None:
    scores = np.array([0.9, 0.8, 0.7])
    assert for_precision(scores, np.array([False, True, True]), 0.99, 0.3, 0.8) == pytest.approx(0.3)
