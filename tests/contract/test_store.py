"""What every store does, whatever engine is below it."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from labwidgets.errors import (
    ConfigError,
    NotFoundError,
    SegmentError,
    StaleRevisionError,
    StoreError,
    TextError,
)
from labwidgets.records import (
    MIX,
    QUEUE_ORDERS,
    Consent,
    KeptEdit,
    ModelRun,
    NewRecording,
    Quality,
    QueueQuery,
    Submission,
    Transcription,
    Word,
)
from labwidgets.store import Push, Store, schema

QUALITY = Quality(level_dbfs=-20.0, peak_dbfs=-1.0, clipped=0.0, snr_db=None, silence=0.1)
Add = Callable[..., list[str]]


@pytest.fixture(params=["sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    urls = {"sqlite": f"sqlite:///{tmp_path / 'store.db'}"}
    with Store.create(urls[request.param]) as made:
        yield made


def recording(number: int, **fields: object) -> NewRecording:
    base = NewRecording(
        source=f"clip{number}.wav",
        bytes_sha256=f"{number:064x}",
        n_bytes=1000,
        duration_s=1.0 + number,
        sample_rate_hz=16_000,
        n_channels=1,
        codec="pcm_s16le",
        language="en",
    )
    return replace(base, **fields)


def submission(
    segment_id: str, *, annotator: str = "a1", base_revision: int = 0, **fields: object
) -> Submission:
    base = Submission(
        event_id=str(uuid.uuid4()),
        segment_id=segment_id,
        annotator=annotator,
        base_revision=base_revision,
        text="hello",
    )
    return replace(base, **fields)


@pytest.fixture
def add(store: Store) -> Add:
    """Adds that many recordings and returns their segments' ids in order."""

    def adding(n: int = 1, **fields: object) -> list[str]:
        store.add_recordings([recording(number, **fields) for number in range(n)])
        return [row.segment_id for row in store.queue(QueueQuery()).rows]

    return adding


def draft(
    store: Store, segment_id: str, *, confidence: float | None = 0.5, text: str = "draft", key: str = "k"
) -> str:
    run = ModelRun(id=f"run_{uuid.uuid4()}", model="m", revision="r", settings={"beams": 1})
    store.begin_run(run)
    said = Transcription(text, (Word("draft", 0.0, 0.5, 0.5),), confidence, "en", ("loop",))
    return store.add_hypothesis(run_id=run.id, segment_id=segment_id, cache_key=key, transcription=said).id


# ---- recordings ----------------------------------------------------------------------------------------


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


# ---- drafts --------------------------------------------------------------------------------------------


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


# ---- submits -------------------------------------------------------------------------------------------


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


# ---- queue ---------------------------------------------------------------------------------------------


def lengths(store: Store, ids: Sequence[str]) -> list[float]:
    return [store.segment(segment_id).duration_s for segment_id in ids]


def test_each_order_pages_without_gaps_and_agrees_with_upcoming(store: Store, add: Add) -> None:
    ids = add(7)
    for place, segment_id in enumerate(ids[:4]):
        draft(store, segment_id, confidence=[0.9, 0.1, 0.5, None][place], key=segment_id)
    for order in QUEUE_ORDERS:
        query = QueueQuery(order=order)
        whole = [row.segment_id for row in store.queue(query).rows]
        paged = [store.queue(query, offset=at, limit=2).rows for at in range(0, 8, 2)]
        assert [row.segment_id for rows in paged for row in rows] == whole
        assert [row.position for rows in paged for row in rows] == list(range(7))
        walked, after = [], None
        for _ in ids:
            [after] = store.upcoming(query, after=after)
            walked.append(after)
        assert walked == whole
        assert store.upcoming(query, after=whole[3], n=9) == whole[4:] + whole[:3]
        assert [store.position(query, segment_id) for segment_id in whole] == list(range(7))


