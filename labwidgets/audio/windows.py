"""Encode a window of sound as a fragmented MP4 that a browser's MediaSource appends without a gap.

The data's timeline starts at 0 with the run-up: the page sets ``timestampOffset = start_s - lead_s`` and the
append window to ``start_s..end_s``. FLAC frames need no run-up. Opus predicts from the past, so its windows
begin 0.12 s early, which is three packets: the cut then falls between two packets and nothing is trimmed
inside one. The encoder's own delay (RFC 6716: 6.5 ms, the pre-skip of RFC 7845) is counted into that run-up,
and the header says 0: Chromium drops what it says at each seek without moving the times of what follows.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from labwidgets.errors import SegmentError

WINDOW_S = 10.0
OPUS_LEAD_S = 0.12
MIMES = {"flac": 'audio/mp4; codecs="flac"', "opus": 'audio/mp4; codecs="opus"'}
OPUS_RATE_HZ = 48_000
"""Browsers take Opus in MP4 only with the rate of its own clock in the header, whatever went in."""
OPUS_DELAY_S = 0.0065
_OPUS_PACKET_S = Fraction(1, 25)
"""Of 20 ms, they cost an eighth more, half of it in the container's table. A full window is whole ones."""
OPUS_PACKET_SAMPLES = int(OPUS_RATE_HZ * _OPUS_PACKET_S)
_OPUS_BITS_PER_S = 14_000
_OPUS_OPTIONS = {
    "application": "audio",
    # Up to 8 kHz all bits go to what speech is told apart by, and a packet of 40 ms is one frame. Above that
    # it is two which share their bits: a click at the start of the second one all but vanishes.
    "cutoff": "8000",
    "compression_level": "3",
    "frame_duration": "40",
    "vbr": "constrained",
}

Pcm = npt.NDArray[np.int16]


def n_windows(duration_s: float) -> int:
    """Return how many windows a segment of this length has.

    >>> n_windows(10.0), n_windows(10.1)
    (1, 2)
    """
    return max(1, int(np.ceil(round(duration_s, 6) / WINDOW_S)))


def window_span(duration_s: float, index: int) -> tuple[float, float]:
    """Return start and end of window ``index``, seconds from the segment's start.

    Raises:
        SegmentError: If the segment has no such window.

    >>> window_span(25.0, 2)
    (20.0, 25.0)
    """
    count = n_windows(duration_s)
    if not 0 <= index < count:
        raise SegmentError("no such window", value=index, allowed=f"0 to {count - 1}")
    return index * WINDOW_S, min((index + 1) * WINDOW_S, duration_s)


def mp4_flac(pcm: Pcm, rate_hz: int) -> bytes:
    """Return int16[n] as FLAC in a fragmented MP4; the samples come back bit by bit."""
    return _mux(pcm, rate_hz, _flac_stream, lambda packet, _: packet)


def n_opus_packets(duration_s: float) -> int:
    """Return how many packets a run-up and ``duration_s`` of sound fill."""
    return int(np.ceil(round((OPUS_LEAD_S + duration_s) / float(_OPUS_PACKET_S), 6)))


def mp4_opus(pcm: Pcm, n_packets: int) -> bytes:
    """Return int16[n] at ``OPUS_RATE_HZ`` as ``n_packets`` Opus packets in a fragmented MP4.

    Args:
        pcm: Sound from ``OPUS_LEAD_S - OPUS_DELAY_S`` before the window; ``n_packets`` of 40 ms long.
        n_packets: What is kept; the encoder flushes one more.
    """

    def placed(packet: Any, index: int) -> Any:
        if index >= n_packets:
            return None
        packet.pts = packet.dts = index * OPUS_PACKET_SAMPLES
        packet.duration = OPUS_PACKET_SAMPLES
        return packet

    return _without_pre_skip(_mux(pcm, OPUS_RATE_HZ, _opus_stream, placed))


def _without_pre_skip(mp4: bytes) -> bytes:
    """Return the file with the 16 bits of ``dOps`` that follow its version and channel count set to 0."""
    at = mp4.index(b"dOps") + 6
    return mp4[:at] + b"\0\0" + mp4[at + 2 :]


def _flac_stream(container: Any, rate_hz: int) -> Any:
    stream = container.add_stream("flac", rate=rate_hz)
    stream.codec_context.format = "s16"
    return stream


def _opus_stream(container: Any, rate_hz: int) -> Any:
    stream = container.add_stream("libopus", rate=rate_hz)
    stream.codec_context.format = "s16"
    stream.codec_context.bit_rate = _OPUS_BITS_PER_S
    stream.codec_context.options = _OPUS_OPTIONS
    return stream


def _mux(
    pcm: Pcm,
    rate_hz: int,
    make_stream: Callable[[Any, int], Any],
    place: Callable[[Any, int], Any],
) -> bytes:
    import av

    target = io.BytesIO()
    flags = {"movflags": "empty_moov+default_base_moof+frag_custom+skip_trailer", "fflags": "bitexact"}
    with av.open(target, "w", format="mp4", options=flags) as container:
        stream = make_stream(container, rate_hz)
        stream.codec_context.layout = "mono"
        stream.codec_context.time_base = Fraction(1, rate_hz)
        frame = av.AudioFrame.from_ndarray(pcm[None], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = rate_hz, 0, Fraction(1, rate_hz)
        packets = [*stream.encode(frame), *stream.encode(None)]
        # The FLAC encoder ends with an empty packet that only carries a checksum.
        for index, packet in enumerate(packet for packet in packets if packet.size):
            ready = place(packet, index)
            if ready is not None:
                container.mux(ready)
    return target.getvalue()
