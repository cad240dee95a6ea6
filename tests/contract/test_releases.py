"""What a data set needs, whatever engine is below the store."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from store_makers import QUALITY, Add, draft, recording, submission

from labwidgets.errors import (
    NotFoundError,
    SegmentError,
    StoreError,
)
from labwidgets.records import (
    Consent,
    KeptEdit,
    QueueQuery,
)
from labwidgets.store import Push, Store, schema


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
