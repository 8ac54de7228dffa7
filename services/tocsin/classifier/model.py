"""The fitted part of the judgement: linear heads over meaning, looks and words, then a small calibrated model a type.

Stage one gives every output (the event types, the groups, and "any event at all") a logit: a weighted sum of the
embedding, the n-grams and the named features. Stage two turns the logits and the lexicon's say into probabilities that
hold what they promise. Both are linear, so that what counted can be said.
"""

import json
from collections.abc import Callable, Sequence
from hashlib import blake2b
from importlib import resources
from importlib.resources.abc import Traversable
from io import BytesIO
from typing import Any, Final, NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from tocsin.classifier.ngrams import BUCKETS, NGrams, weighed
from tocsin.domain.errors import ConfigurationError
from tocsin.domain.signal import Direction

Array = NDArray[np.float32]

FORMAT: Final = 4
GROUPS: Final = ("policy", "market", "any")
"""The outputs after the types."""
DIRECTIONS: Final[tuple[Direction, ...]] = ("down", "neutral", "up")
_CLIP: Final = 12.0


class About(Struct, frozen=True, kw_only=True):
    """What a model was made for and of. ``thresholds`` are by type; ``flag`` is that of "any event"."""

    embedder: str
    types: tuple[str, ...]
    judgements: tuple[str, ...]
    knowledge: str
    examples: int
    thresholds: dict[str, float]
    flag: float
    titles: tuple[str, ...] = ()


class Linear(NamedTuple):
    """Stage one, for some outputs: ``embedding`` (outputs, dimensions), ``ngrams`` (outputs, buckets) in 8 bit with a
    ``scale`` each, ``features`` (outputs, features), ``bias`` (outputs).
    """

    embedding: Array
    ngrams: NDArray[np.int8]
    scale: Array
    features: Array
    bias: Array

    def logits(self, vector: Array, ngrams: NGrams, features: Array) -> Array:
        """One number for each output."""
        looks = (self.ngrams[:, ngrams.buckets].astype(np.float32) @ ngrams.values) * self.scale
        logits: Array = self.embedding @ vector + looks + self.features @ features + self.bias
        clipped: Array = np.clip(logits, -_CLIP, _CLIP)
        return clipped


class Judged(NamedTuple):
    """Probabilities by type and group. ``direction`` tells which way an event of a type would point."""

    types: dict[str, float]
    groups: dict[str, float]
    direction: Callable[[str], Direction]


class Model:
    """A fitted model. Thread-safe. ``version`` is a hash of all of it."""

    def __init__(self, about: About, arrays: dict[str, NDArray[Any]], version: str = "") -> None:
        self.about = about
        self.arrays = arrays
        self.version = version
        self._mean = arrays["mean"].astype(np.float32)
        self._rarity = arrays["rarity"].astype(np.float32)
        self._heads = _linear(arrays, "heads")
        self._turn = _linear(arrays, "direction")
        self._turns = arrays["direction.types"].astype(np.float32)
        self._turns_bias = arrays["direction.types.bias"].astype(np.float32)
        self._second = arrays["second"].astype(np.float32)
        self._neighbours = arrays["neighbours"].astype(np.float32) / 127

    def centred(self, vector: Array) -> Array:
        """An embedding as the heads take it."""
        centred: Array = vector - self._mean
        return centred

    def judge(self, vector: Array, ngrams: NGrams, features: Array, cues: Array) -> Judged:
        """What the model makes of a text. ``vector`` is the embedding as it comes, ``cues`` as ``direction_cues``."""
        centred = self.centred(vector)
        ngrams = weighed(ngrams, self._rarity)
        logits = self._heads.logits(centred, ngrams, features)
        rows = second_stage(logits[None], features[None], len(self.about.types))[0]
        probabilities = _sigmoid((rows * self._second[:, :-1]).sum(axis=1) + self._second[:, -1])
        names = (*self.about.types, *GROUPS)
        by_name = {name: float(value) for name, value in zip(names, probabilities, strict=True)}

        def direction(type: str) -> Direction:
            # what the words mean depends on what happened, "raises" above all
            number = self.about.types.index(type)
            turn = self._turn.logits(centred, ngrams, cues) + self._turns_bias[number]
            return _way(turn + np.einsum("ij,j->i", self._turns[number], centred))

        return Judged(
            types={type: by_name[type] for type in self.about.types},
            groups={group: by_name[group] for group in GROUPS},
            direction=direction,
        )

    def ngram_weights(self, type: str, buckets: NDArray[np.int32]) -> Array:
        """How much each n-gram speaks for ``type``: its weight for the type and for any event together."""
        rows = [self.about.types.index(type), len(self.about.types) + GROUPS.index("any")]
        weights: Array = self._heads.ngrams[rows][:, buckets].astype(np.float32) * self._heads.scale[rows, None]
        total: Array = weights.sum(axis=0) * self._rarity[buckets]
        return total

    def nearest(self, vector: Array) -> tuple[str, float] | None:
        """The title of the example of an event nearest in meaning, with its cosine; None without embeddings."""
        if not self._neighbours.size:
            return None
        centred = self.centred(vector)
        centred = centred / (float(np.linalg.norm(centred)) or 1.0)
        # not @: waking BLAS threads costs more than this takes on one
        near = np.einsum("ij,j->i", self._neighbours, centred)
        best = int(near.argmax())
        return self.about.titles[best], float(near[best])

    def save(self) -> bytes:
        """The model as a file. The same model gives the same bytes."""
        import zipfile

        stream = BytesIO()
        # not numpy's savez: it writes the time of day into the file
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            about = json.dumps({"format": FORMAT} | _plain(self.about), ensure_ascii=False, indent=1).encode()
            archive.writestr(zipfile.ZipInfo("about.json"), about, zipfile.ZIP_DEFLATED)
            for name in sorted(self.arrays):
                content = BytesIO()
                np.lib.format.write_array(content, np.ascontiguousarray(self.arrays[name]), allow_pickle=False)
                archive.writestr(zipfile.ZipInfo(f"{name}.npy"), content.getvalue(), zipfile.ZIP_DEFLATED)
        return stream.getvalue()


