"""What trainings leave behind, and what of it may go."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from dataclasses import replace

import pytest
from filelock import FileLock

from labwidgets.errors import ConfigError, NotFoundError, TrainingError
from labwidgets.records import TrainReport
from labwidgets.store import Push
from labwidgets.training.runs import Runs

REPORT = TrainReport("run-1", "trained", "", "", "ctc-small", {}, "", ("en",), {}, 0.0)
DAY_S = 86_400


class Project:
    """A project whose runs were never trained; each call of ``freeze`` follows a change of labels."""

    def __init__(self, project):
        self.project = project
        self.runs = Runs(project.folder / "models")
        self.segments = [row.segment.id for row in project.store.labelled_rows()]
        self.n_texts = 0

    def freeze(self):
        self.n_texts += 1
        self.project.submit_text(self.segments[0], "ab" * self.n_texts, annotator=f"a{self.n_texts}")
        return self.project._releases.freeze()

    def cut_short(self, snapshot, *, days):
        plan = self.runs.begin("key", snapshot)
        for path in (self.runs.work(plan) / "plan.json", self.runs.work(plan)):
            os.utime(path, (time.time() - days * DAY_S,) * 2)
        return plan

    def finished(self, snapshot):
        plan = self.runs.begin("key", snapshot)
        trained = self.runs.work(plan) / "trained"
        trained.mkdir()
        self.runs.finish(plan, trained, replace(REPORT, run=plan.run, snapshot=snapshot))
        return plan.run

    def names(self):
        return {snapshot.name for snapshot in self.project.snapshots()}


@pytest.fixture
def trained(labelled):
    return Project(labelled)


@pytest.mark.slow
def test_what_nothing_refers_to_goes_and_all_else_stays(trained):
    project = trained.project
    of_run, of_cut, of_old, of_push, of_nobody = (trained.freeze() for _ in range(5))
    project.save("labels-mine")
    finished, recent = trained.finished(of_run), trained.cut_short(of_cut, days=1)
    old = trained.cut_short(of_old, days=9)
    [shard, *_] = (project.folder / "datasets" / of_push).rglob("*.parquet")
    sha256 = hashlib.sha256(shard.read_bytes()).hexdigest()
    project.store.add_push(Push("a/b", "c0ffee", None, "2026-01-01", 1, 0.1, {"data/x.parquet": sha256}))

    told = project.prune_runs()
    assert {(one.kind, one.name) for one in told.pruned} == {
        ("run", old.run),
        ("snapshot", of_old),
        ("snapshot", of_nobody),
    }
    assert not told.is_done
    assert all(one.n_bytes > 0 for one in told.pruned)
    assert f"run {old.run}, 0.0 MB: cut short 9 days ago" in str(told)
    assert "Nothing was deleted yet" in str(told)
    assert trained.runs.work(old).is_dir()
    before = {of_run, of_cut, of_old, of_push, of_nobody, "labels-mine"}
    assert trained.names() == before

    done = project.prune_runs(delete=True)
    assert (done.pruned, done.is_done) == (told.pruned, True)
    assert trained.names() == before - {of_old, of_nobody}
    assert not trained.runs.work(old).exists()
    assert trained.runs.work(recent).is_dir()
    assert project.run(finished).snapshot == of_run
    assert project.as_of(of_run)["train"].num_rows > 0
    with pytest.raises(NotFoundError, match="no such snapshot"):
        project.as_of(of_nobody)
    assert project.verify().ok
    assert str(project.prune_runs()).startswith("Nothing to prune; 5 runs and snapshots stay")


@pytest.mark.slow
def test_pruned_labels_of_now_are_frozen_again_when_they_are_needed(trained):
    name = trained.freeze()
    assert [one.name for one in trained.project.prune_runs(delete=True).pruned] == [name]
    # As a kill leaves it: files that the store does not know of.
    (trained.project.folder / "datasets" / name).mkdir()
    assert trained.project._releases.freeze() == name
    assert trained.project.as_of(name)["train"].num_rows > 0


@pytest.mark.slow
def test_where_a_run_does_not_tell_its_labels_all_labels_stay(trained):
    name, run = trained.freeze(), trained.finished(trained.freeze())
    for file in ("plan.json", "run.json"):
        (trained.runs.folder / run / file).write_text("{")
    assert trained.project.prune_runs(delete=True).pruned == ()
    assert name in trained.names()


@pytest.mark.slow
def test_nothing_is_pruned_while_somebody_trains_or_for_days_that_are_none(trained):
    with (
        FileLock(trained.project.folder / ".train.lock"),
        pytest.raises(TrainingError, match=r"a training is under way.*cancel\(\) it"),
    ):
        trained.project.prune_runs()
    for days in (-1, float("nan")):
        with pytest.raises(ConfigError, match=r"no number of days: .*allowed: 0 or more"):
            trained.project.prune_runs(days=days)


@pytest.mark.slow
def test_the_command_line_tells_first_and_deletes_when_told(trained):
    name = trained.freeze()

    def run(*options):
        command = [
            sys.executable,
            "-m",
            "labwidgets",
            "prune",
            str(trained.project.folder),
            "--json",
            *options,
        ]
        return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    assert [one["name"] for one in run()["pruned"]] == [name]
    assert name in trained.names()
    assert run("--delete")["is_done"]
    assert name not in trained.names()
