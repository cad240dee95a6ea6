"""A project in which a model decides: audits, decisions, and what takes them back."""

from __future__ import annotations

import json
import uuid

import pytest
from told import N, Told

from labwidgets.cli import main
from labwidgets.errors import ConfigError, NotFoundError, ProjectError
from labwidgets.records import AuditPool, ModelRun, PoolUnit, SizeRule, Submission, Transcription


def test_audits_are_drawn_from_drafts_by_confidence_and_labelled_blind(told):
    report = told.project.audit(30)
    assert (report.drawn, report.n_pool, report.score, report.open) == (30, N, "confidence", 30)
    assert "30 wait to be labelled, without a draft" in str(report)
    [drawn] = told.project.store.audit_draws(told.pool)
    assert all(chance == pytest.approx(30 / N) for chance in drawn.chances.values())
    view = told.project.view(next(iter(drawn.chances)), annotator="a1")
    assert view.draft is None
    assert told.project.no_draft(view) == "this one is an audit, labelled by ear alone"


def test_before_the_first_audit_it_accepts_nothing_and_says_how_many_it_needs(told):
    found = told.project.decide(0.1, 0.05)
    assert (found.accepted, found.audited, found.id) == (0, 0, None)
    assert found.audits_needed is not None
    assert found.audits_needed > 10
    assert "No audits are drawn yet" in str(found)
    assert told.project.store.pools() == []
    told.project.store.retire(told.ids[0])
    strict = told.project.decide(0.001, 0.05)
    assert "That is as many as there are drafts, 399: label them all, or allow more errors." in str(strict)


@pytest.mark.slow
def test_it_accepts_the_likeliest_drafts_and_only_those(told):
    told.project.audit(40)
    told.label()
    few = told.project.decide(0.1, 0.05)
    assert (few.accepted, few.max_edits, few.counted) == (0, None, (7, 7))
    assert f"about {few.audits_needed} more needed" in str(few)
    report = told.project.audit(150)
    assert report.region <= N
    told.label()
    found = told.project.decide(0.1, 0.05)
    assert found.accepted > 100
    assert found.audits_needed == 0
    assert found.wer < found.bound <= 0.1
    assert "In one draft at most 7 errors count." in str(found)
    accepted = told.accepted()
    assert len(accepted) == found.accepted == told.project.status().decided
    best = [key for key in told.ids if 1 - told.ids.index(key) / N >= found.threshold]
    drawn = {key for one in told.project.store.audit_draws(told.pool) for key in one.chances}
    assert accepted == set(best) - drawn
    assert sum(told.errors[key] for key in best) <= 0.1 * 12 * len(best)
    assert told.project.verify().ok


@pytest.mark.slow
def test_the_same_look_again_changes_nothing(told):
    told.project.audit(250)
    told.label()
    first = told.project.decide(0.1, 0.05)
    n_events = told.project.verify().events
    assert told.project.decide(0.1, 0.05) == first
    assert told.project.verify().events == n_events


def test_audits_answer_one_question_only(told):
    told.project.audit(20)
    told.label()
    told.project.decide(0.1, 0.05)
    with pytest.raises(ConfigError, match=r"answer to another question.*max_wer=0.1, risk=0.05"):
        told.project.decide(0.2, 0.05)
    assert told.project.audit(20, fresh=True).n_pool == N - 20
    assert told.project.decide(0.2, 0.05).accepted == 0


def test_it_is_about_the_model_that_was_audited(told):
    told.project.audit(10)
    told.label()
    said = {key: Transcription("new", (), 0.9, "en") for key in told.ids[: N - 20]}
    told.project.store.add_hypotheses(ModelRun("run_late", "late", "r", {}), said, as_draft=True)
    assert told.project.store.drafting_models() == ["late", "m"]
    assert (told.project.decide(0.1, 0.05).model, told.project.decide(0.1, 0.05).audited) == ("m", 10)
    assert told.project.decide(0.1, 0.05, model="late").audited == 0


