"""Rounds of a project: what stops them half way, what changes meanwhile, and too little of everything."""

from __future__ import annotations

import json
import threading

import pytest
from loops import ASKED, Loop

from labwidgets.errors import ConfigError, ModelError, StoreError, TrainingError
from labwidgets.project import Project
from labwidgets.project.rounding import Rounding

# ---- what goes wrong -----------------------------------------------------------------------------------


def test_the_last_good_model_stays_when_a_training_fails(loop):
    loop.finish(audits=0, label=30)
    loop.failure = TrainingError("the loss is no number any more")
    found = loop.go(again=True)
    loop.label_rest(found)
    found = loop.go()
    assert (found.step, found.waits_for, found.in_use) == ("train", "people", "run-1")
    assert "No model was trained: the loss is no number any more. run-1 stays in use." in found.to_do
    assert loop.go().step == "train"
    found = loop.go(train=False)
    assert (found.step, found.trained, found.in_use) == ("done", None, "run-1")
    loop.failure = None
    third = loop.go(again=True)
    assert third.settings.train
    assert third.drafter == "run-1"


def test_a_model_that_is_worse_stays_out_of_use(loop):
    loop.finish(audits=0, label=30)
    loop.rates["run-2"] = 0.4
    found = loop.finish(again=True)
    assert (found.trained, found.in_use) == ("run-2", "run-1")
    assert found.new_rate.wer > found.wer
    assert any("run-1 stays in use" in note for note in found.notes)
    assert loop.go(again=True).drafter == "run-1"


def test_a_model_that_cannot_draft_keeps_no_round_for_ever(loop, monkeypatch):
    draft = loop.draft_some

    def none_but_m0(segment_ids, model=None, **named):
        if model not in (None, "m0"):
            raise ModelError("no such model folder, and no Hub id", value=model)
        return draft(segment_ids, model, **named)

    monkeypatch.setattr(loop, "draft_some", none_but_m0)
    for _ in range(2):
        with pytest.raises(ModelError, match="no such model folder"):
            loop.go(model="m00", audits=0, label=3)
    found = loop.go(model="m0")
    assert (found.step, found.drafter) == ("label", "m0")
    with pytest.raises(ConfigError, match="model cannot be changed while round 1 goes on"):
        loop.go(model="m1")
    loop.label_rest(found)
    assert loop.go().in_use == "run-1"
    with pytest.raises(ModelError, match="no such model folder"):
        loop.go(again=True)
    found = loop.go(label=0, train=False)
    assert (found.step, found.number, found.drafter) == ("done", 2, "")
    assert found.notes[0].startswith("nothing was drafted: no such model folder")


def test_a_model_that_is_gone_is_passed_over(loop):
    loop.finish(audits=0, label=30)
    (loop.project.folder / "models" / "run-1").rename(loop.project.folder / "models" / "gone")
    found = loop.go(again=True)
    assert found.drafter == "m0"
    assert found.notes == ("run-1 is gone from the folder models: an earlier model drafts",)


SEAMS = [
    "open_pool",
    "draw_audits",
    "decide",
    "spend_audits",
    "note_round",
    "add_hypotheses",
]


@pytest.mark.slow
@pytest.mark.parametrize("seam", SEAMS)
def test_a_round_that_is_killed_goes_on_where_it_was(loop, monkeypatch, seam):
    """Each write of a step in turn is the last thing before the process dies, or the first it does not do."""

    class KilledError(Exception):
        pass

    store, real = loop.project.store, getattr(loop.project.store, seam)
    n_seen, n_killed = 0, 0

    def write(*given, **named):
        nonlocal n_seen, n_killed
        n_seen += 1
        if n_killed < n_seen <= n_killed + 1 and n_killed < 4:
            n_killed += 1
            n_seen = 0
            if n_killed % 2:
                real(*given, **named)
            raise KilledError
        return real(*given, **named)

    monkeypatch.setattr(type(store), seam, lambda _, *given, **named: write(*given, **named))
    found = None
    for _ in range(40):
        try:
            found = loop.go(**ASKED) if not store.rounds() else loop.go()
        except KilledError:
            continue
        if found.is_done:
            break
        loop.label_audits(found) if found.step == "audit" else loop.label_rest(found)
    assert n_killed > 0
    assert (found.number, found.step, found.in_use, len(store.rounds())) == (1, "done", "run-1", 1)
    assert found.accepted > 100
    assert 50 <= found.audits <= 100
    assert loop.project.verify().ok


