"""The example bank: own-written news items with their labels, events and traps. The models are fitted on it."""

from collections.abc import Iterator, Sequence
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from tocsin.domain.errors import ConfigurationError
from tocsin.knowledge.document import Document
from tocsin.knowledge.schema import Section

ORDINARY: Final = "ordinary"
"""What is in a file that is named after no event type: everyday news and sentences, traps without saying so."""

Trap = Literal[
    "denial", "history", "explainer", "opinion", "hypothetical", "homonym", "sport", "culture", "sponsor", "company",
    "howto", "interview", "local", "preview", "ordinary",
]  # fmt: skip


class Example(Section, frozen=True):
    """A headline with up to a few sentences of ``text``. It has either ``types``, the first its file's, or a ``trap``.

    ``direction`` says what an event does to those it concerns: good (``up``), bad (``down``) or neither.
    """

    title: Annotated[str, Meta(min_length=1)]
    text: str = ""
    types: tuple[str, ...] = ()
    direction: Literal["up", "down", "neutral"] | None = None
    trap: Trap | None = None


class Located(Section, frozen=True):
    """An example with where it stands: ``id`` is ``language/file/number``."""

    id: str
    language: str
    example: Example


def load_examples(folders: Sequence[Path] = (), *, builtin: bool = True) -> tuple[Located, ...]:
    """The built-in bank, unless it is not wanted, and those of ``folders``.

    A bank is ``<language>/<type>.yaml``, and files of ordinary items beside them.
    Raises ConfigurationError with every mistake found.
    """
    problems: list[str] = []
    found = [
        located
        for root in (*((resources.files("tocsin.knowledge") / "data" / "examples",) if builtin else ()), *folders)
        for located in _bank(root, problems)
    ]
    if problems:
        raise ConfigurationError(*problems)
    return tuple(found)


def _bank(root: Traversable, problems: list[str]) -> Iterator[Located]:
    if not root.is_dir():
        problems.append(f"{root}: no such folder; it takes <language>/<type>.yaml")
        return
    for folder in sorted((entry for entry in root.iterdir() if entry.is_dir()), key=lambda entry: entry.name):
        for file in sorted(folder.iterdir(), key=lambda file: file.name):
            if file.name.endswith(".yaml"):
                yield from _file(folder.name, file, problems)


def _file(language: str, file: Traversable, problems: list[str]) -> Iterator[Located]:
    document = Document(file, problems)
    name = file.name.removesuffix(".yaml")
    for number, content in enumerate(document.content.get("examples", ())):
        path = f"examples[{number}]"
        example = document.convert(content, Example, path)
        if example is None:
            continue
        if "." not in name and not example.trap:
            example = msgspec.structs.replace(example, trap=ORDINARY)
        if bool(example.types) == bool(example.trap):
            document.problem(path, "needs either `types` or a `trap`; add one of them")
        elif example.types and example.types[0] != name:
            document.problem(path, f"its first type is {example.types[0]}; move it to that file")
        elif example.types and not example.direction:
            document.problem(path, "an event has a `direction`; add up, down or neutral")
        else:
            yield Located(id=f"{language}/{name}/{number}", language=language, example=example)
