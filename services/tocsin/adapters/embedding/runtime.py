"""onnxruntime with its telemetry switched off: a self-hosted program reports to nobody. Import it from here only."""

import os

# read when the library is loaded, so before the import
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime

__all__ = ["onnxruntime"]
