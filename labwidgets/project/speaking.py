"""Who speaks in a long recording: a proposal from what the voices sound like, to be corrected by hand."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from labwidgets.audio.diarization import Labels, in_pieces, standardised, turns, who_speaks
from labwidgets.audio.speakers import DVectors, Timbre, VoiceVectors
from labwidgets.audio.voice import FRAME_S, frame_levels
from labwidgets.errors import ConfigError, LabError
from labwidgets.records import (
    Progress,
    Recording,
    RecordingSegment,
    Refusal,
    Samples,
    SegmentChange,
    SegmentPiece,
    SegmentRef,
    SpeakersReport,
)
from labwidgets.widgets.source import StoreSource

ACTOR = "labwidgets"
"""Whose change it is."""

_REACH_S = 1.0


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


class Speaking(StoreSource):
    """The part of a project that tells speakers apart."""

    def find_speakers(
        self,
        recording: str | None = None,
        *,
        n: int | None = None,
        method: Literal["dvector", "mfcc"] = "dvector",
        progress: Progress | None = None,
    ) -> SpeakersReport:
        """Propose who speaks in each segment, by what the voices sound like; correct it in ``SegmentEditor``.

        Names that somebody gave by hand stay, and whoever sounds alike gets them too; others are called
        ``RECORDING.1``, ``RECORDING.2`` … by how long they speak. A segment in which the speaker changes is
        parted there, at the quietest point near, as long as nobody has worked on it; the report tells the
        others that seem to hold two. It can be run again, with another ``n`` too.

        Args:
            recording: Id of one; default: all that have two segments or more.
            n: How many people speak; default: guessed, which two voices alike can mislead.
            method: ``dvector``, a trained network (the extra ``speakers``), or ``mfcc``, plain statistics of
                timbre that need nothing and are far less sure.
            progress: Called after each segment.

        Raises:
            ConfigError: There is no such method, or ``n`` is no number of people.
            ModelError: The extra ``speakers`` is not installed.
            NotFoundError: There is no such recording.
        """
        model = _model(method, n)
        chosen = (
            [self.store.recording(recording)]
            if recording is not None
            else [one for one in self.store.recordings("decoded") if self._n_segments(one) > 1]
        )
        refused: list[Refusal] = []
        found: list[_Named] = []
        for one in chosen:
            try:
                found.append(self._name_speakers(one, model, n=n, progress=progress))
            except LabError as error:
                refused.append(Refusal(one.source, str(error)))
        return SpeakersReport(
            recordings=len(found),
            speakers=sum(one.speakers for one in found),
            assigned=sum(one.assigned for one in found),
            parted=sum(one.parted for one in found),
            mixed=tuple(key for one in found for key in one.mixed),
            refused=tuple(refused),
            method=method,
        )

    def _n_segments(self, recording: Recording) -> int:
        return len(self.store.recording_segments(recording.id, annotator=ACTOR))

    def _name_speakers(
        self, recording: Recording, model: VoiceVectors, *, n: int | None, progress: Progress | None
    ) -> _Named:
        segments = self.store.recording_segments(recording.id, annotator=ACTOR)
        heard = self._listen(segments, model, n=n, progress=progress)
        names = _names(recording, heard)
        free = {segment.id for segment in self.store.segments_by_use(recording.id)[0]}
        parted = [one for one in heard if one.is_mixed and one.segment.id in free]
        for one in parted:
            self._part(recording, one, names)
        changed: dict[str, list[SegmentRef]] = {}
        for one in heard:
            name = names[one.speaker]
            is_new = _is_open(one.segment, recording) and one.segment.speaker != name
            if is_new and one not in parted:
                changed.setdefault(name, []).append(SegmentRef(one.segment.id, one.segment.version))
        for name, refs in changed.items():
            self.store.change_segments(
                SegmentChange(str(uuid.uuid4()), recording.id, ACTOR, "assign", tuple(refs), speaker=name)
            )
        mixed = tuple(one.segment.id for one in heard if one.is_mixed and one not in parted)
        return _Named(len(names), sum(map(len, changed.values())), len(parted), mixed)

    def _part(self, recording: Recording, one: _Heard, names: Mapping[int, str]) -> None:
        """Cut a segment where its speaker changes."""
        segment = one.segment
        edges_s = [0.0, *_quiet(self.read(segment.id), one.turns), segment.end_s - segment.start_s]
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
        self.store.change_segments(
            SegmentChange(str(uuid.uuid4()), recording.id, ACTOR, "split", (ref,), pieces)
        )

    def _listen(
        self,
        segments: Sequence[RecordingSegment],
        model: VoiceVectors,
        *,
        n: int | None,
        progress: Progress | None,
    ) -> list[_Heard]:
        vectors, lengths_s, owners = [], [], []
        for at, segment in enumerate(segments):
            found, each_s = in_pieces(model.vectors(self.read(segment.id)), segment.end_s - segment.start_s)
            vectors.append(found)
            lengths_s += [each_s] * len(found)
            owners += [at] * len(found)
            if progress is not None:
                progress(at + 1, len(segments), "listening")
        if not segments:
            return []
        together = np.concatenate(vectors)
        if model.is_raw:
            together = standardised(together)
        labels: Labels = who_speaks(together, np.array(lengths_s), n=n, apart=model.apart)
        spoken: list[list[tuple[int, float]]] = [[] for _ in segments]
        for owner, label, length_s in zip(owners, labels.tolist(), lengths_s, strict=True):
            spoken[owner].append((label, length_s))
        return [_Heard(one, turns(those)) for one, those in zip(segments, spoken, strict=True)]


@dataclass(frozen=True, slots=True)
class _Named:
    """What became of one recording."""

    speakers: int
    assigned: int
    parted: int
    mixed: tuple[str, ...]


def _quiet(samples: Samples, turns: Sequence[tuple[int, float]]) -> list[float]:
    """Return where one turn ends and the next begins, each at the quietest frame near."""
    levels = frame_levels([samples])
    found = []
    at_s = 0.0
    for _, length_s in turns[:-1]:
        at_s += length_s
        first = max(0, round((at_s - _REACH_S) / FRAME_S))
        near = levels[first : round((at_s + _REACH_S) / FRAME_S) + 1]
        found.append((first + int(np.argmin(near)) + 0.5) * FRAME_S if len(near) else at_s)
    return found


def _model(method: str, n: int | None) -> VoiceVectors:
    if method not in ("dvector", "mfcc"):
        raise ConfigError("no such way to tell voices apart", value=method, allowed="dvector, mfcc")
    if n is not None and n < 1:
        raise ConfigError("no number of people", value=n, allowed="1 or more, or None to guess")
    return DVectors() if method == "dvector" else Timbre()


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
