"""Changes to the segments of a recording: done once, refused on what is not there, undone in turn."""

from __future__ import annotations

from dataclasses import replace

import pytest
from segment_desk import ME, OTHER, Desk, new, spans, texts

from labwidgets.errors import NotFoundError, SegmentError, StaleSegmentsError, StoreError, TextError
from labwidgets.records import KeptEdit, QueueQuery, SegmentPiece
from labwidgets.store import Store

pytestmark = pytest.mark.usefixtures("replays")


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
