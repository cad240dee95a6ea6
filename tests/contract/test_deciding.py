"""Pools of drafts, blind audits and decisions, as every engine must keep them."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from labwidgets.errors import NotFoundError, ProjectError, StoreError
from labwidgets.records import (
    AuditDraw,
    AuditPool,
    Consent,
    KeptEdit,
    ModelRun,
    NewDecision,
    PoolUnit,
    QueueQuery,
    SegmentChange,
    SegmentPiece,
    SegmentRef,
    SizeRule,
    Submission,
    Transcription,
    Wanted,
)
from labwidgets.store import deciding

DECIDED = QueueQuery(filter="decided")
POOL = AuditPool("", "m", "confidence", 0, 3.0, 0.1, ((0.1, 1.0),))


@pytest.fixture
def store(store, make_new_recording):
    """Six segments with drafts by two models, the last one's shown."""
    store.add_recordings(
        [make_new_recording(source=f"{i}.wav", bytes_sha256=f"{i:064x}", speaker=f"s{i}") for i in range(6)]
    )
    for model in ("other", "m"):
        run = ModelRun(f"run_{model}", model, "r", {})
        store.begin_run(run)
        for place, (segment, _) in enumerate(store.segments_to_draft()):
            said = Transcription(f"draft {place} of {model}", (), 0.9 - place / 10, "en")
            store.add_hypothesis(
                run_id=run.id, segment_id=segment.id, cache_key=f"{model}{place}", transcription=said
            )
    return store


@pytest.fixture
def ids(store):
    return [segment.id for segment, _ in store.segments_to_draft()]


@pytest.fixture
def pool(store):
    return store.open_pool(POOL, units(store))


def units(store):
    return [PoolUnit(one.segment_id, one.draft_id, one.confidence) for one in store.candidates("m")]


def submit(store, segment_id, text="by ear", **fields):
    base = fields.pop("base_revision", 0)
    sent = Submission(str(uuid.uuid4()), segment_id, "a1", base, text, **fields)
    return store.submit(sent)


def decide(store, pool, segment_ids, **fields):
    new = NewDecision(pool.id, 0.1, 0.05, 5, "basic", 0.5, 0.04, 3, tuple(segment_ids))
    return store.decide(replace(new, **fields))


def draw(store, pool, *segment_ids, p=0.5):
    store.draw_audits(pool.id, AuditDraw(pool.n, 7, dict.fromkeys(segment_ids, p)))


def check(store):
    report = store.verify()
    assert report.ok, report.differences


class TestPool:
    def test_it_holds_the_drafts_that_nobody_touched(self, store, ids):
        submit(store, ids[0])
        store.keep(KeptEdit("k", ids[2], "a1", 0, "typ"))
        store.claim("a2", QueueQuery(), lease_s=60)
        assert [one.segment_id for one in store.candidates("m")] == ids[3:]
        assert store.candidates("m")[0].others == (("other", "draft 3 of other"),)
        assert store.drafting_models() == ["m"]
        opened = store.open_pool(POOL, units(store))
        assert (opened.n, store.pools()) == (3, [opened])
        assert [unit.segment_id for unit in store.pool_units(opened.id)] == ids[3:]
        check(store)

    def test_it_keeps_the_words_of_its_drafts_and_the_rule_for_them(self, store):
        rule = SizeRule(evenly=0.5, spare=2, times=3)
        some = [replace(unit, words=place) for place, unit in enumerate(units(store))]
        opened = store.open_pool(replace(POOL, by_size=rule), some)
        assert store.pools() == [opened]
        assert store.pools()[0].by_size == rule
        assert store.pool_units(opened.id) == some

    def test_one_of_an_earlier_version_has_neither(self, store, monkeypatch):
        content_row, note = deciding.codec.content_row, deciding._note
        monkeypatch.setattr(
            deciding.codec,
            "content_row",
            lambda **kept: content_row(fields={k: v for k, v in kept["fields"].items() if k != "words"}),
        )
        monkeypatch.setattr(
            deciding,
            "_note",
            lambda connection, kind, payload, actor: note(
                connection, kind, {k: v for k, v in payload.items() if k != "by_size"}, actor
            ),
        )
        opened = store.open_pool(POOL, units(store))
        assert store.pools() == [opened]
        assert store.pools()[0].by_size is None
        assert store.pool_units(opened.id) == units(store)

    def test_without_drafts_there_is_none(self, store):
        with pytest.raises(ProjectError, match="no drafts to audit"):
            store.open_pool(POOL, [])
        with pytest.raises(NotFoundError, match="no such pool"):
            store.pool_units("pool_x")


