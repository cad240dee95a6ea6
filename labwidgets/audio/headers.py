"""Reads the plainest header by itself: WAV as nearly every tool writes it.

A library has to be opened for each file, which takes longer than the few numbers of such a header; whatever
is not plain is left to it. Pure functions on bytes.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

_PCM, _FLOAT = 1, 3
_WIDTHS = {
    (_PCM, 8): "pcm_u8",
    (_PCM, 16): "pcm_s16le",
    (_PCM, 24): "pcm_s24le",
    (_PCM, 32): "pcm_s32le",
    (_FLOAT, 32): "pcm_f32le",
    (_FLOAT, 64): "pcm_f64le",
}
_HEAD_BYTES = 12
_CHUNK = struct.Struct("<4sI")
_FORMAT = struct.Struct("<HHIIHH")
_MOST_CHUNKS = 16


class PlainHeader(NamedTuple):
    """The figures of a plain header."""

    n_frames: int
    rate_hz: int
    n_channels: int
    codec: str


def plain_header(data: bytes) -> PlainHeader | None:
    """Return what the header of a whole file says; None where it is not of the plainest kind.

    None means "ask a library", not "broken". A header that promises more than the file holds is not plain.

    Args:
        data: All bytes of the file.

    >>> plain_header(b"RIFF....")
    """
    if len(data) < _HEAD_BYTES or data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        return None
    position, form = _HEAD_BYTES, None
    for _ in range(_MOST_CHUNKS):
        if position + _CHUNK.size > len(data):
            return None
        name, size = _CHUNK.unpack_from(data, position)
        position += _CHUNK.size
        if position + size > len(data):
            return None
        if name == b"fmt " and form is None and size in (16, 18):
            form = _FORMAT.unpack_from(data, position)
        elif name == b"data":
            return _of_form(form, size)
        elif name not in _PASSED_OVER:
            return None
        position += size + size % 2
    return None


_PASSED_OVER = frozenset({b"LIST", b"fact", b"PEAK", b"JUNK", b"bext"})


def _of_form(form: tuple[int, ...] | None, n_bytes: int) -> PlainHeader | None:
    if form is None:
        return None
    kind, n_channels, rate_hz, n_bytes_per_s, n_bytes_per_frame, n_bits = form
    codec = _WIDTHS.get((kind, n_bits))
    is_sound = (
        n_channels > 0
        and rate_hz > 0
        and n_bytes_per_frame == n_channels * n_bits // 8
        and n_bytes_per_s == rate_hz * n_bytes_per_frame
    )
    if codec is None or not is_sound or not n_bytes or n_bytes % n_bytes_per_frame:
        return None
    return PlainHeader(n_bytes // n_bytes_per_frame, rate_hz, n_channels, codec)
