"""What a recording sounds like in few bits, the same after it was encoded again.

References:
    Haitsma & Kalker, "A Highly Robust Audio Fingerprinting System", ISMIR 2002: 32 bits a frame, each the
    sign of how the difference of two neighbouring bands changes in time.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from labwidgets.records import Samples

RATE_HZ = 8000
"""Of the samples that are looked at; telephones and low bit rates keep what is below 4 kHz."""

LONGEST_S = 60.0
"""What lies behind this of a recording is not looked at."""

_FRAME, _HOP, _BANDS = 2048, 128, 33
_LOWEST_HZ, _HIGHEST_HZ = 300.0, 2000.0
_MOST_SHIFT = 12
"""Hops by which encoders delay a sound, either way: a fifth of a second."""

_FEWEST = 24
"""Frames below which there is too little sound to tell."""

_QUIET = 1e-3
"""Frames with less than this of the loudest one's energy say nothing: their bits are those of noise."""

Bits = npt.NDArray[np.uint32]


@cache
def _edges() -> npt.NDArray[np.intp]:
    hz = np.geomspace(_LOWEST_HZ, _HIGHEST_HZ, _BANDS + 1)
    edges: npt.NDArray[np.intp] = np.rint(hz * _FRAME / RATE_HZ).astype(np.intp)
    return edges


def fingerprint(samples: Samples) -> Bits:
    """Return 32 bits for each frame that is not quiet; empty where the sound is too short.

    Args:
        samples: Mono at ``RATE_HZ``.
    """
    if len(samples) < _FRAME + 2 * _HOP:
        return np.zeros(0, np.uint32)
    frames = np.lib.stride_tricks.sliding_window_view(samples, _FRAME)[::_HOP]
    window = np.hanning(_FRAME).astype(np.float32)
    energy = np.empty((len(frames), _BANDS))
    for first in range(0, len(frames), 512):
        power = np.abs(np.fft.rfft(frames[first : first + 512] * window, axis=1)) ** 2
        energy[first : first + 512] = np.add.reduceat(power, _edges(), axis=1)[:, :-1]
    step = energy[:, :-1] - energy[:, 1:]
    signs = (step[1:] - step[:-1]) > 0
    bits: Bits = (signs * (1 << np.arange(_BANDS - 1, dtype=np.uint64))).sum(axis=1).astype(np.uint32)
    loud = energy[1:].sum(axis=1)
    first, last = _ends(loud > _QUIET * max(float(loud.max()), 1e-12))
    return bits[first:last]


def _ends(is_loud: npt.NDArray[np.bool_]) -> tuple[int, int]:
    places = np.flatnonzero(is_loud)
    return (0, 0) if len(places) == 0 else (int(places[0]), int(places[-1]) + 1)


def differences(one: Bits, others: list[Bits]) -> list[float]:
    """Return what share of the bits differs from each of ``others``, at the shift where it is least.

    0 is the same, about 0.5 is something else; 1 where there is too little to tell.
    """
    return [_difference(one, other) for other in others]


def _difference(one: Bits, other: Bits) -> float:
    least, longest = 1.0, max(len(one), len(other))
    for shift in range(-_MOST_SHIFT, _MOST_SHIFT + 1):
        a, b = one[max(0, shift) :], other[max(0, -shift) :]
        n_frames = min(len(a), len(b))
        # Nearly all of both must be there: a part of a recording is no duplicate of it.
        if n_frames < max(_FEWEST, 0.8 * longest):
            continue
        wrong: Any = np.bitwise_count(a[:n_frames] ^ b[:n_frames]).sum()
        least = min(least, float(wrong) / (32 * n_frames))
    return least
