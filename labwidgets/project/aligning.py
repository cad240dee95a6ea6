"""A transcript without times, put onto a recording: its words go to segments, with times where heard."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from labwidgets.errors import NotFoundError, ProjectError, SourceError
from labwidgets.records import (
    RATE_HZ,
    AlignReport,
    ModelRun,
    Progress,
    Recording,
    RecordingSegment,
    Samples,
    Transcription,
    Unplaced,
    Word,
    new_id,
)
from labwidgets.text import stored_text
from labwidgets.widgets.source import StoreSource

if TYPE_CHECKING:
    from labwidgets.asr.placing import Piece, Placed
    from labwidgets.project.hearing import Hearer

_READER = "-"


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch of a segment that a model can hear at once; times from the segment's start."""

    segment: RecordingSegment
    start_s: float
    end_s: float


class Aligning(StoreSource):
    """The part of a project that puts transcripts onto sound."""

    def align(
        self,
        text: str,
        recording: str | None = None,
        *,
        name: str = "transcript",
        progress: Progress | None = None,
    ) -> AlignReport:
        """Give each segment of a recording its part of ``text``, with the times that the model hears.

        The parts become drafts, to be checked like any other. Words that the drafts have too are anchors; a
        segment without a draft is drafted for this. What nobody seems to say keeps its place in the text but
        has no time: the editor marks it as estimated, and the report lists it.

        Args:
            text: What is said in the whole recording, in order; tags such as ``[noise]`` are no words.
            recording: Id; can be left out where there is one only.
            name: To call the transcript by, among the models.
            progress: Called after each stretch of sound.

        Raises:
            ModelError: The project's model is no Whisper, or is not there.
            NotFoundError: No such recording, or several and none named.
            SourceError: There is no word in the text.
            TextError: It holds what cannot be stored.
        """
        from labwidgets.asr.languages import SPACELESS, whisper_code
        from labwidgets.asr.placing import UNPLACED, place_text
        from labwidgets.project.hearing import load_hearer

        if not text.strip():
            raise SourceError("there is no word to align", value=text[:40])
        chosen = self._recording_named(recording)
        segments = self.store.recording_segments(chosen.id, annotator=_READER)
        if not segments:
            raise ProjectError("the recording has no segments", value=chosen.source)
        scorer = load_hearer(self.settings, progress)
        parts = [part for one in segments for part in self._parts(one)]
        pieces = [self._piece(part, scorer, chosen.language) for part in parts]
        is_spaceless = whisper_code(chosen.language) in SPACELESS
        placed: list[tuple[_Part, Placed]] = []
        found = place_text(scorer, pieces, text, language=chosen.language, is_spaceless=is_spaceless)
        for done, (part, one) in enumerate(zip(parts, found, strict=True), 1):
            placed.append((part, one))
            if progress is not None:
                progress(done, len(parts), "aligning")
        said = dict(_by_segment(placed, chosen.language, between="" if is_spaceless else " ", alarm=UNPLACED))
        run = ModelRun(new_id("run"), name, scorer.revision, {"aligned_by": scorer.model, "imported": True})
        self.store.add_hypotheses(run, said, as_draft=True)
        unplaced = tuple(Unplaced(part.segment.id, word) for part, one in placed for word in one.unplaced)
        return AlignReport(len(said), sum(len(one.words) for one in said.values()), unplaced)

    def _recording_named(self, recording: str | None) -> Recording:
        if recording is not None:
            return self.store.recording(recording)
        all_of_them = list(self.store.recordings("decoded"))
        if len(all_of_them) != 1:
            raise NotFoundError(
                "which recording is not said", value=f"{len(all_of_them)} recordings", remedy="Name one"
            )
        return all_of_them[0]

    def _parts(self, segment: RecordingSegment) -> Iterator[_Part]:
        from labwidgets.asr.whisper import EARLIEST_S, LONGEST_S
        from labwidgets.asr.windows import split_at_quiet

        length_s = segment.end_s - segment.start_s
        if length_s <= LONGEST_S:
            yield _Part(segment, 0.0, length_s)
            return
        samples = self.read(segment.id)
        for first, last in split_at_quiet(samples, longest_s=LONGEST_S, earliest_s=EARLIEST_S):
            yield _Part(segment, first / RATE_HZ, last / RATE_HZ)

    def _piece(self, part: _Part, scorer: Hearer, language: str) -> Piece:
        from labwidgets.asr.placing import Piece

        read = partial(self._sound_of, part)
        draft = self.view(part.segment.id, annotator=_READER).draft
        if draft is None or not draft.words:
            return Piece(part.segment.id, read, scorer.transcribe(read(), language=language).words)
        heard = tuple(
            _moved(word, -part.start_s)
            for word in draft.words
            if part.start_s <= (word.start_s + word.end_s) / 2 < part.end_s + 1e-6
        )
        return Piece(part.segment.id, read, heard)

    def _sound_of(self, part: _Part) -> Samples:
        return self.read(part.segment.id)[round(part.start_s * RATE_HZ) : round(part.end_s * RATE_HZ)]


def _by_segment(
    placed: Sequence[tuple[_Part, Placed]], language: str, *, between: str, alarm: str
) -> Iterator[tuple[str, Transcription]]:
    texts: dict[str, list[str]] = {}
    words: dict[str, list[Word]] = {}
    doubtful: set[str] = set()
    for part, one in placed:
        if one.text:
            texts.setdefault(part.segment.id, []).append(one.text)
        words.setdefault(part.segment.id, []).extend(_moved(word, part.start_s) for word in one.words)
        if one.unplaced:
            doubtful.add(part.segment.id)
    for key, those in texts.items():
        sure = [word.confidence for word in words[key] if word.confidence]
        confidence = math.exp(sum(map(math.log, sure)) / len(sure)) if sure else None
        alarms = (alarm,) if key in doubtful else ()
        text = stored_text(between.join(those))
        yield key, Transcription(text, tuple(words[key]), confidence, language, alarms)


def _moved(word: Word, by_s: float) -> Word:
    start_s = max(0.0, round(word.start_s + by_s, 3))
    return replace(word, start_s=start_s, end_s=max(start_s, round(word.end_s + by_s, 3)))
