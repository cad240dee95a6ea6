"""Folders of runs as they may come with a project from somebody else."""

from __future__ import annotations

import json
import logging
from dataclasses import replace

import pytest

from labwidgets.errors import ModelError, NotFoundError
from labwidgets.records import TrainReport
from labwidgets.training.runs import Runs

REPORT = TrainReport("run-1", "trained", "", "", "ctc-small", {}, "labels-1", ("en",), {"train": 8}, 0.1)


@pytest.fixture
def runs(tmp_path):
    return Runs(tmp_path / "models")


@pytest.fixture
def lay(runs):
    def write(folder: str, report=REPORT, segments='{"train": ["s1"]}'):
        place = runs.folder / folder
        place.mkdir(parents=True, exist_ok=True)
        text = report if isinstance(report, str) else json.dumps(report.to_dict())
        (place / "run.json").write_text(text, encoding="utf-8")
        (place / "segments.json").write_text(segments, encoding="utf-8")

    return write


@pytest.mark.parametrize("name", ["../../other", "run-1/../../secret", "/etc", "run-2", "."])
def test_a_report_that_bears_another_name_leads_nowhere(runs, lay, name, caplog):
    lay("../other", segments='{"train": ["foreign"]}')
    lay("run-1", replace(REPORT, run=name))
    with caplog.at_level(logging.WARNING):
        assert runs.reports() == []
    assert "bears another name" in caplog.text
    with pytest.raises(ModelError, match=r"bears another name.*allowed: run-1"):
        runs.segments("run-1")
    with pytest.raises(NotFoundError, match="no such run of training"):
        runs.segments(name)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "null", '{"run": "run-1"}', '{"run": 1, "left_out": 3}'], ids=repr
)
def test_a_report_that_cannot_be_read_hides_no_other(runs, lay, text, caplog):
    lay("run-1")
    lay("run-2", text)
    assert [report.run for report in runs.reports()] == ["run-1"]
    assert "cannot be read" in caplog.text
    with pytest.raises(ModelError, match=r"what was kept of a run cannot be read.*run-2"):
        runs.report("run-2")


@pytest.mark.parametrize("text", ["", "[]", '{"train": 3}'])
def test_a_list_of_segments_that_cannot_be_read_is_said(runs, lay, text):
    lay("run-1", segments=text)
    assert runs.report("run-1") == REPORT
    with pytest.raises(ModelError, match=r"what was kept of a run cannot be read.*segments\.json"):
        runs.segments("run-1")


def test_a_run_that_is_done_is_not_begun_again_from_what_a_kill_left_of_it(runs, lay):
    plan = runs.begin("key", "labels-1")
    lay(plan.run)
    assert runs.unfinished("key") is None
    assert runs.cut_short() == []


def test_the_name_of_a_model_that_drafted_and_is_gone_is_not_given_again(runs, lay):
    lay("run-1")
    assert runs.begin("key", "labels-1", known=["tiny.en", "run-4", "run-2 + replace"]).run == "run-5"
