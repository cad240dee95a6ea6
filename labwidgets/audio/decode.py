"""The decode pass: one stream through a source that leaves canonical FLAC, peaks and figures."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Self

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from labwidgets.audio.blocks import Block, Sound, open_sound
from labwidgets.audio.measure import Meter
from labwidgets.audio.source import Source, name_of, require_readable, require_usable
from labwidgets.audio.waveform import Pairs, PyramidWriter
from labwidgets.errors import AudioError
from labwidgets.records import Quality, Samples

CANONICAL_MAX_RATE_HZ = 48_000
MIN_SHARE = 0.9
"""A broken file is used when this share of the promised sound came out."""
_ROUNDED_S, _ROUNDED_SHARE = 0.1, 0.001
"""Headers and encoders' delays differ by so little from what comes out."""

Pcm = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Decoded:
    """What the decode pass found.

    Attributes:
        sound_sha256: Hash of rate, channels and 16-bit samples: the same sound has the same one in any
            lossless format.
        duration_s: True length.
        n_samples: Per channel, in the canonical copy.
        sample_rate_hz: Of the canonical copy: the source's own, at most 48,000.
        n_channels: Of source and canonical copy.
        quality: How it sounds.
    """

    sound_sha256: str
    duration_s: float
    n_samples: int
    sample_rate_hz: int
    n_channels: int
    quality: Quality


def to_pcm(samples: npt.NDArray[np.float32]) -> Pcm:
    """Return float samples as 16-bit ones, clipped; what was 16-bit before comes back unchanged."""
    pcm: Pcm = np.clip(np.rint(samples * np.float32(32768)), -32768, 32767).astype(np.int16)
    return pcm


def encode_flac(samples: Samples, rate_hz: int) -> bytes:
    """Return mono float32[n] (or float32[n, n_channels]), -1..1, as a 16-bit FLAC file.

    Raises:
        AudioError: If a sample is no number.
    """
    if not np.isfinite(samples).all():
        raise AudioError("the sound holds samples that are no numbers (NaN or infinite)")
    target = io.BytesIO()
    soundfile.write(target, to_pcm(np.asarray(samples, np.float32)), rate_hz, format="FLAC", subtype="PCM_16")
    return target.getvalue()


def decode_to(source: Source, target: BinaryIO) -> tuple[Decoded, Pairs]:
    """Stream ``source`` into ``target`` as canonical FLAC.

    Args:
        source: A local file, or encoded bytes.
        target: An empty file, open for reading and writing.

    Returns:
        The figures, and the pyramid of peaks.

    Raises:
        AudioError: If the source cannot be decoded, or under 90 % of what it promises came out.
        OSError: If ``target`` takes no more.
    """
    name = name_of(source)
    first = _pass(source, target, is_patient=False)
    best = first
    if first.may_hold_more:
        # The other reader goes on behind a broken place; what it makes of a sound is not always more.
        best = replace(_pass(source, target, is_patient=True), declared_s=first.declared_s)
        if best.heard_s < first.heard_s:
            best = _pass(source, target, is_patient=False)
    if isinstance(source, Path) and best.lost_s:
        require_readable(source)
    _require_whole(best, name=name)
    decoded = best.decoded
    require_usable(
        duration_s=decoded.duration_s,
        rate_hz=decoded.sample_rate_hz,
        n_channels=decoded.n_channels,
        name=name,
    )
    quality = replace(decoded.quality, lost_s=best.lost_s)
    return replace(decoded, quality=quality), best.pyramid.finish()


