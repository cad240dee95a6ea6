"""What a span of sound looks like: mel bands over time, in decibels."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from labwidgets.errors import SegmentError
from labwidgets.records import RATE_HZ, Samples, Spectrogram

MAX_COLUMNS = 4_096
MAX_BANDS = 256
"""Together at most 1 MiB, what one message may carry."""
FLOOR_DB = -120.0
STEP_DB = 0.5

_WINDOW_S = 0.02
_BLOCK_S = 30.0
_LOOK_S = 0.25
"""Of a longer column only the middle is looked at, so that hours cost no more than minutes."""

Levels = npt.NDArray[np.uint8]
ReadSpan = Callable[[float, float, int], Samples]


def spectrogram_of(
    read: ReadSpan, start_s: float, end_s: float, *, rate_hz: int, size: tuple[int, int]
) -> Spectrogram:
    """Return the loudest moment of each mel band in each of the equal pieces of a span.

    Args:
        read: Gives float32[n] between two times at a rate; silence outside the sound.
        start_s: Not below 0.
        end_s: After ``start_s``.
        rate_hz: Of the sound; more than 16 kHz is not looked at.
        size: Bands, 1 to ``MAX_BANDS``, evenly spaced in mel from 0 to half the rate; and columns, 1 to
            ``MAX_COLUMNS``.

    Raises:
        SegmentError: There is no such span, or the size is out of range.

    References:
        Slaney's mel scale, as in ``librosa.filters.mel``; a sine at full scale has at most 0 dB.
    """
    if not (math.isfinite(start_s) and math.isfinite(end_s) and 0 <= start_s < end_s):
        raise SegmentError("no usable span", value=f"{start_s}..{end_s} s", allowed="0 <= start < end")
    n_bands, n_columns = size
    if not (1 <= n_columns <= MAX_COLUMNS and 1 <= n_bands <= MAX_BANDS):
        allowed = f"1 to {MAX_COLUMNS} columns of 1 to {MAX_BANDS} bands"
        raise SegmentError("no usable spectrogram", value=f"{n_columns} of {n_bands}", allowed=allowed)
    rate_hz = min(rate_hz, RATE_HZ)
    column_s = (end_s - start_s) / n_columns
    n_block = 1 if column_s > _LOOK_S else max(1, int(_BLOCK_S / column_s))
    blocks = []
    for first in range(0, n_columns, n_block):
        n = min(n_block, n_columns - first)
        look_s = min(n * column_s, _LOOK_S if column_s > _LOOK_S else math.inf)
        # The middle of the piece; all of it where columns are short.
        from_s = start_s + first * column_s + (n * column_s - look_s) / 2
        blocks.append(_columns(read, from_s, from_s + look_s, rate_hz=rate_hz, size=(n_bands, n)))
    levels = np.concatenate(blocks, axis=1)
    return Spectrogram(start_s, end_s, n_columns, n_bands, rate_hz / 2, levels.tobytes())


def _columns(read: ReadSpan, from_s: float, to_s: float, *, rate_hz: int, size: tuple[int, int]) -> Levels:
    """Return uint8[n_bands, n_columns] of one piece."""
    import librosa

    n_bands, n_columns = size
    window = 2 * round(_WINDOW_S * rate_hz / 2)
    # As if the sound went on at both ends, so that neighbouring pieces meet without a seam.
    margin_s = window / 2 / rate_hz
    column = (to_s - from_s) * rate_hz / n_columns
    hop = max(1, int(min(column, window / 4)))
    early_s = min(margin_s, from_s)
    samples = read(from_s - early_s, to_s + margin_s, rate_hz)
    padded = np.concatenate([np.zeros(round((margin_s - early_s) * rate_hz), np.float32), samples])
    n_fft = _fft_size(n_bands, window)
    # librosa puts the window into the middle of its longer frame.
    side = (n_fft - window) // 2
    padded = np.concatenate([np.zeros(side, np.float32), padded, np.zeros(n_fft, np.float32)])
    frames = librosa.stft(padded, n_fft=n_fft, win_length=window, hop_length=hop, center=False)
    # Parseval for a Hann window: all bins of a sine at full scale add up to 1.
    power = np.square(np.abs(frames)) * np.float32(32 / (3 * n_fft * window))
    bands = librosa.power_to_db(_mel(rate_hz, n_fft, n_bands) @ power, ref=1.0, amin=1e-12, top_db=None)
    first = np.minimum((np.arange(n_columns) * column / hop).astype(int), bands.shape[1] - 1)
    last = np.minimum((np.arange(1, n_columns + 1) * column / hop).astype(int), bands.shape[1] - 1)
    loudest = _loudest(bands, first, np.maximum(last, first + 1))
    levels: Levels = np.clip(np.rint((loudest - FLOOR_DB) / STEP_DB), 0, 255).astype(np.uint8)
    return levels


def _loudest(
    bands: npt.NDArray[np.float32], first: npt.NDArray[np.int_], last: npt.NDArray[np.int_]
) -> npt.NDArray[np.float32]:
    """Return float32[n_bands, n_columns]: the largest of the frames first..last-1 of each column."""
    found = bands[:, first]
    for step in range(1, int((last - first).max())):
        found = np.maximum(found, bands[:, np.minimum(first + step, last - 1)])
    return found


def _fft_size(n_bands: int, window: int) -> int:
    """Return a power of two fine enough that no band falls between two bins."""
    return int(2 ** math.ceil(math.log2(max(window, 8 * n_bands, 512))))


@lru_cache(maxsize=8)
def _mel(rate_hz: int, n_fft: int, n_bands: int) -> npt.NDArray[np.float32]:
    from librosa.filters import mel

    # Triangles of height 1: a sine has the same level in every band.
    weights: npt.NDArray[np.float32] = mel(sr=rate_hz, n_fft=n_fft, n_mels=n_bands, norm=None)
    return weights


def warm_up() -> None:
    """Load what the first spectrogram of a process would wait seconds for."""
    spectrogram_of(_silence, 0.0, 0.1, rate_hz=RATE_HZ, size=(8, 2))


def _silence(start_s: float, end_s: float, rate_hz: int) -> Samples:
    return np.zeros(round((end_s - start_s) * rate_hz), np.float32)
