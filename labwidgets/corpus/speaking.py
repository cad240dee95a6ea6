"""Telling apart who speaks in recordings, each segment by what its voice sounds like.

Each recording is named once all of it is heard; what was heard is kept beside its sound, so that a run can be
stopped at any point and run again, with another number of speakers too, without listening twice.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from labwidgets.audio.diarization import Labels, Vectors, in_pieces, standardised, turns, who_speaks
from labwidgets.audio.speakers import VoiceVectors
from labwidgets.audio.voice import FRAME_S, frame_levels
from labwidgets.errors import LabError
from labwidgets.records import (
    Progress,
    ReadAudio,
    Recording,
    RecordingSegment,
    Refusal,
    Samples,
    Segment,
    SegmentChange,
    SegmentPiece,
    SegmentRef,
    SegmentsChanged,
    SpeakersReport,
)
from labwidgets.timeline import to_us

ACTOR = "labwidgets"
"""Whose change it is."""

_REACH_S = 1.0
_KEEP_EVERY = 200
"""Segments that are listened to between two times that it is written down."""

_Place = tuple[int, int, int]


class SpeakerStore(Protocol):
    """The part of the store that speakers need."""

    def recording_segments(self, recording_id: str, /, *, annotator: str) -> Sequence[RecordingSegment]:
        """Return the live segments of a recording, by start."""
        ...

    def segments_by_use(
        self, recording_id: str, /, *, but_by: str | None = None
    ) -> tuple[Sequence[Segment], Sequence[Segment]]:
        """Return the live segments that nobody has worked on but ``but_by``, and the others."""
        ...

    def change_segments(self, change: SegmentChange, /) -> SegmentsChanged:
        """Do one change."""
        ...


class Shelf(Protocol):
    """Where arrays are kept beside the sound of a recording."""

    def kept(self, key: str, name: str, /) -> dict[str, npt.NDArray[Any]]:
        """Return what is kept under a name, or nothing."""
        ...

    def keep(self, key: str, name: str, arrays: Mapping[str, npt.NDArray[Any]], /) -> None:
        """Keep arrays under a name."""
        ...


@dataclass(frozen=True, slots=True)
class Ear:
    """What recordings are listened to with: where they lie, the model, and how many people speak if known."""

    store: SpeakerStore
    shelf: Shelf
    read: ReadAudio
    model: VoiceVectors
    n: int | None
    progress: Progress | None = None
    stopped: Callable[[], bool] | None = None

    def is_stopped(self) -> bool:
        """Whether somebody asked to stop."""
        return self.stopped is not None and self.stopped()


@dataclass(frozen=True, slots=True)
class _Heard:
    """Who speaks in a segment, in order: numbers of speakers with their seconds; neighbours differ."""

    segment: RecordingSegment
    turns: tuple[tuple[int, float], ...]

    @property
    def speaker(self) -> int:
        seconds: dict[int, float] = {}
        for number, length_s in self.turns:
            seconds[number] = seconds.get(number, 0.0) + length_s
        return max(seconds, key=lambda number: seconds[number])

    @property
    def is_mixed(self) -> bool:
        return len(self.turns) > 1


@dataclass(slots=True)
class _Tally:
    """What became of the recordings so far."""

    n_segments: int
    done: int = 0
    recordings: int = 0
    speakers: int = 0
    assigned: int = 0
    parted: int = 0
    mixed: list[str] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)

    def report(self, method: str) -> SpeakersReport:
        counts = (self.recordings, self.speakers, self.assigned, self.parted)
        return SpeakersReport(*counts, tuple(self.mixed), tuple(self.refused), method)


def name_speakers(ear: Ear, recordings: Sequence[Recording]) -> SpeakersReport:
    """Say who speaks in each segment, recording by recording.

    A recording that cannot be heard is a refusal in the report, never the end of the run.

    Args:
        ear: What to listen with; told to stop, it returns the report so far.
        recordings: Decoded ones.

    Raises:
        StoreError: A change cannot be stored; those before it are safe.
    """
    lengths = [len(ear.store.recording_segments(one.id, annotator=ACTOR)) for one in recordings]
    tally = _Tally(sum(lengths))
    for place, recording in enumerate(recordings, 1):
        if ear.is_stopped():
            break
        try:
            _name_one(ear, tally, recording)
        except LabError as error:
            tally.refused.append(Refusal(recording.source, str(error)))
            tally.done = sum(lengths[:place])
    return tally.report(ear.model.name)


def _name_one(ear: Ear, tally: _Tally, recording: Recording) -> None:
    segments = ear.store.recording_segments(recording.id, annotator=ACTOR)
    pieces = _listen(ear, tally, recording, segments)
    if pieces is None:
        return
    heard = _told_apart(ear, segments, pieces)
    names = _names(recording, heard)
    free = {segment.id for segment in ear.store.segments_by_use(recording.id, but_by=ACTOR)[0]}
    mixed = [one for one in heard if one.is_mixed]
    parted = free.intersection(one.segment.id for one in mixed)
    changed: dict[str, list[SegmentRef]] = {}
    for one in heard:
        name = names[one.speaker]
        if one.segment.id in parted:
            _part(ear, recording, one, names)
        elif _is_open(one.segment, recording) and one.segment.speaker != name:
            changed.setdefault(name, []).append(SegmentRef(one.segment.id, one.segment.version))
    for name, refs in changed.items():
        ear.store.change_segments(
            SegmentChange(str(uuid.uuid4()), recording.id, ACTOR, "assign", tuple(refs), speaker=name)
        )
    tally.recordings += 1
    tally.speakers += len(names)
    tally.assigned += sum(map(len, changed.values()))
    tally.parted += len(parted)
    tally.mixed += [one.segment.id for one in mixed if one.segment.id not in parted]


def _part(ear: Ear, recording: Recording, one: _Heard, names: Mapping[int, str]) -> None:
    """Cut a segment where its speaker changes."""
    segment = one.segment
    edges_s = [0.0, *_quiet(ear.read(segment.id), one.turns), _length_s(segment)]
    pieces = tuple(
        SegmentPiece(
            str(uuid.uuid4()),
            segment.channel,
            segment.start_s + first_s,
            segment.start_s + last_s,
            speaker=names[number],
        )
        for (number, _), (first_s, last_s) in zip(one.turns, pairwise(edges_s), strict=True)
    )
    ref = SegmentRef(segment.id, segment.version)
    ear.store.change_segments(SegmentChange(str(uuid.uuid4()), recording.id, ACTOR, "split", (ref,), pieces))


# ---- listening ---------------------------------------------------------------------------------------------


def _listen(
    ear: Ear, tally: _Tally, recording: Recording, segments: Sequence[RecordingSegment]
) -> list[Vectors] | None:
    """Return the vectors of each segment's pieces; None where somebody asked to stop."""
    key, name = recording.bytes_sha256, f"pieces-{ear.model.name}"
    known = _unpacked(ear.shelf.kept(key, name))
    found: dict[_Place, Vectors] = {}
    n_new = 0
    try:
        for segment in segments:
            if ear.is_stopped():
                return None
            place = _place(segment)
            if place not in known:
                vectors, _ = in_pieces(ear.model.vectors(ear.read(segment.id)), _length_s(segment))
                known[place] = vectors
                n_new += 1
            found[place] = known[place]
            tally.done += 1
            if ear.progress is not None:
                ear.progress(tally.done, tally.n_segments, "listening")
            if n_new == _KEEP_EVERY:
                ear.shelf.keep(key, name, _packed(known))
                n_new = 0
    finally:
        if n_new:
            ear.shelf.keep(key, name, _packed(known))
    if len(known) > len(found):
        ear.shelf.keep(key, name, _packed(found))
    return [found[_place(segment)] for segment in segments]


