"""Peaks to draw: a pyramid of (min, max) pairs, each level four times coarser than the one below.

The pyramid of all tracks is one array int8[n_tracks, n_bins_of_all_levels, 2]: the channels, then their mix
where there is more than one. The place of each level follows from the number of samples alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

BASE_SAMPLES = 256
STEP = 4
_TOP_BINS = 512

Pairs = npt.NDArray[np.int8]
"""int8[…, n_bins, 2]: min and max, 127 = full scale."""
Pcm = npt.NDArray[np.int16]


def with_mix(pcm: Pcm) -> Pcm:
    """Return int16[n, n_channels] with the channels' average as one more column, if there are several."""
    if pcm.shape[1] == 1:
        return pcm
    mix = np.rint(pcm.mean(axis=1, dtype=np.float64)).astype(np.int16)
    return np.column_stack([pcm, mix])


def to_pairs(low: npt.NDArray[Any], high: npt.NDArray[Any]) -> Pairs:
    """Return int8 pairs that bound the int16 extremes: low ones rounded down, high ones up."""
    scale = 127 / 32768
    return np.stack([np.floor(low * scale), np.ceil(high * scale)], axis=-1).astype(np.int8)


def level_sizes(n_samples: int) -> list[int]:
    """Return how many bins each level has, finest first.

    >>> level_sizes(256 * 4096)
    [4096, 1024, 256]
    """
    sizes = [-(-n_samples // BASE_SAMPLES)]
    while sizes[-1] > _TOP_BINS:
        sizes.append(-(-sizes[-1] // STEP))
    return sizes


def reduce_pairs(
    low: npt.NDArray[Any],
    high: npt.NDArray[Any],
    edges: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]],
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Return the extremes of ``low`` and ``high`` within each half-open bin ``edges[0][i]..edges[1][i]``."""
    starts, ends = edges
    # reduceat takes no index equal to the length: one more element, equal to the last, changes no extreme
    # because the bins in between are thrown away.
    index = np.column_stack([starts, ends]).ravel()
    lows = np.minimum.reduceat(np.append(low, low[-1]), index)[::2]
    highs = np.maximum.reduceat(np.append(high, high[-1]), index)[::2]
    return lows, highs


def bin_edges(n_items: int, n_bins: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return starts and ends of ``n_bins`` bins that cover 0..n_items; none is empty, some may overlap."""
    cuts = np.arange(n_bins + 1, dtype=np.int64) * n_items
    starts = np.minimum(cuts[:-1] // n_bins, n_items - 1)
    return starts, np.maximum(-(-cuts[1:] // n_bins), starts + 1)


class PyramidWriter:
    """Takes int16 blocks in order and ends in a pyramid; keeps two bytes per 256 samples and track."""

    __slots__ = ("_levels", "_n_samples", "_rest")

    def __init__(self) -> None:
        self._levels: list[Pairs] = []
        self._rest: Pcm | None = None
        self._n_samples = 0

    def add(self, pcm: Pcm) -> None:
        """Take int16[n, n_channels]."""
        tracks = with_mix(pcm)
        self._n_samples += len(tracks)
        if self._rest is not None:
            tracks = np.concatenate([self._rest, tracks])
        n_whole = len(tracks) // BASE_SAMPLES * BASE_SAMPLES
        self._rest = tracks[n_whole:].copy()
        if n_whole:
            cut = tracks[:n_whole].reshape(-1, BASE_SAMPLES, tracks.shape[1])
            self._levels.append(to_pairs(cut.min(axis=1), cut.max(axis=1)))

    def finish(self) -> Pairs:
        """Return int8[n_tracks, n_bins_of_all_levels, 2]."""
        if self._rest is not None and len(self._rest):
            self._levels.append(to_pairs(self._rest.min(axis=0)[None], self._rest.max(axis=0)[None]))
        level = np.concatenate(self._levels).swapaxes(0, 1)
        levels = [level]
        for _ in level_sizes(self._n_samples)[1:]:
            at = np.arange(0, level.shape[1], STEP)
            low = np.minimum.reduceat(level[..., 0], at, axis=1)
            high = np.maximum.reduceat(level[..., 1], at, axis=1)
            level = np.stack([low, high], axis=-1)
            levels.append(level)
        return np.ascontiguousarray(np.concatenate(levels, axis=1))


def pairs_from_pcm(pcm: npt.NDArray[np.int16], n_bins: int) -> Pairs:
    """Return the exact peaks of one track, int16[n] to int8[n_bins, 2]; silence where there is no sample."""
    if not len(pcm):
        return np.zeros((n_bins, 2), np.int8)
    return to_pairs(*reduce_pairs(pcm, pcm, bin_edges(len(pcm), n_bins)))


def pairs_from_pyramid(track: Pairs, *, n_samples: int, span: tuple[int, int], n_bins: int) -> Pairs:
    """Return peaks of samples ``span`` out of one track of a pyramid; each bin may see a little further.

    Args:
        track: int8[n_bins_of_all_levels, 2].
        n_samples: Of the whole recording.
        span: First and last (exclusive) sample, inside the recording, not empty.
        n_bins: Wanted bins.

    Returns:
        int8[n_bins, 2] that bound the samples of each bin.
    """
    sizes = level_sizes(n_samples)
    per_bin = (span[1] - span[0]) / n_bins
    level, width = 0, BASE_SAMPLES
    while level + 1 < len(sizes) and width * STEP * STEP <= per_bin:
        level, width = level + 1, width * STEP
    offset = sum(sizes[:level])
    starts, ends = bin_edges(span[1] - span[0], n_bins)
    first = (span[0] + starts) // width
    last = -(-(span[0] + ends) // width)
    base = int(first[0])
    part = np.asarray(track[offset + base : offset + int(last[-1])])
    low, high = reduce_pairs(part[:, 0], part[:, 1], (first - base, last - base))
    return np.stack([low, high], axis=-1).astype(np.int8)
