"""Speakers who take consent back, and sound that goes, while a model is trained or a run is cut short."""

from __future__ import annotations

import pytest
from made_speech import SMALL

from labwidgets.errors import TrainingError

pytestmark = pytest.mark.slow


class Stop:
    """Stops a run after its first step."""

    is_wanted = False

    def progress(self, _done, _total, note):
        self.is_wanted |= note.startswith("epoch")

    def stopped(self):
        return self.is_wanted


def learned(project, *, split="train"):
    """Return a speaker of a split."""
    of = {one.segment.id: one.recording.speaker for one in project.store.labelled_rows()}
    splits = project.store.splits()
    return next(speaker for speaker in of.values() if splits[speaker] == split)


def segments_of(project, speaker):
    return {one.segment.id for one in project.store.labelled_rows() if one.recording.speaker == speaker}


def test_a_run_that_was_cut_short_does_not_go_on_with_a_speaker_who_left(labelled):
    stop = Stop()
    partly = labelled.train_here(**SMALL, progress=stop.progress, stopped=stop.stopped)
    assert partly.state == "stopped"
    speaker = learned(labelled)
    theirs = segments_of(labelled, speaker)
    work = labelled.folder / "models" / ".training"
    assert "models that may have learned from them: run-1" in str(labelled.withdraw(speaker))
    report = labelled.train_here(**SMALL)
    assert (report.state, report.clips["train"]) == ("trained", partly.clips["train"] - len(theirs))
    used = {key for ids in labelled.run_segments(report.run).values() for key in ids}
    assert not used & theirs
    assert list(work.iterdir()) == []
    assert not any("goes on with those of" in note for note in report.notes)
    assert "run-1" not in str(labelled.withdraw(learned(labelled, split="test")))


def test_a_model_is_not_kept_whose_speaker_left_while_it_was_trained(labelled):
    gone = []

    def leave(_point):
        if not gone:
            gone.append(learned(labelled))
            labelled.withdraw(gone[0])

    with pytest.raises(TrainingError, match=r"took consent back while it was trained.*Train again"):
        labelled.train_here(**SMALL, point=leave)
    assert labelled.runs() == []
    assert list((labelled.folder / "models" / ".training").iterdir()) == []
    assert labelled.train_here(**SMALL).state == "trained"


def test_the_same_call_does_not_give_a_model_that_learned_from_who_left(labelled):
    labelled.save("mine")
    labelled.train_here(**SMALL, snapshot="mine")
    labelled.withdraw(learned(labelled))
    again = labelled.train_here(**SMALL, snapshot="mine")
    assert (again.run, labelled.train_here(**SMALL, snapshot="mine").run) == ("run-2", "run-2")


def test_sound_that_is_gone_since_it_was_labelled_is_told(labelled):
    row = next(one for one in labelled.store.labelled_rows() if one.recording.speaker == "ana")
    (labelled.folder / row.recording.source).unlink()
    labelled.cache.remove(row.recording.bytes_sha256)
    report = labelled.train_here(**SMALL)
    told = {one.source: one.reason for one in report.left_out}
    assert row.segment.id in told
    assert told[row.segment.id] == "its sound cannot be read"
