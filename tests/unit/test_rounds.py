"""Rounds of a project: which steps they go through, what they keep, and what stops them half way."""

from __future__ import annotations

import itertools
import json
import random
import threading
import uuid

import pytest

from labwidgets.analysis.loop import Round
from labwidgets.cli import main
from labwidgets.errors import ConfigError, StoreError, TrainingError
from labwidgets.project import Project
from labwidgets.project.rounding import Rounding
from labwidgets.records import DraftReport, ModelRun, RoundSettings, Submission, TrainReport, Transcription

N = 360
SPEAKERS = 6
RATES = {"m0": 0.30, "run-1": 0.10, "run-2": 0.05, "run-3": 0.05}
"""Errors a word of each model's drafts, on average."""


class Loop:
    """A project whose people and models are made up: what they say is known, and how long they take."""

    def __init__(self, project: Project, make_new_recording, *, n=N, speakers=SPEAKERS):
        self.project, self.make = project, make_new_recording
        self.random, self.truth = random.Random(4), {}
        self.rates, self.n_easy, self.failure = dict(RATES), 0, None
        self.add(n, speakers=speakers)

    def add(self, n, *, speakers=SPEAKERS):
        known = len(self.truth)
        self.project.store.add_recordings(
            [
                self.make(
                    source=f"{i}.wav",
                    bytes_sha256=f"{i:064x}",
                    duration_s=10.0,
                    speaker=f"s{i % speakers}",
                    accent="north" if i % speakers % 2 else "south",
                )
                for i in range(known, known + n)
            ]
        )
        for segment, _ in self.project.store.segments_to_draft():
            words = [f"w{self.random.randrange(50)}" for _ in range(12)]
            self.truth.setdefault(segment.id, words)

    def draft_some(self, segment_ids, model=None, **_):
        name = model or "m0"
        said = {}
        for key in segment_ids:
            words, n = list(self.truth[key]), self.n_errors(key, name)
            for at in self.random.sample(range(12), n):
                words[at] = "wrong"
            said[key] = Transcription(" ".join(words), (), 1 - n / 12, "en")
        run = ModelRun(f"run_{uuid.uuid4()}", name, "r", {})
        self.project.store.add_hypotheses(run, said, as_draft=True)
        return DraftReport(len(said), 0, (), None, name)

    def n_errors(self, key, model):
        """Half of the clips are twice as hard as they should be, the others are easy."""
        hard = int(key[-1], 36) % 2
        return min(12, round(24 * self.rates[model])) if hard else self.n_easy

    def train_here(self, model=None, **_):
        if self.failure is not None:
            raise self.failure
        folder = self.project.folder / "models"
        number = len(list(folder.glob("run-*"))) + 1
        ids = {"train": [], "validation": [], "test": []}
        for row in self.project.store.labelled_rows():
            if row.reference is not None:
                by = {"s0": "test", "s1": "validation"}.get(row.segment.speaker, "train")
                if by == "train" or row.reference.origin != "auto_accepted":
                    ids[by].append(row.segment.id)
        for known in self.project.runs():
            if self.project.run_segments(known.run) == ids:
                return known
        hours = 10 * len(ids["train"]) / 3600
        report = TrainReport(
            f"run-{number}", "trained", model or "", "", "r", {}, "labels", ("en",), {}, hours
        )
        run = folder / report.run
        run.mkdir(parents=True)
        (run / "segments.json").write_text(json.dumps(ids))
        (run / "run.json").write_text(json.dumps(report.to_dict()))
        return report

    # ---- people --------------------------------------------------------------------------------------

    def label(self, keys, *, seconds=40.0):
        for key in keys:
            view = self.project.view(key, annotator="a1")
            shown = None if view.draft is None else view.draft.id
            text = " ".join(self.truth[key])
            sent = Submission(
                str(uuid.uuid4()), key, "a1", 0, text, draft_id=shown, active_ms=round(1000 * seconds)
            )
            self.project.store.submit(sent)

    def label_audits(self, found, *, n=None):
        waiting = [row.segment_id for row in self.project.store.audits(found.pool) if row.state == "open"]
        self.label(waiting[:n], seconds=60.0)

    def label_rest(self, found):
        self.label(list(self.project.store.open_segments())[: found.labelled_open])

    def go(self, *given, **named) -> Round:
        return self.project.round_here(*given, **named)

    def finish(self, *given, **named) -> Round:
        """Let people do whatever a round asks for, until it is over."""
        found = self.go(*given, **named)
        for _ in range(9):
            if found.is_done:
                return found
            if found.step == "audit":
                self.label_audits(found)
            elif found.step == "label":
                self.label_rest(found)
            else:
                pytest.fail(str(found))
            found = self.go()
        return pytest.fail(str(found))

    def kinds(self):
        from labwidgets.store.events import read

        return [event.kind for event in self.project.store._read(lambda c: list(read(c)))]


@pytest.fixture
def project(tmp_path, monkeypatch):
    seeds = itertools.count()
    monkeypatch.setattr("labwidgets.project.deciding.secrets.randbits", lambda _: next(seeds))
    with Project.create(tmp_path / "p", language="en") as made:
        yield made


@pytest.fixture
def loop(project, make_new_recording, monkeypatch):
    made = Loop(project, make_new_recording)
    monkeypatch.setattr(Rounding, "draft_some", lambda _, *given, **named: made.draft_some(*given, **named))
    monkeypatch.setattr(Rounding, "train_here", lambda _, *given, **named: made.train_here(*given, **named))
    return made


ASKED = {"max_wer": 0.15, "risk": 0.1, "audits": 50, "label": 60}


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
    loop.label_rest(found)
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
        ({"risk": 1}, "risk is out of range"),
        ({"audits": -1}, "audits is out of range"),
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
    assert repr(project.rounds()).startswith("Round 1: done")


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
