"""Any sentence encoder as an ONNX file, with its ``tokenizer.json`` beside it."""

from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import numpy as np
from tokenizers import Tokenizer

from tocsin.adapters.embedding.runtime import onnxruntime
from tocsin.domain.errors import ConfigurationError
from tocsin.ports.embedder import Vectors

_MOST_TOKENS: Final = 256


class OnnxEmbedder:
    """Runs the usual graph: ``input_ids``, ``attention_mask`` and, where it has it, ``token_type_ids`` in; token
    states (texts, tokens, dimensions), which are averaged, or sentence vectors (texts, dimensions) out.

    Raises ConfigurationError for a file that is no such graph.
    """

    def __init__(self, path: Path) -> None:
        tokenizer = path.with_name("tokenizer.json")
        for file in (path, tokenizer):
            if not file.is_file():
                raise ConfigurationError(f"{file}: no such file; an ONNX embedder needs its graph and tokenizer.json")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
            self._tokenizer: Any = Tokenizer.from_file(str(tokenizer))
        except Exception as error:  # both libraries raise bare exceptions of their own for a bad file
            raise ConfigurationError(f"{path}: cannot be loaded: {error}") from error
        self._tokenizer.enable_truncation(_MOST_TOKENS)
        self._tokenizer.no_padding()
        self._inputs = {entry.name for entry in self._session.get_inputs()}
        unknown = self._inputs - {"input_ids", "attention_mask", "token_type_ids"}
        if unknown or "input_ids" not in self._inputs:
            raise ConfigurationError(f"{path}: takes {sorted(self._inputs)}; expected input_ids and attention_mask")
        self.name = f"onnx-{blake2b(path.read_bytes(), digest_size=6).hexdigest()}"
        self.dimensions = int(self.embed(["a"]).shape[1])

    def embed(self, texts: Sequence[str]) -> Vectors:
        """See the port."""
        rows = [self._embed(text.encode("utf-8", "replace").decode()) for text in texts]
        return np.stack(rows) if rows else np.zeros((0, self.dimensions), dtype=np.float32)

    def _embed(self, text: str) -> Vectors:
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        output = self._session.run(None, {name: given[name] for name in self._inputs})[0][0]
        vector = output.mean(axis=0) if output.ndim == 2 else output  # noqa: PLR2004 - (tokens, dimensions)
        length = float(np.linalg.norm(vector))
        unit: Vectors = (vector / (length or 1.0)).astype(np.float32)
        return unit