def test_orders_are_what_their_names_say(store: Store, add: Add) -> None:
    ids = add(4)
    for place, confidence in ((0, 0.9), (1, 0.1), (2, 0.5)):
        draft(store, ids[place], confidence=confidence, key=ids[place])
    store.submit(submission(ids[1]))
    store.submit(submission(ids[0]))

    def order(name: str) -> list[int]:
        rows = store.queue(QueueQuery(order=name)).rows  # type: ignore[arg-type]
        return [ids.index(row.segment_id) for row in rows]

    assert order("added") == [0, 1, 2, 3]
    assert order("least_confident") == [1, 2, 0, 3]
    assert order("most_confident") == [0, 2, 1, 3]
    assert order("shortest") == [0, 1, 2, 3]
    assert order("longest") == [3, 2, 1, 0]
    assert order("recent")[:2] == [0, 1]


def test_filters_and_totals_agree(store: Store, add: Add) -> None:
    ids = add(5)
    store.submit(submission(ids[0], flags=("noise",)))
    store.submit(submission(ids[1]))
    store.submit(submission(ids[2], text="", skip_reason="music", flags=("pii",)))
    store.mark_broken(store.segment(ids[3]).recording_id, "gone")
    wanted = {
        "all": ids, "done": ids[:2], "skipped": ids[2:3], "blocked": ids[3:4], "open": ids[4:],
        "flagged": [ids[0], ids[2]],
    }  # fmt: skip
    for name, expected in wanted.items():
        page = store.queue(QueueQuery(filter=name))  # type: ignore[arg-type]
        assert [row.segment_id for row in page.rows] == expected, name
        places = [store.position(QueueQuery(filter=name), segment_id) for segment_id in ids]  # type: ignore[arg-type]
        assert places == [expected.index(one) if one in expected else None for one in ids], name
        assert page.total == len(expected), name
    counts = store.counts()
    assert (counts.total, counts.done, counts.skipped, counts.blocked) == (5, 2, 1, 1)
    assert (counts.total_s, counts.done_s) == (15.0, 3.0)
    assert store.upcoming(QueueQuery(filter="done")) == []
    assert store.status().submitted == 2
    assert store.status().flagged == 2


@pytest.mark.parametrize(
    ("search", "n"),
    [
        ("STRASSE", 1),
        ("straße", 1),
        ("ГОРОД", 1),
        ("100%", 1),
        ("a_b", 1),
        ("%", 1),
        ("_", 1),
        ("\\", 1),
        ("zzz", 0),
        ("resume", 1),
        ("Résume\u0301", 1),
        ("e", 3),
        ("雨", 1),
        ("か", 1),
        ("が", 0),
        ("काम", 1),
        ("कम", 0),
        ("क\u093cलम", 1),
        ("कलम", 0),
    ],
)
def test_search_folds_case_and_accents_and_takes_all_else_as_it_is(
    store: Store, add: Add, search: str, n: int
) -> None:
    texts = ["Straße", "Город", "100% sure", "a_b", "c\\d", "re\u0301sumé", "雨かな", "काम \u0958लम"]
    *ids, last = add(len(texts) + 1)
    for segment_id, text in zip(ids, texts, strict=True):
        store.submit(submission(segment_id, text=text))
    draft(store, last, text="axb 1000")
    page = store.queue(QueueQuery(search=search))
    assert (len(page.rows), page.total) == (n, n)


@pytest.mark.parametrize(("few", "many"), [(500, 20_000), (1, 20_000), (1, 2)])
def test_a_search_gives_the_same_by_each_of_its_ways(
    store: Store, add: Add, monkeypatch: pytest.MonkeyPatch, few: int, many: int
) -> None:
    monkeypatch.setattr("labwidgets.store.search.FEW", few)
    monkeypatch.setattr("labwidgets.store.search.MANY", many)
    ids = add(6)
    for number, segment_id in enumerate(ids[:5]):
        draft(store, segment_id, text=f"word {number}", confidence=0.9 - number / 10, key=segment_id)
    store.submit(submission(ids[2], text="word done"))
    for order, wanted in (("added", [0, 1, 2, 3, 4]), ("least_confident", [4, 3, 2, 1, 0])):
        query = QueueQuery(order=order, search="word")  # type: ignore[arg-type]
        page = store.queue(query, offset=1, limit=2)
        assert [row.segment_id for row in page.rows] == [ids[at] for at in wanted[1:3]]
        assert page.total == 5
        assert store.queue(replace(query, filter="open")).total == 4
        assert store.upcoming(query, after=ids[wanted[2]]) == [ids[wanted[3]]]
        assert store.position(query, ids[wanted[4]]) == 4
        assert store.position(query, ids[5]) is None


