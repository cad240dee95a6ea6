"""Time arithmetic: float seconds outside, int64 microseconds in the store, samples in the audio.

Every conversion rounds half up, once, here: float seconds drift when added, and Python's own ``round``
goes to even.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

US_PER_S = 1_000_000


def round_half_up(value: float) -> int:
    """Return the nearest integer, halves going up.

    >>> round_half_up(0.5), round_half_up(1.5), round_half_up(-0.5)
    (1, 2, 0)
    """
    return math.floor(value + 0.5)


def to_us(seconds: float) -> int:
    """Return ``seconds`` as whole microseconds.

    >>> to_us(1.25)
    1250000
    """
    return round_half_up(seconds * US_PER_S)


def to_s(microseconds: int) -> float:
    """Return ``microseconds`` as float seconds.

    >>> to_s(1250000)
    1.25
    """
    return microseconds / US_PER_S


def to_samples(seconds: float, rate_hz: int) -> int:
    """Return how many samples ``seconds`` last at ``rate_hz``.

    >>> to_samples(0.5, 16_000)
    8000
    """
    return round_half_up(seconds * rate_hz)


def merge_spans(spans: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return ``spans`` (seconds) sorted, with touching and overlapping ones joined; empty ones vanish.

    >>> merge_spans([(2.0, 3.0), (0.0, 1.0), (0.5, 2.0), (4.0, 4.0)])
    [(0.0, 3.0)]
    """
    merged: list[tuple[float, float]] = []
    for start_s, end_s in sorted(spans):
        if end_s <= start_s:
            continue
        if merged and start_s <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end_s))
        else:
            merged.append((start_s, end_s))
    return merged


def covered_s(spans: Iterable[tuple[float, float]], start_s: float, end_s: float) -> float:
    """Return how many seconds of ``start_s..end_s`` the union of ``spans`` covers.

    >>> covered_s([(0.0, 1.0), (0.5, 2.0)], 0.5, 4.0)
    1.5
    """
    return sum(max(0.0, min(last, end_s) - max(first, start_s)) for first, last in merge_spans(spans))
