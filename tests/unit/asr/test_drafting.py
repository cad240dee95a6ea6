from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from labwidgets.asr.drafting import cache_key, draft_segments
from labwidgets.errors import AudioError, ModelError, StoreError
from labwidgets.records import (
    Quality,
    Samples,
    SegmentChange,
    SegmentPiece,
    SegmentRef,
    Transcription,
    Word,
)
from labwidgets.store import Store

QUALITY = Quality(level_dbfs=-20.0, peak_dbfs=-3.0, clipped=0.0, snr_db=None, silence=0.0)
SOUND = np.full(16_000, 0.1, np.float32)
KEY = {
    "start_s": 0.0,
    "end_s": 1.0,
    "channel": 0,
    "model": "m",
    "revision": "r",
    "settings": {"num_beams": 1},
    "language": "en",
}


class Parrot:
    """A recogniser that always hears the same and counts how often it was asked."""

    model, revision = "parrot", "1"

    def __init__(self, **settings: Any) -> None:
        self.settings = settings
        self.languages: list[str | None] = []

    def transcribe(self, samples: Samples, *, language: str | None = None) -> Transcription:  # noqa: ARG002 - a parrot
        self.languages.append(language)
        return Transcription("hello", (Word("hello", 0.0, 0.9, 0.8),), 0.8, language)


def read(_: str) -> Samples:
    return SOUND


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "store.db") as opened:
        yield opened


@pytest.fixture
def add(store, make_new_recording):
    """Takes in recordings that are decoded, one a sound."""

    def take_in(*sounds: str) -> list[str]:
        first = store.status().recordings
        new = [
            make_new_recording(source=f"{first + n}.wav", bytes_sha256=f"{first + n:064d}", language="hi")
            for n in range(len(sounds))
        ]
        for recording, sound in zip(store.add_recordings(new), sounds, strict=True):
            store.mark_decoded(recording.id, sound_sha256=sound * 64, duration_s=1.0, quality=QUALITY)
        return [segment.id for segment, _ in store.segments_to_draft()]

    return take_in


def texts(store: Store, ids: list[str]) -> list[str | None]:
    views = [store.view(segment_id, annotator="a1") for segment_id in ids]
    return [view.draft.text if view.draft else None for view in views]


def test_every_segment_gets_a_draft_in_its_language(store, add):
    ids, parrot = add("a", "b"), Parrot()
    report = draft_segments(store, read, parrot)
    assert (report.drafted, report.cached, report.failed, report.model) == (2, 0, (), "parrot")
    assert report.rtfx > 0
    assert texts(store, ids) == ["hello", "hello"]
    assert parrot.languages == ["hi", "hi"]


def test_what_is_drafted_is_not_drafted_again(store, add):
    add("a", "b")
    draft_segments(store, read, Parrot())
    add("c")
    report = draft_segments(store, read, again := Parrot())
    assert (report.drafted, report.cached) == (1, 2)
    assert len(again.languages) == 1


def test_with_nothing_to_do_there_is_no_rate_and_no_run(store, add):
    add("a")
    draft_segments(store, read, Parrot())
    n_events = store.verify().events
    report = draft_segments(store, read, Parrot())
    assert (report.drafted, report.rtfx, store.verify().events) == (0, None, n_events)


def test_other_settings_are_another_draft(store, add):
    add("a")
    draft_segments(store, read, Parrot(num_beams=1))
    assert draft_segments(store, read, Parrot(num_beams=5)).drafted == 1


def test_the_same_sound_is_drafted_once_and_shown_twice(store, add):
    ids, parrot = add("a", "a"), Parrot()
    report = draft_segments(store, read, parrot)
    assert (report.drafted, report.cached, len(parrot.languages)) == (1, 1, 1)
    assert texts(store, ids) == ["hello", "hello"]
    again = draft_segments(store, read, parrot)
    assert (again.drafted, again.cached, len(parrot.languages)) == (0, 2, 1)


def test_force_drafts_again(store, add):
    add("a", "a", "b")
    draft_segments(store, read, Parrot())
    assert draft_segments(store, read, parrot := Parrot(), force=True).drafted == 2
    assert len(parrot.languages) == 2


def test_one_bad_segment_does_not_stop_the_others(store, add):
    ids = add("a", "b", "c", "d")

    def broken(segment_id: str) -> Samples:
        if segment_id == ids[0]:
            raise AudioError("the file is gone")
        if segment_id == ids[1]:
            return np.full(16_000, np.nan, np.float32)
        if segment_id == ids[2]:
            message = "secret transcript"
            raise RuntimeError(message)
        return SOUND

    report = draft_segments(store, broken, Parrot())
    assert report.drafted == 1
    assert [(refusal.source, refusal.reason) for refusal in report.failed] == [
        (ids[0], "the file is gone."),
        (ids[1], "the sound holds values that are no numbers."),
        (ids[2], "the model failed with RuntimeError"),
    ]


def test_a_refused_segment_is_tried_again_next_time(store, add):
    add("a")

    def gone(_: str) -> Samples:
        raise AudioError("the file is gone")

    assert len(draft_segments(store, gone, Parrot()).failed) == 1
    assert draft_segments(store, read, Parrot()).drafted == 1