def test_search_follows_what_a_task_shows(store: Store, add: Add) -> None:
    one, two = add(2)

    def found(search: str) -> list[str]:
        return [row.segment_id for row in store.queue(QueueQuery(search=search)).rows]

    draft(store, one, text="draft")
    store.submit(submission(one, text="label"))
    store.submit(submission(two, text="label"))
    assert (found("draft"), found("label")) == ([], [one, two])
    for segment_id in (one, two):
        store.submit(submission(segment_id, text="", skip_reason="music", base_revision=1))
    assert (found("draft"), found("label")) == ([one], [])
    store.retire(one)
    assert found("draft") == []
    assert store.verify().ok


def test_search_looks_at_the_reference_and_not_at_the_draft_below(store: Store, add: Add) -> None:
    [segment_id] = add()
    draft(store, segment_id, text="draft words")
    assert store.upcoming(QueueQuery(search="draft")) == [segment_id]
    store.submit(submission(segment_id, text="x" * 200))
    assert store.queue(QueueQuery(search="draft")).total == 0
    assert store.queue(QueueQuery()).rows[0].text == "x" * 160


def test_impossible_queries_are_refused(store: Store) -> None:
    with pytest.raises(ConfigError, match="unknown order: 'up'"):
        store.queue(QueueQuery(order="up"))  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="unknown filter: 'x'"):
        store.upcoming(QueueQuery(filter="x"))  # type: ignore[arg-type]
    with pytest.raises(TextError, match=r"U\+0000"):
        store.queue(QueueQuery(search="\0"))
    with pytest.raises(TextError, match="search is too long"):
        store.queue(QueueQuery(search="x" * 1001))


def test_after_a_retired_segment_the_queue_begins_anew(store: Store, add: Add) -> None:
    ids = add(3)
    store.retire(ids[1])
    assert store.upcoming(QueueQuery(), after=ids[1]) == [ids[0]]


def test_nobody_gets_what_another_one_holds(store: Store, add: Add) -> None:
    ids = add(2)
    query = QueueQuery()
    assert [store.claim(name, query, lease_s=60) for name in ("a1", "a2", "a3")] == [ids[0], ids[1], None]
    assert store.renew(ids[0], "a1", lease_s=60)
    assert not store.renew(ids[0], "a2", lease_s=60)
    assert not store.release(ids[0], "a2")
    assert store.release(ids[0], "a1")
    assert not store.renew(ids[0], "a1", lease_s=60)
    assert store.claim("a3", query, lease_s=-1) == ids[0]
    assert not store.renew(ids[0], "a3", lease_s=60)
    assert store.claim("a1", query, lease_s=60) == ids[0]


def test_a_submit_gives_the_lease_back(store: Store, add: Add) -> None:
    [segment_id] = add()
    store.claim("a1", QueueQuery(), lease_s=60)
    store.submit(submission(segment_id))
    assert not store.release(segment_id, "a1")


# ---- data set ------------------------------------------------------------------------------------------


def test_splits_are_sticky(store: Store) -> None:
    assert store.splits() == {}
    store.assign_splits({"s1": "train", "s2": "test"})
    assert store.assign_splits({"s1": "test", "s3": "validation"}) == store.splits()
    assert store.splits() == {"s1": "train", "s2": "test", "s3": "validation"}


