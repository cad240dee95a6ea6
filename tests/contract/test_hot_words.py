"""Corrections made more than once, as the store remembers them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from labwidgets.records import HotWord, ModelRun, NewRecording, QueueQuery, Submission, Transcription
from labwidgets.store import Store

ME, OTHER = "a1", "a2"
HOT = (HotWord("dash wood", "Dashwood", 2),)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(f"sqlite:///{tmp_path / 'store.db'}") as made:
        yield made


@pytest.fixture
def drafted(store: Store) -> Callable[..., list[str]]:
    """Adds a segment for each text, each of a speaker of its own, with that text as its draft."""

    def drafting(*texts: str) -> list[str]:
        items = [
            NewRecording(f"{at}.wav", f"{at:064x}", 1, 2.0, 16_000, 1, "flac", "en", speaker=f"s{at}")
            for at in range(len(texts))
        ]
        store.add_recordings(items)
        ids = [row.segment_id for row in store.queue(QueueQuery()).rows]
        store.begin_run(ModelRun("run_1", "tiny", "r1", {}))
        for segment_id, text in zip(ids, texts, strict=True):
            said = Transcription(text, (), 0.4, "en")
            store.add_hypothesis(
                run_id="run_1", segment_id=segment_id, cache_key=f"k{segment_id}", transcription=said
            )
        return ids

    return drafting


def submit(store: Store, segment_id: str, text: str, *, annotator: str = ME, **fields: Any) -> None:
    draft = store.view(segment_id, annotator=annotator).draft
    thread = store.thread(segment_id, annotator)
    draft_id = None if draft is None else draft.id
    sent = Submission(
        str(uuid.uuid4()), segment_id, annotator, len(thread), text, draft_id=draft_id, **fields
    )
    store.submit(sent)


def test_a_correction_is_hot_once_two_segments_have_it(
    store: Store, drafted: Callable[..., list[str]]
) -> None:
    ids = drafted("mister dash wood", "a Dash wood, a cat", "dash wood again")
    submit(store, ids[0], "mister Dashwood")
    submit(store, ids[0], "mister Dashwood", annotator=OTHER)
    assert store.hot_words() == ()
    submit(store, ids[1], "a Dashwood a cat")
    assert [(one.right, one.n) for one in store.hot_words()] == [("Dashwood", 2)]
    with Store.open(str(store._engine.url)) as other:
        assert other.hot_words() == store.hot_words()


def test_only_the_newest_revision_of_a_thread_counts(store: Store, drafted: Callable[..., list[str]]) -> None:
    ids = drafted("the cat", "the cat")
    for segment_id in ids:
        submit(store, segment_id, "the hat")
    assert store.hot_words() == (HotWord("cat", "hat", 2),)
    submit(store, ids[0], "the cat")
    assert store.hot_words() == ()
    submit(store, ids[0], "the hat")
    assert store.hot_words() == (HotWord("cat", "hat", 2),)
    submit(store, ids[1], "", skip_reason="music")
    assert store.hot_words() == ()


def test_what_people_do_not_agree_on_is_no_hot_word(store: Store, drafted: Callable[..., list[str]]) -> None:
    ids = drafted(*["the cat"] * 5, "the hat")
    for segment_id, text in zip(ids, ["a hat", "a hat", "a cat", "a bat"], strict=False):
        submit(store, segment_id, text.replace("a ", "the "))
    assert store.hot_words() == ()
    submit(store, ids[3], "the hat")
    assert store.hot_words() == (HotWord("cat", "hat", 3),)
    submit(store, ids[4], "the cat")
    submit(store, ids[5], "the cat")
    assert store.hot_words() == ()


def test_what_a_speaker_withdrew_is_forgotten(store: Store, drafted: Callable[..., list[str]]) -> None:
    ids = drafted("mister dash wood", "dash wood here")
    submit(store, ids[0], "mister Dashwood")
    submit(store, ids[1], "Dashwood here")
    assert store.hot_words() == HOT
    store.withdraw("s0", actor="lead")
    assert store.hot_words() == ()
