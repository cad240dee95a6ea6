"""Submits, what is kept, and history, whatever engine is below the store."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from store_makers import Add, submission

from labwidgets.errors import (
    NotFoundError,
    SegmentError,
    StaleRevisionError,
    StoreError,
    TextError,
)
from labwidgets.records import (
    KeptEdit,
    QueueQuery,
    Word,
)
from labwidgets.store import Store


def test_a_submit_becomes_opinion_and_reference(store: Store, add: Add) -> None:
    [segment_id] = add()
    sent = submission(
        segment_id, text="Grüße\n", words=(Word("Grüße", 0.1, 0.75),), layers={"verbatim": "ähm"},
        flags=("noise",), listened=((0.0, 0.25), (0.25, 0.5)), active_ms=1200, origin="corrected",
    )  # fmt: skip
    ack = store.submit(sent)
    assert (ack.revision, ack.repeated) == (1, False)
    [opinion] = store.thread(segment_id, "a1")
    for name in ("text", "words", "layers", "flags", "listened", "active_ms", "origin", "event_id"):
        assert getattr(opinion, name) == getattr(sent, name), name
    view = store.view(segment_id, annotator="a1")
    assert view.state == "done"
    assert view.opinion == opinion
    assert view.reference is not None
    assert (view.reference.text, view.reference.decided_by) == ("Grüße\n", "a1")
    [row] = store.labelled_rows()
    assert (row.annotator, row.n_opinions, row.flags, row.heard) == ("a1", 1, ("noise",), 0.5)


def test_a_submit_sent_twice_is_stored_once(store: Store, add: Add) -> None:
    [segment_id] = add()
    sent = submission(segment_id)
    first, second = store.submit(sent), store.submit(sent)
    assert second == replace(first, repeated=True)
    assert len(store.thread(segment_id, "a1")) == 1


def test_an_old_submit_is_acknowledged_even_after_the_thread_went_on(store: Store, add: Add) -> None:
    [segment_id] = add()
    first = submission(segment_id)
    store.submit(first)
    store.submit(submission(segment_id, base_revision=1))
    store.retire(segment_id)
    assert store.submit(first).repeated


def test_an_event_id_of_something_else_is_refused(store: Store, add: Add) -> None:
    one, two = add(2)
    sent = submission(one)
    store.submit(sent)
    with pytest.raises(StoreError, match="used for something else"):
        store.submit(replace(sent, segment_id=two))
    with pytest.raises(StoreError, match="used for something else"):
        store.submit(submission(one, event_id=store.history(one)[0].event_id, base_revision=1))


@pytest.mark.parametrize("base_revision", [0, 2])
def test_a_submit_on_another_revision_is_refused_with_both_texts(
    store: Store, add: Add, base_revision: int
) -> None:
    [segment_id] = add()
    store.submit(submission(segment_id, text="mine"))
    with pytest.raises(StaleRevisionError, match="is at revision 1") as caught:
        store.submit(submission(segment_id, text="other tab", base_revision=base_revision))
    assert (caught.value.stored_text, caught.value.sent_text) == ("mine", "other tab")
    assert caught.value.current_revision == 1
    assert [one.text for one in store.thread(segment_id, "a1")] == ["mine"]


def test_a_first_submit_on_a_revision_that_never_was_is_refused(store: Store, add: Add) -> None:
    [segment_id] = add()
    with pytest.raises(StaleRevisionError, match="is at revision 0"):
        store.submit(submission(segment_id, base_revision=3))


def test_two_people_are_never_a_conflict_and_the_newest_counts(store: Store, add: Add) -> None:
    [segment_id] = add()
    store.submit(submission(segment_id, annotator="a1", text="one"))
    store.submit(submission(segment_id, annotator="a2", text="two", flags=("noise",)))
    store.submit(submission(segment_id, annotator="a1", text="three", base_revision=1))
    mine, theirs = (store.view(segment_id, annotator=name) for name in ("a1", "a2"))
    assert mine.opinion is not None
    assert theirs.opinion is not None
    assert (mine.opinion.text, theirs.opinion.text) == ("three", "two")
    assert mine.reference is not None
    assert mine.reference.text == "three"
    [row] = store.labelled_rows()
    assert (row.n_opinions, row.annotator, row.flags) == (2, "a1", ())


def test_a_skip_makes_no_reference_and_takes_back_the_last_one(store: Store, add: Add) -> None:
    one, two = add(2)
    store.submit(submission(one, text="", skip_reason="music"))
    store.submit(submission(two))
    store.submit(submission(two, text="", skip_reason="music", base_revision=1))
    for segment_id in (one, two):
        view = store.view(segment_id, annotator="a1")
        assert (view.state, view.reference) == ("skipped", None)
        assert view.opinion is not None
        assert view.opinion.skip_reason == "music"
    assert (store.counts().skipped, store.counts().done) == (2, 0)
    store.submit(submission(one, text="speech after all", base_revision=1))
    assert (store.counts().skipped, store.counts().done) == (1, 1)


@pytest.mark.parametrize(
    ("fields", "match"),
    [
        ({"text": "a\0b"}, r"U\+0000"),
        ({"text": "x" * 100_000}, "100000 characters"),
        ({"layers": {"verbatim": "\x1b[0m"}}, r"U\+001B"),
        ({"words": (Word("a\x07", 0.0, 1.0),)}, r"U\+0007"),
        ({"words": (Word("a", 2.0, 1.0),)}, "proper times"),
        ({"words": (Word("a", 0.0, float("nan")),)}, "proper times"),
        ({"flags": ("a\0",)}, r"U\+0000"),
        ({"skip_reason": "a\0"}, r"U\+0000"),
        ({"annotator": "  "}, "annotator is empty"),
        ({"event_id": ""}, "event id is empty"),
    ],
)  # fmt: skip
def test_bad_text_is_refused_and_nothing_is_written(
    store: Store, add: Add, fields: dict[str, object], match: str
) -> None:
    [segment_id] = add()
    before = store.change_marker()
    with pytest.raises(TextError, match=match):
        store.submit(submission(segment_id, **fields))  # type: ignore[arg-type]
    assert store.change_marker() == before


def test_all_text_of_a_submit_is_stored_composed(store: Store, add: Add) -> None:
    (segment,) = add(1)
    apart, composed = "cafe\u0301", "caf\u00e9"
    word = Word(apart, 0.0, 0.5, None, estimated=True)
    store.submit(submission(segment, text=f"{apart} [noise]", words=(word,), layers={"plain": apart}))
    opinion = store.view(segment, annotator="a1").opinion
    assert opinion is not None
    assert (opinion.text, opinion.layers) == (f"{composed} [noise]", {"plain": composed})
    assert [word.text for word in opinion.words] == [composed]


def test_unknown_and_retired_segments_are_refused(store: Store, add: Add) -> None:
    [segment_id] = add()
    store.retire(segment_id)
    assert store.segment(segment_id).retired
    assert store.counts().total == 0
    for work in (store.submit, lambda sent: store.view(sent.segment_id, annotator="a1")):
        with pytest.raises(SegmentError, match="split, merged or retired"):
            work(submission(segment_id))
        with pytest.raises(NotFoundError, match="unknown segment"):
            work(submission("seg_x"))
    with pytest.raises(SegmentError, match="retired"):
        store.retire(segment_id)
    for look in (store.segment, store.history, lambda key: store.upcoming(QueueQuery(), after=key)):
        with pytest.raises(NotFoundError, match="unknown segment"):
            look("seg_x")


def test_what_is_typed_is_kept_newest_only_for_its_person_until_it_is_submitted(
    store: Store, add: Add
) -> None:
    first, second = add(2)
    words = (Word("नमस्ते", 0.1, 0.6, 0.9, estimated=True),)
    edit = KeptEdit("e1", first, "a1", 0, "नमस्ते", words, {"normalised": "नमस्ते"}, ("noise",))
    at_us = store.keep(replace(edit, text="नम", words=(), flags=()))
    store.keep(KeptEdit("e2", second, "a1", 3, "later"))
    assert store.keep(edit) >= at_us
    assert replace(store.kept(annotator="a1")[0], at_us=0) == edit
    assert [kept.id for kept in store.kept(annotator="a1")] == ["e1", "e2"]
    assert store.kept(annotator="a2") == []
    store.rebuild()
    store.submit(submission(first, annotator="a2"))
    assert len(store.kept(annotator="a1")) == 2
    store.submit(submission(first))
    assert [kept.id for kept in store.kept(annotator="a1")] == ["e2"]
    store.drop_kept(second, annotator="a1")
    assert store.kept(annotator="a1") == []
    assert store.verify().ok


def test_nothing_is_kept_for_segments_that_are_not_there(store: Store, add: Add) -> None:
    segment, other = add(2)
    store.keep(KeptEdit("e1", segment, "a1", 0, "typed before"))
    store.retire(segment)
    assert [kept.text for kept in store.kept(annotator="a1")] == ["typed before"]
    with pytest.raises(SegmentError, match="retired"):
        store.keep(KeptEdit("e1", segment, "a1", 0, "typed after"))
    with pytest.raises(NotFoundError, match="unknown segment"):
        store.keep(KeptEdit("e1", "seg_none", "a1", 0, "typed"))
    with pytest.raises(TextError):
        store.keep(KeptEdit("e1", other, "a1", 0, "nul \0"))


def test_copies_of_a_store_are_told_apart_by_their_place(store: Store, tmp_path: Path) -> None:
    store.backup(tmp_path / "copy.db")
    with Store.open(tmp_path / "copy.db") as copy:
        assert (copy.project_id, copy.place != store.place) == (store.project_id, True)
    with Store.open(tmp_path / "copy.db") as again:
        assert again.place == copy.place


def test_history_tells_of_recording_segment_and_threads_in_order(store: Store, add: Add) -> None:
    one, two = add(2)
    store.submit(submission(one))
    store.submit(submission(two))
    store.submit(submission(one, annotator="a2"))
    store.mark_broken(store.segment(one).recording_id, "gone")
    told = store.history(one)
    assert [event.kind for event in told] == [
        "recording_added", "segment_added", "opinion_submitted", "opinion_submitted", "recording_broken",
    ]  # fmt: skip
    assert [event.actor for event in told[2:4]] == ["a1", "a2"]
    assert [event.seq for event in told] == sorted(event.seq for event in told)


def test_events_carry_no_personal_text(store: Store, add: Add) -> None:
    [segment_id] = add(speaker="Asha", text="secret", text_as="reference", metadata={"note": "secret"})
    store.submit(submission(segment_id, text="secret", skip_reason=None, layers={"x": "secret"}))
    store.submit(submission(segment_id, text="", skip_reason="secret", base_revision=1))
    store.mark_broken(store.segment(segment_id).recording_id, "secret")
    told = repr([event.payload for event in store.history(segment_id)])
    for word in ("secret", "Asha", "clip0.wav"):
        assert word not in told
