"""However segments are cut, joined and moved: no word is doubled or lost, and a replay agrees."""

from __future__ import annotations

import itertools
import tempfile
import uuid
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from labwidgets.errors import StaleSegmentsError
from labwidgets.records import (
    KeptEdit,
    ModelRun,
    NewRecording,
    RecordingSegment,
    SegmentChange,
    SegmentPiece,
    SegmentRef,
    Submission,
    Transcription,
    Word,
)
from labwidgets.store import Store
from labwidgets.store.cutting import Said, cut, cut_like, join

LENGTH_S = 60.0
PLACES = st.integers(0, 10**6)
SHARES = st.floats(0.0, 1.0)
PEOPLE = st.sampled_from(["a1", "a2"])


class Segmenting(RuleBasedStateMachine):
    """Random changes and undos by two people on one recording with a draft."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = Store.create(Path(self.folder.name) / "store.db")
        item = NewRecording("talk.wav", "0" * 64, 1, LENGTH_S, 16_000, 1, "flac", "en")
        [self.recording] = self.store.add_recordings([item])
        [whole] = self.rows("a1")
        words = tuple(Word(f"w{n}", n + 0.1, n + 0.8, 0.5) for n in range(int(LENGTH_S)))
        said = Transcription(" ".join(word.text for word in words), words, 0.5, "en")
        self.store.begin_run(ModelRun("run", "m", "r", {}))
        self.store.add_hypothesis(run_id="run", segment_id=whole.id, cache_key="k", transcription=said)
        self.store.finish_run("run", n_drafted=1, n_cached=0, n_failed=0)
        self.words = [word.text for word in words]
        self.used = {whole.id}
        self.made: list[tuple[str, str]] = []

    def teardown(self) -> None:
        report = self.store.verify()
        assert report.ok, report.differences
        before = [self.rows(name) for name in ("a1", "a2")]
        self.store.rebuild()
        assert before == [self.rows(name) for name in ("a1", "a2")]
        self.store.close()
        self.folder.cleanup()

    def rows(self, annotator: str) -> tuple[RecordingSegment, ...]:
        return self.store.recording_segments(self.recording.id, annotator=annotator)

    def pick(self, annotator: str, place: int) -> RecordingSegment | None:
        rows = self.rows(annotator)
        return rows[place % len(rows)] if rows else None

    def do(self, annotator: str, kind: str, segments, pieces=(), **more: object) -> None:
        refs = tuple(SegmentRef(row.id, row.version) for row in segments)
        change_id = str(uuid.uuid4())
        asked = SegmentChange(change_id, self.recording.id, annotator, kind, refs, tuple(pieces), **more)
        done = self.store.change_segments(asked)
        self.made.append((change_id, annotator))
        fresh = {row.id for row in done.rows} - {row.id for row in segments}
        if kind in {"split", "merge"}:
            assert not fresh & self.used
            before, after = (" ".join(row.text for row in rows).split() for rows in (segments, done.rows))
            assert after == before
        self.used |= fresh

    @rule(annotator=PEOPLE, place=PLACES, share=SHARES, texts=st.booleans())
    def split(self, annotator: str, place: int, share: float, texts: bool) -> None:
        row = self.pick(annotator, place)
        if row is None or row.end_s - row.start_s < 0.1:
            return
        at_s = row.start_s + 0.05 + share * (row.end_s - row.start_s - 0.1)
        words = row.text.split()
        n = round(share * len(words))
        said = (" ".join(words[:n]), " ".join(words[n:])) if texts else (None, None)
        pieces = [
            SegmentPiece(str(uuid.uuid4()), row.channel, row.start_s, at_s, text=said[0]),
            SegmentPiece(str(uuid.uuid4()), row.channel, at_s, row.end_s, text=said[1]),
        ]
        self.do(annotator, "split", [row], pieces)

    @rule(annotator=PEOPLE, place=PLACES)
    def merge(self, annotator: str, place: int) -> None:
        rows = self.rows(annotator)
        if len(rows) < 2:
            return
        one, other = rows[place % (len(rows) - 1) :][:2]
        end_s = max(one.end_s, other.end_s)
        self.do(annotator, "merge", [one, other], [SegmentPiece(str(uuid.uuid4()), 0, one.start_s, end_s)])

    @rule(annotator=PEOPLE, place=PLACES, start=SHARES, length=SHARES)
    def retime(self, annotator: str, place: int, start: float, length: float) -> None:
        row = self.pick(annotator, place)
        start_s = start * (LENGTH_S - 1)
        end_s = start_s + 0.02 + length * (LENGTH_S - start_s - 0.02)
        if row is not None:
            self.do(annotator, "retime", [row], [SegmentPiece(row.id, 0, start_s, end_s)])

    @rule(annotator=PEOPLE, place=PLACES, speaker=st.sampled_from(["s1", "s2", None]))
    def assign(self, annotator: str, place: int, speaker: str | None) -> None:
        row = self.pick(annotator, place)
        if row is not None:
            self.do(annotator, "assign", [row], speaker=speaker)

    @rule(annotator=PEOPLE)
    def rename(self, annotator: str) -> None:
        if any(row.speaker == "s1" for row in self.rows(annotator)):
            self.do(annotator, "rename", (), speaker="s1", to_speaker="s2")

    @rule(annotator=PEOPLE, place=PLACES)
    def submit(self, annotator: str, place: int) -> None:
        row = self.pick(annotator, place)
        if row is not None:
            sent = Submission(str(uuid.uuid4()), row.id, annotator, row.revision, row.text)
            self.store.submit(sent)

    @rule(annotator=PEOPLE, place=PLACES)
    def keep(self, annotator: str, place: int) -> None:
        row = self.pick(annotator, place)
        if row is not None:
            self.store.keep(KeptEdit(str(uuid.uuid4()), row.id, annotator, row.revision, row.text))

    @rule(back=st.integers(0, 3))
    def undo(self, back: int) -> None:
        if back >= len(self.made):
            return
        change_id, annotator = self.made[-1 - back]
        try:
            self.store.undo_segments(change_id, annotator=annotator)
        except StaleSegmentsError:
            return

    @invariant()
    def every_word_of_the_draft_is_there_once(self) -> None:
        drafts = [self.store.view(row.id, annotator="a3").draft for row in self.rows("a3")]
        assert sorted(word for draft in drafts for word in draft.text.split()) == sorted(self.words)
        for draft in drafts:
            assert [word.text for word in draft.words] == draft.text.split()
            assert all(0 <= word.start_s <= word.end_s for word in draft.words)


TestSegmenting = pytest.mark.slow(Segmenting.TestCase)
TestSegmenting.settings = settings(
    max_examples=15,
    stateful_step_count=15,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

TEXTS = st.lists(st.text("abc日", min_size=1, max_size=4), max_size=8)


@given(texts=TEXTS, cuts=st.lists(st.floats(0, 10), max_size=4), timed=st.booleans())
def test_what_is_cut_and_joined_again_is_the_text(texts: list[str], cuts: list[float], timed: bool) -> None:
    step_s = 10 / max(1, len(texts))
    words = tuple(Word(text, n * step_s, (n + 0.5) * step_s) for n, text in enumerate(texts))
    said = Said(" ".join(texts), words if timed else (), (5.0, 15.0))
    edges = [5.0, *sorted(5.0 + at_s for at_s in cuts), 15.0]
    spans = list(itertools.pairwise(edges))
    parts = cut(said, spans)
    assert "".join("".join(part.text.split()) for part in parts) == "".join(texts)
    assert [word.text for part in parts for word in part.words] == [word.text for word in said.words]
    same = cut_like(said, spans, [part.text for part in parts])
    assert [part.text for part in same] == [part.text for part in parts]
    whole = join(parts, said.span)
    assert "".join(whole.text.split()) == "".join(texts)
    for word, before in zip(whole.words, said.words, strict=True):
        assert word.estimated or (word.start_s, word.end_s) == pytest.approx((before.start_s, before.end_s))
