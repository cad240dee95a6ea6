"""Names, constants and ids that all records share."""

from __future__ import annotations

import base64
import secrets
from typing import Literal

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]
"""Mono audio, float32[n_samples], -1..1."""

Span = tuple[float, float]
"""(start_s, end_s)."""

LabelOrigin = Literal["imported", "typed", "corrected", "confirmed", "adjudicated", "auto_accepted", "pseudo"]

TaskState = Literal["open", "done", "skipped", "blocked"]

TextUse = Literal["reference", "draft", "metadata"]

FLAGS = (
    "noise",
    "overlap",
    "unintelligible",
    "pii",
    "abusive",
    "wrong-language",
    "no-speech",
)

MIX = -1
"""Channel number of a segment that hears all channels of its recording, averaged."""

_ALPHABET = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"0123456789abcdefghjkmnpqrstvwxyz")


def new_id(prefix: str) -> str:
    """Return a fresh id such as ``seg_4f7t…``: the prefix and 65 random bits, never used again."""
    letters = base64.b32encode(secrets.token_bytes(10))[:13]
    return f"{prefix}_{letters.translate(_ALPHABET).decode()}"
