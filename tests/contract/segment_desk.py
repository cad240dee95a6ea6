"""One recording in a store, whose segments somebody changes."""

from __future__ import annotations

import uuid
from dataclasses import replace

from labwidgets.records import (
    ModelRun,
    NewRecording,
    Quality,
    RecordingSegment,
    SegmentChange,
    SegmentPiece,
    SegmentRef,
    Submission,
    Transcription,
    Word,
)
from labwidgets.store import Store

ME, OTHER = "a1", "a2"
QUALITY = Quality(level_dbfs=-20.0, peak_dbfs=-1.0, clipped=0.0, snr_db=None, silence=0.1)


def new() -> str:
    return str(uuid.uuid4())


def texts(rows) -> list[str]:
    return [row.text for row in rows]


def spans(rows) -> list[tuple[float, float]]:
    return [(row.start_s, row.end_s) for row in rows]


class Desk:
    """One recording of a store, and one person who changes its segments."""

    def __init__(self, store: Store, **fields: object) -> None:
        self.store = store
        item = NewRecording("talk.wav", "0" * 64, 1, 100.0, 16_000, 1, "flac", "en")
        [self.recording] = store.add_recordings([replace(item, **fields)])

    def rows(self, annotator: str = ME) -> tuple[RecordingSegment, ...]:
        return self.store.recording_segments(self.recording.id, annotator=annotator)

    def whole(self) -> RecordingSegment:
        [row] = self.rows()
        return row

    def ask(self, kind: str, segments=(), pieces=(), **more: object) -> SegmentChange:
        refs = tuple(SegmentRef(row.id, row.version) for row in segments)
        return SegmentChange(new(), self.recording.id, ME, kind, refs, tuple(pieces), **more)

    def do(self, kind: str, segments=(), pieces=(), **more: object):
        return self.store.change_segments(self.ask(kind, segments, pieces, **more))

    def split(self, row: RecordingSegment, at_s: float, texts=(None, None)):
        return self.do(
            "split",
            [row],
            [
                SegmentPiece(new(), row.channel, row.start_s, at_s, text=texts[0]),
                SegmentPiece(new(), row.channel, at_s, row.end_s, text=texts[1]),
            ],
        )

    def merge(self, one: RecordingSegment, other: RecordingSegment, text: str | None = None):
        piece = SegmentPiece(new(), one.channel, one.start_s, other.end_s, text=text)
        return self.do("merge", [one, other], [piece])

    def retime(self, row: RecordingSegment, start_s: float, end_s: float):
        return self.do("retime", [row], [SegmentPiece(row.id, row.channel, start_s, end_s)])

    def undo(self, done, annotator: str = ME):
        return self.store.undo_segments(done.change_id, annotator=annotator)

    def draft(self, row: RecordingSegment, text: str, *, model: str = "m", step_s: float = 1.0) -> None:
        """Draft words that begin a second apart and last half of one."""
        run = ModelRun(f"run_{new()}", model, "r", {})
        self.store.begin_run(run)
        words = tuple(
            Word(word, n * step_s, n * step_s + step_s / 2, 0.1 * (n + 1))
            for n, word in enumerate(text.split())
        )
        said = Transcription(text, words, 0.5, "en", ("loop",))
        self.store.add_hypothesis(run_id=run.id, segment_id=row.id, cache_key=new(), transcription=said)

    def submit(self, row: RecordingSegment, text: str, annotator: str = ME, **fields: object) -> None:
        sent = Submission(new(), row.id, annotator, row.revision, text, **fields)
        self.store.submit(sent)

    def view(self, row: RecordingSegment, annotator: str = ME):
        return self.store.view(row.id, annotator=annotator)
