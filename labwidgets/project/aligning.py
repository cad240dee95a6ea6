"""A transcript without times, put onto a recording: its words go to segments, with times where heard."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any

from labwidgets.errors import NotFoundError, ProjectError, SegmentError, SourceError
from labwidgets.jobs import Job, turn
from labwidgets.records import (
    RATE_HZ,
    AlignReport,
    Hypothesis,
    ModelRun,
    Progress,
    Recording,
    Refusal,
    Samples,
    Segment,
    Transcription,
    Unplaced,
    Word,
    new_id,
)
from labwidgets.text import stored_text
from labwidgets.widgets.job_start import start_job
from labwidgets.widgets.source import StoreSource

if TYPE_CHECKING:
    from labwidgets.asr.placing import Piece, Placed, Share
    from labwidgets.project.hearing import Hearer

_READER = "-"


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch of a segment that a model can hear at once; times from the segment's start."""

    segment: Segment
    start_s: float
    end_s: float
    draft: Hypothesis | None


@dataclass(slots=True)
class _Aligned:
    """What a run has stored so far."""

    run: ModelRun
    language: str
    is_begun: bool = False
    segments: int = 0
    stored: int = 0
    placed: int = 0
    unplaced: list[Unplaced] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)

    def report(self) -> AlignReport:
        return AlignReport(self.segments, self.placed, tuple(self.unplaced), tuple(self.refused))


class Aligning(StoreSource):
    """The part of a project that puts transcripts onto sound."""

    def align(self, text: str, recording: str | None = None, *, name: str = "transcript") -> Job[AlignReport]:
        """Start giving each segment of a recording its part of ``text``, with the times that the model hears.

        The parts become drafts, to be checked like any other. Words that the drafts have too are anchors; a
        segment without a draft is drafted first. What nobody seems to say keeps its place in the text but
        has no time: the editor marks it as estimated, and the report lists it.

        Args:
            text: What is said in the whole recording, in order; tags such as ``[noise]`` are no words.
            recording: Id; can be left out where there is one only.
            name: To call the transcript by, among the models.

        Returns:
            A job; its ``result()`` waits and returns an ``AlignReport``. Each segment is on disk before the
            next begins; run again with the same text, it goes on behind the last.

        Raises:
            NotFoundError: No such recording, or several and none named.
            SourceError: There is no word in the text.
        """
        chosen = self._recording_named(recording)
        arguments = ["align", str(self.folder.resolve()), "--recording", chosen.id, "--name", name]
        return start_job(arguments, title="aligning", parse=_report, given={"text": _with_words(text)})

    def align_here(
        self,
        text: str,
        recording: str | None = None,
        *,
        name: str = "transcript",
        progress: Progress | None = None,
        stopped: Callable[[], bool] | None = None,
    ) -> AlignReport:
        """Align in this process: what :meth:`align` does in its worker. Two at once take turns.

        Raises:
            ModelError: The project's model is no Whisper, or is not there.
            NotFoundError: No such recording, or several and none named.
            SourceError: There is no word in the text.
            TextError: It holds what cannot be stored.
        """
        from labwidgets.asr.languages import SPACELESS, whisper_code
        from labwidgets.asr.placing import shared_out
        from labwidgets.project.hearing import load_hearer

        chosen, text = self._recording_named(recording), stored_text(_with_words(text))
        with turn(self.folder / ".align.lock", progress=progress, stopped=stopped) as is_ours:
            if not is_ours:
                return AlignReport(0, 0, ())
            scorer = load_hearer(self.settings, progress)
            parts = self._parts(chosen, scorer, progress=progress, stopped=stopped)
            pieces: list[Piece] = []
            for part in parts:
                if stopped is not None and stopped():
                    return AlignReport(0, 0, ())
                pieces.append(self._piece(part, scorer, chosen.language))
            is_spaceless = whisper_code(chosen.language) in SPACELESS
            shares = shared_out(pieces, text, is_spaceless=is_spaceless)
            how = {"aligned_by": scorer.model, "imported": True}
            tally = _Aligned(ModelRun(new_id("run"), name, scorer.revision, how), chosen.language)
            done = 0
            for mine, some in _by_segment(parts, shares):
                if stopped is not None and stopped():
                    break
                self._align_one(tally, scorer, mine, some)
                done += len(mine)
                if progress is not None:
                    progress(done, len(parts), "aligning")
            self._finish_run(tally)
            return tally.report()

    def _align_one(
        self, tally: _Aligned, scorer: Hearer, parts: Sequence[_Part], shares: Sequence[Share]
    ) -> None:
        """Store a segment's part of the transcript, unless it is stored just so already."""
        segment, draft = parts[0].segment, parts[0].draft
        said = [share.text for share in shares if share.text]
        if not said:
            return
        text = stored_text(("" if shares[0].is_spaceless else " ").join(said))
        is_known = draft is not None and (draft.model, draft.revision, draft.text) == (
            tally.run.model,
            tally.run.revision,
            text,
        )
        if is_known:
            placed = [share.as_drafted() for share in shares]
        else:
            placed = [share.placed(scorer, language=tally.language) for share in shares]
            try:
                self._store_part(tally, segment, _transcription(text, parts, placed, tally.language))
            except (SegmentError, NotFoundError) as error:
                # Somebody cut, moved or deleted it meanwhile.
                tally.refused.append(Refusal(segment.id, str(error)))
                return
        tally.segments += 1
        tally.placed += sum(len(one.words) for one in placed)
        tally.unplaced += [Unplaced(segment.id, word) for one in placed for word in one.unplaced]

    def _store_part(self, tally: _Aligned, segment: Segment, transcription: Transcription) -> None:
        if not tally.is_begun:
            self.store.begin_run(tally.run)
            tally.is_begun = True
        self.store.add_hypothesis(
            run_id=tally.run.id,
            segment_id=segment,
            cache_key=f"imported:{segment.id}",
            transcription=transcription,
        )
        tally.stored += 1

    def _finish_run(self, tally: _Aligned) -> None:
        if tally.is_begun:
            n_known = tally.segments - tally.stored
            self.store.finish_run(
                tally.run.id, n_drafted=tally.stored, n_cached=n_known, n_failed=len(tally.refused)
            )

    def _recording_named(self, recording: str | None) -> Recording:
        if recording is not None:
            return self.store.recording(recording)
        all_of_them = list(self.store.recordings("decoded"))
        if len(all_of_them) != 1:
            raise NotFoundError(
                "which recording is not said", value=f"{len(all_of_them)} recordings", remedy="Name one"
            )
        return all_of_them[0]

    def _parts(
        self,
        recording: Recording,
        scorer: Hearer,
        *,
        progress: Progress | None,
        stopped: Callable[[], bool] | None,
    ) -> list[_Part]:
        """Return what the recording is heard in, by start; segments without a draft get one first."""
        from labwidgets.asr.drafting import draft_planned
        from labwidgets.asr.plan import Lot, Plan

        pairs = [pair for pair in self.store.segments_to_draft() if pair[1].id == recording.id]
        if not pairs:
            raise ProjectError("the recording has no segments", value=recording.source)
        new = tuple(pair for pair in pairs if self._draft_of(pair[0]) is None)
        if new:
            draft_planned(
                self.store,
                self.read,
                Plan((Lot(scorer.model, new),)),
                load=lambda _: scorer,
                progress=progress,
                stopped=stopped,
            )
        segments = sorted((segment for segment, _ in pairs), key=lambda one: (one.start_s, one.channel))
        return [part for one in segments for part in self._stretches(one)]

    def _draft_of(self, segment: Segment) -> Hypothesis | None:
        try:
            return self.store.view(segment.id, annotator=_READER).draft
        except (SegmentError, NotFoundError):
            # Cut or deleted meanwhile: told when its part is to be stored.
            return None

    def _stretches(self, segment: Segment) -> Iterator[_Part]:
        from labwidgets.asr.whisper import EARLIEST_S, LONGEST_S
        from labwidgets.asr.windows import split_at_quiet

        draft = self._draft_of(segment)
        if segment.duration_s <= LONGEST_S:
            yield _Part(segment, 0.0, segment.duration_s, draft)
            return
        samples = self.read(segment.id)
        for first, last in split_at_quiet(samples, longest_s=LONGEST_S, earliest_s=EARLIEST_S):
            yield _Part(segment, first / RATE_HZ, last / RATE_HZ, draft)

    def _piece(self, part: _Part, scorer: Hearer, language: str) -> Piece:
        from labwidgets.asr.placing import Piece

        read, draft = partial(self._sound_of, part), part.draft
        if draft is None or (draft.text and not draft.words):
            return Piece(part.segment.id, read, scorer.transcribe(read(), language=language).words)
        heard = tuple(
            _moved(word, -part.start_s)
            for word in draft.words
            if part.start_s <= (word.start_s + word.end_s) / 2 < part.end_s + 1e-6
        )
        return Piece(part.segment.id, read, heard)

    def _sound_of(self, part: _Part) -> Samples:
        return self.read(part.segment.id)[round(part.start_s * RATE_HZ) : round(part.end_s * RATE_HZ)]


