"""Training in its worker process, killed and started again; and from the command line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from labwidgets.errors import JobError

TIMEOUT_S = 240
SETTINGS = {
    "epochs": 6,
    "patience": 0,
    "batch_size": 4,
    "checkpoint_minutes": 0.0001,
    "architecture": {"width": 16, "layers": 1, "heads": 2, "feed_forward": 16},
}


@pytest.fixture(autouse=True)
def _one_thread_for_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


@pytest.mark.slow
def test_a_killed_training_goes_on_to_the_same_figures(labelled) -> None:
    whole = labelled.train_here(recipe="ctc-small", settings=SETTINGS)
    job = labelled.train(recipe="ctc-small", settings=SETTINGS, again=True)
    checkpoints = labelled.folder / "models" / ".training" / "run-2" / "checkpoints"
    deadline = time.monotonic() + TIMEOUT_S
    # In the middle of the third epoch of four steps.
    while not (checkpoints / "checkpoint-10").is_dir() and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(job._process.pid, signal.SIGKILL)
    with pytest.raises(JobError, match="it resumes"):
        job.result(TIMEOUT_S)
    assert [run.run for run in labelled.runs()] == ["run-1"]
    report = labelled.train(recipe="ctc-small", settings=SETTINGS).result(TIMEOUT_S)
    assert report.run == "run-2"
    assert report.after == whole.after
    losses = [[point["eval_loss"] for point in one.curve if "eval_loss" in point] for one in (whole, report)]
    assert losses[1] == pytest.approx(losses[0], abs=1e-4)


@pytest.mark.slow
def test_the_command_line_trains_and_lists(labelled) -> None:
    def run(*arguments: str) -> tuple[int, dict]:
        command = [sys.executable, "-m", "labwidgets", *arguments, "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, json.loads(done.stdout)

    folder, quick = str(labelled.folder), json.dumps({**SETTINGS, "epochs": 1})
    code, found = run("train", folder, "--recipe", "ctc-small", "--settings", quick)
    assert code == 0
    assert (found["model"], found["run"], found["state"]) == ("run-1", "run-1", "trained")
    assert set(found["metrics"]) == {"before", "after"}
    assert found["metrics"]["after"]["wer"] >= 0
    _, listed = run("models", "--project", folder)
    assert listed["models"][0]["name"] == "run-1"
    code, again = run("retrain", folder, "run-1")
    assert (code, again["run"], again["metrics"]) == (0, "run-2", found["metrics"])
    code, known = run("runs", folder)
    assert (code, [one["run"] for one in known["runs"]]) == (0, ["run-2", "run-1"])
    assert run("runs", folder, "run-1")[1]["runs"] == [known["runs"][1]]
    code, held = run("runs", folder, "--compare")
    assert (code, held["pairs"][0]["difference"]) == (0, 0)
