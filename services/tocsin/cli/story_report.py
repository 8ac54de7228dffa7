"""``tocsin evaluate --stories``: labelled items as a stream, and how well they were joined."""

import json
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from tocsin.adapters.sqlite.stories import SqliteStoryIndex
from tocsin.classifier.classify import Classifier
from tocsin.cli.classify_stream import Item, StoryLine
from tocsin.domain.errors import ConfigurationError
from tocsin.learning.design import text_of
from tocsin.learning.items import LabelledItem
from tocsin.learning.story_evaluation import StoryEvaluation, evaluate_stories, gold_story
from tocsin.settings.schema import ClassifierSettings


def evaluate_file(classifier: Classifier, file: Path, items: list[LabelledItem], track: Any, *, as_json: bool) -> None:
    """Print the figures of a file: of items with ``gold.story``, or of pairs with ``gold.same_story``."""
    if any(item.b for item in items):
        found = _pairs(classifier, track(items))
        report = {"pairs": len(found), "right": sum(same == gold for same, gold in found)}
        report |= {"joined": sum(same for same, _ in found), "falsely_joined": sum(s and not g for s, g in found)}
    else:
        labelled = [item for item in items if gold_story(item)]
        if not labelled:
            raise ConfigurationError(
                f"{file}: no item has gold.story, group or gold.same_story; nothing to compare with"
            )
        report = _figures(evaluate_stories(labelled, place_all(classifier, track(labelled))))
    if as_json:
        print(json.dumps({"file": str(file)} | report))
        return
    table = Table(title=file.name, box=None, show_header=False, title_justify="left")
    for name, value in report.items():
        table.add_row(name.replace("_", " "), f"{value:.3f}" if isinstance(value, float) else str(value))
    Console().print(table)


def place_all(classifier: Classifier, items: Iterable[LabelledItem]) -> list[str]:
    """The story of each item, taken as a stream in their order, in an index of its own."""
    found = []
    with TemporaryDirectory(prefix="tocsin-stories-") as folder:
        index = SqliteStoryIndex(Path(folder) / "stories.db")
        line = StoryLine(classifier, index, timedelta(hours=ClassifierSettings().story_window))
        for number, item in enumerate(items):
            # the place in the file: an id that comes twice is not one article
            entry = msgspec.convert({**msgspec.to_builtins(item), "id": number}, Item)
            found.append(line.place(entry, classifier.classify(text_of(item))).story)
        index.close()
    return found


def _pairs(classifier: Classifier, items: Iterable[LabelledItem]) -> list[tuple[bool, bool]]:
    found = []
    for item in items:
        if item.b is not None and item.gold.same_story is not None:
            other = msgspec.convert({"id": f"{item.id}/b", "lang": item.lang, **item.b}, LabelledItem)
            one, two = place_all(classifier, [item, other])
            found.append((one == two, bool(item.gold.same_story)))
    return found


def _figures(evaluation: StoryEvaluation) -> dict[str, Any]:
    return {
        "items": evaluation.items,
        "gold_stories": evaluation.gold_stories,
        "stories": evaluation.stories,
        "bcubed_precision": round(evaluation.bcubed_precision, 4),
        "bcubed_recall": round(evaluation.bcubed_recall, 4),
        "bcubed_f1": round(evaluation.bcubed_f1, 4),
        "pair_precision": round(evaluation.pair_precision, 4),
        "pair_recall": _rounded(evaluation.joined.value),
        "pair_f1": round(evaluation.pair_f1, 4),
        "across_languages_joined": _rounded(evaluation.across_languages.value),
        "falsely_joined": _rounded(evaluation.falsely_joined.value),
        "look_alikes": evaluation.look_alikes.whole,
        "look_alikes_merged": evaluation.look_alikes.part,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
