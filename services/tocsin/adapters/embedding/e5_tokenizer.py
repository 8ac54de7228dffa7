"""Text to token ids, as multilingual-e5 expects them."""

import re
from collections.abc import Sequence
from typing import Any, Final

from tokenizers import Tokenizer, models, pre_tokenizers

from tocsin.adapters.embedding.e5_weights import Vocabulary

_SPACES: Final = re.compile(" {2,}")
_SURROGATES: Final = re.compile("[\ud800-\udfff]")


class E5Tokenizer:
    """Cuts texts into the pieces of ``vocabulary``. Thread-safe."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._begin, self._end = vocabulary.begin, vocabulary.end
        self._replacements = vocabulary.replacements
        self._tokenizer: Any = Tokenizer(models.Unigram(vocabulary.pieces, vocabulary.unknown, byte_fallback=False))
        self._tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")

    def encode(self, texts: Sequence[str], most: int) -> list[list[int]]:
        """The ids of each text, begin and end marks included, at most ``most`` of them."""
        plain = [
            _SPACES.sub(" ", _SURROGATES.sub("\ufffd", text).translate(self._replacements)).strip(" ") for text in texts
        ]
        encodings = self._tokenizer.encode_batch_fast(plain, add_special_tokens=False)
        return [[self._begin, *encoding.ids[: most - 2], self._end] for encoding in encodings]