class TestAudit:
    def test_it_is_labelled_blind(self, store, ids, pool):
        draw(store, pool, ids[1], ids[4])
        view = store.view(ids[1], annotator="a1")
        assert (view.draft, view.is_audit, view.state) == (None, True, "open")
        query = QueueQuery(order="least_confident", filter="audits")
        page = store.queue(query, offset=0, limit=9)
        assert (page.total, [row.segment_id for row in page.rows]) == (2, [ids[4], ids[1]])
        assert store.upcoming(query, after=ids[4], n=3) == [ids[1]]
        shown = {row.segment_id: row.text for row in store.queue(QueueQuery(), offset=0, limit=9).rows}
        assert shown[ids[1]] == shown[ids[4]] == ""
        assert shown[ids[0]] == "draft 0 of m"
        found = store.find(Wanted("draft"), annotator="a1").found
        assert {one.segment_id for one in found} == set(ids) - {ids[1], ids[4]}
        assert store.queue(QueueQuery(search="draft 1"), offset=0, limit=9).total == 0
        check(store)

    def test_a_later_draft_does_not_show_either(self, store, ids, pool):
        draw(store, pool, ids[1])
        said = Transcription("new draft", (), 0.4, "en")
        store.add_hypothesis(run_id="run_m", segment_id=ids[1], cache_key="n", transcription=said)
        assert store.view(ids[1], annotator="a1").draft is None
        check(store)

    def test_its_place_and_chance_are_on_record_before_it_is_labelled(self, store, ids, pool):
        draw(store, pool, ids[4], ids[1], p=0.25)
        [drawn] = store.audit_draws(pool.id)
        assert (drawn.region, drawn.seed, list(drawn.chances)) == (6, 7, [ids[4], ids[1]])
        submit(store, ids[1])
        rows = store.audits(pool.id)
        assert [(row.segment_id, row.state, row.answers) for row in rows] == [
            (ids[4], "open", ()),
            (ids[1], "labelled", ("by ear",)),
        ]
        assert rows[1].draft == "draft 1 of m"
        payload = store.history(ids[1])[-1].payload
        assert (payload["selected_by"], payload["inclusion_p"]) == ("audit", 0.25)

    def test_a_skip_and_a_draft_on_the_screen_are_told(self, store, ids, pool):
        draw(store, pool, *ids[:3])
        submit(store, ids[0], skip_reason="noise")
        submit(store, ids[1], draft_id="hyp_seen")
        store.retire(ids[2])
        assert [row.state for row in store.audits(pool.id)] == ["skipped", "spoilt", "retired"]

    def test_all_answers_are_told_in_order(self, store, ids, pool):
        draw(store, pool, ids[0])
        submit(store, ids[0], "first")
        submit(store, ids[0], skip_reason="noise", base_revision=1)
        submit(store, ids[0], "second", base_revision=2)
        store.submit(Submission(str(uuid.uuid4()), ids[0], "a2", 0, "third"))
        assert store.audits(pool.id)[0].answers == ("first", "second", "third")

    def test_what_people_took_out_of_a_pool_beside_its_audits_is_told(self, store, ids, pool):
        draw(store, pool, ids[0])
        decide(store, pool, [ids[1], ids[2]])
        submit(store, ids[0])
        submit(store, ids[1], "mended")
        submit(store, ids[3], "labelled")
        submit(store, ids[4], skip_reason="noise")
        found = [(one.segment_id, one.draft, one.text, one.was_accepted) for one in store.taken(pool.id)]
        assert sorted(found) == [
            (ids[1], "draft 1 of m", "mended", True),
            (ids[3], "draft 3 of m", "labelled", False),
            (ids[4], "draft 4 of m", None, False),
        ]

    def test_whoever_takes_consent_back_leaves_pool_and_audits(self, store, ids, pool):
        draw(store, pool, ids[0], ids[1])
        store.give_consent(Consent("", "s0", "CC0-1.0", ("share",), "1", "", 0))
        store.withdraw("s0")
        assert [row.segment_id for row in store.audits(pool.id)] == [ids[1]]
        assert [unit.is_there for unit in store.pool_units(pool.id)] == [False, *[True] * 5]
        check(store)

    def test_what_somebody_works_on_is_not_drawn(self, store, ids, pool):
        submit(store, ids[2])
        with pytest.raises(StoreError, match="somebody worked on a segment"):
            draw(store, pool, ids[1], ids[2])
        assert not store.view(ids[1], annotator="a1").is_audit


