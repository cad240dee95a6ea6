"""Names, constants and ids that all records share."""

from __future__ import annotations

import itertools
import os
import secrets
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]
"""Mono audio, float32[n_samples], -1..1."""

RATE_HZ = 16_000
"""At which models hear and data sets hold them."""

Span = tuple[float, float]
"""(start_s, end_s)."""

LabelOrigin = Literal["imported", "typed", "corrected", "confirmed", "adjudicated", "auto_accepted", "pseudo"]

LABEL_ORIGIN = "label_origin"
"""Column of data sets that says how a text came to be."""
MACHINE: tuple[LabelOrigin, ...] = ("auto_accepted", "pseudo")
"""Origins of texts that no person wrote or checked."""

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

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = tuple(first + second for first in _ALPHABET for second in _ALPHABET)
_ID_BITS = 65
_N_IDS = 1 << _ID_BITS


def new_id(prefix: str) -> str:
    """Return a fresh id such as ``seg_4f7t…``, never used again.

    The prefix and 65 bits: a process counts up from a random number. Ids made together lie together, and so
    do their places in an index: a table takes a thousand new rows in far less time than with ids all over it.
    """
    number = next(_numbers) % _N_IDS
    return f"{prefix}_{_head(number >> 20)}{_PAIRS[number >> 10 & 1023]}{_PAIRS[number & 1023]}"


@lru_cache(maxsize=8)
def _head(number: int) -> str:
    """Return 45 bits as nine letters."""
    letters = ""
    for _ in range(9):
        letters, number = _ALPHABET[number & 31] + letters, number >> 5
    return letters


_numbers = itertools.count(secrets.randbits(_ID_BITS))


def _begin_anew() -> None:
    global _numbers  # noqa: PLW0603 - a fork must not count on from where its parent stands
    _numbers = itertools.count(secrets.randbits(_ID_BITS))


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)
