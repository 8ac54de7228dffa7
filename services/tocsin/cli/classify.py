"""``tocsin classify``: what does the classifier make of this text, and why?"""

import json
import sys
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, BinaryIO, NoReturn

import typer

from tocsin.adapters.sqlite.stories import SqliteStoryIndex
from tocsin.bootstrap import open_classifier
from tocsin.classifier.classify import Classifier, Text
from tocsin.cli.classify_page import is_address, page
from tocsin.cli.classify_report import print_report, report
from tocsin.cli.classify_stream import StoryLine, classify_lines
from tocsin.cli.configured import ConfigOption, settings_from
from tocsin.cli.models import EmbedderOption, ModelOption
from tocsin.domain.errors import ConfigurationError
from tocsin.knowledge import load_knowledge
from tocsin.settings.schema import ClassifierSettings, Settings


def classify(
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="[URL|FILE]",
            help="A web address, or a text whose first line is the title; - is standard input.",
            show_default=False,
        ),
    ] = None,
    *,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Read one JSON item a line (id, lang, title, summary, content, published).")
    ] = False,
    stories: Annotated[
        bool, typer.Option("--stories", help="With --jsonl: take the items as a stream, and join them to stories.")
    ] = False,
    knowledge: Annotated[
        list[Path] | None, typer.Option("--knowledge", help="A folder laid over the built-in knowledge; repeatable.")
    ] = None,
    config: ConfigOption = None,
    embedder: EmbedderOption = "auto",
    model: ModelOption = None,
    lang: Annotated[str | None, typer.Option("--lang", help="The language of FILE, instead of recognising it.")] = None,
    json_output: Annotated[bool, typer.Option("--json", help="One JSON object instead of a page.")] = False,
) -> None:
    """Show what the classifier finds in a text, with the evidence."""
    if stories and not jsonl:
        _fail("--stories needs a stream of items; add --jsonl")
    if source is None and not jsonl:
        _fail("nothing to classify; give a URL, a FILE, - for standard input, or --jsonl")
    text: Text | None = None
    try:
        settings = settings_from(config) if config else Settings()
        chosen = ClassifierSettings(embedder=embedder, model=model) if (embedder, model) != ("auto", None) else None
        folders = [*map(Path, settings.knowledge), *(knowledge or [])]
        classifier = open_classifier(chosen or settings.classifier, load_knowledge(folders))
        if source and is_address(source):
            text = page(source, lang, settings.poller)
    except ConfigurationError as error:
        _fail(*error.problems)
    with ExitStack() as stack:
        if text is None:
            opened = _open(source, stack)
            if jsonl:
                story_line = _story_line(classifier, stack) if stories else None
                sys.exit(classify_lines(classifier, opened, typer.get_binary_stream("stdout"), story_line))
            text = _text(opened.read(), str(source), lang)
    classification = classifier.classify(text)
    if json_output:
        print(json.dumps(report(None, classification)))
    else:
        print_report(text, classification)


def _open(file: str | None, stack: ExitStack) -> BinaryIO:
    if file is None or file == "-":
        return typer.get_binary_stream("stdin")
    try:
        return stack.enter_context(Path(file).open("rb"))
    except OSError as error:
        _fail(f"{file}: {error.strerror}")


def _text(content: bytes, name: str, language: str | None) -> Text:
    try:
        decoded = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        _fail(f"{name}: not text in UTF-8 (byte {error.start})")
    title, _, rest = decoded.lstrip().partition("\n")
    return Text(title=title.rstrip("\r"), content=rest, language=language)


def _story_line(classifier: Classifier, stack: ExitStack) -> StoryLine:
    folder = stack.enter_context(TemporaryDirectory(prefix="tocsin-classify-"))
    index = SqliteStoryIndex(Path(folder) / "stories.db")
    stack.callback(index.close)
    return StoryLine(classifier, index, timedelta(hours=ClassifierSettings().story_window))


def _fail(*problems: str) -> NoReturn:
    for problem in problems:
        print(f"tocsin classify: {problem}", file=sys.stderr)
    raise typer.Exit(1)
