"""A guarantee under attack: what people, clocks and other processes do to audits and decisions meanwhile."""

from __future__ import annotations

import threading
import time
import uuid

import numpy as np
import pytest
from told import N, Told

from labwidgets.errors import ConfigError, StoreError
from labwidgets.project import Project
from labwidgets.records import Submission


def answer(told, text_of=lambda row: row.draft):
    """Label every audit, once more where it was labelled: as its draft has it."""
    for row in told.project.store.audits(told.pool):
        base = len(row.answers)
        sent = Submission(str(uuid.uuid4()), row.segment_id, "a1", base, text_of(row))
        told.project.store.submit(sent)


# ---- people --------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_an_audit_that_is_answered_again_counts_by_its_worst_answer(told):
    told.project.audit(60)
    answer(told)
    assert told.project.decide(0.1, 0.05).accepted > 300
    answer(told, lambda _: " ".join(["other"] * 12))
    found = told.project.decide(0.1, 0.05)
    assert (found.accepted, told.accepted()) == (0, set())
    assert found.revoked > 300
    told.project.audit(60)
    answer(told, lambda _: " ".join(["other"] * 12))
    assert told.project.decide(0.1, 0.05).accepted == 0
    answer(told)
    found = told.project.decide(0.1, 0.05)
    assert (found.accepted, found.audited) == (0, 60)


