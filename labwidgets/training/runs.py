"""Where the runs of a project lie: whole ones in ``models/run-N``, others in ``models/.training``."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labwidgets.asr.sources import trained_folders
from labwidgets.corpus.withdrawal import MODELS, SEGMENTS_FILE, UNFINISHED
from labwidgets.errors import NotFoundError
from labwidgets.records import TrainReport

REPORT_FILE, PLAN_FILE = "run.json", "plan.json"
__all__ = ["MODELS", "SEGMENTS_FILE", "Plan", "Runs", "run_key", "write_json"]

_NUMBER = re.compile(r"run-(\d+)")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run was started for.

    Attributes:
        run: Its name.
        key: Of base and recipe: the same call has the same.
        snapshot: The labels that it learns from.
    """

    run: str
    key: str
    snapshot: str


class Runs:
    """The runs of one project.

    Args:
        folder: ``models`` of the project.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def reports(self) -> list[TrainReport]:
        """Return all finished runs, the newest first."""
        paths = [path / REPORT_FILE for path in trained_folders(self.folder)]
        return [_report(path) for path in paths if path.is_file()]

    def report(self, run: str) -> TrainReport:
        """Return a finished run.

        Raises:
            NotFoundError: There is none of that name.
        """
        known = {one.run: one for one in self.reports()}
        if run not in known:
            raise NotFoundError("no such run of training", value=run, allowed=", ".join(known) or "none yet")
        return known[run]

    def segments(self, run: str) -> dict[str, list[str]]:
        """Return the ids of the segments that a finished run used, by split."""
        self.report(run)
        text = (self.folder / run / SEGMENTS_FILE).read_text(encoding="utf-8")
        found: dict[str, list[str]] = json.loads(text)
        return found

    def finished(self, key: str, snapshot: str) -> TrainReport | None:
        """Return the newest run of that key on that snapshot."""
        for path in trained_folders(self.folder):
            plan = _plan(path)
            if plan is not None and (plan.key, plan.snapshot) == (key, snapshot):
                return _report(path / REPORT_FILE)
        return None

    def unfinished(self, key: str) -> Plan | None:
        """Return the newest run of that key that was cut short."""
        plans = [plan for path in self._cut_short() if (plan := _plan(path)) is not None]
        return next((plan for plan in plans if plan.key == key), None)

    def begin(self, key: str, snapshot: str) -> Plan:
        """Return a new run, its place made."""
        taken = [int(match[1]) for path in self._all() if (match := _NUMBER.fullmatch(path.name))]
        plan = Plan(f"run-{max(taken, default=0) + 1}", key, snapshot)
        work = self.work(plan)
        work.mkdir(parents=True)
        write_json(work / PLAN_FILE, {"key": key, "snapshot": snapshot})
        return plan

    def work(self, plan: Plan) -> Path:
        """Return where an unfinished run lies."""
        return self.folder / UNFINISHED / plan.run

    def drop(self, plan: Plan) -> None:
        """Forget an unfinished run."""
        shutil.rmtree(self.work(plan), ignore_errors=True)

    def finish(self, plan: Plan, trained: Path, report: TrainReport) -> None:
        """Put a trained model in its place; it is there whole or not at all."""
        write_json(trained / REPORT_FILE, report.to_dict())
        shutil.copyfile(self.work(plan) / PLAN_FILE, trained / PLAN_FILE)
        trained.rename(self.folder / plan.run)
        self.drop(plan)

    def _cut_short(self) -> list[Path]:
        return trained_folders(self.folder / UNFINISHED)

    def _all(self) -> list[Path]:
        return [*trained_folders(self.folder), *self._cut_short()]


def run_key(base: Mapping[str, Any]) -> str:
    """Return 16 hex digits for what a run is made of."""
    return hashlib.sha256(json.dumps(base, sort_keys=True).encode()).hexdigest()[:16]


def write_json(path: Path, content: object) -> None:
    """Write a file, whole or not at all."""
    partial = path.with_suffix(".part")
    partial.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    partial.replace(path)


def _plan(folder: Path) -> Plan | None:
    try:
        data = json.loads((folder / PLAN_FILE).read_text(encoding="utf-8"))
        return Plan(folder.name, data["key"], data["snapshot"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _report(path: Path) -> TrainReport:
    return TrainReport.from_dict(json.loads(path.read_text(encoding="utf-8")))
