"""What every store does with changes to the segments of a recording."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from labwidgets.errors import NotFoundError, SegmentError, StaleSegmentsError, StoreError, TextError
from labwidgets.records import (
    MIX,
    Consent,
    KeptEdit,
    ModelRun,
    NewRecording,
    Quality,
    QueueQuery,
    RecordingSegment,
    Replace,
    Replacement,
    SegmentChange,
    SegmentPiece,
    SegmentRef,
    Submission,
    Transcription,
    Wanted,
    Word,
)
from labwidgets.store import Store

ME, OTHER = "a1", "a2"
QUALITY = Quality(level_dbfs=-20.0, peak_dbfs=-1.0, clipped=0.0, snr_db=None, silence=0.1)


def new() -> str:
    return str(uuid.uuid4())


@pytest.fixture(params=["sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    urls = {"sqlite": f"sqlite:///{tmp_path / 'store.db'}"}
    with Store.create(urls[request.param]) as made:
        yield made


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


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


@pytest.fixture(autouse=True)
def _replays(store: Store) -> Iterator[None]:
    """Whatever a test does: a rebuild from the events is the store."""
    yield
    report = store.verify()
    assert report.ok, report.differences


def texts(rows) -> list[str]:
    return [row.text for row in rows]


def spans(rows) -> list[tuple[float, float]]:
    return [(row.start_s, row.end_s) for row in rows]


# ---- split and merge -----------------------------------------------------------------------------------


def test_a_split_retires_the_parent_and_cuts_its_draft_by_the_times_of_the_words(desk: Desk) -> None:
    whole = desk.whole()
    desk.draft(whole, "one two three four five")
    done = desk.split(whole, 2.75)
    assert done.retired == (whole.id,)
    first, second = done.rows
    assert (first.text, second.text) == ("one two three", "four five")
    assert (first.origin, first.state, first.version) == ("draft", "open", 1)
    draft = desk.view(second).draft
    assert draft.cut
    assert [(word.text, round(word.start_s, 6)) for word in draft.words] == [("four", 0.25), ("five", 1.25)]
    assert second.confidence == pytest.approx(0.45)
    assert desk.store.segment(second.id).parent_ids == (whole.id,)
    assert desk.store.segment(whole.id).retired
    assert desk.rows() == done.rows


def test_a_split_at_the_caret_cuts_the_draft_where_the_texts_say(desk: Desk) -> None:
    whole = desk.whole()
    desk.draft(whole, "one two three four five")
    done = desk.split(whole, 2.75, ("one", "two three four five"))
    assert texts(done.rows) == ["one", "two three four five"]
    assert {row.origin for row in done.rows} == {"draft"}
    words = desk.view(done.rows[1]).draft.words
    assert [word.text for word in words] == ["two", "three", "four", "five"]
    assert (words[0].start_s, words[0].estimated, words[2].estimated) == (0.0, True, False)


def test_a_merge_joins_drafts_and_gives_every_word_its_place(desk: Desk) -> None:
    whole = desk.whole()
    desk.draft(whole, "one two three four")
    parts = desk.split(whole, 1.75).rows
    done = desk.merge(*parts)
    [merged] = done.rows
    assert (merged.text, merged.origin) == ("one two three four", "draft")
    assert [word.start_s for word in desk.view(merged).draft.words] == [0.0, 1.0, 2.0, 3.0]
    assert set(done.retired) == {row.id for row in parts}


def test_drafts_of_two_models_are_joined_under_both_names(desk: Desk) -> None:
    first, second = desk.split(desk.whole(), 50.0).rows
    desk.draft(first, "one", model="x")
    desk.draft(second, "two", model="y")
    [merged] = desk.merge(first, second).rows
    assert (merged.text, desk.view(merged).draft.model) == ("one two", "x & y")
    assert set(desk.store.hypotheses_of(merged.id)) == {"x & y"}


def test_every_model_says_of_the_parts_what_it_said_of_the_whole(desk: Desk) -> None:
    whole = desk.whole()
    desk.draft(whole, "won too", model="x")
    desk.draft(whole, "one two", model="y")
    first, _ = desk.split(whole, 0.75).rows
    assert first.text == "one"
    said = desk.store.hypotheses_of(first.id)
    assert {name: one.text for name, one in said.items()} == {"x": "won", "y": "one"}


def test_an_own_submit_stays_submitted_where_the_parts_say_just_that(desk: Desk) -> None:
    whole = desk.whole()
    desk.draft(whole, "one two")
    words = (Word("one", 0.0, 0.5), Word("tooth", 1.0, 1.5))
    desk.submit(whole, "one tooth", words=words, flags=("noise",), listened=((0.0, 1.0),), origin="corrected")
    first, second = desk.split(desk.whole(), 0.75, ("one", "tooth")).rows
    assert [(row.text, row.origin, row.state, row.revision) for row in (first, second)] == [
        ("one", "own", "done", 1),
        ("tooth", "own", "done", 1),
    ]
    opinion = desk.view(second).opinion
    assert (opinion.origin, opinion.flags) == ("corrected", ("noise",))
    assert [word.start_s for word in opinion.words] == [0.25]
    assert opinion.listened == ((0.0, 0.25),)
    assert opinion.active_ms == 0
    assert desk.store.thread(whole.id, ME)[0].text == "one tooth"
    [merged] = desk.merge(first, second).rows
    assert (merged.text, merged.state, desk.view(merged).reference.text) == ("one tooth", "done", "one tooth")


def test_a_text_that_nobody_submitted_is_kept_and_no_label(desk: Desk) -> None:
    whole = desk.whole()
    desk.draft(whole, "one two")
    desk.submit(whole, "one tooth")
    rows = desk.split(desk.whole(), 0.75, ("one", "TOOTH?")).rows
    assert [(row.text, row.origin, row.state) for row in rows] == [
        ("one", "kept", "open"),
        ("TOOTH?", "kept", "open"),
    ]
    assert {edit.text for edit in desk.store.kept(annotator=ME)} == {"one", "TOOTH?"}
    assert desk.rows(OTHER)[0].text == "one"
    assert desk.rows(OTHER)[0].origin == "draft"


def test_a_merge_of_a_labelled_and_an_open_segment_is_not_labelled(desk: Desk) -> None:
    whole = desk.whole()
    desk.draft(whole, "one two")
    first, second = desk.split(whole, 0.75).rows
    desk.submit(first, "won")
    first = next(row for row in desk.rows() if row.id == first.id)
    [merged] = desk.merge(first, second).rows
    assert (merged.text, merged.origin, merged.state) == ("won two", "kept", "open")


def test_an_imported_transcript_stays_one_when_it_is_cut(store: Store) -> None:
    desk = Desk(store, text="one two three", text_as="reference")
    rows = desk.split(desk.whole(), 50.0, ("one", "two three")).rows
    assert [(row.text, row.origin) for row in rows] == [("one", "reference"), ("two three", "reference")]
    assert desk.view(rows[1]).reference.origin == "imported"
    [merged] = desk.merge(*rows).rows
    assert (merged.text, desk.view(merged).reference.decided_by) == ("one two three", "import")


def test_layers_cannot_be_cut_and_make_a_split_label_open_again(desk: Desk) -> None:
    whole = desk.whole()
    desk.submit(whole, "one two", layers={"plain": "one two"})
    rows = desk.split(desk.whole(), 50.0, ("one", "two")).rows
    assert [(row.text, row.origin, row.state) for row in rows] == [
        ("one", "kept", "open"),
        ("two", "kept", "open"),
    ]


def test_a_skip_says_nothing_of_the_parts(desk: Desk) -> None:
    desk.submit(desk.whole(), "", skip_reason="too hard")
    assert [row.state for row in desk.split(desk.whole(), 50.0).rows] == ["open", "open"]


def test_a_script_without_spaces_is_cut_and_joined_without_them(desk: Desk) -> None:
    whole = desk.whole()
    desk.draft(whole, "今日は晴れ")
    first, second = desk.split(whole, 50.0, ("今日は", "晴れ")).rows
    assert (first.origin, second.origin) == ("draft", "draft")
    assert desk.merge(first, second).rows[0].text == "今日は晴れ"


# ---- times and speakers --------------------------------------------------------------------------------


def test_words_stay_where_they_sound_when_a_segment_is_moved(desk: Desk) -> None:
    whole = desk.whole()
    words = (Word("one", 1.0, 1.5, 0.1), Word("two", 2.0, 2.5, 0.2))
    desk.draft(whole, "zero one two")
    desk.submit(whole, "one two", words=words, listened=((1.0, 3.0),))
    done = desk.retime(desk.whole(), 1.0, 50.0)
    [row] = done.rows
    assert (row.id, row.version, row.state, row.text) == (whole.id, 2, "done", "one two")
    view = desk.view(row)
    assert [word.start_s for word in view.opinion.words] == [0.0, 1.0]
    assert [word.start_s for word in view.reference.words] == [0.0, 1.0]
    assert [(word.start_s, word.estimated) for word in view.draft.words] == [
        (0.0, True),
        (0.0, False),
        (1.0, False),
    ]
    [labelled] = desk.store.labelled_rows()
    assert [word.start_s for word in labelled.reference.words] == [0.0, 1.0]
    assert labelled.heard == pytest.approx(2 / 49)
    desk.undo(done)
    assert [word.start_s for word in desk.view(row).draft.words] == [0.0, 1.0, 2.0]
    assert not any(word.estimated for word in desk.view(row).draft.words)
    assert desk.view(row).opinion.words == words


def test_what_is_typed_follows_a_segment_that_is_moved(desk: Desk) -> None:
    whole = desk.whole()
    desk.store.keep(KeptEdit("e", whole.id, ME, 0, "one", (Word("one", 3.0, 3.5),)))
    desk.retime(whole, 2.0, 50.0)
    assert desk.store.kept(annotator=ME)[0].words == (Word("one", 1.0, 1.5),)


def test_a_moved_segment_is_worked_on_at_its_new_place(desk: Desk) -> None:
    first, second = desk.split(desk.whole(), 50.0).rows
    desk.retime(second, 0.0, 20.0)
    desk.retime(first, 30.0, 40.0)
    assert [row.segment_id for row in desk.store.queue(QueueQuery()).rows] == [second.id, first.id]
    assert desk.store.counts().total_s == 30.0


def test_speakers_are_assigned_renamed_and_joined(desk: Desk) -> None:
    first, second = desk.split(desk.whole(), 50.0).rows
    [first] = desk.do("assign", [first], speaker="ann").rows
    [second] = desk.do("assign", [second], speaker="bob").rows
    assert (first.speaker, first.version) == ("ann", 2)
    joined = desk.do("rename", speaker="bob", to_speaker="ann")
    assert [(row.speaker, row.version) for row in joined.rows] == [("ann", 3)]
    assert {row.speaker for row in desk.rows()} == {"ann"}
    assert {row.speaker for row in desk.store.queue(QueueQuery()).rows} == {"ann"}
    desk.undo(joined)
    assert [row.speaker for row in desk.rows()] == ["ann", "bob"]
    assert desk.store.status().speakers == 2
    nobody = desk.do("assign", [desk.rows()[0]])
    assert nobody.rows[0].speaker is None


def test_parts_inherit_the_speaker_unless_they_name_one(store: Store) -> None:
    desk = Desk(store, speaker="s1")
    first, second = desk.split(desk.whole(), 50.0).rows
    assert (first.speaker, second.speaker) == ("s1", "s1")
    piece = SegmentPiece(new(), 0, 0.0, 100.0, speaker="s2")
    assert desk.do("merge", [first, second], [piece]).rows[0].speaker == "s2"


def test_a_new_segment_may_overlap_others(desk: Desk) -> None:
    piece = SegmentPiece(new(), 0, 10.0, 100.04, text="hello", speaker="s")
    [row] = desk.do("create", [], [piece]).rows
    assert (row.id, row.end_s, row.text, row.origin) == (piece.id, 100.0, "hello", "kept")
    assert desk.store.counts().total == 2


def test_a_deleted_segment_is_no_work_and_in_no_data_set(desk: Desk) -> None:
    first, second = desk.split(desk.whole(), 50.0).rows
    done = desk.do("delete", [first])
    assert (done.retired, done.rows) == ((first.id,), ())
    assert [row.segment.id for row in desk.store.labelled_rows()] == [second.id]
    with pytest.raises(SegmentError, match="split, merged or retired"):
        desk.submit(first, "late")


# ---- once, and on what was seen ------------------------------------------------------------------------


def test_a_change_that_is_sent_twice_is_done_once(desk: Desk) -> None:
    whole = desk.whole()
    pieces = [SegmentPiece(new(), 0, 0.0, 50.0), SegmentPiece(new(), 0, 50.0, 100.0)]
    asked = desk.ask("split", [whole], pieces)
    done = desk.store.change_segments(asked)
    again = desk.store.change_segments(asked)
    assert again == replace(done, repeated=True)
    assert len(desk.rows()) == 2
    with pytest.raises(StoreError, match="id of this change was used for something else"):
        desk.store.change_segments(replace(asked, annotator=OTHER))


def test_a_change_of_what_changed_is_refused_with_what_is_there(desk: Desk) -> None:
    whole = desk.whole()
    rows = desk.split(whole, 50.0).rows
    with pytest.raises(StaleSegmentsError, match="changed meanwhile") as refused:
        desk.split(whole, 20.0)
    assert refused.value.rows == rows
    desk.retime(rows[0], 0.0, 40.0)
    with pytest.raises(StaleSegmentsError, match="changed meanwhile") as refused:
        desk.do("assign", [rows[0]], speaker="ann")
    assert [row.version for row in refused.value.rows] == [2]


def test_what_somebody_else_works_on_stays(desk: Desk) -> None:
    desk.store.claim(OTHER, QueueQuery(), lease_s=60)
    with pytest.raises(SegmentError, match="somebody else is working"):
        desk.split(desk.whole(), 50.0)
    desk.do("assign", [desk.whole()], speaker="ann")


# ---- undo ----------------------------------------------------------------------------------------------


def test_a_split_is_undone_with_the_segment_that_was_there(desk: Desk) -> None:
    whole = desk.whole()
    desk.draft(whole, "one two")
    desk.submit(whole, "one tooth", flags=("noise",))
    desk.store.keep(KeptEdit("e", whole.id, ME, 1, "one tooth and", ()))
    before = desk.rows()
    counts = desk.store.counts()
    done = desk.split(desk.whole(), 0.75, ("one", "tooth and"))
    assert {edit.text for edit in desk.store.kept(annotator=ME)} == {"one", "tooth and"}
    undone = desk.undo(done)
    assert set(undone.retired) == {row.id for row in done.rows}
    assert desk.rows() == before == undone.rows
    assert desk.store.counts() == counts
    assert [edit.text for edit in desk.store.kept(annotator=ME)] == ["one tooth and"]
    assert [row.segment_id for row in desk.store.queue(QueueQuery(search="tooth")).rows] == [whole.id]
    assert desk.undo(done) == replace(undone, repeated=True)


def test_a_merge_and_a_delete_are_undone_in_turn(desk: Desk) -> None:
    desk.draft(desk.whole(), "one two")
    parts = desk.split(desk.whole(), 0.75)
    merged = desk.merge(*parts.rows)
    gone = desk.do("delete", merged.rows)
    assert desk.rows() == ()
    assert desk.undo(gone).rows == merged.rows
    assert desk.undo(merged).rows == parts.rows
    assert texts(desk.undo(parts).rows) == ["one two"]


def test_changes_of_the_same_rows_are_undone_one_after_the_other(desk: Desk) -> None:
    before = desk.rows()
    parts = desk.split(desk.whole(), 50.0)
    moved = desk.retime(parts.rows[0], 1.0, 40.0)
    further = desk.retime(moved.rows[0], 2.0, 30.0)
    named = desk.do("assign", parts.rows[1:], speaker="ann")
    desk.undo(desk.do("rename", speaker="ann", to_speaker="bea"))
    renamed = desk.do("rename", speaker="ann", to_speaker="cyd")
    for done in (renamed, named, further):
        desk.undo(done)
    assert spans(desk.rows()) == [(1.0, 40.0), (50.0, 100.0)]
    with pytest.raises(StaleSegmentsError, match="the segments were changed again since"):
        desk.undo(parts)
    desk.undo(moved)
    desk.undo(parts)
    assert desk.rows() == before


def test_an_undone_change_may_be_done_again_with_fresh_ids(desk: Desk) -> None:
    done = desk.split(desk.whole(), 50.0)
    desk.undo(done)
    with pytest.raises(SegmentError, match="id of a new segment is taken"):
        desk.do(
            "split",
            [desk.whole()],
            [SegmentPiece(row.id, 0, *span) for row, span in zip(done.rows, spans(done.rows), strict=True)],
        )
    assert spans(desk.split(desk.whole(), 50.0).rows) == spans(done.rows)


def test_nothing_is_undone_that_somebody_went_on_from(desk: Desk) -> None:
    done = desk.split(desk.whole(), 50.0)
    first, second = done.rows
    desk.store.keep(KeptEdit("e", first.id, OTHER, 0, "hm"))
    with pytest.raises(StaleSegmentsError, match="cannot be undone: somebody labelled"):
        desk.undo(done)
    desk.store.drop_kept(first.id, annotator=OTHER)
    with pytest.raises(NotFoundError, match="no such change of segments by this person"):
        desk.undo(done, annotator=OTHER)
    [moved] = desk.retime(first, 0.0, 40.0).rows
    with pytest.raises(
        StaleSegmentsError, match="cannot be undone: the segments were changed again"
    ) as stale:
        desk.undo(done)
    assert stale.value.rows == (moved, second)
    desk.submit(second, "mine")
    with pytest.raises(StaleSegmentsError, match="cannot be undone"):
        desk.undo(done)


def test_a_label_on_a_part_keeps_its_split(desk: Desk) -> None:
    done = desk.split(desk.whole(), 50.0)
    desk.submit(done.rows[0], "mine")
    with pytest.raises(StaleSegmentsError, match="somebody labelled what came of it"):
        desk.undo(done)
    held = desk.split(done.rows[1], 70.0)
    desk.store.claim(OTHER, QueueQuery(), lease_s=60)
    with pytest.raises(StaleSegmentsError, match="somebody else is working on what came of it"):
        desk.undo(held)


# ---- what others make of it ----------------------------------------------------------------------------


def test_a_broken_recording_has_blocked_parts_that_open_with_it(desk: Desk) -> None:
    desk.store.mark_broken(desk.recording.id, "gone")
    done = desk.split(desk.whole(), 50.0)
    assert [row.state for row in done.rows] == ["blocked", "blocked"]
    assert desk.undo(done).rows[0].state == "blocked"
    desk.store.mark_decoded(desk.recording.id, sound_sha256="s", duration_s=100.0, quality=QUALITY)
    assert desk.whole().state == "open"


def test_a_speaker_who_takes_consent_back_leaves_no_trace_in_the_changes(desk: Desk, tmp_path: Path) -> None:
    desk.draft(desk.whole(), "secret words")
    done = desk.split(desk.whole(), 0.75, ("SECRETO", "words"))
    desk.do("assign", [done.rows[0]], speaker="the-speaker")
    desk.store.give_consent(Consent("", "the-speaker", "CC0-1.0", ("share",), "1", "", 0))
    desk.store.withdraw("the-speaker")
    assert desk.rows() == ()
    with pytest.raises(NotFoundError, match="took consent back"):
        desk.do("create", [], [SegmentPiece(new(), 0, 0.0, 1.0)])
    with pytest.raises(NotFoundError, match="took consent back"):
        desk.undo(done)
    desk.store.scrub()
    desk.store.backup(tmp_path / "copy.db")
    stored = (tmp_path / "copy.db").read_bytes()
    assert b"the-speaker" not in stored
    assert b"SECRETO" not in stored


def test_half_of_a_split_label_is_no_second_case_of_a_correction(desk: Desk) -> None:
    whole = desk.whole()
    desk.draft(whole, "dash wood")
    desk.submit(whole, "dashwood wood", draft_id=desk.view(whole).draft.id)
    desk.split(desk.whole(), 0.75, ("dashwood", "wood"))
    assert desk.store.hot_words() == ()


def test_a_replace_is_not_taken_back_in_parts(desk: Desk) -> None:
    whole = desk.whole()
    desk.draft(whole, "one two")
    wanted = Wanted("two")
    job = Replace(desk.store.begin_replace(wanted, annotator=ME), ME, wanted, "too", {})
    [found] = desk.store.find(wanted, annotator=ME).found
    desk.store.replace(job, [Replacement(found.segment_id, found.kind, found.base, (4,), ())])
    desk.split(desk.whole(), 0.75)
    desk.store.undo_replace(job.id, annotator=ME)
    assert texts(desk.rows()) == ["one", "too"]


def test_the_history_of_a_segment_tells_its_changes(desk: Desk) -> None:
    whole = desk.whole()
    done = desk.split(whole, 50.0)
    desk.retime(done.rows[0], 0.0, 40.0)
    kinds = [event.kind for event in desk.store.history(done.rows[0].id)]
    assert kinds == ["recording_added", "segments_changed", "segments_changed"]
    assert [event.kind for event in desk.store.history(whole.id)][-1] == "segments_changed"
    assert len(desk.store.history(done.rows[1].id)) == 2


def test_a_program_cuts_a_whole_recording_and_its_channels(store: Store) -> None:
    desk = Desk(store, n_channels=2)
    whole = desk.whole()
    assert whole.channel == MIX
    desk.draft(whole, "one two")
    pieces = [SegmentPiece(new(), n % 2, n * 1.0, n + 1.0, speaker=f"s{n % 2}") for n in range(60)]
    done = desk.do("segment", [whole], pieces)
    assert len(done.rows) == 60
    assert {row.text for row in done.rows} == {""}
    assert {row.channel for row in done.rows} == {0, 1}
    assert desk.undo(done).rows[0].text == "one two"


# ---- what is refused -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "change", "problem"),
    [
        pytest.param("create", {"end_s": 100.2}, "do not lie in the recording", id="behind the end"),
        pytest.param("create", {"start_s": -1.0}, "do not lie in the recording", id="before the start"),
        pytest.param("create", {"start_s": 60.0}, "run backwards", id="inverted"),
        pytest.param("create", {"start_s": float("nan")}, "no numbers", id="no number"),
        pytest.param("create", {"end_s": 0.01}, "too short", id="too short"),
        pytest.param("create", {"channel": 1}, "no such channel", id="channel"),
        pytest.param("create", {"id": "seg_1"}, "no UUID", id="no uuid"),
        pytest.param("create", {"speaker": " "}, "name of the speaker", id="speaker"),
        pytest.param("retime", {}, "new times are for another segment", id="other segment"),
        pytest.param("delete", {}, "wrong number of pieces", id="delete with a piece"),
        pytest.param("split", {}, "wrong number of pieces", id="split into one"),
        pytest.param("merge", {}, "wrong number of segments", id="merge of one"),
        pytest.param("explode", {}, "no such change", id="kind"),
    ],
)  # fmt: skip
def test_a_change_that_makes_no_sense_is_refused(desk: Desk, kind: str, change: dict, problem: str) -> None:
    piece = replace(SegmentPiece(new(), 0, 0.0, 50.0), **change)
    segments = () if kind == "create" else (desk.whole(),)
    with pytest.raises(SegmentError, match=problem):
        desk.do(kind, segments, [piece])
    assert len(desk.rows()) == 1


def test_a_change_of_what_is_not_there_is_refused(desk: Desk) -> None:
    whole = desk.whole()
    with pytest.raises(NotFoundError, match="unknown recording"):
        desk.store.change_segments(replace(desk.ask("delete", [whole]), recording_id="rec_x"))
    with pytest.raises(NotFoundError, match="unknown segment"):
        desk.do("delete", [replace(whole, id="seg_x")])
    with pytest.raises(SegmentError, match="named twice"):
        desk.do("delete", [whole, whole])
    with pytest.raises(SegmentError, match="id of a change is no UUID"):
        desk.store.change_segments(replace(desk.ask("delete", [whole]), change_id="x"))
    with pytest.raises(SegmentError, match="name of the annotator"):
        desk.store.change_segments(replace(desk.ask("delete", [whole]), annotator=" "))
    small = desk.retime(whole, 0.0, 50.0).rows[0]
    with pytest.raises(SegmentError, match="does not lie in it"):
        desk.do("split", [small], [SegmentPiece(new(), 0, 0.0, 40.0), SegmentPiece(new(), 0, 40.0, 60.0)])
    with pytest.raises(SegmentError, match="nobody of that name"):
        desk.do("rename", speaker="ann", to_speaker="bob")
    with pytest.raises(SegmentError, match="has that name already"):
        desk.do("rename", speaker="ann", to_speaker="ann")
    with pytest.raises(SegmentError, match="needs the old name and the new one"):
        desk.do("rename", speaker="ann")
    one = new()
    with pytest.raises(SegmentError, match="two pieces have the same id"):
        desk.do("split", [small], [SegmentPiece(one, 0, 0.0, 1.0), SegmentPiece(one, 0, 1.0, 2.0)])
    with pytest.raises(TextError, match="cannot be stored"):
        desk.do("create", [], [SegmentPiece(new(), 0, 0.0, 1.0, text="\0")])


def test_only_segments_of_one_recording_and_channel_go_together(store: Store) -> None:
    desk = Desk(store, n_channels=2)
    other = Desk(store, source="b.wav", bytes_sha256="1" * 64)
    with pytest.raises(SegmentError, match="of another recording"):
        desk.do("delete", other.rows())
    pieces = [SegmentPiece(new(), n, 0.0, 50.0) for n in range(2)]
    rows = desk.do("segment", [desk.whole()], pieces).rows
    with pytest.raises(SegmentError, match="only segments of one channel"):
        desk.merge(*rows)
    with pytest.raises(SegmentError, match="stays on its channel"):
        desk.do("retime", [rows[0]], [SegmentPiece(rows[0].id, 1 - rows[0].channel, 0.0, 50.0)])
