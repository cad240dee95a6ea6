"""What every store does with changes to the segments of a recording: cut, joined, moved, given a speaker."""

from __future__ import annotations

import pytest
from segment_desk import ME, OTHER, Desk, new, texts

from labwidgets.errors import SegmentError
from labwidgets.records import KeptEdit, NewSegment, QueueQuery, SegmentPiece, Word
from labwidgets.store import Store

pytestmark = pytest.mark.usefixtures("replays")


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


def layers_of(desk: Desk) -> list[dict[str, str]]:
    edits = {edit.segment_id: edit for edit in desk.store.kept(annotator=ME)}
    views = [desk.view(row) for row in desk.rows()]
    return [
        dict(
            edits[view.segment.id].layers
            if view.segment.id in edits
            else (view.opinion or view.reference).layers
        )
        for view in views
    ]


def test_layers_are_cut_and_joined_with_their_text_and_stay_submitted(desk: Desk) -> None:
    whole = desk.whole()
    desk.submit(whole, "uh mister smith, two", layers={"plain": "Mr Smith 2", "other": ""})
    done = desk.split(desk.whole(), 50.0, ("uh mister smith,", "two"))
    assert [(row.text, row.origin, row.state) for row in done.rows] == [
        ("uh mister smith,", "own", "done"),
        ("two", "own", "done"),
    ]
    assert layers_of(desk) == [{"plain": "Mr Smith", "other": ""}, {"plain": "2", "other": ""}]
    assert desk.store.verify().ok
    desk.merge(*done.rows)
    assert layers_of(desk) == [{"plain": "Mr Smith 2", "other": ""}]


def test_a_layer_that_cannot_be_cut_for_sure_makes_the_parts_open_again(desk: Desk) -> None:
    whole = desk.whole()
    desk.submit(whole, "twenty three cats", layers={"plain": "23 cats"})
    done = desk.split(desk.whole(), 50.0, ("twenty", "three cats"))
    assert [(row.origin, row.state) for row in done.rows] == [("kept", "open")] * 2
    assert layers_of(desk) == [{"plain": "23"}, {"plain": "cats"}]
    desk.undo(done)
    assert (desk.whole().state, layers_of(desk)) == ("done", [{"plain": "23 cats"}])
    assert desk.store.kept(annotator=ME) == []


def test_layers_as_the_page_cut_them_count_and_what_was_typed_there_comes_back(desk: Desk) -> None:
    whole = desk.whole()
    desk.draft(whole, "one two")
    desk.store.keep(KeptEdit("e", whole.id, ME, 0, "one two", (), {"plain": "eins zwei"}))
    pieces = [
        SegmentPiece(new(), 0, 0.0, 50.0, text="one", layers={"plain": "eins"}),
        SegmentPiece(new(), 0, 50.0, 100.0, text="two", layers={"plain": "ZWEI"}),
    ]
    done = desk.do("split", [whole], pieces)
    assert [row.origin for row in done.rows] == ["kept", "kept"]
    assert layers_of(desk) == [{"plain": "eins"}, {"plain": "ZWEI"}]
    desk.undo(done)
    assert layers_of(desk) == [{"plain": "eins zwei"}]


def test_layers_of_an_imported_transcript_are_cut_with_it(store: Store) -> None:
    told = NewSegment(0.0, 100.0, 0, text="one two three", layers={"n": "1 2 3"})
    desk = Desk(store, segments=(told,), text_as="reference")
    rows = desk.split(desk.whole(), 50.0, ("one", "two three")).rows
    assert [row.origin for row in rows] == ["reference", "reference"]
    assert layers_of(desk) == [{"n": "1"}, {"n": "2 3"}]


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
