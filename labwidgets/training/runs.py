"""Where the runs of a project lie: whole ones in ``models/run-N``, others in ``models/.training``."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import shutil
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labwidgets.asr.sources import trained_folders
from labwidgets.corpus.withdrawal import MODELS, SEGMENTS_FILE, UNFINISHED
from labwidgets.errors import LabError, ModelError, NotFoundError
from labwidgets.records import Sifted, TrainReport

REPORT_FILE, PLAN_FILE, DRAFTS_FILE = "run.json", "plan.json", "drafts.json"
__all__ = ["MODELS", "SEGMENTS_FILE", "Plan", "Runs", "run_key", "write_json"]

_NUMBER = re.compile(r"run-(\d+)")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run was started for.

    Attributes:
        run: Its name.
        key: Of base and recipe: the same call has the same.
        snapshot: The labels that it learns from.
        drafts: Digest of the drafts that it learns from, too; empty for none.
    """

    run: str
    key: str
    snapshot: str
    drafts: str = ""


class Runs:
    """The runs of one project.

    Args:
        folder: ``models`` of the project.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def reports(self) -> list[TrainReport]:
        """Return all finished runs, the newest first; what cannot be read is left out, and logged."""
        found = []
        for path in trained_folders(self.folder):
            if (path / REPORT_FILE).is_file():
                try:
                    found.append(_report(path))
                except ModelError as error:
                    logger.warning("%s", error)
        return found

    def report(self, run: str) -> TrainReport:
        """Return a finished run.

        Raises:
            NotFoundError: There is none of that name.
            ModelError: What lies there cannot be read, or tells of another run.
        """
        # Only names that lie here: a name is never made into a path.
        known = {path.name: path for path in trained_folders(self.folder) if (path / REPORT_FILE).is_file()}
        if run not in known:
            raise NotFoundError("no such run of training", value=run, allowed=", ".join(known) or "none yet")
        return _report(known[run])

    def segments(self, run: str) -> dict[str, list[str]]:
        """Return the ids of the segments that a finished run used, by split, the pseudo-labelled apart.

        Raises:
            NotFoundError: There is none of that name.
            ModelError: What lies there cannot be read.
        """
        return _segments(self.folder / self.report(run).run)

    def drafts(self, run: str) -> Sifted | None:
        """Return the drafts that a finished run was to learn from; None where it was to learn from none.

        Raises:
            NotFoundError: There is none of that name.
            ModelError: What lies there cannot be read.
        """
        self.report(run)
        return _drafts(self.folder / run)

    def planned_drafts(self, plan: Plan) -> Sifted | None:
        """Return the drafts that an unfinished run learns from."""
        return _drafts(self.work(plan))

    def finished(self, key: str, snapshot: str, drafts: str = "") -> TrainReport | None:
        """Return the newest run of that key on that snapshot and those drafts."""
        for path in trained_folders(self.folder):
            plan = _plan(path)
            if plan is not None and (plan.key, plan.snapshot, plan.drafts) == (key, snapshot, drafts):
                with suppress(ModelError):
                    return _report(path)
        return None

    def unfinished(self, key: str) -> Plan | None:
        """Return the newest run of that key that was cut short."""
        for path in self.cut_short():
            if (self.folder / path.name).is_dir():
                # It was killed when all was done but this.
                shutil.rmtree(path, ignore_errors=True)
        plans = [plan for path in self.cut_short() if (plan := _plan(path)) is not None]
        return next((plan for plan in plans if plan.key == key), None)

    def begin(
        self, key: str, snapshot: str, drafts: Sifted | None = None, *, known: Collection[str] = ()
    ) -> Plan:
        """Return a new run, its place made.

        Args:
            key: Of base and recipe.
            snapshot: The labels that it learns from.
            drafts: That it learns from, too.
            known: Names of models that drafted: what one said that is gone must not be taken for the new
                one's.
        """
        names = [*known, *(path.name for path in self.all())]
        taken = [int(match[1]) for name in names if (match := _NUMBER.fullmatch(name))]
        digest = "" if drafts is None else drafts.digest
        plan = Plan(f"run-{max(taken, default=0) + 1}", key, snapshot, digest)
        work = self.work(plan)
        work.mkdir(parents=True)
        # Before the plan, which says that there are some.
        if drafts is not None:
            write_json(work / DRAFTS_FILE, drafts.to_dict())
        write_json(work / PLAN_FILE, {"key": key, "snapshot": snapshot, "drafts": digest})
        return plan

    def note_used(self, plan: Plan, segments: Mapping[str, list[str]]) -> None:
        """Keep which segments an unfinished run uses, by split."""
        write_json(self.work(plan) / SEGMENTS_FILE, segments)

    def used(self, run: str | Plan) -> set[str]:
        """Return the segments that a run uses, an unfinished one as far as it came.

        Raises:
            ModelError: What lies there cannot be read.
        """
        folder = self.folder / run if isinstance(run, str) else self.work(run)
        if not isinstance(run, str) and not (folder / SEGMENTS_FILE).is_file():
            return set()
        return {key for ids in _segments(folder).values() for key in ids}

    def work(self, plan: Plan) -> Path:
        """Return where an unfinished run lies."""
        return self.folder / UNFINISHED / plan.run

    def drop(self, plan: Plan) -> None:
        """Forget an unfinished run."""
        shutil.rmtree(self.work(plan), ignore_errors=True)

    def finish(self, plan: Plan, trained: Path, report: TrainReport) -> None:
        """Put a trained model in its place; it is there whole or not at all."""
        write_json(trained / REPORT_FILE, report.to_dict())
        for name in (PLAN_FILE, DRAFTS_FILE):
            if (self.work(plan) / name).is_file():
                shutil.copyfile(self.work(plan) / name, trained / name)
        trained.rename(self.folder / plan.run)
        self.drop(plan)

    def cut_short(self) -> list[Path]:
        """Return the folders of all runs that did not come to their end, the newest first."""
        return trained_folders(self.folder / UNFINISHED)

    def all(self) -> list[Path]:
        """Return the folders of all runs."""
        return [*trained_folders(self.folder), *self.cut_short()]

    def snapshots(self, *, but: Collection[Path]) -> set[str] | None:
        """Return the labels that runs have, but for some of them; None where one does not tell any more."""
        found = set()
        for path in self.all():
            if path not in but:
                told = _told(path)
                if not told:
                    return None
                found |= told
        return found


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
        return Plan(folder.name, data["key"], data["snapshot"], data.get("drafts", ""))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _drafts(folder: Path) -> Sifted | None:
    path = folder / DRAFTS_FILE
    if not path.is_file():
        return None
    try:
        return Sifted.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _broken(path) from error


def _segments(folder: Path) -> dict[str, list[str]]:
    path = folder / SEGMENTS_FILE
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {str(split): [str(one) for one in ids] for split, ids in found.items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise _broken(path) from error


def _told(folder: Path) -> set[str]:
    """Return the labels that a run began with, by its plan and by its report."""
    plan = _plan(folder)
    found = set() if plan is None else {str(plan.snapshot)}
    with suppress(ModelError):
        found.add(_report(folder).snapshot)
    return found


def _report(folder: Path) -> TrainReport:
    """Return what a folder tells of its run: projects are shared, so it need not be ours."""
    path = folder / REPORT_FILE
    try:
        report = TrainReport.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise _broken(path) from error
    if report.run != folder.name:
        raise ModelError(
            "the report of a run bears another name",
            value=report.run,
            allowed=folder.name,
            remedy=f"Put the folder back as it was trained, or delete {folder}",
        )
    return report


def _broken(path: Path) -> LabError:
    return ModelError(
        "what was kept of a run cannot be read",
        value=path,
        remedy="Put the folder back as it was trained, or delete it and train again",
    )
