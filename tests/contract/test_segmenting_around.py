"""What becomes of changes to segments elsewhere: consent, corrections, the history of a segment."""

from __future__ import annotations

from pathlib import Path

import pytest
from segment_desk import ME, QUALITY, Desk, new, texts

from labwidgets.errors import NotFoundError
from labwidgets.records import MIX, Consent, Replace, Replacement, SegmentPiece, Wanted
from labwidgets.store import Store

pytestmark = pytest.mark.usefixtures("replays")


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
