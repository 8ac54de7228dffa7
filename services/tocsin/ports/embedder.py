"""Embedder: turns texts into vectors whose nearness is nearness of meaning, across languages."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""One row for each text, each of length one."""


class Embedder(Protocol):
    """Thread-safe. ``name`` says which vectors these are: models fitted on one embedder fit no other."""

    @property
    def name(self) -> str:
        """Technology, weights and version, such as ``e5``."""
        ...

    @property
    def dimensions(self) -> int:
        """Columns of the vectors; 0 for the embedder that knows nothing."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """A row for each of ``texts``, in their order. Any text will do, the empty one too; long ones are cut.

        A text has the same vector whatever stands beside it, up to rounding.
        """
        ...