@dataclass(frozen=True, slots=True)
class _Pass:
    """One pass through a source.

    Attributes:
        decoded: What came out.
        pyramid: Its peaks, not finished.
        heard_s: Without what is silent as it was broken.
        declared_s: What the header promises.
        is_cut: Whether reading ended at a broken place.
        is_patient: Whether what is behind such a place was read, too.
    """

    decoded: Decoded
    pyramid: PyramidWriter
    heard_s: float
    declared_s: float | None
    is_cut: bool
    is_patient: bool

    @property
    def lost_s(self) -> float:
        """Seconds that are missing or silent; 0 for so little that headers are rounded by it."""
        promised_s = self.decoded.duration_s if self.declared_s is None else self.declared_s
        lost_s = max(promised_s, self.decoded.duration_s) - self.heard_s
        return round(lost_s, 3) if lost_s > max(_ROUNDED_S, _ROUNDED_SHARE * promised_s) else 0.0

    @property
    def may_hold_more(self) -> bool:
        """Whether another reader may hear more."""
        return not self.is_patient and (self.is_cut or self.lost_s > 0)


def _pass(source: Source, target: BinaryIO, *, is_patient: bool) -> _Pass:
    target.seek(0)
    target.truncate()
    with open_sound(source, is_patient=is_patient) as sound:
        rate_hz = min(sound.sample_rate_hz, CANONICAL_MAX_RATE_HZ)
        digest = hashlib.sha256(f"{rate_hz}:{sound.n_channels}:".encode())
        meter, pyramid, n_samples = Meter(rate_hz), PyramidWriter(), 0
        with _FlacWriter(target, rate_hz, sound.n_channels) as writer:
            for block in _at_rate(sound, rate_hz):
                pcm = to_pcm(block)
                writer.write(pcm)
                digest.update(pcm.astype("<i2", copy=False).tobytes())
                meter.add(pcm)
                pyramid.add(pcm)
                n_samples += len(pcm)
        duration_s = n_samples / rate_hz
        decoded = Decoded(
            digest.hexdigest(), duration_s, n_samples, rate_hz, sound.n_channels, meter.finish()
        )
        heard_s = duration_s - sound.n_lost / sound.sample_rate_hz
    return _Pass(decoded, pyramid, heard_s, sound.declared_s, sound.is_cut, sound.is_patient)


def _at_rate(sound: Sound, rate_hz: int) -> Iterator[Block]:
    if sound.sample_rate_hz == rate_hz:
        yield from sound
        return
    resampler = soxr.ResampleStream(sound.sample_rate_hz, rate_hz, sound.n_channels, dtype="float32")
    shape = (-1, sound.n_channels)
    for block in sound:
        part = resampler.resample_chunk(block).reshape(shape)
        if len(part):
            yield part
    rest = resampler.resample_chunk(np.empty((0, sound.n_channels), np.float32), last=True).reshape(shape)
    if len(rest):
        yield rest


def _require_whole(best: _Pass, *, name: object) -> None:
    promised_s = best.decoded.duration_s if best.declared_s is None else best.declared_s
    if best.heard_s < MIN_SHARE * promised_s:
        raise AudioError(
            f"the file is broken: {best.heard_s:.2f} s of the {promised_s:.2f} s it promises came out",
            value=name,
            remedy="It was probably cut off or damaged on the way: copy it again",
        )


class _FlacWriter:
    """libsndfile swallows the reason of a failed write; this keeps the OSError and raises it."""

    def __init__(self, target: BinaryIO, rate_hz: int, n_channels: int) -> None:
        self._sink = _Sink(target)
        self._sound = soundfile.SoundFile(self._sink, "w", rate_hz, n_channels, "PCM_16", format="FLAC")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._sound.close()
        self._raise()

    def write(self, pcm: Pcm) -> None:
        try:
            self._sound.write(pcm)
        except (soundfile.LibsndfileError, AssertionError):
            self._raise()
            raise
        self._raise()

    def _raise(self) -> None:
        if self._sink.error is not None:
            raise self._sink.error


class _Sink:
    """A file whose write remembers an OSError instead of raising it inside a C callback."""

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self.error: OSError | None = None

    def write(self, data: bytes) -> int:
        if self.error is None:
            try:
                return self._target.write(data)
            except OSError as e:
                self.error = e
        return 0

    def read(self, n: int = -1) -> bytes:
        return self._target.read(n)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._target.seek(offset, whence)

    def tell(self) -> int:
        return self._target.tell()