def test_places_of_rows_are_kept_and_pushes_are_remembered(store: Store) -> None:
    first = {"seg_1": ("train", 0, 0), "seg_2": ("train", 0, 1), "seg_3": ("test", 0, 0)}
    assert store.place_rows(lambda known: first if not known else {}) == first
    marker = store.rows_marker()
    assert store.place_rows(lambda known: {**known, "seg_4": ("train", 0, 2)})["seg_1"] == ("train", 0, 0)
    assert store.places() == {**first, "seg_4": ("train", 0, 2)}
    kept = store.add_push(
        Push("org/name", "c0ffee", "v1", "2026-01-02", 4, 0.5, {"data/train-00000.parquet": "ab"})
    )
    assert store.pushes() == [kept]
    assert store.rows_marker() == marker
    assert store.verify().ok


def test_what_one_annotator_flags_as_personal_is_so_for_all(store: Store) -> None:
    store.add_recordings([recording(1)])
    (segment,) = [row.segment_id for row in store.queue(QueueQuery()).rows]
    store.submit(submission(segment, annotator="a1", flags=("pii",)))
    store.submit(submission(segment, annotator="a2", flags=("noise",)))
    (row,) = store.labelled_rows()
    assert row.flags == ("noise", "pii")
    store.submit(submission(segment, annotator="a1", base_revision=1, flags=()))
    (row,) = store.labelled_rows()
    assert row.flags == ()


def test_a_consent_is_on_record_until_it_is_taken_back(store: Store) -> None:
    given = store.give_consent(Consent("", "ana", "CC-BY-4.0", ("share",), "form 2", "binder 3", 0))
    assert store.consents() == [given]
    assert (given.speaker, given.note, given.is_withdrawn) == ("ana", "binder 3", False)
    store.withdraw("ana")
    (left,) = store.consents()
    assert (left.speaker, left.note, left.is_withdrawn) == ("", "", True)
    assert store.n_withdrawals() == 1
    assert store.verify().ok


def test_nothing_is_left_of_a_speaker_who_was_taken_out(store: Store) -> None:
    named = {"speaker": "Zebedee", "accent": "Zebedeean", "metadata": {"note": "Zebedee says"}}
    ids = store.add_recordings(
        [
            recording(1, source="zebedee/1.wav", text="Zebedee spoke", text_as="reference", **named),
            recording(2, source="zebedee/2.wav", text="Zebedee drafted", text_as="draft", **named),
            recording(3, speaker="ben", text="left alone", text_as="reference"),
        ]
    )
    segments = [row.segment_id for row in store.queue(QueueQuery()).rows]
    store.submit(submission(segments[0], text="Zebedee mended"))
    store.submit(submission(segments[0], base_revision=1, text="", skip_reason="Zebedee shouts"))
    store.submit(submission(segments[2], text="still here"))
    store.mark_broken(ids[1].id, "Zebedee's file is broken")
    store.keep(KeptEdit("e1", segments[1], "a1", 0, "Zebedee half typed"))
    store.assign_splits({"Zebedee": "train", "ben": "test"})
    store.give_consent(Consent("", "Zebedee", "CC0-1.0", ("share",), "1", "Zebedee signed", 0))
    events = store.verify().events

    gone = store.withdraw("Zebedee")

    assert [one.source for one in gone.recordings] == ["zebedee/1.wav", "zebedee/2.wav"]
    assert set(gone.segment_ids) == set(segments[:2])
    assert store.verify().ok
    assert store.verify().events == events + 1
    assert store.scrub()
    file = Path(store._engine.url.database or "")
    kept = b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))
    assert b"ebedee" not in kept
    assert b"still here" in kept
    assert store.splits() == {"ben": "test"}
    assert [row.reference.text for row in store.labelled_rows() if row.reference] == ["still here"]
    assert store.status().recordings == 1
    store.rebuild()
    assert store.recording(ids[0].id).state == "withdrawn"


