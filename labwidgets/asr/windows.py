"""Cuts long audio into pieces that a model can hear, at the quietest places; finds speech by its level.

Pure functions on samples; memory stays flat over hours, since only one frame's level is kept per 10 ms.
"""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt

from labwidgets.records import RATE_HZ, Samples, Span
from labwidgets.timeline import merge_spans

FRAME_S = 0.01
_FRAME = round(RATE_HZ * FRAME_S)
_FLOOR_DBFS = -90.0
_NEVER_SPEECH_DBFS = -55.0
_SPEECH_OVER_NOISE_DB = 9.0
_SPEECH_UNDER_PEAK_DB = 35.0
_JOIN_S = 0.2
_SHORTEST_SPEECH_S = 0.05
_SMOOTH_S = 0.2

Levels = npt.NDArray[np.float32]


def levels_dbfs(samples: Samples) -> Levels:
    """Return the root mean square level of every 10 ms, float32[n_frames], dBFS, -90 at the least.

    A rest shorter than 10 ms has no level; fewer samples than that give an empty array.

    Args:
        samples: float32[n_samples], mono, 16 kHz.
    """
    n_frames = len(samples) // _FRAME
    frames = samples[: n_frames * _FRAME].reshape(n_frames, _FRAME)
    power = np.einsum("ij,ij->i", frames, frames, dtype=np.float32) / _FRAME
    floor = 10.0 ** (_FLOOR_DBFS / 10.0)
    level: Levels = 10.0 * np.log10(np.maximum(power, np.float32(floor)))
    return level.astype(np.float32, copy=False)


def speech_spans(samples: Samples) -> tuple[Span, ...]:
    """Return where something is heard: (start_s, end_s), sorted, apart from each other.

    A frame counts when it stands out from the recording's own noise floor and is not far under its loudest
    part. It is a level meter: music and noise count too, a whisper under a fan does not.

    Args:
        samples: float32[n_samples], mono, 16 kHz.
    """
    levels = levels_dbfs(samples)
    if not len(levels):
        return ()
    loud, noise = np.percentile(levels, 98), np.percentile(levels, 10)
    # Speech without a pause has no noise floor to stand out from: there its own peak decides.
    threshold = max(
        _NEVER_SPEECH_DBFS,
        min(float(noise) + _SPEECH_OVER_NOISE_DB, float(loud) - 15.0),
        float(loud) - _SPEECH_UNDER_PEAK_DB,
    )
    heard = np.concatenate([[False], levels > threshold, [False]])
    edges = np.flatnonzero(np.diff(heard.astype(np.int8)))
    half = _JOIN_S / 2
    runs = [(first * FRAME_S - half, last * FRAME_S + half) for first, last in edges.reshape(-1, 2)]
    joined = [(start_s + half, end_s - half) for start_s, end_s in merge_spans(runs)]
    return tuple((start_s, end_s) for start_s, end_s in joined if end_s - start_s >= _SHORTEST_SPEECH_S)


def split_at_quiet(samples: Samples, *, longest_s: float, earliest_s: float) -> list[tuple[int, int]]:
    """Return (first, last) sample of consecutive pieces that cover all samples.

    Each cut lies at the quietest 200 ms between ``earliest_s`` and ``longest_s`` after the one before.

    Args:
        samples: float32[n_samples], mono, 16 kHz.
        longest_s: No piece is longer.
        earliest_s: No piece but the last is shorter.
    """
    longest, earliest = round(longest_s * RATE_HZ), round(earliest_s * RATE_HZ)
    cuts = [0]
    while len(samples) - cuts[-1] > longest:
        start = cuts[-1]
        cuts.append(start + earliest + _quietest(samples[start + earliest : start + longest]))
    cuts.append(len(samples))
    return list(itertools.pairwise(cuts))


def _quietest(samples: Samples) -> int:
    width = round(_SMOOTH_S / FRAME_S)
    levels = levels_dbfs(samples)
    smooth = np.convolve(levels, np.full(width, 1 / width), mode="valid")
    return int((int(np.argmin(smooth)) + width // 2) * _FRAME)
