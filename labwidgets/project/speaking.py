"""Who speaks in a long recording: a proposal from what the voices sound like, to be corrected by hand."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from labwidgets.audio.diarization import Labels, in_pieces, standardised, who_speaks
from labwidgets.audio.speakers import DVectors, Timbre, VoiceVectors
from labwidgets.errors import ConfigError, LabError
from labwidgets.records import (
    Progress,
    Recording,
    RecordingSegment,
    Refusal,
    SegmentChange,
    SegmentRef,
    SpeakersReport,
)
from labwidgets.widgets.source import StoreSource

ACTOR = "labwidgets"
"""Whose change it is."""

_MIXED_S = 1.5


@dataclass(frozen=True, slots=True)
class _Heard:
    """Who speaks in a segment: numbers of speakers with their seconds."""

    segment: RecordingSegment
    seconds: Counter[int]

    @property
    def speaker(self) -> int:
        return self.seconds.most_common(1)[0][0]

    @property
    def is_mixed(self) -> bool:
        return sum(seconds >= _MIXED_S for seconds in self.seconds.values()) > 1


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
        ``RECORDING.1``, ``RECORDING.2`` … by how long they speak. A segment has one speaker: the report tells
        those that seem to hold two. It can be run again, with another ``n`` too.

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
        found: list[tuple[int, int, list[str]]] = []
        for one in chosen:
            try:
                found.append(self._name_speakers(one, model, n=n, progress=progress))
            except LabError as error:
                refused.append(Refusal(one.source, str(error)))
        return SpeakersReport(
            recordings=len(found),
            speakers=sum(speakers for speakers, _, _ in found),
            assigned=sum(assigned for _, assigned, _ in found),
            mixed=tuple(key for _, _, mixed in found for key in mixed),
            refused=tuple(refused),
            method=method,
        )

    def _n_segments(self, recording: Recording) -> int:
        return len(self.store.recording_segments(recording.id, annotator=ACTOR))

    def _name_speakers(
        self, recording: Recording, model: VoiceVectors, *, n: int | None, progress: Progress | None
    ) -> tuple[int, int, list[str]]:
        segments = self.store.recording_segments(recording.id, annotator=ACTOR)
        heard = self._listen(segments, model, n=n, progress=progress)
        names = _names(recording, heard)
        changed: dict[str, list[SegmentRef]] = {}
        for one in heard:
            name = names[one.speaker]
            if _is_open(one.segment, recording) and one.segment.speaker != name:
                changed.setdefault(name, []).append(SegmentRef(one.segment.id, one.segment.version))
        for name, refs in changed.items():
            self.store.change_segments(
                SegmentChange(str(uuid.uuid4()), recording.id, ACTOR, "assign", tuple(refs), speaker=name)
            )
        mixed = [one.segment.id for one in heard if one.is_mixed]
        return len(names), sum(map(len, changed.values())), mixed

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
        seconds: list[Counter[int]] = [Counter() for _ in segments]
        for owner, label, length_s in zip(owners, labels.tolist(), lengths_s, strict=True):
            seconds[owner][label] += length_s  # type: ignore[assignment] # seconds, not whole ones
        return [_Heard(one, counted) for one, counted in zip(segments, seconds, strict=True)]


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
