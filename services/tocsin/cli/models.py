"""``tocsin evaluate`` and ``tocsin fit``: how well does it judge, and make it judge better."""

import json
import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import Progress

from tocsin.bootstrap import cache_folder, open_classifier
from tocsin.cli.evaluation_report import figures, print_figures
from tocsin.domain.errors import ConfigurationError
from tocsin.knowledge import load_knowledge
from tocsin.settings.schema import ClassifierSettings

EmbedderOption = Annotated[
    str, typer.Option("--embedder", help="auto, e5, use, none, or the path of an ONNX file.", show_default=True)
]
ModelOption = Annotated[
    str | None, typer.Option("--model", help="A model made by `tocsin fit`; otherwise the embedder's own.")
]
KnowledgeOption = Annotated[
    list[Path] | None, typer.Option("--knowledge", help="A folder laid over the built-in knowledge; repeatable.")
]


def evaluate(
    files: Annotated[list[Path], typer.Argument(help="JSON lines {id, lang, title, summary, gold}; .gz too.")],
    *,
    embedder: EmbedderOption = "auto",
    model: ModelOption = None,
    knowledge: KnowledgeOption = None,
    stories: Annotated[
        bool, typer.Option("--stories", help="Take each file as a stream and compare stories with gold.story instead.")
    ] = False,
    json_output: Annotated[bool, typer.Option("--json", help="One JSON object for each file.")] = False,
) -> None:
    """Judge labelled items and compare: precision, recall, calibration, false alarms, by type and language."""
    from tocsin.learning.design import text_of
    from tocsin.learning.evaluate import evaluate as compare
    from tocsin.learning.items import read_items

    items_of = {file: read_items(file) for file in files}
    classifier = open_classifier(ClassifierSettings(embedder=embedder, model=model), load_knowledge(knowledge or []))
    for file, items in items_of.items():
        with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
            if stories:
                from tocsin.cli.story_report import evaluate_file

                track = partial(progress.track, description=file.name)
                evaluate_file(classifier, file, items, track, as_json=json_output)
                continue
            verdicts = [classifier.classify(text_of(item)) for item in progress.track(items, description=file.name)]
        evaluation = compare(items, verdicts)
        if json_output:
            print(json.dumps({"file": str(file)} | figures(evaluation)))
        else:
            print_figures(file.name, evaluation)


def fit(
    files: Annotated[
        list[Path] | None, typer.Argument(help="More labelled items (JSON lines), beside the example bank.")
    ] = None,
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="The model file to write.")],
    embedder: EmbedderOption = "auto",
    knowledge: KnowledgeOption = None,
    examples: Annotated[
        list[Path] | None, typer.Option("--examples", help="A folder of examples, <language>/<type>.yaml; repeatable.")
    ] = None,
    bank: Annotated[bool, typer.Option("--bank/--no-bank", help="Use the example bank that comes with Tocsin.")] = True,
) -> None:
    """Fit heads, calibration and thresholds on the example bank and your own labels."""
    try:
        from tocsin.learning.fit import fit as fit_model
    except ModuleNotFoundError as error:
        raise ConfigurationError(f"{error.name} is not installed: pip install 'tocsin[fit]'") from error
    from tocsin.adapters.embedding.choose import open_embedder
    from tocsin.classifier.classify import Classifier
    from tocsin.knowledge.examples import load_examples
    from tocsin.learning.design import build
    from tocsin.learning.items import of_examples, read_items

    known = load_knowledge(knowledge or [])
    items = list(of_examples(load_examples(examples or [], builtin=bank)))
    for file in files or []:
        labelled = read_items(file)
        unknown = {type for item in labelled for type in item.gold.types or ()} - set(known.events)
        if unknown:
            raise ConfigurationError(f"{file}: no such event types: {', '.join(sorted(unknown))}; see `tocsin types`")
        items += [item for item in labelled if item.gold.types is not None]
    if not any(item.gold.types for item in items):
        raise ConfigurationError("nothing to learn from: no item has an event type; add FILEs with gold.types")
    opened = open_embedder(embedder, cache_folder(ClassifierSettings()))
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
        reading = progress.add_task(f"reading {len(items)} items", total=len(items))
        types, judgements = tuple(known.events), tuple(sorted(known.judgements))
        design = build(Classifier(known, opened), items, types, judgements, lambda: progress.advance(reading))
        fitting = progress.add_task("fitting", total=None)
        fitted = fit_model(
            items,
            design,
            embedder=opened.name,
            types=types,
            judgements=judgements,
            knowledge=known.version,
            progress=lambda stage: progress.update(fitting, description=stage),
        )
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(fitted.save())
    about = msgspec.structs.asdict(fitted.about)
    print(f"{output}: {about['examples']} items, embedder {about['embedder']}, flag threshold {about['flag']:.2f}")
