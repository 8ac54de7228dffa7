"""An evaluation as JSON for programs and as tables for people."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from tocsin.learning.evaluate import Counts, Evaluation, Flags


def figures(evaluation: Evaluation) -> dict[str, Any]:
    """All figures, plain. Shares are 0-1; what nothing could be said of is null."""
    agreement = evaluation.agreement
    return {
        "flag": _flags(evaluation.flags),
        "languages": {language: _flags(flags) for language, flags in evaluation.languages.items()},
        "groups": {group: _flags(flags) for group, flags in evaluation.groups.items()},
        "types": {type: _counts(counts) for type, counts in evaluation.types.items()},
        "types_micro": _counts(evaluation.micro),
        "tickers": _counts(evaluation.tickers),
        "direction_accuracy": _share(evaluation.direction_right, evaluation.direction_total),
        "translations_agree": _share(agreement.agree, agreement.pairs),
    }


def print_figures(name: str, evaluation: Evaluation) -> None:
    """Readable tables."""
    console = Console(soft_wrap=True)
    flags = Table("", "items", "precision", "recall", "F1", "avg prec", "calib err", "false/1000", title=name, box=None)
    rows = {"all": evaluation.flags, **evaluation.groups}
    if len(evaluation.languages) > 1:
        rows |= evaluation.languages
    for label, part in rows.items():
        _add(flags, label, str(part.items), _flags(part), ("average_precision", "calibration_error"))
    console.print(flags)
    types = Table("type", "labelled", "precision", "recall", "F1", box=None)
    if evaluation.types:
        for label, counts in {"all": evaluation.micro, **evaluation.types}.items():
            _add(types, label, str(counts.right + counts.missed), _counts(counts), ())
        console.print(types)
    tickers = evaluation.tickers
    if tickers.right + tickers.missed:
        console.print(f"tickers    precision {tickers.precision:.3f}  recall {tickers.recall:.3f}  F1 {tickers.f1:.3f}")
    if evaluation.direction_total:
        right = evaluation.direction_right
        console.print(
            f"direction  {right} of {evaluation.direction_total} right ({right / evaluation.direction_total:.3f})"
        )
    if evaluation.agreement.pairs:
        share = evaluation.agreement.agree / evaluation.agreement.pairs
        console.print(f"translations agree in {share:.3f} of {evaluation.agreement.pairs} pairs")


def _add(table: Table, label: str, count: str, values: Mapping[str, float | None], more: tuple[str, ...]) -> None:
    cells = [values["precision"], values["recall"], values["f1"], *(values[name] for name in more)]
    row = ["–" if value is None else f"{value:.3f}" for value in cells]
    if more:
        alarms = values["false_alarms_per_thousand"]
        row.append("–" if alarms is None else f"{alarms:.1f}")
    table.add_row(label, count, *row)


def _flags(flags: Flags) -> dict[str, float | None]:
    some = flags.items > 0
    counts: dict[str, float | None] = (
        dict(_counts(flags.counts)) if some else dict.fromkeys(("precision", "recall", "f1"))
    )
    return {
        "items": flags.items,
        **counts,
        "average_precision": flags.average_precision,
        "calibration_error": flags.calibration_error,
        "false_alarms_per_thousand": flags.false_alarms_per_thousand,
    }


def _counts(counts: Counts) -> dict[str, float]:
    return {"precision": counts.precision, "recall": counts.recall, "f1": counts.f1}


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