def test_a_speaker_whom_only_a_segment_names_is_taken_out_with_the_recording(store: Store) -> None:
    one, other = store.add_recordings([recording(1, speaker="ana"), recording(2, speaker="ben")])
    first, second = [row.segment_id for row in store.queue(QueueQuery()).rows]
    store.submit(submission(first, text="Zebedee and Ana talk"))
    with store._engine.begin() as connection:
        named = schema.segment.update().where(schema.segment.c.id == first)
        connection.execute(named.values(speaker="Zebedee"))
    gone = store.withdraw("Zebedee")
    assert [found.id for found in gone.recordings] == [one.id]
    assert gone.segment_ids == (first,)
    assert store.recording(one.id).state == "withdrawn"
    assert store.recording(other.id).state != "withdrawn"
    assert [row.segment_id for row in store.queue(QueueQuery()).rows] == [second]
    assert store.verify().ok
    assert store.scrub()
    file = Path(store._engine.url.database or "")
    assert b"Zebedee" not in b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))


def test_what_was_taken_out_does_not_come_back(store: Store) -> None:
    (one,) = store.add_recordings([recording(1, speaker="ana")])
    (segment,) = [row.segment_id for row in store.queue(QueueQuery()).rows]
    store.withdraw("ana")
    assert store.withdrawn_bytes([one.bytes_sha256, f"{9:064x}"]) == {one.bytes_sha256}
    with pytest.raises(SegmentError, match="retired"):
        store.submit(submission(segment))
    for late in (
        lambda: store.mark_decoded(one.id, sound_sha256="s", duration_s=1.0, quality=QUALITY),
        lambda: store.mark_broken(one.id, "late"),
    ):
        with pytest.raises(NotFoundError, match="took consent back"):
            late()
    with pytest.raises(NotFoundError, match="unknown speaker"):
        store.withdraw("ana")


def test_snapshots_are_kept_and_their_names_are_taken_once(store: Store) -> None:
    kept = store.add_snapshot("v1", n_rows=3, digest="d", path="datasets/v1")
    assert store.snapshots() == [kept]
    with pytest.raises(StoreError, match="snapshot of that name exists"):
        store.add_snapshot("v1", n_rows=3, digest="d", path="datasets/v1")


def test_status_tells_the_project_in_numbers(store: Store) -> None:
    given = [
        recording(n, speaker=f"s{n % 2}", language=["hi", "en"][n % 2], duration_s=900.0) for n in range(4)
    ]
    store.add_recordings(given)
    status = store.status()
    assert (status.recordings, status.segments, status.hours, status.speakers) == (4, 4, 1.0, 2)
    assert status.languages == ("en", "hi")


def test_rows_come_in_the_order_of_adding_and_from_one_moment(store: Store) -> None:
    store.add_recordings([recording(number) for number in range(600)])
    rows = store.labelled_rows()
    first = next(rows)
    store.submit(submission(first.segment.id))
    rest = list(rows)
    assert [row.recording.source for row in [first, *rest]] == [f"clip{number}.wav" for number in range(600)]
    assert all(row.reference is None for row in rest)


# ---- care ----------------------------------------------------------------------------------------------


def test_the_marker_changes_with_events_and_with_drafts(store: Store, add: Add) -> None:
    markers = [store.change_marker()]
    [segment_id] = add()
    markers.append(store.change_marker())
    draft(store, segment_id)
    markers.append(store.change_marker())
    store.submit(submission(segment_id))
    markers.append(store.change_marker())
    assert len(set(markers)) == len(markers)
    assert store.change_marker() == markers[-1]


def test_threads_write_at_once_without_a_lost_or_doubled_save(store: Store, add: Add) -> None:
    ids = add(8)
    errors: list[BaseException] = []

    def work(name: str) -> None:
        try:
            for segment_id in ids:
                store.submit(submission(segment_id, annotator=name, text=name))
        except BaseException as e:  # noqa: BLE001  reported by the test's own thread
            errors.append(e)

    threads = [threading.Thread(target=work, args=(f"a{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert {row.n_opinions for row in store.labelled_rows()} == {4}
    assert store.verify().ok
