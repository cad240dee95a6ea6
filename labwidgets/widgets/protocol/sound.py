"""What is played and seen of a clip."""

from __future__ import annotations

from typing import Literal

# pydantic checks messages by these types and needs the back-ported TypedDict before Python 3.12.
from typing_extensions import TypedDict


class ClipPayload(TypedDict):
    """Something that can be played: a segment, seen from its own start."""

    id: str
    duration_s: float
    window_s: float


class PeaksRequest(TypedDict):
    """Ask for the waveform of a clip in ``n_bins`` bins."""

    clip: str
    n_bins: int


class PeaksReply(TypedDict):
    """The buffer is int8[2 * n_bins]: min and max by turns, 127 = full scale."""

    clip: str
    n_bins: int


class SpectrogramRequest(TypedDict):
    """Ask for a span of a clip as ``n_columns`` columns of ``n_bands`` mel bands."""

    clip: str
    start_s: float
    end_s: float
    n_columns: int
    n_bands: int


class SpectrogramReply(TypedDict):
    """The buffer is uint8[n_bands * n_columns], the lowest band first: ``floor_db + step_db * value``.

    The bands are evenly spaced in (Slaney's) mel from 0 to ``max_hz``.
    """

    clip: str
    start_s: float
    end_s: float
    n_columns: int
    n_bands: int
    max_hz: float
    floor_db: float
    step_db: float


class WindowRequest(TypedDict):
    """Ask for window ``index`` (from 0, each ``window_s`` long, the last one shorter)."""

    clip: str
    index: int
    codec: Literal["flac", "opus"]


class WindowReply(TypedDict):
    """The buffer is a fragmented media file: initialisation and media together."""

    clip: str
    index: int
    start_s: float
    end_s: float
    lead_s: float
    mime: str
