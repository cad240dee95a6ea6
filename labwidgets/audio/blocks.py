"""Decode any source block by block, in memory that does not grow with its length."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import soundfile

from labwidgets.audio.probe import (
    codec_of,
    declared_duration_s,
    declared_frames,
    probe_container,
    probe_sndfile,
)
from labwidgets.audio.source import (
    Source,
    as_container,
    as_sndfile,
    name_of,
    opened,
    require_usable,
    states_length,
    unreadable,
)
from labwidgets.errors import AudioError

BLOCK_SAMPLES = 1 << 16
_READ_SAMPLES = 1 << 12
_GAP_S = 0.05
"""Time stamps of some containers are rounded; a real hole is longer."""
_MOST_GAP_S = 600.0

Block = npt.NDArray[np.float32]
"""float32[n, n_channels], -1..1 (a float source may go beyond)."""

_log = logging.getLogger(__name__)


class Sound:
    """An open source: its figures, and its samples in order, once.

    Attributes:
        sample_rate_hz: Rate of the blocks.
        n_channels: Columns of the blocks.
        codec: Short name.
        declared_s: Length that the header promises; None where it does not.
        n_lost: Samples replaced by silence so far, as they were broken.
        is_cut: Whether reading ended at a broken place.
        is_patient: Whether all that can be read is read, also behind a broken place.
    """

    __slots__ = (
        "_blocks", "codec", "declared_s", "is_cut", "is_patient", "n_channels", "n_lost", "sample_rate_hz",
    )  # fmt: skip

    def __init__(self, *, sample_rate_hz: int, n_channels: int, codec: str, declared_s: float | None) -> None:
        self.sample_rate_hz = sample_rate_hz
        self.n_channels = n_channels
        self.codec = codec
        self.declared_s = declared_s
        self.n_lost = 0
        self.is_cut = False
        self.is_patient = False
        self._blocks: Iterator[Block] = iter(())

    def __iter__(self) -> Iterator[Block]:
        return self._blocks


@contextmanager
def open_sound(source: Source, *, is_patient: bool = False) -> Iterator[Sound]:
    """Give ``source`` open for one pass over its samples.

    Args:
        source: A local file, or encoded bytes.
        is_patient: Read it with the reader that goes on behind broken places, with silence in their stead.

    Yields:
        The sound; its blocks end early where the file is broken, without an error: compare ``declared_s``.

    Raises:
        AudioError: If the source is unreadable or no sound, or a sample is not a number.
    """
    name = name_of(source)
    with opened(source) as file:
        sndfile = None if is_patient else as_sndfile(file)
        if sndfile is not None:
            with sndfile:
                yield _from_sndfile(sndfile, file, name=name)
        else:
            is_told = states_length(file)
            with as_container(file, name=name) as container:
                yield _from_container(container, name=name, is_told=is_told)


def blocks(source: Source) -> Iterator[Block]:
    """Yield the samples of ``source`` at its own rate (see ``probe``) as float32[n, n_channels].

    Raises:
        AudioError: As ``open_sound``.
    """
    with open_sound(source) as sound:
        yield from sound


def _from_sndfile(sndfile: soundfile.SoundFile, file: BinaryIO, *, name: object) -> Sound:
    head = probe_sndfile(sndfile)
    declared_s: float | None = declared_frames(sndfile, file) / head.sample_rate_hz
    require_usable(
        duration_s=declared_s or 0.0, rate_hz=head.sample_rate_hz, n_channels=head.n_channels, name=name
    )
    if head.codec == "mp3" and not _is_told(file):
        declared_s = None
    sound = Sound(
        sample_rate_hz=head.sample_rate_hz,
        n_channels=head.n_channels,
        codec=head.codec,
        declared_s=declared_s,
    )
    # Plain samples have no broken places.
    sound.is_patient = head.codec.startswith("pcm")
    sound._blocks = _finite(_sndfile_blocks(sndfile, sound), name=name)  # noqa: SLF001 - the maker fills it
    return sound


def _is_told(file: BinaryIO) -> bool:
    position = file.tell()
    is_told = states_length(file)
    file.seek(position)
    return is_told


def _sndfile_blocks(sndfile: soundfile.SoundFile, sound: Sound) -> Iterator[Block]:
    while True:
        block = np.empty((BLOCK_SAMPLES, sndfile.channels), np.float32)
        n_read = _fill(sndfile, block, sound)
        if n_read:
            yield block[:n_read]
        if n_read < BLOCK_SAMPLES:
            return


def _fill(sndfile: soundfile.SoundFile, block: Block, sound: Sound) -> int:
    # libsndfile drops what it has of a read that meets a broken frame: short reads keep the rest.
    n_read = 0
    while n_read < len(block):
        try:
            part = sndfile.read(out=block[n_read : n_read + _READ_SAMPLES])
        except soundfile.LibsndfileError as e:
            _log.warning("a sound is broken inside: %s", e)
            sound.is_cut = True
            return n_read
        n_read += len(part)
        if len(part) < _READ_SAMPLES:
            break
    return n_read


def _from_container(container: Any, *, name: object, is_told: bool) -> Sound:
    declared_s = declared_duration_s(container)
    stream = container.streams.audio[0]
    if codec_of(stream) == "mp3" and not is_told:
        declared_s = None
    if declared_s is None:
        if not stream.rate or not stream.channels:
            raise AudioError("the sound track has no readable header", value=name)
        rate_hz, n_channels, codec = int(stream.rate), int(stream.channels), codec_of(stream)
    else:
        head = probe_container(container, name=name)
        rate_hz, n_channels, codec = head.sample_rate_hz, head.n_channels, head.codec
    sound = Sound(sample_rate_hz=rate_hz, n_channels=n_channels, codec=codec, declared_s=declared_s)
    sound.is_patient = True
    if codec == "flac":
        # Else a frame whose checksum is wrong is given as a burst of noise.
        stream.codec_context.options = {"err_detect": "crccheck+explode"}
    length_s = float("inf") if declared_s is None else declared_s
    require_usable(duration_s=length_s, rate_hz=rate_hz, n_channels=n_channels, name=name)
    sound._blocks = _finite(_container_blocks(container, stream, sound, name=name), name=name)  # noqa: SLF001 - the maker fills it
    return sound


def _container_blocks(container: Any, stream: Any, sound: Sound, *, name: object) -> Iterator[Block]:
    import av

    resampler = av.AudioResampler(format="flt", layout=stream.layout, rate=stream.rate)
    pending: list[Block] = []
    n_pending = 0
    for frame in _in_time(_frames(container, stream, sound, name=name), sound):
        parts = [frame] if isinstance(frame, np.ndarray) else _unpacked(resampler.resample(frame), sound)
        pending += parts
        n_pending += sum(len(part) for part in parts)
        if n_pending >= BLOCK_SAMPLES:
            yield np.concatenate(pending)
            pending, n_pending = [], 0
    pending += _unpacked(resampler.resample(None), sound)
    if pending:
        yield np.concatenate(pending)


def _in_time(frames: Iterator[Any], sound: Sound) -> Iterator[Any]:
    """Yield frames with silence where their time stamps jump over some, so that time stays true."""
    rate_hz = sound.sample_rate_hz
    n_given, origin = 0, None
    for frame in frames:
        if isinstance(frame, np.ndarray):
            n_given += len(frame)
        else:
            if frame.pts is not None:
                at = round(float(frame.pts * frame.time_base) * rate_hz)
                origin = at - n_given if origin is None else origin
                gap = at - origin - n_given
                if _GAP_S * rate_hz < gap <= _room(sound, n_given):
                    sound.n_lost += gap
                    n_given += gap
                    _log.warning("a sound has a hole of %d samples: they are silent", gap)
                    yield from (
                        np.zeros((min(BLOCK_SAMPLES, gap - first), sound.n_channels), np.float32)
                        for first in range(0, gap, BLOCK_SAMPLES)
                    )
            n_given += frame.samples
        yield frame


def _room(sound: Sound, n_given: int) -> float:
    """Return how many samples may be missing here: a broken time stamp may say anything."""
    length_s = n_given / sound.sample_rate_hz + _MOST_GAP_S
    if sound.declared_s is not None:
        length_s = sound.declared_s
    return length_s * sound.sample_rate_hz - n_given


def _unpacked(frames: list[Any], sound: Sound) -> list[Block]:
    return [frame.to_ndarray().reshape(-1, sound.n_channels) for frame in frames]


def _frames(container: Any, stream: Any, sound: Sound, *, name: object) -> Iterator[Any]:
    """Yield decoded frames, and silence in the place of a packet that is broken, so that time stays true."""
    import av

    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
        except av.FFmpegError as e:
            _log.warning("a sound is broken inside: %s", e)
            return
        except OSError as e:
            raise unreadable(e, name) from e
        if packet is None:
            return
        try:
            yield from packet.decode()
        except av.FFmpegError as e:
            length_s = float((packet.duration or 0) * packet.time_base)
            n_lost = round(length_s * sound.sample_rate_hz)
            sound.n_lost += n_lost
            _log.warning("a packet of a sound is broken, %d samples are silent: %s", n_lost, e)
            yield np.zeros((n_lost, sound.n_channels), np.float32)


def _finite(samples: Iterator[Block], *, name: object) -> Iterator[Block]:
    for block in samples:
        if not np.isfinite(block).all():
            raise AudioError(
                "the sound holds samples that are no numbers (NaN or infinite)",
                value=name,
                remedy="Export it again as 16-bit audio",
            )
        yield block