def test_a_language_without_a_draft_is_a_refusal(store, add):
    add("a")

    class English(Parrot):
        def transcribe(self, samples: Samples, *, language: str | None = None) -> Transcription:  # noqa: ARG002
            raise ModelError("no draft: the model does not know the language", value=language)

    [refusal] = draft_segments(store, read, English()).failed
    assert refusal.reason == "no draft: the model does not know the language: 'hi'."


def test_a_recording_that_was_never_decoded_is_a_refusal(store, make_new_recording):
    store.add_recordings([make_new_recording()])
    report = draft_segments(store, read, Parrot())
    assert [refusal.reason for refusal in report.failed] == ["the recording was never decoded"]
    assert report.drafted == 0


def test_a_draft_that_cannot_be_stored_is_a_refusal(store, add):
    ids = add("a", "b")

    class Bell(Parrot):
        def transcribe(self, samples: Samples, *, language: str | None = None) -> Transcription:
            draft = super().transcribe(samples, language=language)
            return draft if len(self.languages) > 1 else Transcription("\a", (), 0.5, language)

    report = draft_segments(store, read, Bell())
    assert [(refusal.source, "cannot be stored" in refusal.reason) for refusal in report.failed] == [
        (ids[0], True)
    ]
    assert report.drafted == 1


def test_a_stop_keeps_what_is_done(store, add):
    ids = add("a", "b", "c")
    answers = iter([False, False, True])
    report = draft_segments(store, read, Parrot(), stopped=lambda: next(answers))
    assert report.drafted == 2
    assert texts(store, ids) == ["hello", "hello", None]
    assert draft_segments(store, read, Parrot()).drafted == 1


def test_progress_counts_every_segment(store, add):
    add("a", "b")
    seen: list[tuple[int, int, str]] = []
    draft_segments(store, read, Parrot(), progress=lambda *step: seen.append(step))
    assert seen == [(1, 2, "drafts by parrot"), (2, 2, "drafts by parrot")]


def test_alarms_are_stored_with_the_draft(store, add):
    [segment_id] = add("a")
    draft_segments(store, lambda _: np.zeros(16_000, np.float32), Parrot())
    assert store.view(segment_id, annotator="a1").draft.alarms == (
        "text-in-silence",
        "wrong-script",  # English words over a recording in Tamil
    )


def test_a_store_that_fails_ends_the_run(store, add):
    add("a")

    class Full:
        def __getattr__(self, name: str) -> Any:
            return getattr(store, name)

        def add_hypothesis(self, **_: object) -> None:
            raise StoreError("no room left")

    with pytest.raises(StoreError, match="no room left"):
        draft_segments(Full(), read, Parrot())


def test_what_is_cut_or_moved_while_it_is_drafted_is_a_refusal(store, add):
    cut, moved, still = add("a", "b", "c")

    def change(segment_id: str, kind: str, *spans: tuple[float, float]) -> None:
        segment = store.segment(segment_id)
        ids = [segment_id] if kind == "retime" else [str(uuid.uuid4()) for _ in spans]
        pieces = tuple(SegmentPiece(key, 0, *span) for key, span in zip(ids, spans, strict=True))
        refs = (SegmentRef(segment_id, segment.version),)
        store.change_segments(
            SegmentChange(str(uuid.uuid4()), segment.recording_id, "a1", kind, refs, pieces)
        )

    def read_slowly(segment_id: str) -> Samples:
        if segment_id == cut:
            change(cut, "split", (0.0, 0.5), (0.5, 1.0))
        elif segment_id == moved:
            change(moved, "retime", (0.1, 1.0))
        return SOUND

    report = draft_segments(store, read_slowly, Parrot())
    assert (report.drafted, [failed.source for failed in report.failed]) == (1, [cut, moved])
    assert "split, merged or retired" in report.failed[0].reason
    assert "moved while it was drafted" in report.failed[1].reason
    assert texts(store, [moved, still]) == [None, "hello"]
    assert draft_segments(store, read, Parrot()).drafted == 3


def test_a_whole_recording_of_hours_is_cut_first(store, make_new_recording):
    [recording] = store.add_recordings([make_new_recording(duration_s=7200.0)])
    store.mark_decoded(recording.id, sound_sha256="a" * 64, duration_s=7200.0, quality=QUALITY)
    [failed] = draft_segments(store, read, Parrot()).failed
    assert "too long to be drafted: '120 min'" in failed.reason
    assert "project.segment()" in failed.reason


@pytest.mark.parametrize("part", sorted(KEY))
def test_each_part_changes_the_key(part):
    other: Any = {"num_beams": 2} if part == "settings" else 0.5 if part.endswith("_s") else "other"
    assert cache_key("s", **KEY) != cache_key("s", **KEY | {part: other})


def test_the_key_is_stable_and_blind_to_the_order_of_settings():
    one, two = ({"a": 1, "b": 2}, {"b": 2, "a": 1})
    assert cache_key("s", **KEY | {"settings": one}) == cache_key("s", **KEY | {"settings": two})
    assert len(cache_key("s", **KEY)) == 64
