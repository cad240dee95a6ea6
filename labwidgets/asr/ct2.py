"""Reads Whisper weights in the CTranslate2 format and names them as Transformers does.

The conversion is exact: both sides hold the same numbers, only the names, the stacking of q, k and v and
the zero bias of k differ.

References:
    The format is that of ``ctranslate2/specs/model_spec.py``, binary version 6
    (https://github.com/OpenNMT/CTranslate2, MIT).
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt

from labwidgets.errors import ModelError

Array = npt.NDArray[np.generic]

_VERSION = 6
_DTYPES: dict[int, type[np.generic]] = {
    0: np.float32,
    1: np.int8,
    2: np.int16,
    3: np.int32,
    4: np.float16,
}
_NORMS = {
    "self_attention/layer_norm": "self_attn_layer_norm",
    "attention/layer_norm": "encoder_attn_layer_norm",
    "ffn/layer_norm": "final_layer_norm",
}
_NORM_PARTS = {"gamma": "weight", "beta": "bias"}
_LINEARS: dict[str, tuple[str, ...]] = {
    "self_attention/linear_0": ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
    "self_attention/linear_1": ("self_attn.out_proj",),
    "attention/linear_0": ("encoder_attn.q_proj",),
    "attention/linear_1": ("encoder_attn.k_proj", "encoder_attn.v_proj"),
    "attention/linear_2": ("encoder_attn.out_proj",),
    "ffn/linear_0": ("fc1",),
    "ffn/linear_1": ("fc2",),
}


class _Reader:
    """Takes little-endian values off the front of a buffer."""

    def __init__(self, data: memoryview) -> None:
        self._data = data
        self._at = 0

    def take(self, n_bytes: int) -> memoryview:
        piece = self._data[self._at : self._at + n_bytes]
        if len(piece) != n_bytes:
            raise ModelError("weights file ends too early", value=f"byte {self._at}")
        self._at += n_bytes
        return piece

    def number(self, code: str) -> int:
        return int(struct.unpack("<" + code, self.take(struct.calcsize("<" + code)))[0])

    def string(self) -> str:
        return bytes(self.take(self.number("H"))).rstrip(b"\0").decode()


def read_variables(path: Path) -> dict[str, Array]:
    """Return the named arrays of a CTranslate2 ``model.bin``, backed by a read-only memory map.

    Raises:
        ModelError: The file is cut short, or of another version.
    """
    reader = _Reader(memoryview(np.memmap(path, dtype=np.uint8, mode="r").data))
    version = reader.number("I")
    if version != _VERSION:
        raise ModelError("weights file of an unknown version", value=version, allowed=str(_VERSION))
    reader.string()
    reader.number("I")
    variables: dict[str, Array] = {}
    for _ in range(reader.number("I")):
        name = reader.string()
        shape = tuple(reader.number("I") for _ in range(reader.number("B")))
        dtype = _DTYPES[reader.number("B")]
        variables[name] = np.frombuffer(reader.take(reader.number("I")), dtype=dtype).reshape(shape)
    for _ in range(reader.number("I")):
        alias = reader.string()
        variables[alias] = variables[reader.string()]
    return variables


def whisper_state(variables: dict[str, Array]) -> dict[str, Array]:
    """Return the state dict of a Transformers ``WhisperForConditionalGeneration``.

    Variables that carry settings instead of weights are left out.

    Raises:
        ModelError: A weight has a name that no Whisper has.
    """
    state: dict[str, Array] = {}
    for name, value in variables.items():
        if value.ndim:
            state.update(_renamed(name, value))
    return state


def _renamed(name: str, value: Array) -> dict[str, Array]:
    side, _, rest = name.partition("/")
    root = f"model.{side}"
    stem, _, part = rest.rpartition("/")
    match stem.split("/"):
        case ["projection"]:
            return {}
        case ["embeddings"]:
            return {f"{root}.embed_tokens.weight": value}
        case ["position_encodings"]:
            return {f"{root}.embed_positions.weight": value}
        case ["layer_norm"]:
            return {f"{root}.layer_norm.{_NORM_PARTS[part]}": value}
        case ["conv1" | "conv2" as conv]:
            return {f"{root}.{conv}.{part}": value}
        case [layer, *inner] if layer.startswith("layer_"):
            prefix = f"{root}.layers.{layer.removeprefix('layer_')}"
            return _layer_part(prefix, "/".join(inner), part, value)
    raise ModelError("weights hold a variable that no Whisper has", value=name)


def _layer_part(prefix: str, inner: str, part: str, value: Array) -> dict[str, Array]:
    if inner in _NORMS:
        return {f"{prefix}.{_NORMS[inner]}.{_NORM_PARTS[part]}": value}
    if inner not in _LINEARS:
        raise ModelError("weights hold a variable that no Whisper has", value=f"{prefix}/{inner}")
    targets = _LINEARS[inner]
    pieces = np.split(value, len(targets))
    return {
        f"{prefix}.{target}.{part}": piece
        for target, piece in zip(targets, pieces, strict=True)
        if not (part == "bias" and target.endswith("k_proj"))
    }
