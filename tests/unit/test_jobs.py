"""Jobs that go wrong: whoever waits for one always gets an answer."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from labwidgets.errors import JobError, NotFoundError, ProjectError
from labwidgets.jobs import Job, turn
from labwidgets.project import Project

TIMEOUT_S = 120


@pytest.fixture
def project(tmp_path: Path) -> Path:
    Project.create(tmp_path / "corpus", language="en").close()
    return tmp_path / "corpus"


def test_a_result_that_cannot_be_understood_is_an_error_and_no_endless_wait(project: Path) -> None:
    job: Job[Any] = Job(["draft", str(project)], title="drafting", parse=lambda data: data["no such key"])
    with pytest.raises(JobError, match=r"cannot be understood: 'KeyError'"):
        job.result(TIMEOUT_S)
    assert job.state == "failed"


def test_an_error_of_the_worker_arrives_as_what_it_was(tmp_path: Path) -> None:
    job: Job[Any] = Job(["draft", str(tmp_path / "nowhere")], title="drafting", parse=dict)
    with pytest.raises(ProjectError, match="no project here"):
        job.result(TIMEOUT_S)


def test_a_killed_worker_is_said_to_have_died_and_can_be_cancelled_still(project: Path) -> None:
    job: Job[Any] = Job(["draft", str(project)], title="drafting", parse=dict)
    os.kill(job._process.pid, signal.SIGKILL)
    said = r"died: 'exit code -9'\. Something killed it, .* run out of memory\. Run it again: it resumes"
    with pytest.raises(JobError, match=said):
        job.result(TIMEOUT_S)
    job.cancel()
    assert job.state == "failed"


def test_a_worker_leaves_when_its_parent_lets_go(project: Path) -> None:
    job: Job[Any] = Job(["draft", str(project)], title="drafting", parse=dict)
    job.cancel()
    deadline = time.monotonic() + TIMEOUT_S
    while job.state == "running" and time.monotonic() < deadline:
        time.sleep(0.1)
    assert job.state == "cancelled"


def test_what_a_worker_is_given_may_be_more_than_a_pipe_holds(project: Path) -> None:
    arguments = ["align", str(project), "--recording", "rec_none"]
    job: Job[Any] = Job(arguments, title="aligning", parse=dict, given={"text": "word " * 100_000})
    with pytest.raises(NotFoundError, match="rec_none"):
        job.result(TIMEOUT_S)


def test_a_job_that_is_cancelled_before_all_is_given_is_cancelled(project: Path) -> None:
    job: Job[Any] = Job(["align", str(project)], title="aligning", parse=dict)
    job.cancel()
    assert job.result(TIMEOUT_S)["segments"] == 0
    assert job.state == "cancelled"


def test_a_second_run_waits_its_turn_and_can_be_stopped_meanwhile(project: Path) -> None:
    notes: list[str] = []
    with (
        Project.open(project) as opened,
        turn(project / ".draft.lock") as is_ours,
    ):
        report = opened.draft_here(
            progress=lambda _done, _total, note: notes.append(note), stopped=lambda: bool(notes)
        )
    assert is_ours
    assert notes == ["waiting for another run"]
    assert (report.drafted, report.cached, report.failed) == (0, 0, ())


def test_a_turn_is_free_again_after_it(tmp_path: Path) -> None:
    for _ in range(2):
        with turn(tmp_path / "lock") as is_ours:
            assert is_ours
