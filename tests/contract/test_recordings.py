"""Recordings and drafts, whatever engine is below the store."""

from __future__ import annotations

from dataclasses import replace

import pytest
from store_makers import QUALITY, Add, draft, recording

from labwidgets.errors import (
    NotFoundError,
    StoreError,
    TextError,
)
from labwidgets.records import (
    MIX,
    ModelRun,
    NewSegment,
    QueueQuery,
    Transcription,
    Word,
)
from labwidgets.store import Store


def test_a_recording_comes_back_as_it_was_given(store: Store) -> None:
    given = recording(
        1,
        speaker="s1",
        accent="x",
        licence="CC0-1.0",
        collection="c",
        metadata={"age": 3, "é": [1.5, None]},
        mtime_ns=123_456_789_012_345_678,
        copied=True,
    )
    [kept] = store.add_recordings([given])
    for name in ("source", "speaker", "accent", "licence", "collection", "metadata", "mtime_ns", "copied"):
        assert getattr(kept, name) == getattr(given, name), name
    assert (kept.state, kept.duration_s, kept.quality) == ("added", 2.0, None)
    assert store.recording(kept.id) == kept
    assert list(store.recordings()) == [kept]
    assert list(store.recordings("broken")) == []


def test_each_recording_gets_one_open_segment_over_its_whole_length(store: Store) -> None:
    mono, stereo = store.add_recordings([recording(1), recording(2, n_channels=2)])
    segments = {segment.recording_id: segment for segment, _ in store.segments_to_draft()}
    assert (segments[mono.id].channel, segments[stereo.id].channel) == (0, MIX)
    assert (segments[stereo.id].start_s, segments[stereo.id].end_s, segments[stereo.id].version) == (
        0.0,
        3.0,
        1,
    )
    assert {row.state for row in store.queue(QueueQuery()).rows} == {"open"}


def test_segments_that_a_source_knows_come_in_with_their_recording(store: Store) -> None:
    words = (Word("a", 0.0, 0.5, 0.25),)
    parts = (
        NewSegment(0.0, 1.0, 0, speaker="Anna", text="a", words=words, layers={"n": "A"}),
        NewSegment(0.5, 2.0, 1, text="b", text_as="draft", words=words, confidence=0.5),
        NewSegment(1.0, 2.0, MIX),
    )
    talk = recording(1, n_channels=2, speaker="s0", segments=parts)
    store.add_recordings([talk, recording(2, speaker="s0")])
    rows = list(store.labelled_rows())
    assert [(row.segment.speaker, row.segment.start_s, row.segment.channel) for row in rows] == [
        ("Anna", 0.0, 0),
        ("s0", 0.5, 1),
        ("s0", 1.0, MIX),
        ("s0", 0.0, 0),
    ]
    first, second, third, _ = rows
    assert (first.reference.text, first.reference.words, first.reference.layers) == ("a", words, {"n": "A"})
    assert (second.reference, second.draft.text, second.draft.words, second.draft.confidence) == (
        None,
        "b",
        words,
        0.5,
    )
    assert (third.reference, third.draft) == (None, None)
    assert "Anna" not in str([event.payload for event in store.history(first.segment.id)])
    assert store.verify().ok


def test_known_bytes_are_not_stored_twice(store: Store) -> None:
    first, twin = store.add_recordings([recording(1), recording(1, source="copy.wav")])
    [again] = store.add_recordings([recording(1, source="later.wav")])
    assert first == twin == again
    assert store.known_bytes([f"{1:064x}", f"{2:064x}"]) == {f"{1:064x}": first.id}
    assert store.known_sources(["clip1.wav", "copy.wav"]) == {"clip1.wav": first.id}
    assert store.status().recordings == 1


@pytest.mark.parametrize(
    ("text_as", "n_references", "n_drafts", "in_metadata"),
    [("reference", 1, 0, False), ("draft", 0, 1, False), ("metadata", 0, 0, True)],
)
def test_text_that_came_along_goes_where_it_was_told(
    store: Store, text_as: str, n_references: int, n_drafts: int, in_metadata: bool
) -> None:
    [kept] = store.add_recordings([recording(1, text="hello", text_as=text_as)])
    [row] = store.labelled_rows()
    assert (row.reference is not None, row.draft is not None) == (bool(n_references), bool(n_drafts))
    assert ("text" in kept.metadata) == in_metadata
    assert store.counts().done == 0
    if row.reference:
        assert (row.reference.text, row.reference.origin, row.annotator) == ("hello", "imported", None)
    if row.draft:
        assert (row.draft.text, row.draft.model) == ("hello", "imported")


def test_a_bad_text_in_a_batch_leaves_nothing_behind(store: Store) -> None:
    with pytest.raises(TextError, match=r"U\+0000"):
        store.add_recordings([recording(1), recording(2, text="a\0b", text_as="reference")])
    with pytest.raises(TextError, match="cannot be stored"):
        store.add_recordings([recording(1), recording(2, metadata={"name": ["\0"]})])
    with pytest.raises(TextError, match="Rename it"):
        store.add_recordings([recording(1, source="bad\udcff.wav")])
    assert list(store.recordings()) == []
    assert store.counts().total == 0


