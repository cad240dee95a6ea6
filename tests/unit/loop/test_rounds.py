"""Rounds of a project: which steps they go through, and what they keep."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from loops import ASKED, N

from labwidgets.analysis.loop.summary import in_minutes
from labwidgets.cli import main
from labwidgets.errors import ConfigError
from labwidgets.records import DraftReport, RoundSettings

# ---- step by step --------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_round_goes_as_far_as_it_can_and_says_what_it_waits_for(loop):
    found = loop.go(**ASKED)
    assert (found.number, found.step, found.waits_for, found.drafter) == (1, "audit", "people", "m0")
    assert (found.audits, found.audits_open, found.n_pool) == (50, 50, N)
    assert "50 audits wait to be labelled by ear, without a draft: lw.Labeller(project" in found.to_do
    loop.label_audits(found, n=30)
    assert loop.go().audits_open == 20
    loop.label_audits(found)
    found = loop.go()
    assert (found.step, found.waits_for, found.labelled, found.labelled_open) == ("label", "people", 50, 60)
    assert found.accepted > 100
    assert found.audited_wer < found.bound <= 0.15
    assert "60 segments wait to be labelled (10 min)" in found.to_do
    loop.label_rest(found)
    found = loop.go()
    assert (found.step, found.waits_for, found.trained, found.in_use) == ("done", "", "run-1", "run-1")
    assert (found.labelled, found.hours, found.minutes) == (
        110,
        pytest.approx(1100 / 3600),
        pytest.approx(90),
    )
    assert found.audit_minutes == pytest.approx(50)
    # Accepted drafts would have taken people a hearing each at the least, and no more than others.
    assert found.accepted_hours == pytest.approx(found.accepted / 360)
    assert found.accepted_hours * 60 - 50 < found.saved_minutes < found.accepted_hours * 240
    assert found.decision in {one.id for one in loop.project.decisions()}
    assert f"work saved by that: {in_minutes(found.saved_minutes)}" in str(found)
    # What the model decided is not measured: hard clips are left, where run-1 errs in 2 words of 12.
    assert found.wer <= 2 / 12
    assert found.ended_us > found.began_us
    assert loop.project.verify().ok
    assert "Round 1: done" in str(found)
    assert f"{found.accepted} of {N} drafts, audited WER" in str(found)


def test_a_model_that_was_measured_needs_fewer_audits_to_be_worth_asking(loop):
    """Out of the blue it would take more than there are; the test set has told how good run-1 is."""
    loop.n_easy = 0
    loop.rates |= {"run-1": 0.0}
    assert loop.finish(audits=0, max_wer=0.1, risk=0.1).trained == "run-1"
    loop.add(60)
    found = loop.go(audits=14, again=True)
    assert (found.number, found.step, found.audits_open) == (2, "audit", 14)


@pytest.mark.slow
def test_a_call_that_has_nothing_to_do_changes_nothing(loop):
    for step in ("audit", "label", "done"):
        found = loop.go(**ASKED) if step == "audit" else loop.go()
        assert found.step == step
        n_events = len(loop.kinds())
        if step != "done":
            assert loop.go() == found
            assert len(loop.kinds()) == n_events
        assert (
            list(loop.project.rounds()) == [found]
            if step == "done"
            else loop.project.rounds()[0].step == step
        )
        if step == "audit":
            loop.label_audits(found)
        elif step == "label":
            loop.label_rest(found)


@pytest.mark.slow
def test_the_next_round_goes_on_with_the_new_model_and_the_same_settings(loop):
    loop.finish(**ASKED)
    second = loop.go(again=True, label=20)
    assert (second.number, second.drafter) == (2, "run-1")
    assert second.settings == RoundSettings(0.15, 0.1, 50, 20)
    done = loop.finish()
    assert (done.trained, done.in_use) == ("run-2", "run-2")
    one, two = loop.project.rounds()
    assert (one.number, two.number) == (1, 2)
    assert one.n_words == two.n_words
    assert one.wer > two.wer
    assert {part.value for part in two.slices} <= {"north", "south"}
    assert loop.project.rounds().start.model == "m0"


# ---- audits and what they made -------------------------------------------------------------------------


@pytest.mark.slow
def test_audits_that_a_model_learned_from_prove_nothing_any_more(loop):
    first = loop.finish(**ASKED)
    [pool] = loop.project.store.pools()
    assert pool.is_closed
    assert not any(one.is_revoked for one in loop.project.decisions())
    assert loop.project.status().decided == first.accepted
    second = loop.go(again=True)
    assert second.pool != pool.id
    assert loop.project.store.pools()[-1].model == "run-1"


@pytest.mark.slow
def test_a_new_pool_holds_nothing_that_its_model_learned_from(loop):
    first = loop.finish(**ASKED)
    learned = {key for keys in loop.project.run_segments("run-1").values() for key in keys}
    [decision] = [one for one in loop.project.decisions() if one.accepted]
    assert loop.project.revoke(decision.id) == first.accepted
    # What was learned as accepted is open again, and drafted by the model that learned it.
    assert learned & set(loop.project.store.open_segments())
    second = loop.go(again=True)
    units = {unit.segment_id for unit in loop.project.store.pool_units(second.pool)}
    assert units
    assert not units & learned
    assert units == set(loop.project.store.open_segments()) - learned


@pytest.mark.slow
def test_no_audits_are_drawn_where_they_could_not_decide_anything(loop):
    found = loop.go(0.02, 0.01, audits=20, label=5)
    assert (found.step, found.audits, found.accepted) == ("label", 0, 0)
    assert f"of {N} drafts to decide anything, and 20 are allowed" in found.notes[0]
    loop.label_rest(replace(found, labelled_open=3))
    assert len(loop.go().notes) == 1
    # What is told without a call stands at the same step.
    told = loop.project.rounds()
    assert (told[-1].step, told[-1].labelled_open) == ("label", 2)
    assert "2 segments wait to be labelled (20 s), any of those that are open" in told[-1].to_do
    assert repr(told).startswith("In one round people labelled 3 segments (30 s, 2 min of work).")
    loop.label_rest(told[-1])
    assert loop.go().is_done


@pytest.mark.slow
def test_a_model_that_is_not_good_enough_decides_nothing_and_the_loop_goes_on(loop):
    loop.rates["m0"], loop.n_easy = 0.5, 3
    found = loop.go(0.05, 0.1, audits=140, label=10)
    loop.label_audits(found)
    found = loop.go()
    assert (found.step, found.accepted, found.bound) == ("label", 0, None)
    assert found.audits == 70
    loop.label_rest(found)
    assert loop.go().is_done


@pytest.mark.slow
def test_without_audits_or_drafts_people_label_everything(loop, monkeypatch):
    monkeypatch.setattr(loop, "draft_some", lambda *_, **__: DraftReport(0, 0, (), None, ""))
    found = loop.go(label=12)
    assert (found.step, found.drafter, found.labelled_open) == ("label", "", 12)
    loop.label_rest(found)
    found = loop.go()
    assert (found.step, found.trained) == ("done", "run-1")


def test_minutes_of_speech_are_labelled_when_they_are_asked_for(loop):
    assert loop.go(audits=0, label="2 min").labelled_open == 12
    loop.label(list(loop.project.store.open_segments())[:5])
    assert loop.go().labelled_open == 7


# ---- settings ------------------------------------------------------------------------------------------


def test_settings_are_kept_and_changed_only_where_that_means_something(loop):
    assert loop.go(audits=0, label=10).settings == RoundSettings(audits=0, label=10)
    assert loop.go(label=3).labelled_open == 3
    for name, value in {"max_wer": 0.1, "risk": 0.2, "model": "base"}.items():
        with pytest.raises(ConfigError, match=f"{name} cannot be changed while round 1 goes on.*label=0"):
            loop.go(**{name: value})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"max_wer": 0}, "max_wer is out of range"),
        ({"max_wer": "0.1"}, "max_wer is out of range.*a number above 0, below 1"),
        ({"risk": 1}, "risk is out of range"),
        ({"audits": -1}, "audits is out of range"),
        ({"audits": 2.5}, "audits is out of range.*a whole number, 0 or more"),
        ({"train": "no"}, "train is a choice"),
        ({"model": 5}, "no name of a model"),
        ({"settings": {"epoch": 3}}, "unknown key.*'epoch'.*Did you mean epochs"),
        ({"settings": ["epochs"]}, "no settings of a training"),
        ({"settings": {"epochs": object()}}, "settings of a training that cannot be kept"),
        ({"compute_minutes": -1}, "compute_minutes is out of range"),
        ({"method": "tiny"}, "no such way of training"),
        ({"label": "some"}, "no such amount to label"),
        ({"recipe": "none"}, "no such training recipe"),
        ({"epochs": 3}, "no such setting of a round"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_settings_that_cannot_be_are_refused_before_anything_begins(loop, given, message):
    with pytest.raises(ConfigError, match=message):
        loop.go(**given)
    assert len(loop.project.rounds()) == 0


# ---- in a worker, and from the command line --------------------------------------------------------------


@pytest.mark.slow
def test_a_worker_goes_round_and_refuses_what_cannot_be(project):
    with pytest.raises(ConfigError, match="audits is out of range"):
        project.round(audits=-1)
    found = project.round(audits=0, train=False, label="all").result(120)
    assert (found.number, found.is_done, found.settings.audits) == (1, True, 0)
    assert found == project.rounds()[0]


def test_the_command_line_says_the_same(loop, monkeypatch, capsys):
    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["labwidgets", *arguments, "--json"])
        with pytest.raises(SystemExit) as done:
            main()
        return done.value.code, json.loads(capsys.readouterr().out)

    folder = str(loop.project.folder)
    code, found = run("round", folder, "--audits", "0", "--label", "20 min", "--no-train")
    assert (code, found["step"], found["labelled_open"]) == (0, "label", 120)
    assert found["settings"]["train"] is False
    _, listed = run("rounds", folder)
    assert [one["number"] for one in listed["rounds"]] == [1]