class TestDecision:
    def test_accepted_drafts_count_and_are_told_apart(self, store, ids, pool):
        draw(store, pool, ids[0])
        submit(store, ids[1])
        made = decide(store, pool, ids[:4])
        assert made.accepted == 2
        rows = {row.segment.id: row for row in store.labelled_rows()}
        reference = rows[ids[2]].reference
        assert (reference.text, reference.origin) == ("draft 2 of m", "auto_accepted")
        assert (reference.decision_id, rows[ids[2]].annotator) == (made.id, None)
        assert rows[ids[0]].reference is None
        assert rows[ids[1]].reference.origin == "typed"
        assert {row.segment_id for row in store.queue(DECIDED).rows} == set(ids[2:4])
        assert store.queue(DECIDED).total == 2
        status = store.status()
        assert (status.submitted, status.decided, store.counts().done) == (1, 2, 3)
        # Drafts do not measure themselves.
        told = {one.id: one.reference for one in store.analysed_segments()}
        assert [told[key] for key in ids] == [None, "by ear", None, None, None, None]
        check(store)

    def test_a_person_has_the_last_word(self, store, ids, pool):
        decide(store, pool, ids)
        submit(store, ids[3], "better")
        reference = store.view(ids[3], annotator="a1").reference
        assert (reference.text, reference.origin, reference.decision_id) == ("better", "typed", None)
        assert store.decisions()[0].accepted == 5
        check(store)

    def test_what_leaves_the_work_is_counted_nowhere(self, store, ids, pool):
        decide(store, pool, ids)
        store.retire(ids[0])
        store.withdraw("s1")
        assert (store.status().decided, store.status().submitted, store.decisions()[0].accepted) == (4, 0, 4)
        assert store.revoke(store.decisions()[0].id, reason="x") == 4
        assert store.status().decided == 0
        check(store)

    def test_withdrawn_it_goes_back_into_the_queue(self, store, ids, pool):
        made = decide(store, pool, ids)
        submit(store, ids[3], "better")
        assert store.revoke(made.id, reason="audits say so") == 5
        assert store.revoke(made.id, reason="again") == 0
        assert store.queue(DECIDED).total == 0
        assert store.counts().done == 1
        assert store.upcoming(QueueQuery(), n=9) == [key for key in ids if key != ids[3]]
        assert store.view(ids[0], annotator="a1").draft.text == "draft 0 of m"
        assert [(one.is_revoked, one.accepted) for one in store.decisions()] == [(True, 0)]
        assert store.pools()[0].is_closed
        check(store)
        with pytest.raises(NotFoundError, match="no such decision"):
            store.revoke("dec_x", reason="")

    def test_an_audit_takes_its_segment_out_of_what_is_accepted(self, store, ids, pool):
        decide(store, pool, ids)
        draw(store, pool, ids[2])
        view = store.view(ids[2], annotator="a1")
        assert (view.reference, view.draft, view.state) == (None, None, "open")
        assert store.decisions()[0].accepted == 5
        check(store)

    def test_what_was_drafted_anew_is_not_accepted(self, store, ids, pool):
        said = Transcription("another", (), 0.9, "en")
        store.add_hypothesis(run_id="run_other", segment_id=ids[0], cache_key="n", transcription=said)
        assert decide(store, pool, ids[:2]).accepted == 1

    def test_a_segment_that_moves_is_let_go_of(self, store, ids, pool):
        decide(store, pool, ids)
        segment = store.segment(ids[0])
        piece = SegmentPiece(ids[0], segment.channel, 0.2, 1.0)
        ref = SegmentRef(ids[0], segment.version)
        change = SegmentChange(str(uuid.uuid4()), segment.recording_id, "a1", "retime", (ref,), (piece,))
        store.change_segments(change)
        assert store.view(ids[0], annotator="a1").reference is None
        assert store.decisions()[0].accepted == 5
        check(store)

    def test_a_split_that_is_undone_keeps_an_audit_blind(self, store, ids, pool):
        draw(store, pool, ids[0])
        segment = store.segment(ids[0])
        pieces = tuple(SegmentPiece(str(uuid.uuid4()), 0, *span) for span in ((0.0, 1.0), (1.0, 2.0)))
        ref = SegmentRef(ids[0], segment.version)
        change = SegmentChange(str(uuid.uuid4()), segment.recording_id, "a1", "split", (ref,), pieces)
        store.change_segments(change)
        assert all(store.view(piece.id, annotator="a1").draft is None for piece in pieces)
        assert store.audits(pool.id)[0].state == "retired"
        store.undo_segments(change.change_id, annotator="a1")
        assert store.view(ids[0], annotator="a1").draft is None
        assert store.audits(pool.id)[0].state == "open"
        check(store)

    def test_spent_audits_close_their_pool(self, store, pool):
        store.spend_audits(pool.id, model="m2")
        assert store.pools()[0].is_closed
        check(store)