def test_only_audits_up_to_the_first_that_nobody_labelled_count(told):
    told.project.audit(30)
    told.label(n=10)
    rows = told.project.store.audits(told.pool)
    sent = Submission(str(uuid.uuid4()), rows[20].segment_id, "a1", 0, "picked")
    told.project.store.submit(sent)
    found = told.project.decide(0.1, 0.05)
    assert (found.audited, found.audits_open) == (10, 19)
    assert "19 drawn audits wait" in str(found)


@pytest.mark.slow
def test_a_draft_on_the_screen_counts_as_the_worst(told):
    told.project.audit(200)
    told.label(n=190)
    told.label(draft_id="hyp_seen")
    seen = told.project.decide(0.1, 0.05)
    assert seen.audited == 200
    assert seen.wer is None or seen.wer > 0.01


@pytest.mark.slow
def test_later_audits_that_break_the_limit_put_everything_back(told):
    told.project.audit(250)
    told.label()
    first = told.project.decide(0.1, 0.05)
    assert first.accepted > 50
    told.project.audit(60)
    told.label(errors=5)
    found = told.project.decide(0.1, 0.05)
    assert (found.accepted, found.threshold) == (0, None)
    assert found.revoked > 0
    assert "Withdrawn: " in str(found)
    assert told.accepted() == set()
    assert told.project.verify().ok
    assert told.project.audit(5).pool != told.project.store.pools()[0].id


@pytest.mark.slow
def test_a_decision_is_taken_back_by_hand(told):
    told.project.audit(250)
    told.label()
    found = told.project.decide(0.1, 0.05)
    assert f"project.revoke('{found.id}')" in str(found)
    told.project.audit(30)
    told.label()
    # What another look accepts rests on the same audits, and counts in what it returns.
    found = told.project.decide(0.1, 0.05)
    assert told.project.revoke(found) == found.accepted
    assert told.accepted() == set()
    assert all(one.is_revoked for one in told.project.decisions())
    with pytest.raises(NotFoundError, match=r"no such decision: 'dec_x'.*none accepts anything"):
        told.project.revoke("dec_x")
    with pytest.raises(NotFoundError, match="no such decision"):
        told.project.revoke([found])  # type: ignore[arg-type]


def test_where_people_worked_on_the_pool_a_new_one_is_opened(told):
    told.project.audit(5)
    told.label()
    told.project.submit_text(told.ids[0], "x", annotator="a1")
    n_pool = told.project.audit(5).n_pool
    assert n_pool < N - 5
    assert len(told.project.store.pools()) == 2


@pytest.mark.slow
def test_spent_audits_decide_nothing(told):
    told.project.audit(250)
    told.label()
    assert told.project.spend_audits("m") == 1
    assert told.project.decide(0.1, 0.05).audited == 0


def test_agreement_orders_drafts_that_have_no_confidence(project, make_new_recording):
    told = Told(project, make_new_recording, confidence=False)
    with pytest.raises(ProjectError, match=r"too few drafts have a score by confidence: '0 of 400'"):
        project.audit(5)
    told.draft("other")
    assert project.audit(5).score == "agreement"
    with pytest.raises(ProjectError, match=r"no such score: 'luck'"):
        project.audit(5, score="luck", fresh=True)


def test_without_drafts_there_is_nothing_to_decide(project, make_new_recording):
    with pytest.raises(ProjectError, match="no drafts"):
        project.audit(5)
    told = Told(project, make_new_recording)
    with pytest.raises(ConfigError, match=r"n is out of range: '0'. allowed: a whole number, 1 or more"):
        project.audit(0)
    with pytest.raises(NotFoundError, match=r"this model drafted nothing that is open: 'x'"):
        project.audit(5, model="x")
    assert project.audit(N + 1).drawn == N
    project.spend_audits("m")
    told.project.store.pools()
    with pytest.raises(ProjectError, match="no drafts"):
        project.decide(0.1, 0.05)