def load_model(file: Traversable) -> Model:
    """Read a model. Raises ConfigurationError, naming the file."""
    import zipfile

    import msgspec

    try:
        content = file.read_bytes()
        with zipfile.ZipFile(BytesIO(content)) as archive:
            about = json.loads(archive.read("about.json"))
            if about.pop("format", None) != FORMAT:
                raise ConfigurationError(f"{file}: a model of another version of Tocsin; fit it again: tocsin fit")
            names = [name for name in archive.namelist() if name.endswith(".npy")]
            arrays = {
                name.removesuffix(".npy"): np.lib.format.read_array(BytesIO(archive.read(name)), allow_pickle=False)
                for name in names
            }
        return Model(msgspec.convert(about, About), arrays, blake2b(content, digest_size=6).hexdigest())
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:  # msgspec's errors are ValueErrors
        raise ConfigurationError(f"{file}: no model ({error}); fit one: tocsin fit --output {file}") from error


def builtin_model(embedder: str) -> Model | None:
    """The model that comes with Tocsin for this embedder, None when there is none."""
    file = resources.files("tocsin.knowledge") / "models" / f"{embedder}.zip"
    return load_model(file) if file.is_file() else None


def second_stage(logits: Array, features: Array, types: int) -> Array:
    """What stage two sees: (texts, outputs, columns) from logits (texts, outputs) and features (texts, features).

    For a type: its logit, the "any" logit, the best of the other types' logits, and the lexicon's title, body and veto
    columns. For a group: its logit, the "any" logit, the best logit of all types; the rest is 0.
    """
    texts, outputs = logits.shape
    rows = np.zeros((texts, outputs, 6), dtype=np.float32)
    rows[:, :, 0] = logits
    rows[:, :, 1] = logits[:, -1:]
    of_types = logits[:, :types]
    order = np.sort(of_types, axis=1)
    rows[:, :, 2] = order[:, -1:]
    best = of_types == order[:, -1:]
    rows[:, :types, 2][best] = np.broadcast_to(order[:, -2:-1], best.shape)[best]
    rows[:, :types, 3:] = features[:, : 3 * types].reshape(texts, types, 3)
    return rows


def _linear(arrays: dict[str, NDArray[Any]], name: str) -> Linear:
    parts = {part: arrays[f"{name}.{part}"] for part in Linear._fields}
    floats = {part: value.astype(np.float32) for part, value in parts.items() if part != "ngrams"}
    if parts["ngrams"].shape[1] != BUCKETS:
        raise ValueError(f"{name} has {parts['ngrams'].shape[1]} n-gram buckets, not {BUCKETS}")
    return Linear(ngrams=parts["ngrams"], **floats)


def quantised(weights: Array) -> tuple[NDArray[np.int8], Array]:
    """Rows of weights in 8 bit, with the scale of each row."""
    scale = np.abs(weights).max(axis=1, initial=1e-9) / 127
    rows: NDArray[np.int8] = np.round(weights / scale[:, None]).astype(np.int8)
    return rows, scale.astype(np.float32)


def _way(logits: Array) -> Direction:
    """Neutral when that is likelier than not; else the likelier of the two."""
    down, neutral, up = (float(logit) for logit in logits)
    if neutral > max(0.0, down, up):
        return "neutral"
    return "up" if up > down else "down"


def _sigmoid(values: Array) -> Array:
    probabilities: Array = (1.0 / (1.0 + np.exp(-values))).astype(np.float32)
    return probabilities


def _plain(about: About) -> dict[str, Any]:
    import msgspec

    plain: dict[str, Any] = msgspec.to_builtins(about)
    return plain


def outputs(types: Sequence[str]) -> tuple[str, ...]:
    """The names of stage one's outputs."""
    return (*types, *GROUPS)
