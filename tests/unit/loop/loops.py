"""A loop of people and models that are made up."""

from __future__ import annotations

import json
import random
import uuid

import pytest

from labwidgets.analysis.loop import Round
from labwidgets.project import Project
from labwidgets.records import DraftReport, ModelRun, Submission, TrainReport, Transcription

N = 360
SPEAKERS = 6
RATES = {"m0": 0.30, "run-1": 0.10, "run-2": 0.05, "run-3": 0.05}
"""Errors a word of each model's drafts, on average."""

ASKED = {"max_wer": 0.15, "risk": 0.1, "audits": 50, "label": 60}


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
