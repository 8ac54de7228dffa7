"""Fitting a model: heads by logistic regression, calibration on predictions for items the heads had not seen."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags, hstack
from sklearn.linear_model import LogisticRegression

from tocsin.classifier.features import judged_names, names
from tocsin.classifier.model import DIRECTIONS, GROUPS, About, Model, quantised, second_stage
from tocsin.classifier.ngrams import BUCKETS
from tocsin.learning.design import Array, Design
from tocsin.learning.items import LabelledItem
from tocsin.learning.thresholds import for_precision

FOLDS: Final = 3
_EMBEDDING_SCALE: Final = 10.0
_NGRAM_SCALE: Final = 6.0
"""How strongly the penalty holds the blocks back, one against the other; chosen by looking at tests/data/verdicts."""
_JUDGEMENT_SCALE: Final = 2.5
"""That a report denies, explains or remembers must be able to outweigh all that it is about."""
_DIRECTION_EMBEDDING_SCALE: Final = 20.0
_DIRECTION_TYPE_SCALE: Final = 2.0
_STRENGTH: Final = 0.3
_SECOND_STRENGTH: Final = 0.3
_PRECISION: Final = {"type": 0.80, "flag": 0.97}
"""What the thresholds aim at, on items the heads had not seen."""
_LEAST, _MOST = 0.25, 0.85
_LEAST_BY_WORDS: Final = 0.75
"""Where nothing but words judges, the bank flatters: other writers choose other words."""

Progress = Callable[[str], None]


def fit(
    items: Sequence[LabelledItem],
    design: Design,
    *,
    embedder: str,
    types: Sequence[str],
    judgements: Sequence[str],
    knowledge: str,
    seed: int = 0,
    progress: Progress = lambda _: None,
) -> Model:
    """A model for ``items``, whose rows in ``design`` are in the same order. The same input gives the same model."""
    truth = _truth(items, types)
    mean = design.vectors.mean(axis=0) if design.vectors.size else np.zeros(design.vectors.shape[1], dtype=np.float32)
    rarity = _rarity(design.ngrams)
    design = design._replace(ngrams=_weighed(design.ngrams, rarity))
    scales = _feature_scales(types, judgements)
    columns = _stack(design.vectors - mean, design.ngrams, design.features * scales)
    folds = np.random.default_rng(seed).integers(0, FOLDS, len(items))
    unseen = np.zeros(truth.shape, dtype=np.float32)
    for fold in range(FOLDS):
        progress(f"heads, fold {fold + 1} of {FOLDS}")
        rest, held = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        weights, bias = _regress(columns[rest], truth[rest])
        unseen[held] = columns[held] @ weights.T + bias
    progress("heads")
    weights, bias = _regress(columns, truth)
    weights[:, -scales.size :] *= scales
    progress("calibration")
    rows = second_stage(np.clip(unseen, -12, 12), design.features, len(types))
    second = np.stack([_calibrate(rows[:, number], truth[:, number]) for number in range(truth.shape[1])])
    odds = (rows * second[None, :, :-1]).sum(axis=2) + second[:, -1]
    probabilities = 1 / (1 + np.exp(-odds))
    thresholds = {
        type: for_precision(probabilities[:, number], truth[:, number], _PRECISION["type"], _LEAST, _MOST)
        for number, type in enumerate(types)
    }
    least = _LEAST if design.vectors.size else _LEAST_BY_WORDS
    flag = for_precision(probabilities[:, -1], truth[:, -1], _PRECISION["flag"], least, _MOST)
    progress("direction")
    directions = _directions(items, design, mean, types)
    events = [number for number, item in enumerate(items) if item.gold.types]
    about = About(
        embedder=embedder,
        types=tuple(types),
        judgements=tuple(judgements),
        knowledge=knowledge,
        examples=len(items),
        thresholds=thresholds,
        flag=flag,
        titles=tuple(items[number].title for number in events) if design.vectors.size else (),
    )
    arrays: dict[str, NDArray[Any]] = {
        "mean": mean.astype(np.float32),
        "rarity": rarity.astype(np.float16),
        "second": second.astype(np.float32),
        "neighbours": _neighbours(design.vectors[events] - mean),
        **_named("heads", weights, bias, design.vectors.shape[1], _EMBEDDING_SCALE),
        **directions,
    }
    return Model(about, arrays)


def _truth(items: Sequence[LabelledItem], types: Sequence[str]) -> NDArray[np.bool_]:
    truth = np.zeros((len(items), len(types) + len(GROUPS)), dtype=bool)
    place = {type: number for number, type in enumerate(types)}
    for row, item in zip(truth, items, strict=True):
        for type in item.gold.types or ():
            row[place[type]] = True
            row[len(types) + GROUPS.index(type.partition(".")[0])] = True
            row[-1] = True
    return truth


def _feature_scales(types: Sequence[str], judgements: Sequence[str]) -> Array:
    judged = set(judged_names(judgements))
    return np.array(
        [_JUDGEMENT_SCALE if name in judged else 1.0 for name in names(types, judgements)], dtype=np.float32
    )


def _stack(vectors: Array, ngrams: csr_matrix, features: Array) -> csr_matrix:
    parts = [csr_matrix(vectors * _EMBEDDING_SCALE), ngrams * _NGRAM_SCALE, csr_matrix(features)]
    return hstack(parts, format="csr", dtype=np.float32)


def _rarity(ngrams: csr_matrix) -> Array:
    """Bucket → logarithm of one over the share of texts that have it."""
    seen = np.bincount(ngrams.indices, minlength=ngrams.shape[1])
    # as it will be read back from the file
    rarity: Array = np.log((1 + ngrams.shape[0]) / (1 + seen)).astype(np.float16).astype(np.float32)
    return rarity


def _weighed(ngrams: csr_matrix, rarity: Array) -> csr_matrix:
    """``classifier.ngrams.weighed`` for all rows at once."""
    rows = csr_matrix(ngrams @ diags(rarity))
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    return csr_matrix(diags(1 / np.maximum(lengths, 1e-9)) @ rows)


def _regress(columns: csr_matrix, truth: NDArray[np.bool_]) -> tuple[Array, Array]:
    weights = np.zeros((truth.shape[1], columns.shape[1]), dtype=np.float32)
    bias = np.zeros(truth.shape[1], dtype=np.float32)
    for number in range(truth.shape[1]):
        if truth[:, number].any() and not truth[:, number].all():
            model = LogisticRegression(C=_STRENGTH, solver="liblinear", random_state=0)
            model.fit(columns, truth[:, number])
            weights[number], bias[number] = model.coef_[0], model.intercept_[0]
        else:
            bias[number] = -12.0
    return weights, bias


def _calibrate(rows: Array, truth: NDArray[np.bool_]) -> Array:
    if not truth.any():
        return np.array([0.0] * rows.shape[1] + [-12.0], dtype=np.float32)
    model = LogisticRegression(C=_SECOND_STRENGTH, max_iter=2000).fit(rows, truth)
    return np.append(model.coef_[0], model.intercept_[0]).astype(np.float32)


def _directions(
    items: Sequence[LabelledItem], design: Design, mean: Array, types: Sequence[str]
) -> dict[str, NDArray[Any]]:
    """Logits of each direction: what holds for all types, and what is added for each type."""
    known = [number for number, item in enumerate(items) if item.gold.types and item.gold.direction in DIRECTIONS]
    vectors = (design.vectors[known] - mean) * _DIRECTION_EMBEDDING_SCALE
    of = np.array([[type in (items[number].gold.types or ()) for type in types] for number in known], dtype=np.float32)
    mixed = (of[:, :, None] * vectors[:, None, :]).reshape(len(known), -1) * _DIRECTION_TYPE_SCALE
    parts = [vectors, design.ngrams[known] * _NGRAM_SCALE, design.cues[known], of, mixed]
    columns = hstack([csr_matrix(part) for part in parts], format="csr", dtype=np.float32)
    truth = np.array([[items[number].gold.direction == way for way in DIRECTIONS] for number in known])
    weights, bias = _regress(columns, truth)
    shared, dimensions = columns.shape[1] - of.shape[1] - mixed.shape[1], vectors.shape[1]
    turned = weights[:, shared + of.shape[1] :].reshape(len(DIRECTIONS), len(types), dimensions)
    scale = _DIRECTION_EMBEDDING_SCALE * _DIRECTION_TYPE_SCALE
    return {
        **_named("direction", weights[:, :shared], bias, dimensions, _DIRECTION_EMBEDDING_SCALE),
        "direction.types": (turned.transpose(1, 0, 2) * scale).astype(np.float16),
        "direction.types.bias": weights[:, shared : shared + of.shape[1]].T.astype(np.float32),
    }


def _named(name: str, weights: Array, bias: Array, dimensions: int, embedding_scale: float) -> dict[str, NDArray[Any]]:
    """Weights for what is measured, the scales of the fit multiplied in."""
    ngrams, scale = quantised(weights[:, dimensions : dimensions + BUCKETS] * _NGRAM_SCALE)
    return {
        f"{name}.embedding": (weights[:, :dimensions] * embedding_scale).astype(np.float16),
        f"{name}.ngrams": ngrams,
        f"{name}.scale": scale,
        f"{name}.features": weights[:, dimensions + BUCKETS :].astype(np.float32),
        f"{name}.bias": bias.astype(np.float32),
    }


def _neighbours(vectors: Array) -> NDArray[np.int8]:
    lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    rows: NDArray[np.int8] = np.round(vectors / lengths * 127).astype(np.int8)
    return rows
