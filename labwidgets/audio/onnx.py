"""Opens the small models that come inside packages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from labwidgets.errors import ModelError


def open_session(path: Path, *, what: str, remedy: str) -> Any:
    """Return an ``onnxruntime.InferenceSession`` on one thread of the CPU, as drafting runs beside it.

    Args:
        path: Of the ONNX file.
        what: Of what it is the model, for people.
        remedy: What to do where it cannot be read.

    Raises:
        ModelError: The file cannot be read.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = options.intra_op_num_threads = 1
    try:
        return onnxruntime.InferenceSession(
            str(path), sess_options=options, providers=["CPUExecutionProvider"]
        )
    # Its own exceptions have no common base but this.
    except Exception as error:
        raise ModelError(f"the {what} cannot be read", value=path, remedy=remedy) from error
