"""Items as numbers: the same ones that the classifier computes when it judges."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from tocsin.classifier.classify import Classifier, Text
from tocsin.classifier.ngrams import BUCKETS
from tocsin.learning.items import LabelledItem

Array = NDArray[np.float32]


class Design(NamedTuple):
    """A row for each item. ``cues`` are what the direction is told by."""

    vectors: Array
    ngrams: csr_matrix
    features: Array
    cues: Array


def text_of(item: LabelledItem) -> Text:
    """The text to judge."""
    return Text(title=item.title, summary=item.summary, content=item.content, language=item.lang)


def build(
    classifier: Classifier,
    items: Sequence[LabelledItem],
    types: Sequence[str],
    judgements: Sequence[str],
    progress: Callable[[], None] = lambda: None,
) -> Design:
    """Read every item. ``progress`` is called after each."""
    vectors, ngrams, features, cues = [], [], [], []
    for item in items:
        seen = classifier.observe(text_of(item), types, judgements)
        vectors.append(seen.vector)
        ngrams.append(seen.ngrams)
        features.append(seen.features)
        cues.append(seen.cues)
        progress()
    ends = np.cumsum([0, *(row.buckets.size for row in ngrams)])
    matrix = csr_matrix(
        (np.concatenate([row.values for row in ngrams]), np.concatenate([row.buckets for row in ngrams]), ends),
        shape=(len(items), BUCKETS),
    )
    return Design(np.stack(vectors), matrix, np.stack(features), np.stack(cues))