def test_two_calls_at_once_take_turns(loop):
    found = []

    def go():
        with Project.open(loop.project.folder) as other:
            found.append(other.round_here(**ASKED))

    both = [threading.Thread(target=go) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert found[0] == found[1]
    assert len(loop.project.store.pools()) == len(loop.project.store.rounds()) == 1


def test_what_is_stopped_before_its_first_turn_says_where_it_stands(project):
    found = project.round_here(max_wer=0.1, stopped=lambda: True)
    assert (found.number, found.step, found.waits_for) == (1, "draft", "a call")
    assert (found.to_do, found.settings.max_wer) == ("It was stopped; project.round() goes on.", 0.1)
    assert len(project.rounds()) == 0


def test_a_round_that_ended_elsewhere_takes_no_more_notes(loop):
    loop.finish(audits=0, label=3, train=False)
    with pytest.raises(StoreError, match=r"this round has ended meanwhile: '1'.*project.round\(\)"):
        loop.project.store.note_round(1, noted={})


def test_labels_that_change_meanwhile_are_told_as_they_are_now(loop):
    loop.finish(audits=0, label=60)
    before = loop.project.rounds()[0]
    tested = loop.project.run_segments("run-1")["test"]
    for key in tested:
        loop.project.submit_text(key, "another text", annotator="a2")
    after = loop.project.rounds()[0]
    assert after.wer > before.wer == pytest.approx(before.measured_wer)
    assert after.measured_wer == before.measured_wer


@pytest.mark.slow
def test_a_speaker_who_leaves_takes_everything_along_but_the_figures(loop):
    loop.finish(**ASKED)
    before = loop.project.rounds()[0]
    loop.project.withdraw("s2")
    after = loop.project.rounds()[0]
    assert (after.minutes, after.measured_wer) == (before.minutes, before.measured_wer)
    loop.project.withdraw("s0")
    gone = loop.project.rounds()[0]
    assert (gone.rate, gone.wer) == (None, before.measured_wer)
    assert loop.go(again=True).drafter == "run-1"
    assert loop.project.verify().ok


def test_what_is_kept_holds_no_text_and_no_speaker(loop):
    from labwidgets.store.events import read

    loop.finish(audits=0, label=20)
    kept = loop.project.store._read(lambda connection: list(read(connection, ["rounds"])))
    written = json.dumps([event.payload for event in kept])
    assert not any(word in written for words in loop.truth.values() for word in (*words, "s0", "north"))
    assert {event.kind for event in kept} == {"round_begun", "round_noted", "round_ended"}


# ---- small projects ------------------------------------------------------------------------------------


def test_three_clips_of_one_speaker_end_in_words(project, make_new_recording, monkeypatch):
    loop = Loop(project, make_new_recording, n=3, speakers=1)
    monkeypatch.setattr(Rounding, "draft_some", lambda _, *given, **named: loop.draft_some(*given, **named))
    monkeypatch.setattr("labwidgets.project.round_steps.training_recipe", lambda *_: None)
    found = loop.go()
    assert (found.step, found.labelled_open, found.audits) == ("label", 3, 0)
    loop.label_rest(found)
    monkeypatch.setattr(
        Rounding,
        "train_here",
        lambda *_, **__: (_ for _ in ()).throw(TrainingError("too few labelled clips")),
    )
    found = loop.go()
    assert found.step == "train"
    assert "too few labelled clips" in found.to_do
    found = loop.go(train=False)
    assert found.is_done
    assert found.forecast.reason == "nothing is left to label"
    assert loop.go() == found


def test_an_empty_project_ends_a_round_with_nothing(project):
    found = project.round_here(train=False)
    assert (found.step, found.labelled, found.drafter) == ("done", 0, "")
    assert "Round 1: done" in repr(project.rounds())