def _place(segment: RecordingSegment) -> _Place:
    return segment.channel, to_us(segment.start_s), to_us(segment.end_s)


def _length_s(segment: RecordingSegment) -> float:
    return segment.end_s - segment.start_s


def _packed(known: Mapping[_Place, Vectors]) -> dict[str, npt.NDArray[Any]]:
    return {
        "places": np.array(list(known), dtype=np.int64).reshape(-1, 3),
        "n_pieces": np.array([len(one) for one in known.values()], dtype=np.int64),
        "vectors": np.concatenate(list(known.values())),
    }


def _unpacked(kept: Mapping[str, npt.NDArray[Any]]) -> dict[_Place, Vectors]:
    if not kept:
        return {}
    ends = np.cumsum(kept["n_pieces"])
    parts = np.split(kept["vectors"], ends[:-1])
    places = [(channel, start, end) for channel, start, end in kept["places"].tolist()]
    return dict(zip(places, parts, strict=True))


def _told_apart(ear: Ear, segments: Sequence[RecordingSegment], pieces: Sequence[Vectors]) -> list[_Heard]:
    if not segments:
        return []
    lengths_s: list[float] = []
    owners: list[int] = []
    for at, (segment, some) in enumerate(zip(segments, pieces, strict=True)):
        lengths_s += [_length_s(segment) / len(some)] * len(some)
        owners += [at] * len(some)
    together = np.concatenate(pieces)
    if ear.model.is_raw:
        together = standardised(together)
    labels: Labels = who_speaks(together, np.array(lengths_s), n=ear.n, apart=ear.model.apart)
    spoken: list[list[tuple[int, float]]] = [[] for _ in segments]
    for owner, label, length_s in zip(owners, labels.tolist(), lengths_s, strict=True):
        spoken[owner].append((label, length_s))
    return [_Heard(one, turns(those)) for one, those in zip(segments, spoken, strict=True)]


def _quiet(samples: Samples, spoken: Sequence[tuple[int, float]]) -> list[float]:
    """Return where one turn ends and the next begins, each at the quietest frame near."""
    levels = frame_levels([samples])
    found = []
    at_s = 0.0
    for _, length_s in spoken[:-1]:
        at_s += length_s
        first = max(0, round((at_s - _REACH_S) / FRAME_S))
        near = levels[first : round((at_s + _REACH_S) / FRAME_S) + 1]
        found.append((first + int(np.argmin(near)) + 0.5) * FRAME_S if len(near) else at_s)
    return found


# ---- names -------------------------------------------------------------------------------------------------


def _is_open(segment: RecordingSegment, recording: Recording) -> bool:
    """Tell whether nobody gave the segment a name by hand."""
    given = segment.speaker
    return given is None or given == recording.speaker or given.startswith(f"{recording.id}.")


def _names(recording: Recording, heard: Sequence[_Heard]) -> dict[int, str]:
    """Return a name for each speaker: the one that people gave most of what they say, else a number."""
    numbers = sorted({one.speaker for one in heard})
    given: Counter[tuple[int, str]] = Counter()
    for one in heard:
        if one.segment.speaker is not None and not _is_open(one.segment, recording):
            given[one.speaker, one.segment.speaker] += 1
    names: dict[int, str] = {}
    for (number, name), _ in given.most_common():
        if number not in names and name not in names.values():
            names[number] = name
    for place, number in enumerate(numbers, 1):
        names.setdefault(number, f"{recording.id}.{place}")
    return names
