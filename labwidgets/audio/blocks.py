"""Decode any source block by block, in memory that does not grow with its length."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import soundfile

from labwidgets.audio.probe import declared_duration_s, declared_frames, probe_container, probe_sndfile
from labwidgets.audio.source import Source, as_container, as_sndfile, name_of, opened, require_usable
from labwidgets.errors import AudioError

BLOCK_SAMPLES = 1 << 16
_READ_SAMPLES = 1 << 12

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
        n_lost: Samples replaced by silence, or missing at a broken end, found so far.
    """

    __slots__ = ("_blocks", "codec", "declared_s", "n_channels", "n_lost", "sample_rate_hz")

    def __init__(self, *, sample_rate_hz: int, n_channels: int, codec: str, declared_s: float | None) -> None:
        self.sample_rate_hz = sample_rate_hz
        self.n_channels = n_channels
        self.codec = codec
        self.declared_s = declared_s
        self.n_lost = 0
        self._blocks: Iterator[Block] = iter(())

    def __iter__(self) -> Iterator[Block]:
        return self._blocks


@contextmanager
def open_sound(source: Source) -> Iterator[Sound]:
    """Give ``source`` open for one pass over its samples.

    Args:
        source: A local file, or encoded bytes.

    Yields:
        The sound; its blocks end early where the file is broken, without an error: compare ``declared_s``.

    Raises:
        AudioError: If the source is unreadable or no sound, or a sample is not a number.
    """
    name = name_of(source)
    with opened(source) as file:
        sndfile = as_sndfile(file)
        if sndfile is not None:
            with sndfile:
                yield _from_sndfile(sndfile, file, name=name)
        else:
            with as_container(file, name=name) as container:
                yield _from_container(container, name=name)


def blocks(source: Source) -> Iterator[Block]:
    """Yield the samples of ``source`` at its own rate (see ``probe``) as float32[n, n_channels].

    Raises:
        AudioError: As ``open_sound``.
    """
    with open_sound(source) as sound:
        yield from sound


def _from_sndfile(sndfile: soundfile.SoundFile, file: BinaryIO, *, name: object) -> Sound:
    head = probe_sndfile(sndfile)
    declared_s = declared_frames(sndfile, file) / head.sample_rate_hz
    require_usable(duration_s=declared_s, rate_hz=head.sample_rate_hz, n_channels=head.n_channels, name=name)
    sound = Sound(
        sample_rate_hz=head.sample_rate_hz,
        n_channels=head.n_channels,
        codec=head.codec,
        declared_s=declared_s,
    )
    sound._blocks = _finite(_sndfile_blocks(sndfile), name=name)  # noqa: SLF001 - the maker fills it
    return sound


def _sndfile_blocks(sndfile: soundfile.SoundFile) -> Iterator[Block]:
    while True:
        block = np.empty((BLOCK_SAMPLES, sndfile.channels), np.float32)
        n_read = _fill(sndfile, block)
        if n_read:
            yield block[:n_read]
        if n_read < BLOCK_SAMPLES:
            return


def _fill(sndfile: soundfile.SoundFile, block: Block) -> int:
    # libsndfile drops what it has of a read that meets a broken frame: short reads keep the rest.
    n_read = 0
    while n_read < len(block):
        try:
            part = sndfile.read(out=block[n_read : n_read + _READ_SAMPLES])
        except soundfile.LibsndfileError as e:
            _log.warning("a sound is broken inside: %s", e)
            return n_read
        n_read += len(part)
        if len(part) < _READ_SAMPLES:
            break
    return n_read


def _from_container(container: Any, *, name: object) -> Sound:
    declared_s = declared_duration_s(container)
    stream = container.streams.audio[0]
    if declared_s is None:
        if not stream.rate or not stream.channels:
            raise AudioError("the sound track has no readable header", value=name)
        rate_hz, n_channels, codec = int(stream.rate), int(stream.channels), str(stream.codec_context.name)
    else:
        head = probe_container(container, name=name)
        rate_hz, n_channels, codec = head.sample_rate_hz, head.n_channels, head.codec
    sound = Sound(sample_rate_hz=rate_hz, n_channels=n_channels, codec=codec, declared_s=declared_s)
    length_s = float("inf") if declared_s is None else declared_s
    require_usable(duration_s=length_s, rate_hz=rate_hz, n_channels=n_channels, name=name)
    sound._blocks = _finite(_container_blocks(container, stream, sound), name=name)  # noqa: SLF001 - the maker fills it
    return sound


def _container_blocks(container: Any, stream: Any, sound: Sound) -> Iterator[Block]:
    import av

    resampler = av.AudioResampler(format="flt", layout=stream.layout, rate=stream.rate)
    pending: list[Block] = []
    n_pending = 0
    for frame in _frames(container, stream, sound):
        parts = [frame] if isinstance(frame, np.ndarray) else _unpacked(resampler.resample(frame), sound)
        pending += parts
        n_pending += sum(len(part) for part in parts)
        if n_pending >= BLOCK_SAMPLES:
            yield np.concatenate(pending)
            pending, n_pending = [], 0
    pending += _unpacked(resampler.resample(None), sound)
    if pending:
        yield np.concatenate(pending)


def _unpacked(frames: list[Any], sound: Sound) -> list[Block]:
    return [frame.to_ndarray().reshape(-1, sound.n_channels) for frame in frames]


def _frames(container: Any, stream: Any, sound: Sound) -> Iterator[Any]:
    """Yield decoded frames, and silence in the place of a packet that is broken, so that time stays true."""
    import av

    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
        except av.FFmpegError as e:
            _log.warning("a sound is broken inside: %s", e)
            return
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
