"""One channel of a canonical recording, open for reading: samples, peaks, windows."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from labwidgets.audio.decode import Decoded, to_pcm
from labwidgets.audio.spectrogram import spectrogram_of
from labwidgets.audio.waveform import BASE_SAMPLES, Pairs, pairs_from_pcm, pairs_from_pyramid, with_mix
from labwidgets.audio.windows import (
    MIMES,
    OPUS_DELAY_S,
    OPUS_LEAD_S,
    OPUS_PACKET_SAMPLES,
    OPUS_RATE_HZ,
    mp4_flac,
    mp4_opus,
    n_opus_packets,
    window_span,
)
from labwidgets.errors import AudioError, SegmentError
from labwidgets.records import MIX, AudioWindow, Peaks, Samples, Spectrogram
from labwidgets.timeline import to_samples

MAX_BINS = 100_000
MAX_RATE_HZ = 192_000
_MARGIN_S = 0.05
"""Sound on both sides that the resampler sees, so that neighbouring cuts meet without a click."""
_EXACT_S = 60.0
_EXACT_BIN = 8 * BASE_SAMPLES

Pcm = npt.NDArray[np.int16]


class Track:
    """One channel (or the mix) of a recording in the cache.

    Args:
        path: Canonical FLAC.
        decoded: Its figures.
        pairs: Its pyramid of peaks, int8[n_tracks, n_bins, 2].
        channel: From 0, or ``records.MIX``.

    Raises:
        SegmentError: If there is no such channel.
        FileNotFoundError: If the file was evicted just now.
    """

    def __init__(self, path: Path, decoded: Decoded, pairs: Pairs, channel: int) -> None:
        if channel != MIX and not 0 <= channel < decoded.n_channels:
            allowed = f"0 to {decoded.n_channels - 1}, or {MIX} for the mix"
            raise SegmentError("no such channel", value=channel, allowed=allowed)
        self._decoded = decoded
        self._rate_hz = decoded.sample_rate_hz
        self._channel = channel
        self._pairs = pairs[-1 if channel == MIX else channel]
        self._file = path.open("rb", buffering=0)
        try:
            self._sound = soundfile.SoundFile(self._file.fileno(), closefd=False)
        except soundfile.LibsndfileError as e:
            self._file.close()
            raise AudioError("the cached copy is damaged", remedy="Delete it and decode again") from e

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._sound.close()
        self._file.close()

    def samples(self, start_s: float, end_s: float, rate_hz: int) -> Samples:
        """Return float32[n] between two times at ``rate_hz``, silence outside the recording."""
        _require_span(start_s, end_s)
        if not 1_000 <= rate_hz <= MAX_RATE_HZ:
            raise SegmentError("no usable rate", value=rate_hz, allowed=f"1000 to {MAX_RATE_HZ} Hz")
        if rate_hz == self._rate_hz:
            return _to_float(self._pcm(to_samples(start_s, rate_hz), to_samples(end_s, rate_hz)))
        n_wanted = to_samples(end_s, rate_hz) - to_samples(start_s, rate_hz)
        return self._resampled(to_samples(start_s, self._rate_hz), n_wanted, rate_hz)

    def peaks(self, start_s: float, end_s: float, n_bins: int) -> Peaks:
        """Return ``n_bins`` pairs: exact where a bin is short, else from the pyramid."""
        _require_span(start_s, end_s)
        if not 1 <= n_bins <= MAX_BINS:
            raise SegmentError("no usable number of bins", value=n_bins, allowed=f"1 to {MAX_BINS}")
        first = min(to_samples(start_s, self._rate_hz), self._decoded.n_samples)
        last = min(to_samples(end_s, self._rate_hz), self._decoded.n_samples)
        is_short = last - first <= _EXACT_S * self._rate_hz
        if last <= first or (is_short and (last - first) / n_bins < _EXACT_BIN):
            pairs = pairs_from_pcm(self._pcm(first, last), n_bins)
        else:
            n_samples = self._decoded.n_samples
            pairs = pairs_from_pyramid(self._pairs, n_samples=n_samples, span=(first, last), n_bins=n_bins)
        return Peaks(start_s, end_s, n_bins, pairs.tobytes())

    def spectrogram(self, start_s: float, end_s: float, *, n_columns: int, n_bands: int) -> Spectrogram:
        """Return mel bands over a span, from the lossless samples."""
        _require_span(start_s, end_s)
        return spectrogram_of(self.samples, start_s, end_s, rate_hz=self._rate_hz, size=(n_bands, n_columns))

    def window(self, start_s: float, end_s: float, *, index: int, codec: str) -> AudioWindow:
        """Return window ``index`` of the segment ``start_s..end_s``."""
        _require_span(start_s, end_s)
        if codec not in MIMES:
            raise SegmentError("no such codec for a window", value=codec, allowed=", ".join(MIMES))
        first_s, last_s = window_span(end_s - start_s, index)
        # The segment's own end, and not start + length, so that float addition moves no sample.
        last_abs_s = end_s if last_s == end_s - start_s else start_s + last_s
        if codec == "flac":
            span = to_samples(start_s + first_s, self._rate_hz), to_samples(last_abs_s, self._rate_hz)
            data, lead_s = mp4_flac(self._pcm(*span), self._rate_hz), 0.0
        else:
            data, lead_s = self._opus(start_s + first_s, last_s - first_s), OPUS_LEAD_S
        return AudioWindow(first_s, last_s, lead_s, MIMES[codec], data)

    def _opus(self, from_s: float, duration_s: float) -> bytes:
        n_packets = n_opus_packets(duration_s)
        n_wanted = n_packets * OPUS_PACKET_SAMPLES
        first = to_samples(from_s, self._rate_hz) - to_samples(OPUS_LEAD_S - OPUS_DELAY_S, self._rate_hz)
        if self._rate_hz == OPUS_RATE_HZ:
            return mp4_opus(self._pcm(first, first + n_wanted), n_packets)
        return mp4_opus(to_pcm(self._resampled(first, n_wanted, OPUS_RATE_HZ)), n_packets)

    def _resampled(self, first: int, n_wanted: int, rate_hz: int) -> Samples:
        """Return ``n_wanted`` samples at ``rate_hz`` from native sample ``first`` on."""
        # A margin that is a whole number of samples at both rates keeps the phase of the cut.
        unit = self._rate_hz // math.gcd(self._rate_hz, rate_hz)
        margin = -(-to_samples(_MARGIN_S, self._rate_hz) // unit) * unit
        n_native = -(-n_wanted * self._rate_hz // rate_hz)
        native = _to_float(self._pcm(first - margin, first + n_native + margin))
        out: Samples = soxr.resample(native, self._rate_hz, rate_hz)
        skip = margin * rate_hz // self._rate_hz
        return out[skip : skip + n_wanted]

    def _pcm(self, first: int, last: int) -> Pcm:
        """Return int16[last - first] of native samples, zeros where there are none."""
        out = np.zeros(last - first, np.int16)
        begin, end = max(first, 0), min(last, self._decoded.n_samples)
        if begin >= end:
            return out
        try:
            self._sound.seek(begin)
            block: Pcm = self._sound.read(end - begin, dtype="int16", always_2d=True)
        except soundfile.LibsndfileError as e:
            raise AudioError("the cached copy is damaged", remedy="Delete it and decode again") from e
        mono = with_mix(block)[:, -1] if self._channel == MIX else block[:, self._channel]
        out[begin - first : begin - first + len(mono)] = mono
        return out


def _to_float(pcm: Pcm) -> Samples:
    return pcm.astype(np.float32) / np.float32(32768)


def _require_span(start_s: float, end_s: float) -> None:
    if not (math.isfinite(start_s) and math.isfinite(end_s) and 0 <= start_s <= end_s):
        raise SegmentError("no usable span", value=f"{start_s}..{end_s} s", allowed="0 <= start <= end")
