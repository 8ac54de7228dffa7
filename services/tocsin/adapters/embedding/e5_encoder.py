"""The encoder of e5 as an ONNX graph in 8 bit: built once from the weights, then read from the cache."""

import tempfile
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from tocsin.adapters.embedding.e5_weights import E5Weights
from tocsin.adapters.embedding.runtime import onnxruntime

GRAPH_VERSION: Final = 2
"""Counts up when the graph below changes, so that a cached file of an older one is not taken for it."""
_OPSET: Final = 17
_CONTRIB: Final = "com.microsoft"


def build(weights: E5Weights, path: Path) -> None:
    """Write the quantised encoder to ``path``, at once or not at all: two processes may build it together.

    Its input ``x`` (1, tokens, hidden) is the summed embeddings before the first layer norm of one text; its output
    ``y`` (1, hidden) is of length one. One text, for the scales of 8-bit activations are taken over all that runs
    together: in a batch, a text's vector would depend on its neighbours, and no run would be faster for it.
    """
    # with the runtime above, whose telemetry is off; it takes a while to load, and is needed once
    assert onnxruntime
    from onnxruntime.quantization import QuantType, quantize_dynamic

    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".build-") as folder:
        full, small = Path(folder) / "full.onnx", Path(folder) / "small.onnx"
        onnx.save(_Graph(weights).model(), str(full))
        quantize_dynamic(
            str(full),
            str(small),
            per_channel=True,
            # 7 bit: processors without VNNI add pairs of products in 16 bit, which 8 bit can overflow
            reduce_range=True,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul"],
            extra_options={"MatMulConstBOnly": True, "DefaultTensorType": TensorProto.FLOAT},
        )
        small.replace(path)


class _Graph:
    def __init__(self, weights: E5Weights) -> None:
        self._weights = weights
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def model(self) -> Any:
        shape = self._weights.shape
        x = self._norm("x", "emb.ln")
        for layer in range(shape.layers):
            x = self._layer(x, layer)
        self._pool(x)
        graph = helper.make_graph(
            self._nodes,
            "e5",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, "tokens", shape.hidden])],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, shape.hidden])],
            self._constants,
        )
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_CONTRIB, 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
        # says that the graph is as it should be: without it the quantiser warns on the root logger
        helper.set_model_props(model, {"onnx.quant.pre_process": "onnxruntime.quant"})
        return model

    def _layer(self, x: str, layer: int) -> str:
        name = f"l{layer}"
        joined = self._dense(x, f"{name}.qkv", [f"{name}.q", f"{name}.k", f"{name}.v"])
        hidden = self._weights.shape.hidden
        split = self._constant(f"{name}.split", np.array([hidden] * 3, dtype=np.int64))
        q, k, v = (f"{name}.{part}.out" for part in "qkv")
        self._nodes.append(helper.make_node("Split", [joined, split], [q, k, v], axis=2))
        attended = f"{name}.attended"
        self._nodes.append(
            helper.make_node(
                "MultiHeadAttention",
                [q, k, v],
                [attended],
                domain=_CONTRIB,
                num_heads=self._weights.shape.heads,
            )
        )
        x = self._residual(x, self._dense(attended, f"{name}.ao"), f"{name}.aln")
        wide = f"{name}.wide"
        self._nodes.append(helper.make_node("Gelu", [self._dense(x, f"{name}.fi")], [wide], domain=_CONTRIB))
        return self._residual(x, self._dense(wide, f"{name}.fo"), f"{name}.oln")

    def _dense(self, x: str, name: str, parts: list[str] | None = None) -> str:
        parts = parts or [name]
        matrix = np.concatenate([self._weights.matrix(part) for part in parts], axis=1)
        bias = np.concatenate([self._weights.tensor(f"{part}.b") for part in parts])
        product = f"{name}.product"
        self._nodes.append(helper.make_node("MatMul", [x, self._constant(f"{name}.w", matrix)], [product]))
        self._nodes.append(helper.make_node("Add", [product, self._constant(f"{name}.b", bias)], [f"{name}.sum"]))
        return f"{name}.sum"

    def _residual(self, x: str, change: str, norm: str) -> str:
        self._nodes.append(helper.make_node("Add", [x, change], [f"{norm}.in"]))
        return self._norm(f"{norm}.in", norm)

    def _norm(self, x: str, name: str) -> str:
        scale = self._constant(f"{name}.w", self._weights.tensor(f"{name}.w"))
        bias = self._constant(f"{name}.b", self._weights.tensor(f"{name}.b"))
        self._nodes.append(
            helper.make_node(
                "LayerNormalization", [x, scale, bias], [f"{name}.out"], axis=-1, epsilon=self._weights.shape.epsilon
            )
        )
        return f"{name}.out"

    def _pool(self, x: str) -> None:
        axis = self._constant("tokens_axis", np.array([1], dtype=np.int64))
        # the mean's divisor falls out when the length is made one
        self._nodes.append(helper.make_node("ReduceSum", [x, axis], ["sum"], keepdims=0))
        self._nodes.append(helper.make_node("LpNormalization", ["sum"], ["y"], axis=-1, p=2))

    def _constant(self, name: str, value: NDArray[Any]) -> str:
        self._constants.append(numpy_helper.from_array(value, name))
        return name