@pytest.mark.slow
def test_where_people_took_the_best_drafts_the_others_are_not_taken_for_as_good(told):
    """Labelled while audits wait, surest first: what is left above the threshold is worse than all of it."""
    told.project.audit(130)
    told.label()
    drawn = {key for one in told.project.store.audit_draws(told.pool) for key in one.chances}
    for key in [key for key in told.ids[: N // 2] if key not in drawn]:
        told.project.submit_text(key, " ".join(told.truth[key]), annotator="a2")
    found, accepted = told.project.decide(0.1, 0.05), told.accepted()
    assert found.accepted == len(accepted)
    assert not accepted or sum(told.errors[key] for key in accepted) <= 0.1 * 12 * len(accepted)


@pytest.mark.slow
def test_more_errors_than_were_proved_to_be_there_take_a_decision_back(told):
    told.project.audit(60)
    answer(told)
    found = told.project.decide(0.1, 0.05)
    accepted = sorted(told.accepted(), key=told.ids.index)
    for key in accepted[:5]:
        told.project.submit_text(key, "all of it is other than it was", annotator="a2")
    some = told.project.decide(0.1, 0.05)
    assert some.accepted == found.accepted - 5
    assert "People labelled 5 of the accepted drafts since, which had" in str(some)
    for key in accepted[5:90]:
        told.project.submit_text(key, "all of it is other than it was", annotator="a2")
    gone = told.project.decide(0.1, 0.05)
    assert "people have found more errors in what was accepted than was proved" in gone.note
    assert (gone.accepted, told.project.audit(5).pool) == (0, told.pool)
    assert told.project.verify().ok


def test_where_everybody_left_a_pool_nothing_is_decided_and_it_says_so(project, make_new_recording):
    told = Told(project, lambda **fields: make_new_recording(**fields, speaker=f"s{fields['source'][0]}"))
    project.audit(9)
    told.label()
    project.decide(0.3, 0.2)
    for speaker in range(10):
        project.withdraw(f"s{speaker}")
    found = project.decide(0.3, 0.2)
    assert (found.accepted, found.audited, found.audits_needed) == (0, 0, None)
    assert "took consent back" in found.note
    assert project.verify().ok


# ---- other processes, clocks ---------------------------------------------------------------------------


def test_audits_that_are_drawn_at_once_are_all_different(told):
    """As many draws as there are threads, each by a project of its own."""
    told.project.audit(5)

    def draw():
        with Project.open(told.project.folder) as other:
            other.audit(30)

    threads = [threading.Thread(target=draw) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    [pool] = told.project.store.pools()
    drawn = [key for one in told.project.store.audit_draws(pool.id) for key in one.chances]
    assert len(drawn) == len(set(drawn)) == 95


def test_whoever_goes_by_what_is_old_is_refused(told, monkeypatch):
    told.project.audit(20)
    told.label()
    store, draw = told.project.store, type(told.project.store).draw_audits
    [pool], [drawn] = store.pools(), store.audit_draws(told.pool)
    with pytest.raises(StoreError, match=r"somebody else drew from this pool.*Call it again"):
        store.draw_audits(pool.id, drawn, n_draws=0)
    seen = []

    def late(self, *given, **named):
        seen.append(given)
        if len(seen) == 1:
            told.project.spend_audits("m")
        return draw(self, *given, **named)

    monkeypatch.setattr(type(store), "draw_audits", late)
    assert told.project.audit(5).pool != pool.id
    assert len(seen) == 2


@pytest.mark.slow
def test_a_look_that_another_one_overtook_decides_nothing(told, monkeypatch):
    told.project.audit(60)
    answer(told)
    store, decide = told.project.store, type(told.project.store).decide
    seen = []

    def late(self, *given, **named):
        seen.append(given)
        if len(seen) == 1:
            monkeypatch.setattr(type(store), "decide", decide)
            told.project.decide(0.1, 0.05)
        return decide(self, *given, **named)

    monkeypatch.setattr(type(store), "decide", late)
    told.project.decide(0.1, 0.05)
    assert len(told.project.decisions()) == len(seen) == 1


@pytest.mark.slow
def test_nothing_is_accepted_under_a_decision_that_was_withdrawn_meanwhile(told, monkeypatch):
    told.project.audit(60)
    answer(told)
    store = told.project.store
    monkeypatch.setattr("labwidgets.store.faces.decisions.chunks", lambda keys: iter([keys[:99], keys[99:]]))
    real, seen = type(store)._write, []

    def write(self, work):
        made = real(self, work)
        seen.append(made)
        if len(seen) == 2:
            [one] = told.project.decisions()
            assert told.project.revoke(one.id) > 9
        return made

    monkeypatch.setattr(type(store), "_write", write)
    told.project.decide(0.1, 0.05)
    assert told.accepted() == set()
    assert told.project.verify().ok


@pytest.mark.slow
def test_a_clock_that_goes_back_changes_no_order(told, monkeypatch):
    told.project.audit(20)
    answer(told)
    told.project.decide(0.1, 0.05)
    real = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: real() - 3600 * 10**9)
    told.project.audit(40)
    answer(told)
    found = told.project.decide(0.1, 0.05)
    assert found.accepted > 50
    assert [one.audited for one in told.project.decisions()] == [20, 60]
    n_events = told.project.verify().events
    assert told.project.decide(0.1, 0.05) == found
    assert told.project.verify().events == n_events


# ---- numbers -------------------------------------------------------------------------------------------


def test_limits_and_numbers_that_are_none_are_refused(told):
    for bad in (0, 1, float("nan"), float("inf"), "0.1", None, True):
        with pytest.raises(ConfigError, match=r"max_wer is out of range.*a number above 0, below 1"):
            told.project.decide(bad, 0.05)
        with pytest.raises(ConfigError, match="risk is out of range"):
            told.project.decide(0.05, bad)
    told.project.audit(3)
    with pytest.raises(ConfigError, match=r"no such normalisation: 'nonsense'"):
        told.project.decide(0.1, 0.05, normalize="nonsense")
    with pytest.raises(ConfigError, match=r"a spelling that cannot be kept.*names, joined with \+"):
        told.project.decide(0.1, 0.05, normalize=lambda _: "")
    assert told.project.decisions() == []
    for bad in ("5", 2.5, True, None, 0):
        with pytest.raises(ConfigError, match=r"n is out of range.*a whole number, 1 or more"):
            told.project.audit(bad)


def test_a_risk_of_nearly_nothing_accepts_nothing_and_asks_for_more(told):
    told.project.audit(20)
    told.label()
    found = told.project.decide(np.float64(0.1), 1e-12)
    assert (found.accepted, found.audits_needed > 20) == (0, True)