@pytest.mark.slow
def test_the_command_line_has_the_same(told, capsys, monkeypatch):
    folder = str(told.project.folder)

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["labwidgets", *arguments, "--json"])
        with pytest.raises(SystemExit) as stop:
            main()
        return stop.value.code, json.loads(capsys.readouterr().out)

    code, drawn = run("audit", folder, "250")
    assert (code, drawn["drawn"], drawn["open"]) == (0, 250, 250)
    told.label()
    code, made = run("decide", folder, "--max-wer", "0.1", "--risk", "0.05")
    assert code == 0
    assert {"accepted", "threshold", "bound", "audited", "audits_needed"} <= made.keys()
    assert (made["audited"], made["audits_needed"]) == (250, 0)
    code, told = run("calibration", folder, "--unit", "segment")
    assert (code, told["source"], told["n"]) == (0, "250 audits", 250)
    code, back = run("revoke", folder, made["id"])
    assert (code, back["revoked"]) == (0, made["accepted"])
    code, error = run("decide", folder, "--max-wer", "0", "--risk", "0.05")
    assert (code, error["error"]["code"]) == (2, "bad_config")


def test_confidences_are_held_against_audits(told):
    told.project.audit(40)
    told.label()
    report = told.project.calibration("m", unit="segment")
    assert (report.n, report.source) == (40, "40 audits")
    assert "40 segments by m against 40 audits" in str(report)
    with pytest.raises(ConfigError, match="too few confidences of words"):
        told.project.calibration()
    with pytest.raises(ConfigError, match=r"no such unit of confidence: 'letter'"):
        told.project.calibration(unit="letter")


def test_without_drafts_there_are_no_confidences(project):
    with pytest.raises(ProjectError, match="no drafts"):
        project.calibration()


def test_long_drafts_count_for_more_and_are_drawn_sooner(told):
    """What follows the words of a draft is fixed with its pool, at the first draw."""
    store = told.project.store
    assert told.project.decide(0.1, 0.05).counted == (7, 7)
    long = {key: Transcription("so " * 120, (), 0.9, "en") for key in told.ids[::20]}
    store.add_hypotheses(ModelRun("run_long", "m", "r", {}), long, as_draft=True)
    assert told.project.decide(0.1, 0.05).counted == (7, 50)
    told.project.audit(60)
    [drawn] = store.audit_draws(told.pool)
    [pool] = store.pools()
    assert (pool.n_words, pool.by_size) == (pytest.approx(17.4), SizeRule(0.5, 2, 4))
    chances = {key in long: chance for key, chance in drawn.chances.items()}
    # (17.4 + 120) / (17.4 + 12), less what is taken off by drawing nothing twice.
    assert chances[True] / chances[False] == pytest.approx(4.67, rel=0.25)
    told.label()
    found = told.project.decide(0.1, 0.05)
    assert (found.max_edits, found.counted) == (None, (7, 50))
    assert store.decisions()[-1].max_edits is None
    with pytest.raises(ConfigError, match=r"max_edits=9.*max_edits=None"):
        told.project.decide(0.1, 0.05, max_edits=9)
    assert told.project.verify().ok


def test_one_cap_for_all_can_be_asked_for_and_stays(told):
    told.project.audit(30)
    assert told.project.decide(0.1, 0.05, max_edits=9).max_edits == 9
    again = told.project.decide(0.1, 0.05)
    assert (again.max_edits, again.counted) == (9, (9, 9))


def test_a_pool_of_an_earlier_version_is_drawn_evenly_and_has_one_cap(told):
    store = told.project.store
    long = {key: Transcription("so " * 120, (), 0.9, "en") for key in told.ids[:20]}
    store.add_hypotheses(ModelRun("run_long", "m", "r", {}), long, as_draft=True)
    units = [PoolUnit(one.segment_id, one.draft_id, one.confidence) for one in store.candidates("m")]
    store.open_pool(AuditPool("", "m", "confidence", 0, 17.4, 0.025, ((0.2, 1.0),)), units)
    told.project.audit(40)
    [drawn] = store.audit_draws(told.pool)
    assert all(chance == pytest.approx(40 / N) for chance in drawn.chances.values())
    told.label()
    found = told.project.decide(0.1, 0.05)
    assert (found.max_edits, found.counted) == (20, (20, 20))
