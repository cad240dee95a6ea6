"""The queue, whatever engine is below the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from store_makers import Add, draft, submission

from labwidgets.errors import (
    ConfigError,
    TextError,
)
from labwidgets.records import (
    QUEUE_ORDERS,
    QueueQuery,
)
from labwidgets.store import Store


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