def _with_words(text: str) -> str:
    if not text.strip():
        raise SourceError("there is no word to align", value=text[:40])
    return text


def _by_segment(parts: Sequence[_Part], shares: Sequence[Share]) -> Iterator[tuple[list[_Part], list[Share]]]:
    pairs = zip(parts, shares, strict=True)
    for _, some in groupby(pairs, key=lambda pair: pair[0].segment.id):
        mine, theirs = zip(*some, strict=True)
        yield list(mine), list(theirs)


def _transcription(
    text: str, parts: Sequence[_Part], placed: Sequence[Placed], language: str
) -> Transcription:
    from labwidgets.asr.placing import UNPLACED

    words = tuple(
        _moved(word, part.start_s) for part, one in zip(parts, placed, strict=True) for word in one.words
    )
    sure = [word.confidence for word in words if word.confidence]
    confidence = math.exp(sum(map(math.log, sure)) / len(sure)) if sure else None
    alarms = (UNPLACED,) if any(one.unplaced for one in placed) else ()
    return Transcription(text, words, confidence, language, alarms)


def _moved(word: Word, by_s: float) -> Word:
    start_s = max(0.0, round(word.start_s + by_s, 3))
    return replace(word, start_s=start_s, end_s=max(start_s, round(word.end_s + by_s, 3)))


def _report(data: dict[str, Any]) -> AlignReport:
    unplaced = tuple(Unplaced(item["segment_id"], item["text"]) for item in data["unplaced"])
    refused = tuple(Refusal(item["source"], item["reason"]) for item in data["refused"])
    return AlignReport(data["segments"], data["placed"], unplaced, refused)
