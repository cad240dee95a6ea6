"""Cutting long recordings into segments where people pause, as far as nobody has worked on them yet.

Each recording is one change, on disk before the next begins, and a recording that is cut as wanted already is
passed over: a run can be stopped at any point and run again.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from labwidgets.audio.segmentation import Cutting, segment_spans, voice_spans, without
from labwidgets.audio.voice import FRAME_S, Voice, VoiceModel
from labwidgets.config import SegmentationSettings
from labwidgets.corpus.importing import locate
from labwidgets.errors import LabError
from labwidgets.records import (
    MIX,
    Progress,
    Recording,
    Refusal,
    Segment,
    SegmentChange,
    SegmentPiece,
    SegmentRef,
    SegmentReport,
    SegmentsChanged,
    Span,
)
from labwidgets.timeline import to_us

ACTOR = "labwidgets"
"""Whose change it is."""


class SegmentStore(Protocol):
    """The part of the store that cutting needs."""

    def recordings(self, state: str | None = None) -> Iterable[Recording]:
        """Return the recordings in ``state``."""
        ...

    def segments_by_use(self, recording_id: str, /) -> tuple[Sequence[Segment], Sequence[Segment]]:
        """Return the live segments that nobody has worked on, and the others."""
        ...

    def change_segments(self, change: SegmentChange, /) -> SegmentsChanged:
        """Do one change."""
        ...


class VoiceCache(Protocol):
    """The part of the audio cache that cutting needs."""

    def has(self, key: str, /) -> bool:
        """Return whether the sound is there."""
        ...

    def decode(self, key: str, source: Path, /) -> object:
        """Decode it again."""
        ...

    def voice(self, key: str, /, *, channel: int, model: VoiceModel | None) -> Voice:
        """Return where somebody speaks."""
        ...


@dataclass(frozen=True, slots=True)
class Tools:
    """What recordings are cut with: where they lie, how, and the model of that method."""

    store: SegmentStore
    cache: VoiceCache
    folder: Path
    settings: SegmentationSettings
    model: VoiceModel | None


@dataclass(slots=True)
class _Tally:
    recordings: int = 0
    segments: int = 0
    speech_s: float = 0.0
    known: int = 0
    left: int = 0
    refused: list[Refusal] = field(default_factory=list)

    def report(self) -> SegmentReport:
        counts = (self.recordings, self.segments, round(self.speech_s, 3), self.known, self.left)
        return SegmentReport(*counts, tuple(self.refused))


def segment_recordings(
    tools: Tools, *, progress: Progress | None = None, stopped: Callable[[], bool] | None = None
) -> SegmentReport:
    """Cut every decoded recording that is longer than one segment may be.

    A recording that cannot be cut is a refusal in the report, never the end of the run.

    Args:
        tools: What to cut, and with what.
        progress: Told about every recording.
        stopped: Asked before every recording; True ends the run with the report so far.

    Raises:
        StoreError: A change cannot be stored; those before it are safe.
    """
    tally = _Tally()
    waiting = [one for one in tools.store.recordings("decoded") if _is_to_cut(one, tools.settings)]
    for done, recording in enumerate(waiting):
        if stopped is not None and stopped():
            break
        try:
            _segment_one(tools, tally, recording)
        except LabError as error:
            tally.refused.append(Refusal(recording.source, str(error)))
        if progress is not None:
            progress(done + 1, len(waiting), "segmenting")
    return tally.report()


def _is_to_cut(recording: Recording, settings: SegmentationSettings) -> bool:
    is_parted = settings.channels != "mix" and recording.n_channels > 1
    return is_parted or recording.duration_s > settings.max_s


def _segment_one(tools: Tools, tally: _Tally, recording: Recording) -> None:
    free, used = tools.store.segments_by_use(recording.id)
    tally.left += len(used)
    if not free:
        return
    pieces = list(_pieces(tools, recording, used))
    speech_s = sum(piece.end_s - piece.start_s for piece in pieces)
    if not pieces and not used:
        tally.refused.append(Refusal(recording.source, "no speech is heard in it: it stays one segment"))
        return
    tally.recordings += 1
    tally.segments += len(pieces)
    tally.speech_s += speech_s
    if {_place(piece) for piece in pieces} == {_place(segment) for segment in free}:
        tally.known += 1
        return
    refs = tuple(SegmentRef(segment.id, segment.version) for segment in free)
    change_id = str(uuid.uuid4())
    tools.store.change_segments(SegmentChange(change_id, recording.id, ACTOR, "segment", refs, tuple(pieces)))


def _place(one: SegmentPiece | Segment) -> tuple[int, int, int]:
    return one.channel, to_us(one.start_s), to_us(one.end_s)


def _pieces(tools: Tools, recording: Recording, used: Sequence[Segment]) -> Iterator[SegmentPiece]:
    """Give new segments, where nobody has worked on what is there."""
    key = recording.bytes_sha256
    if not tools.cache.has(key):
        tools.cache.decode(key, locate(recording, tools.folder))
    for channel in _channels(recording, tools.settings):
        taken = [
            (segment.start_s, segment.end_s)
            for segment in used
            if MIX in (channel, segment.channel) or segment.channel == channel
        ]
        voice = tools.cache.voice(key, channel=channel, model=tools.model)
        is_named = tools.settings.channels == "speakers" and recording.n_channels > 1
        speaker = f"{recording.id}.{channel + 1}" if is_named else None
        for start_s, end_s in spans_of(voice, taken, recording.duration_s, tools.settings):
            yield SegmentPiece(str(uuid.uuid4()), channel, start_s, end_s, speaker=speaker)


def _channels(recording: Recording, settings: SegmentationSettings) -> list[int]:
    if recording.n_channels == 1:
        return [0]
    return [MIX] if settings.channels == "mix" else list(range(recording.n_channels))


def spans_of(
    voice: Voice, taken: Sequence[Span], duration_s: float, settings: SegmentationSettings
) -> list[Span]:
    """Return the segments of one channel, outside of what is taken."""
    cutting = Cutting(
        threshold=settings.threshold,
        silence_s=settings.silence_s,
        min_s=settings.min_s,
        max_s=settings.max_s,
        pad_s=settings.pad_s,
    )
    heard = voice_spans(voice.probabilities, FRAME_S, threshold=cutting.threshold)
    heard = [(start_s, min(end_s, duration_s)) for start_s, end_s in heard if start_s < duration_s]
    free = without(heard, taken)
    found = segment_spans(free, voice.levels, FRAME_S, duration_s=duration_s, cutting=cutting)
    # The silence around them may reach into what is taken, and joined ones may span it.
    return without(found, taken) if taken else found
