"""A round whose worker is killed in the middle of its steps, with models that really draft and learn."""

from __future__ import annotations

import time
from collections import Counter

import pytest
import soundfile
from made_speech import RATE_HZ, TEXTS, tones

from labwidgets.errors import JobError
from labwidgets.records import ModelRun, Transcription
from labwidgets.store.events import read

pytestmark = pytest.mark.slow

TIMEOUT_S = 240
SETTINGS = {
    "epochs": 80,
    "patience": 0,
    "batch_size": 8,
    "learning_rate": 5e-3,
    "augment": {"speed": [1.0], "noise_share": 0.0, "mask_time": 0.0, "mask_bands": 0.0},
    "architecture": {"width": 32, "layers": 1, "heads": 2, "feed_forward": 32, "dropout": 0.0},
}
ROUND = {
    "model": "run-1",
    "recipe": "ctc-small",
    "settings": {**SETTINGS, "epochs": 6},
    "audits": 14,
    "label": 0,
    "max_wer": 0.9,
    "risk": 0.6,
}


class Killed:
    """A project in which a model drafts, decides and learns.

    Args:
        project: Of four speakers, all labelled.
        folder: For more sound.
    """

    def __init__(self, project, folder) -> None:
        self.project = project
        project.train_here(recipe="ctc-small", settings=SETTINGS)
        rows = []
        for n, (speaker, text) in enumerate((one, text) for one in ("eve", "fay", "gus") for text in TEXTS):
            soundfile.write(folder / f"{n}.wav", tones(text, 1 + 0.01 * n), RATE_HZ)
            rows.append({"audio": str(folder / f"{n}.wav"), "speaker": speaker, "said": text})
        project.add(rows)
        self.truth = {
            key: project.view(key, annotator="a1").recording.metadata["said"]
            for key in project.store.open_segments()
        }
        # Tones raise the alarm that there is no speech: agreement orders the drafts.
        said = {key: Transcription(text, (), None, "en") for key, text in self.truth.items()}
        project.store.add_hypotheses(ModelRun("run_v", "vendor", "r", {}), said, as_draft=False)

    def n_drafts(self) -> int:
        return len(self.project.store.heard_drafts("run-1")) + sum(
            "run-1" in row.said for row in self.project.store.analysed_segments() if row.reference is None
        )

    def kinds(self) -> Counter[str]:
        return Counter(self.project.store._read(lambda c: [event.kind for event in read(c)]))

    def kill(self, when, *, may_end=False, **asked) -> None:
        """Go round in a worker and kill it as soon as something has come to be.

        With ``may_end`` what follows is so short that the worker may be at its end before.
        """
        job, deadline = self.project.round(**asked), time.monotonic() + TIMEOUT_S
        while not when() and time.monotonic() < deadline:
            time.sleep(0.002)
        job._process.kill()
        said = ""
        try:
            job.result(TIMEOUT_S)
        except JobError as error:
            said = str(error)
        assert "it resumes" in said or (may_end and not said)

    def label(self, keys) -> None:
        for key in keys:
            self.project.submit_text(key, self.truth[key], annotator="a1")


@pytest.fixture
def killed(labelled, tmp_path, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    return Killed(labelled, tmp_path)


def test_a_round_that_is_killed_in_each_step_comes_to_one_end(killed):
    project, store = killed.project, killed.project.store
    killed.kill(lambda: killed.n_drafts() >= 5, **ROUND)
    assert 5 <= killed.n_drafts() < 24
    killed.kill(lambda: killed.kinds()["pool_opened"], may_end=True)
    found = project.round_here()
    assert (found.step, found.audits) == ("audit", 14)
    killed.label(row.segment_id for row in store.audits(found.pool))
    killed.kill(lambda: killed.kinds()["decision_made"])
    checkpoints = project.folder / "models" / ".training" / "run-2" / "checkpoints"
    killed.kill(lambda: any(checkpoints.glob("checkpoint-*")))
    found = project.round_here()
    assert found.is_done
    kinds = killed.kinds()
    once = ("round_begun", "round_ended", "pool_opened", "audits_drawn", "audits_spent")
    assert {kind: kinds[kind] for kind in once} == dict.fromkeys(once, 1)
    drawn = [key for one in store.audit_draws(store.pools()[0].id) for key in one.chances]
    assert len(drawn) == len(set(drawn)) == found.audits == 14
    assert found.accepted > 0
    assert killed.n_drafts() == 24
    assert [one.run for one in project.runs()] == ["run-2", "run-1"]
    assert list((project.folder / "models" / ".training").iterdir()) == []
    assert project.verify().ok