def test_decoding_corrects_the_length_and_finds_the_same_sound(store: Store) -> None:
    one, two = store.add_recordings([recording(1), recording(2)])
    silent = replace(QUALITY, level_dbfs=float("-inf"))
    assert store.mark_decoded(one.id, sound_sha256="s", duration_s=1.5, quality=silent) == ()
    assert store.mark_decoded(two.id, sound_sha256="s", duration_s=1.5, quality=QUALITY) == (one.id,)
    kept = store.recording(one.id)
    assert (kept.state, kept.duration_s, kept.sound_sha256, kept.quality) == ("decoded", 1.5, "s", silent)
    assert [segment.end_s for segment, _ in store.segments_to_draft()] == [1.5, 1.5]
    assert store.counts().total_s == 3.0


def test_a_broken_recording_blocks_its_open_task_until_it_decodes(store: Store, add: Add) -> None:
    [segment_id] = add()
    recording_id = store.segment(segment_id).recording_id
    store.mark_broken(recording_id, "no\0 audio\nin it")
    assert store.recording(recording_id).reason == "no  audio in it"
    assert store.counts().blocked == 1
    assert store.segments_to_draft() == []
    assert store.upcoming(QueueQuery()) == []
    store.mark_decoded(recording_id, sound_sha256="s", duration_s=1.0, quality=QUALITY)
    assert store.counts().blocked == 0
    assert store.upcoming(QueueQuery()) == [segment_id]


def test_unknown_recordings_are_refused(store: Store) -> None:
    with pytest.raises(NotFoundError, match="unknown recording: 'rec_x'"):
        store.recording("rec_x")
    with pytest.raises(NotFoundError, match="unknown recording"):
        store.mark_broken("rec_x", "gone")
    with pytest.raises(NotFoundError, match="unknown recording"):
        store.mark_decoded("rec_x", sound_sha256="s", duration_s=1.0, quality=QUALITY)


def test_the_newest_hypothesis_is_the_draft(store: Store, add: Add) -> None:
    [segment_id] = add()
    draft(store, segment_id, confidence=0.9, text="old", key="k1")
    newest = draft(store, segment_id, confidence=0.4, text="new", key="k2")
    view = store.view(segment_id, annotator="a1")
    assert view.draft is not None
    assert (view.draft.id, view.draft.text, view.draft.words[0].end_s, view.draft.alarms) == (
        newest, "new", 0.5, ("loop",),
    )  # fmt: skip
    assert store.queue(QueueQuery()).rows[0].confidence == 0.4
    assert store.counts().drafted == 1


def test_a_hypothesis_is_found_by_its_key_and_stored_once_a_run(store: Store, add: Add) -> None:
    [segment_id] = add()
    store.begin_run(ModelRun("run_1", "m", "r", {}))
    said = Transcription("x", (), None, None)
    first = store.add_hypothesis(run_id="run_1", segment_id=segment_id, cache_key="k", transcription=said)
    again = store.add_hypothesis(run_id="run_1", segment_id=segment_id, cache_key="k", transcription=said)
    assert first == again == store.hypothesis_by_key("k")
    assert store.hypothesis_by_key("other") is None
    store.finish_run("run_1", n_drafted=1, n_cached=1, n_failed=0)


def test_hypotheses_of_unknown_runs_and_segments_are_refused(store: Store, add: Add) -> None:
    [segment_id] = add()
    said = Transcription("x", (), None, None)
    with pytest.raises(NotFoundError, match="unknown run"):
        store.add_hypothesis(run_id="run_x", segment_id=segment_id, cache_key="k", transcription=said)
    with pytest.raises(NotFoundError, match="unknown run"):
        store.finish_run("run_x", n_drafted=0, n_cached=0, n_failed=0)
    store.begin_run(ModelRun("run_1", "m", "r", {}))
    with pytest.raises(NotFoundError, match="unknown segment"):
        store.add_hypothesis(run_id="run_1", segment_id="seg_x", cache_key="k", transcription=said)
    with pytest.raises(StoreError, match="breaks its rules"):
        store.begin_run(ModelRun("run_1", "m", "r", {}))


@pytest.mark.usefixtures("replays")
def test_licences_are_stated_afterwards_where_none_is_named(store: Store) -> None:
    named, bare, other, gone = store.add_recordings(
        [
            recording(1, licence="MIT", collection="a"),
            recording(2, licence=None, collection="a"),
            recording(3, licence=None, collection="b"),
            recording(4, licence=None, collection="b", speaker="Asha"),
        ]
    )
    store.withdraw("Asha")
    assert store.state_licence("CC0-1.0", collection="b", actor="lead") == 1
    assert store.state_licence("CC-BY-4.0") == 1
    assert store.state_licence("CC-BY-4.0") == 0
    licences = {one.id: one.licence for one in store.recordings()}
    assert licences == {named.id: "MIT", bare.id: "CC-BY-4.0", other.id: "CC0-1.0", gone.id: None}
