"""From how likely somebody speaks to spans of speech, and from those to segments; pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from labwidgets.records import Span
from labwidgets.timeline import covered_s

THRESHOLD = 0.35
"""Speech that is missed is never labelled, noise that is taken for it costs a key: so under one half."""

_HYSTERESIS = 0.15
"""Speech goes on until it is this much less likely than where it begins."""
_CLOSE_GAP_S = 0.1
_LEAST_S = 0.2
_SMOOTH_S = 0.2


@dataclass(frozen=True, slots=True)
class Cutting:
    """How speech is cut into segments.

    Attributes:
        threshold: Speech begins where it is this likely, 0..1.
        silence_s: A pause as long as this ends a segment.
        min_s: Shorter ones go with a neighbour, if one is near.
        max_s: Longer ones are cut at their quietest point.
        pad_s: Silence that is kept on both sides.
    """

    threshold: float = THRESHOLD
    silence_s: float = 0.6
    min_s: float = 1.0
    max_s: float = 20.0
    pad_s: float = 0.2


def voice_spans(
    probabilities: npt.NDArray[np.float32], frame_s: float, *, threshold: float = THRESHOLD
) -> list[Span]:
    """Return where somebody speaks, in seconds, sorted and apart; empty for silence.

    Dips shorter than 0.1 s are closed, then what is shorter than 0.2 s is dropped.

    >>> voice_spans(np.array([0] * 10 + [0.9] * 10 + [0] * 10, np.float32), 0.1)
    [(1.0, 2.0)]
    """
    starts, ends = _runs(probabilities, threshold)
    if not len(starts):
        return []
    is_apart = (starts[1:] - ends[:-1]) * frame_s >= _CLOSE_GAP_S
    starts = starts[np.concatenate([[True], is_apart])]
    ends = ends[np.concatenate([is_apart, [True]])]
    is_long = (ends - starts) * frame_s >= _LEAST_S
    pairs = zip(starts[is_long].tolist(), ends[is_long].tolist(), strict=True)
    return [(round(first * frame_s, 6), round(last * frame_s, 6)) for first, last in pairs]


def _runs(
    probabilities: npt.NDArray[np.float32], threshold: float
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return starts and ends of runs over the lower threshold that reach the upper one somewhere."""
    is_on = np.concatenate([[False], probabilities >= max(0.01, threshold - _HYSTERESIS), [False]])
    edges = np.flatnonzero(np.diff(is_on.astype(np.int8)))
    starts, ends = edges[::2], edges[1::2]
    if not len(starts):
        return starts, ends
    reached = np.maximum.reduceat(np.append(probabilities, 0), np.column_stack([starts, ends]).ravel())[::2]
    is_speech = reached >= threshold
    return starts[is_speech], ends[is_speech]


def segment_spans(
    voice: Sequence[Span],
    levels: npt.NDArray[np.float32],
    frame_s: float,
    *,
    duration_s: float,
    cutting: Cutting,
) -> list[Span]:
    """Return segments that hold all speech: sorted, apart, none longer than ``max_s``.

    Args:
        voice: From ``voice_spans``.
        levels: Of frames, dBFS: cuts fall where they are low.
        frame_s: Of a frame.
        duration_s: Of the recording.
        cutting: How.
    """
    room_s = max(0.1, cutting.max_s - 2 * cutting.pad_s)
    pieces = [piece for span in voice for piece in _cut(span, levels, frame_s, room_s)]
    groups: list[Span] = []
    for start_s, end_s in pieces:
        is_near = bool(groups) and start_s - groups[-1][1] < cutting.silence_s
        # Pieces of one span touch: joined again, they would be as long as before.
        if is_near and end_s - groups[-1][0] <= room_s:
            groups[-1] = (groups[-1][0], end_s)
        else:
            groups.append((start_s, end_s))
    return _padded(_long_enough(groups, cutting, room_s), cutting.pad_s, duration_s)


def _cut(span: Span, levels: npt.NDArray[np.float32], frame_s: float, longest_s: float) -> list[Span]:
    """Return a span in pieces of at most ``longest_s``, cut at the quietest 200 ms of their later half."""
    start_s, end_s = span
    found = []
    while end_s - start_s > longest_s:
        first, last = (int((start_s + share * longest_s) / frame_s) for share in (0.5, 1.0))
        # What is left must not be a splinter.
        last = min(last, int((end_s - 0.1 * longest_s) / frame_s))
        width = max(1, round(_SMOOTH_S / frame_s))
        part = levels[first : max(first + 1, last)]
        smooth = np.convolve(part, np.full(min(width, len(part)), 1 / min(width, len(part))), mode="valid")
        at_s = (first + int(np.argmin(smooth)) + min(width, len(part)) / 2) * frame_s
        at_s = round(min(at_s, start_s + longest_s), 6)
        found.append((start_s, at_s))
        start_s = at_s
    return [*found, (start_s, end_s)]


def _long_enough(groups: Sequence[Span], cutting: Cutting, room_s: float) -> list[Span]:
    """Return segments with those that are too short joined to the nearer neighbour, where one is near."""
    found = list(groups)
    at = 0
    while at < len(found):
        start_s, end_s = found[at]
        if end_s - start_s >= cutting.min_s:
            at += 1
            continue
        beside = [
            (gap_s, first)
            for first in (at - 1, at)
            if 0 <= first < len(found) - 1
            and (gap_s := found[first + 1][0] - found[first][1]) <= 2 * cutting.silence_s
            and found[first + 1][1] - found[first][0] <= room_s
        ]
        if not beside:
            at += 1
            continue
        _, first = min(beside)
        found[first : first + 2] = [(found[first][0], found[first + 1][1])]
        at = first
    return found


def _padded(spans: Sequence[Span], pad_s: float, duration_s: float) -> list[Span]:
    """Return spans with some silence around, which two neighbours share in the middle."""
    if not spans:
        return []
    middles = [(before[1] + behind[0]) / 2 for before, behind in pairwise(spans)]
    lows, highs = [0.0, *middles], [*middles, duration_s]
    padded = (
        (round(max(low_s, start_s - pad_s), 6), round(min(high_s, end_s + pad_s), 6))
        for (start_s, end_s), low_s, high_s in zip(spans, lows, highs, strict=True)
    )
    return [(start_s, end_s) for start_s, end_s in padded if end_s > start_s]


def without(spans: Sequence[Span], taken: Sequence[Span]) -> list[Span]:
    """Return what of ``spans`` lies outside of ``taken``; splinters under 0.2 s are dropped.

    >>> without([(0.0, 10.0)], [(2.0, 3.0)])
    [(0.0, 2.0), (3.0, 10.0)]
    """
    found = []
    for start_s, end_s in spans:
        edges = [start_s, end_s]
        for first_s, last_s in taken:
            edges += [edge for edge in (first_s, last_s) if start_s < edge < end_s]
        for one_s, other_s in pairwise(sorted(set(edges))):
            is_free = covered_s(taken, one_s, other_s) < 0.5 * (other_s - one_s)
            if is_free and other_s - one_s >= _LEAST_S:
                found.append((one_s, other_s))
    return found
