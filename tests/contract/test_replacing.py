"""Find and replace over the texts that nobody reviewed, on every store."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace as changed
from pathlib import Path
from typing import Any

import pytest

from labwidgets.errors import MessageError, NotFoundError, TextError
from labwidgets.records import (
    Found,
    ModelRun,
    NewRecording,
    QueueQuery,
    Replace,
    Replacement,
    Submission,
    Transcription,
    Wanted,
    Word,
)
from labwidgets.store import Store, engine, events

ME, OTHER = "a1", "a2"
DASH = Wanted("dash wood")
SECOND = 1.0


@pytest.fixture(params=["sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    urls = {"sqlite": f"sqlite:///{tmp_path / 'store.db'}"}
    with Store.create(urls[request.param]) as made:
        yield made


@pytest.fixture
def drafted(store: Store, make_words: Callable[..., tuple[Word, ...]]) -> Callable[..., list[str]]:
    """Adds a segment of two seconds for each text, with that text as its draft."""

    def drafting(*texts: str) -> list[str]:
        items = [
            NewRecording(f"{at}.wav", f"{at:064x}", 1, 2.0, 16_000, 1, "flac", "en")
            for at in range(len(texts))
        ]
        store.add_recordings(items)
        ids = [row.segment_id for row in store.queue(QueueQuery()).rows]
        run = ModelRun("run_1", "tiny", "r1", {})
        store.begin_run(run)
        for segment_id, text in zip(ids, texts, strict=True):
            said = Transcription(text, make_words(text), 0.4, "en", ("loop",))
            store.add_hypothesis(
                run_id=run.id, segment_id=segment_id, cache_key=f"k{segment_id}", transcription=said
            )
        return ids

    return drafting


def submit(store: Store, segment_id: str, text: str, *, annotator: str = ME, **fields: Any) -> None:
    thread = store.thread(segment_id, annotator)
    sent = Submission(str(uuid.uuid4()), segment_id, annotator, len(thread), text, **fields)
    store.submit(sent)


def found(store: Store, wanted: Wanted, **where: Any) -> list[Found]:
    return list(store.find(wanted, annotator=ME, **where).found)


def all_of(one: Found, heard: tuple[tuple[float, float], ...] = ()) -> Replacement:
    starts = tuple(start for start, _ in one.places)
    return Replacement(one.segment_id, one.kind, one.base, starts, heard)


def job(store: Store, wanted: Wanted, text: str, **more: Any) -> Replace:
    return Replace(store.begin_replace(wanted, annotator=ME), ME, wanted, text, **more)


def draft_of(store: Store, segment_id: str) -> Any:
    return store.view(segment_id, annotator=ME).draft


# ---- find ----------------------------------------------------------------------------------------------


def test_find_goes_through_open_texts_in_order_and_says_whose_they_are(
    store: Store, drafted: Callable[..., list[str]]
) -> None:
    ids = drafted("the cat", "no", "a CÁT, a cat", "concat", "cat skipped", "cat of mine", "cat of theirs")
    submit(store, ids[4], "", skip_reason="music")
    submit(store, ids[5], "my cat")
    submit(store, ids[6], "their cat", annotator=OTHER)
    page = store.find(Wanted("cat"), annotator=ME)
    assert [(one.segment_id, one.kind, one.places) for one in page.found] == [
        (ids[0], "draft", ((4, 7),)),
        (ids[2], "draft", ((2, 5), (9, 12))),
        (ids[3], "draft", ((3, 6),)),
    ]
    assert (page.after, page.n_segments) == (None, 3)
    whole = Wanted("cat", whole_word=True, match_accents=True, own=True)
    assert [(one.segment_id, one.kind, one.places) for one in found(store, whole)] == [
        (ids[0], "draft", ((4, 7),)),
        (ids[2], "draft", ((9, 12),)),
        (ids[5], "own", ((3, 6),)),
    ]
    assert [one.places for one in found(store, Wanted("CÁT", match_case=True))] == [((2, 5),)]


def test_pages_of_a_search_follow_each_other_without_gaps(
    store: Store, drafted: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labwidgets.store.finding._MAX_CANDIDATES", 4)
    ids = drafted(*(f"{'cat' if at % 3 == 0 else 'concatenate'} {at}" for at in range(12)))
    wanted = Wanted("cat", whole_word=True)
    walked: list[str] = []
    page = store.find(wanted, annotator=ME, limit=2)
    assert page.n_segments == 12
    for _ in ids:
        walked += [one.segment_id for one in page.found]
        if page.after is None:
            break
        page = store.find(wanted, annotator=ME, after=page.after, limit=2)
        assert page.n_segments is None
    assert walked == ids[::3]


@pytest.mark.parametrize(
    ("wanted", "match"),
    [("", "nothing to look for"), (" \u0301", "nothing to look for"), ("x" * 201, "too long"), ("\0", "U")],
)
def test_what_cannot_be_looked_for_is_refused(store: Store, wanted: str, match: str) -> None:
    with pytest.raises(TextError, match=match):
        store.find(Wanted(wanted), annotator=ME)
    with pytest.raises(MessageError, match="no place in this search"):
        store.find(Wanted("cat"), annotator=ME, after="somewhere")


# ---- replace in drafts ---------------------------------------------------------------------------------


def test_a_replaced_draft_stays_a_draft_that_nobody_checked(
    store: Store, drafted: Callable[..., list[str]]
) -> None:
    [segment_id, other] = drafted("mister dash wood had", "nothing here")
    before = draft_of(store, segment_id)
    [one] = found(store, DASH)
    [done] = store.replace(job(store, DASH, "Dashwood"), [all_of(one)])
    after = draft_of(store, segment_id)
    assert (done.n, done.refused, done.found.places, done.found.base) == (1, "", (), after.id)
    assert (after.text, after.model, after.revision) == ("mister Dashwood had", "tiny + replace", "r1")
    assert (after.confidence, after.alarms, after.cut) == (0.4, ("loop",), False)
    assert [(word.text, word.start_s, word.end_s, word.confidence) for word in after.words] == [
        ("mister", 0.0, 0.5, 0.9),
        ("Dashwood", 0.5, 1.5, None),
        ("had", 1.5, 2.0, 0.9),
    ]
    view = store.view(segment_id, annotator=ME)
    assert (view.state, view.opinion, view.reference) == ("open", None, None)
    assert store.counts().done == 0
    assert draft_of(store, other).text == "nothing here"
    assert [row.segment_id for row in store.queue(QueueQuery(search="dashwood")).rows] == [segment_id]
    assert store.hypothesis_by_key(f"k{segment_id}") == before
    assert store.hypotheses_of(segment_id) == {"tiny": before}
    assert {key: one.text for key, one in store.analysed_segments()[0].said.items()} == {"tiny": before.text}
    assert store.verify().ok


def test_only_the_chosen_places_change_and_the_others_are_found_where_they_are_then(
    store: Store, drafted: Callable[..., list[str]]
) -> None:
    [segment_id] = drafted("cat cat cat")
    [one] = found(store, Wanted("cat"))
    work = job(store, Wanted("cat"), "horse")
    [done] = store.replace(work, [changed(all_of(one), starts=(4,))])
    assert (done.found.text, done.found.places) == ("cat horse cat", ((0, 3), (10, 13)))
    [last] = store.replace(work, [changed(all_of(done.found), starts=(10,))])
    assert draft_of(store, segment_id).text == last.found.text == "cat horse horse"
    assert draft_of(store, segment_id).words[0].confidence == 0.9


def test_what_changed_since_it_was_found_is_refused_and_the_rest_goes_on(
    store: Store, drafted: Callable[..., list[str]]
) -> None:
    ids = drafted("cat 0", "cat 1", "cat 2", "cat 3", "cat 4")
    items = [all_of(one) for one in found(store, Wanted("cat"))]
    submit(store, ids[0], "a dog", annotator=OTHER)
    store.add_hypothesis(
        run_id="run_1", segment_id=ids[1], cache_key="k", transcription=Transcription("cat", (), None, None)
    )
    assert store.claim(OTHER, QueueQuery(search="cat 2"), lease_s=60) == ids[2]
    items[3] = changed(items[3], starts=(1,))
    done = store.replace(job(store, Wanted("cat"), "dog"), items)
    assert [one.n for one in done] == [0, 0, 0, 0, 1]
    for one, reason in zip(
        done, ("submitted by", "changed meanwhile", "working on", "no longer"), strict=False
    ):
        assert reason in one.refused
    assert [draft_of(store, key).text for key in ids[2:]] == ["cat 2", "cat 3", "dog 4"]


def test_a_text_that_came_with_the_recording_is_found_but_not_changed(store: Store) -> None:
    given = NewRecording("a", "0" * 64, 1, 2.0, 8000, 1, "flac", "en", text="cat", text_as="reference")
    store.add_recordings([given])
    [one] = found(store, Wanted("cat"))
    assert (one.kind, one.base) == ("imported", "")
    [done] = store.replace(job(store, Wanted("cat"), "dog"), [all_of(one)])
    assert "came with the recording" in done.refused
    assert store.view(one.segment_id, annotator=ME).reference.text == "cat"


def test_a_replacement_that_may_not_be_stored_changes_nothing(
    store: Store, drafted: Callable[..., list[str]]
) -> None:
    ids = drafted("cat", "cat " * 4000)
    items = [all_of(one) for one in found(store, Wanted("cat"))]
    with pytest.raises(TextError, match=r"U\+0000"):
        store.replace(job(store, Wanted("cat"), "\0"), items)
    fine, long = store.replace(job(store, Wanted("cat"), "longer"), items)
    assert (fine.n, long.n) == (1, 0)
    assert "too long" in long.refused
    assert draft_of(store, ids[1]).model == "tiny"


# ---- replace in what one submitted ---------------------------------------------------------------------


def test_an_own_text_changes_only_where_it_was_played(
    store: Store, drafted: Callable[..., list[str]], make_words: Callable[..., tuple[Word, ...]]
) -> None:
    [segment_id] = drafted("the cat")
    layers = {"plain": "THE CAT", "lower": "the cat", "hand": "cat!"}
    submit(
        store, segment_id, "THE CAT", words=make_words("THE CAT"), layers=layers, flags=("noise",),
        origin="confirmed", draft_id="d", listened=((0.0, 2.0),),
    )  # fmt: skip
    wanted = Wanted("cat", own=True)
    rules = {"plain": (), "lower": ("lower_case",), "hand": ("lower_case",)}
    work = job(store, wanted, "Dog", rules=rules)
    [one] = found(store, wanted)
    for heard in ((), ((0.0, SECOND),), ((0.0, 1.8),)):
        [refused] = store.replace(work, [all_of(one, heard)])
        assert "was not played" in refused.refused
    [done] = store.replace(work, [all_of(one, ((0.9, 2.0),))])
    before, after = store.thread(segment_id, ME)
    assert (done.n, done.found.base, after.text) == (1, "2", "THE Dog")
    assert dict(after.layers) == {"plain": "THE Dog", "lower": "the dog", "hand": "cat!"}
    assert (after.flags, after.origin, after.draft_id) == (("noise",), "corrected", "d")
    assert (after.listened, after.words[0]) == (((0.9, 2.0),), before.words[0])
    assert (after.words[1].text, after.words[1].confidence) == ("Dog", None)
    assert store.verify().ok


def test_another_ones_text_that_counts_is_not_overthrown_by_an_older_own_one(
    store: Store, drafted: Callable[..., list[str]]
) -> None:
    [segment_id] = drafted("x")
    submit(store, segment_id, "my cat")
    [one] = found(store, Wanted("cat", own=True))
    submit(store, segment_id, "their cat", annotator=OTHER)
    assert found(store, Wanted("cat", own=True)) == []
    [done] = store.replace(job(store, Wanted("cat", own=True), "dog"), [all_of(one, ((0.0, 2.0),))])
    assert done.refused
    assert [opinion.text for opinion in store.thread(segment_id, ME)] == ["my cat"]


# ---- undo ----------------------------------------------------------------------------------------------


def test_a_whole_replace_is_taken_back_batch_by_batch(
    store: Store, drafted: Callable[..., list[str]]
) -> None:
    ids = drafted("cat cat", "cat 1", "cat 2", "cat 3", "cat 4")
    submit(store, ids[4], "own cat", origin="typed")
    originals = [draft_of(store, key) for key in ids]
    wanted = Wanted("cat", own=True)
    work = job(store, wanted, "dog")
    pages = found(store, wanted)
    [half] = store.replace(work, [changed(all_of(pages[0]), starts=(0,))])
    store.replace(work, [all_of(half.found), *(all_of(one, ((0.0, 2.0),)) for one in pages[1:])])
    submit(store, ids[1], "heard and written")
    assert store.newest_replace(annotator=ME) == work.id

    batches = []
    while True:
        batches.append(store.undo_replace(work.id, annotator=ME, limit=2))
        if batches[-1].n_left == 0:
            break
    assert [len(one.segment_ids) for one in batches] == [2, 2]
    for at in (0, 2, 3):
        back = draft_of(store, ids[at])
        assert changed(back, id="") == changed(originals[at], id="")
    assert store.thread(ids[1], ME)[-1].text == "heard and written"
    assert [(one.text, one.origin) for one in store.thread(ids[4], ME)] == [
        ("own cat", "typed"),
        ("own dog", "typed"),
        ("own cat", "typed"),
    ]
    assert store.newest_replace(annotator=ME) is None
    assert store.verify().ok
    store.rebuild()
    assert draft_of(store, ids[0]).text == "cat cat"


def test_nobody_takes_back_what_another_one_replaced(store: Store, drafted: Callable[..., list[str]]) -> None:
    drafted("cat")
    work = job(store, Wanted("cat"), "dog")
    assert store.newest_replace(annotator=ME) is None
    store.replace(work, [all_of(one) for one in found(store, Wanted("cat"))])
    assert store.newest_replace(annotator=OTHER) is None
    with pytest.raises(NotFoundError, match="no such replace"):
        store.undo_replace(work.id, annotator=OTHER)


def test_the_log_of_a_replace_carries_no_text(store: Store, drafted: Callable[..., list[str]]) -> None:
    [segment_id] = drafted("a secret word")
    submit(store, segment_id, "a secret word")
    wanted = Wanted("secret", own=True)
    store.replace(job(store, wanted, "hidden"), [all_of(one, ((0.0, 2.0),)) for one in found(store, wanted)])
    with engine.reading(store._engine) as connection:
        told = repr([event.payload for event in events.read(connection)])
    assert "secret" not in told
    assert "hidden" not in told
