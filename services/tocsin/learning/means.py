"""The means that stories are centred on: ``python -m tocsin.learning.means e5 FILE`` after the bank has changed."""

import sys
import zipfile
from collections import defaultdict
from importlib import resources
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from tocsin.adapters.embedding.choose import open_embedder
from tocsin.classifier.classify import Classifier, Text
from tocsin.classifier.model import Array
from tocsin.knowledge import load_knowledge
from tocsin.knowledge.examples import load_examples
from tocsin.ports.embedder import Embedder

_FEWEST: Final = 100
"""Examples below which a language has no mean of its own."""


def language_means(embedder: Embedder) -> dict[str, Array]:
    """The mean embedding of the example bank by language, and the mean of these under the empty name.

    Languages that the bank does not have are told by parallel sentences.
    """
    classifier = Classifier(load_knowledge([]), embedder)
    vectors: dict[str, list[Array]] = defaultdict(list)
    for located in load_examples([], builtin=True):
        text = Text(title=located.example.title, summary=located.example.text, language=located.language)
        vectors[located.language].append(classifier.vector(text))
    means = {language: np.mean(rows, axis=0) for language, rows in vectors.items() if len(rows) >= _FEWEST}
    english, *others = _parallel()
    at_home = embedder.embed(english[1:])
    for language, *sentences in others:
        # the sentences are few but the same: their difference is the language alone
        means[language] = means["en"] + (embedder.embed(sentences) - at_home).mean(axis=0)
    return {"": np.mean(list(means.values()), axis=0), **means}


def _parallel() -> list[list[str]]:
    lines = resources.files("tocsin.learning").joinpath("parallel.txt").read_text("utf-8").splitlines()
    return [line.split("|") for line in lines if not line.startswith("#")]


def write(means: dict[str, Array], file: Path) -> None:
    """As an archive of arrays, in half precision. The same means give the same bytes."""
    with zipfile.ZipFile(file, "w") as archive:
        for language in sorted(means):
            content = BytesIO()
            np.lib.format.write_array(content, means[language].astype(np.float16), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{language}.npy"), content.getvalue(), zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    name, target = sys.argv[1:]
    with TemporaryDirectory() as folder:
        write(language_means(open_embedder(name, Path(folder))), Path(target))
