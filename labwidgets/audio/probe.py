"""What a header says of a sound, without decoding it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, BinaryIO

import soundfile

from labwidgets.audio.headers import plain_header
from labwidgets.audio.source import (
    Source,
    as_container,
    as_sndfile,
    declared_wav_frames,
    name_of,
    opened,
    require_usable,
    states_length,
)
from labwidgets.errors import AudioError

LYING_SHARE = 0.01
"""A header may promise this share more than the file holds."""

_BYTES_PER_SAMPLE = {
    "PCM_S8": 1,
    "PCM_U8": 1,
    "PCM_16": 2,
    "PCM_24": 3,
    "PCM_32": 4,
    "FLOAT": 4,
    "DOUBLE": 8,
    "ULAW": 1,
    "ALAW": 1,
}
_CODECS = {
    "PCM_S8": "pcm_s8",
    "PCM_U8": "pcm_u8",
    "ULAW": "pcm_mulaw",
    "ALAW": "pcm_alaw",
    "MPEG_LAYER_I": "mp1",
    "MPEG_LAYER_II": "mp2",
    "MPEG_LAYER_III": "mp3",
    "VORBIS": "vorbis",
    "OPUS": "opus",
}
_WIDTHS = {"PCM_16": "s16", "PCM_24": "s24", "PCM_32": "s32", "FLOAT": "f32", "DOUBLE": "f64"}
_BIG_ENDIAN = frozenset({"AIFF", "AU", "NIST", "CAF"})


@dataclass(frozen=True, slots=True)
class Probe:
    """What the header of a sound says.

    Attributes:
        duration_s: Length; measured from the packets where the header is silent.
        sample_rate_hz: As stored.
        n_channels: As stored.
        codec: Short name such as ``flac``, ``pcm_s16le``, ``mp3``, ``opus``.
    """

    duration_s: float
    sample_rate_hz: int
    n_channels: int
    codec: str


def probe(source: Source, *, data: bytes | None = None) -> Probe:
    """Return what the header of ``source`` says, after refusing what cannot be worked with.

    Args:
        source: A local file, or encoded bytes.
        data: All bytes of that file, where they were read already.

    Returns:
        The figures of the header.

    Raises:
        AudioError: If the source is unreadable, no sound, too short, has too many channels or an absurd
            rate, or promises over one per cent more sound than it holds.
        SourceError: If the file has vanished or may not be read.
    """
    name = name_of(source)
    result = _plain(source if isinstance(source, bytes) else data) or _asked(source, name=name)
    require_usable(
        duration_s=result.duration_s, rate_hz=result.sample_rate_hz, n_channels=result.n_channels, name=name
    )
    return result


def _plain(data: bytes | None) -> Probe | None:
    head = plain_header(data) if data else None
    return head and Probe(head.n_frames / head.rate_hz, head.rate_hz, head.n_channels, head.codec)


def _asked(source: Source, *, name: object) -> Probe:
    """Return what a library says."""
    with opened(source) as file:
        sound = as_sndfile(file)
        if sound is not None:
            with sound:
                _refuse_liar(sound, file, name=name)
                found = probe_sndfile(sound)
            if found.codec != "mp3" or states_length(file):
                return found
        is_told = states_length(file)
        with as_container(file, name=name) as container:
            return probe_container(container, name=name, is_told=is_told)


def probe_sndfile(sound: soundfile.SoundFile) -> Probe:
    """Return the header's figures of a sound opened by libsndfile."""
    return Probe(sound.frames / sound.samplerate, sound.samplerate, sound.channels, _codec(sound))


def declared_frames(sound: soundfile.SoundFile, file: BinaryIO) -> int:
    """Return how many frames the header promises; libsndfile itself shortens them to what is there."""
    width = _BYTES_PER_SAMPLE.get(sound.subtype)
    if sound.format not in {"WAV", "WAVEX"} or width is None:
        return int(sound.frames)
    position = file.tell()
    promised = declared_wav_frames(file, bytes_per_frame=width * sound.channels)
    file.seek(position)
    return int(sound.frames) if promised is None else promised


def _refuse_liar(sound: soundfile.SoundFile, file: BinaryIO, *, name: object) -> None:
    promised = declared_frames(sound, file)
    if promised > sound.frames * (1 + LYING_SHARE):
        raise AudioError(
            f"the header promises {promised / sound.samplerate:.2f} s, "
            f"the file holds {sound.frames / sound.samplerate:.2f} s",
            value=name,
            remedy="It was probably cut off on the way: copy it again",
        )


def _codec(sound: soundfile.SoundFile) -> str:
    if sound.format == "FLAC":
        return "flac"
    width = _WIDTHS.get(sound.subtype)
    if width is None:
        return _CODECS.get(sound.subtype, str(sound.subtype).lower())
    is_big = sound.endian == "BIG" or (sound.endian == "FILE" and sound.format in _BIG_ENDIAN)
    return f"pcm_{width}{'be' if is_big else 'le'}"


def probe_container(container: Any, *, name: object, is_told: bool = True) -> Probe:
    """Return the header's figures of an open PyAV container; it may be read to its end for them.

    Args:
        container: Open.
        name: For messages.
        is_told: False for an MP3 that does not say its length: it is measured then.

    Raises:
        AudioError: If the sound track says neither rate nor channels.
    """
    stream = container.streams.audio[0]
    if not stream.rate or not stream.channels:
        raise AudioError("the sound track has no readable header", value=name)
    duration_s = declared_duration_s(container)
    is_guessed = codec_of(stream) == "mp3" and not is_told
    if duration_s is None or is_guessed:
        duration_s = _measured_s(container, stream, name=name)
    return Probe(duration_s, int(stream.rate), int(stream.channels), codec_of(stream))


def codec_of(stream: Any) -> str:
    """Return the short name of a PyAV stream's codec, whichever of its decoders runs."""
    return str(stream.codec_context.name).removesuffix("float")


def declared_duration_s(container: Any) -> float | None:
    """Return the length that a PyAV container's header states, if it does."""
    import av

    stream = container.streams.audio[0]
    if stream.duration:
        return float(stream.duration * stream.time_base)
    if container.duration and len(container.streams) == 1:
        return float(container.duration / av.time_base)
    return None


def _measured_s(container: Any, stream: Any, *, name: object) -> float:
    import av

    first: float | None = None
    last = 0.0
    try:
        for packet in container.demux(stream):
            if packet.pts is None:
                continue
            start = float(packet.pts * packet.time_base)
            first = start if first is None else first
            last = max(last, start + float((packet.duration or 0) * packet.time_base))
    except av.FFmpegError as e:
        raise AudioError("the file is damaged", value=name, remedy="Export it again") from e
    return max(0.0, last - (first or 0.0))
