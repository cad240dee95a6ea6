"""Recordings, segments and what a browser gets of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Quality:
    """What a recording sounds like, measured on the decoded signal.

    Attributes:
        level_dbfs: Root mean square level over the whole recording.
        peak_dbfs: Highest sample.
        clipped: Share of samples at full scale, 0..1.
        snr_db: Estimate of speech level over noise floor; None where there is too little signal.
        silence: Share of frames under the speech threshold, 0..1.
        lost_s: Seconds that the file promised and that are missing, or silent as they were broken.
    """

    level_dbfs: float
    peak_dbfs: float
    clipped: float
    snr_db: float | None
    silence: float
    lost_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Recording:
    """A stored recording. ``state`` is added, decoded, broken or withdrawn; ``reason`` explains broken."""

    id: str
    source: str
    bytes_sha256: str
    sound_sha256: str | None
    n_bytes: int
    duration_s: float
    sample_rate_hz: int
    n_channels: int
    codec: str
    language: str
    speaker: str | None
    accent: str | None
    licence: str | None
    collection: str | None
    metadata: Mapping[str, Any]
    copied: bool
    mtime_ns: int | None
    state: Literal["added", "decoded", "broken", "withdrawn"]
    reason: str | None
    quality: Quality | None


@dataclass(frozen=True, slots=True)
class Segment:
    """A time span of one channel (or of the ``MIX``) of a recording; the unit of work."""

    id: str
    recording_id: str
    channel: int
    start_s: float
    end_s: float
    version: int = 1
    parent_ids: tuple[str, ...] = ()
    retired: bool = False
    speaker: str | None = None

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Peaks:
    """A waveform to look at: ``n_bins`` pairs of (min, max), int8[2 * n_bins], full scale = 127."""

    start_s: float
    end_s: float
    n_bins: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Spectrogram:
    """A span of sound to look at, uint8[n_bands, n_columns], the lowest band first.

    Attributes:
        max_hz: Upper edge; the bands are evenly spaced in mel from 0 to it.
        data: 0 is -120 dB, each step 0.5 dB; a sine at full scale has at most 0 dB.
    """

    start_s: float
    end_s: float
    n_columns: int
    n_bands: int
    max_hz: float
    data: bytes


@dataclass(frozen=True, slots=True)
class AudioWindow:
    """A piece of encoded sound to append to a media stream.

    Attributes:
        start_s: First instant that should be heard, from the start of the segment.
        end_s: Last instant that should be heard.
        lead_s: Seconds of sound before ``start_s`` inside ``data``, for codecs that need a run-up.
        mime: Container and codec, ready for ``MediaSource.isTypeSupported``.
        data: A fragmented file: initialisation part and media part together.
    """

    start_s: float
    end_s: float
    lead_s: float
    mime: str
    data: bytes
