"""A transcript without times, put onto a recording of a project."""

from __future__ import annotations

import uuid

import numpy as np
import pytest
import soundfile

from labwidgets.errors import NotFoundError, ProjectError, SourceError
from labwidgets.project import Project
from labwidgets.records import AlignReport, SegmentChange, SegmentPiece, SegmentRef, Transcription, Word

RATE_HZ = 16_000


class Ear:
    """Hears one word a second of sound, whatever it is asked about, but never "purple"."""

    model, revision, settings = "ear", "1", {}

    def __init__(self):
        self.n_written = self.n_scored = 0

    def transcribe(self, samples, *, language=None):
        self.n_written += 1
        first = round(float(samples[0]) * 100)
        words = [f"w{first + at}" for at in range(len(samples) // RATE_HZ)]
        return self._said(" ".join(words), language)

    def score(self, samples, text, language=None):
        assert len(samples) <= 29.5 * RATE_HZ
        self.n_scored += 1
        return self._said(text, language)

    def _said(self, text, language):
        timed = tuple(
            Word(word, float(at), at + 1.0, 1e-6 if word == "purple" else 0.5)
            for at, word in enumerate(text.split())
        )
        return Transcription(text, timed, 0.5, language)


@pytest.fixture
def ear(monkeypatch):
    made = Ear()
    monkeypatch.setattr("labwidgets.project.hearing.resolve", lambda *_: None)
    monkeypatch.setattr("labwidgets.project.hearing.load_drafter", lambda *_, **__: made)
    return made


@pytest.fixture
def project(tmp_path):
    # Each second is as loud as its number says, so that the ear knows where it is.
    sound = np.repeat(np.arange(40) / 100, RATE_HZ)
    soundfile.write(tmp_path / "talk.wav", sound, RATE_HZ, subtype="FLOAT")
    with Project.create(tmp_path / "corpus", language="en") as opened:
        opened.add(str(tmp_path / "talk.wav"))
        yield opened


def segments(project):
    [recording] = project.store.recordings("decoded")
    return project.store.recording_segments(recording.id, annotator="a")


def cut(project, *times):
    [recording] = project.store.recordings("decoded")
    whole = tuple(SegmentRef(one.id, one.version) for one in segments(project))
    pieces = tuple(SegmentPiece(str(uuid.uuid4()), 0, *span) for span in times)
    project.store.change_segments(
        SegmentChange(str(uuid.uuid4()), recording.id, "a", "segment", whole, pieces)
    )


def test_each_segment_gets_its_part_as_a_draft_with_times(project, ear):
    cut(project, (0.0, 4.0), (10.0, 13.0))
    told = []
    report = project.align_here(
        "w0 w1 purple w2 w3 w10 W11, w12.", progress=lambda *step: told.append(step[:2])
    )
    assert [one.text for one in segments(project)] == ["w0 w1 purple w2 w3", "w10 W11, w12."]
    first, second = (project.view(one.id, annotator="a").draft for one in segments(project))
    assert [word.text for word in first.words] == ["w0", "w1", "w2", "w3"]
    assert (first.alarms, second.alarms, first.model) == (("unplaced-words",), (), "transcript")
    assert (report.segments, report.placed) == (2, 7)
    [unplaced] = report.unplaced
    assert (unplaced.segment_id, unplaced.text) == (segments(project)[0].id, "purple")
    assert str(report) == "7 of 8 words placed in 2 segments, not heard: purple"
    # Drafted first, for the anchors, and then aligned.
    assert told == [(1, 2), (2, 2)] * 2
    assert project.verify().ok
    # What was drafted for it is not drafted again, and the same text is not stored twice.
    assert (ear.n_written, ear.n_scored) == (2, 3)
    again = project.align_here("w0 w1 purple w2 w3 w10 W11, w12.")
    assert again == report
    assert (ear.n_written, ear.n_scored) == (2, 3)


def test_it_can_be_stopped_at_any_segment_and_goes_on_behind_it(project, ear):
    cut(project, *((4.0 * at, 4.0 * at + 3) for at in range(6)))
    text = " ".join(f"w{at}" if at % 4 < 3 else "purple" for at in range(24))
    told = []

    def is_enough():
        return told[-1:] == [(4, 6, "aligning")]

    stopped = project.align_here(text, progress=lambda *step: told.append(step), stopped=is_enough)
    assert (stopped.segments, ear.n_written) == (4, 6)
    asked = ear.n_scored
    done = project.align_here(text)
    assert (done.segments, done.placed, ear.n_written) == (6, 18, 6)
    # Twice for each segment, as one word is not heard, and not at all for those before.
    assert (asked, ear.n_scored - asked) == (8, 4)
    assert [one.text for one in done.unplaced] == ["purple"] * 6
    assert project.verify().ok
    waiting = project.align_here(text, stopped=lambda: True)
    assert waiting == AlignReport(0, 0, ())


def test_what_is_cut_anew_meanwhile_is_told_and_the_rest_goes_on(project, ear):
    cut(project, (0.0, 4.0), (10.0, 13.0))

    def progress(done, _total, note):
        if (done, note) == (1, "aligning"):
            cut(project, (0.0, 4.0), (10.0, 12.0))

    report = project.align_here("w0 w1 w2 w3 w10 w11 w12", progress=progress)
    assert ear.n_written == 2
    assert (report.segments, len(report.refused)) == (1, 1)
    assert "split, merged or retired" in str(report)


def test_a_segment_longer_than_a_model_hears_is_taken_in_stretches(project, ear):
    text = " ".join(f"w{at}" for at in range(40))
    report = project.align_here(text)
    [draft] = [project.view(one.id, annotator="a").draft for one in segments(project)]
    assert draft.text == text
    assert report.unplaced == ()
    assert "all heard" in str(report)
    # The times go on behind the first stretch, whose end lies somewhere between 15 and 29.5 s.
    assert draft.words[-1].start_s == pytest.approx(39.0, abs=0.6)
    assert (ear.n_written, ear.n_scored) == (1, 2)


def test_what_makes_no_sense_is_refused(project, ear, monkeypatch, tmp_path):
    assert ear.n_written == 0
    with pytest.raises(SourceError, match="there is no word to align"):
        project.align_here(" ")
    with pytest.raises(NotFoundError, match="rec_none"):
        project.align_here("a", "rec_none")
    monkeypatch.setattr(project.store, "segments_to_draft", list)
    with pytest.raises(ProjectError, match="the recording has no segments"):
        project.align_here("a")
    soundfile.write(tmp_path / "other.wav", np.zeros(RATE_HZ), RATE_HZ)
    project.add(str(tmp_path / "other.wav"))
    for align in (project.align_here, project.align):
        with pytest.raises(NotFoundError, match="2 recordings"):
            align("a")
    with pytest.raises(SourceError, match="there is no word to align"):
        project.align(" ", next(iter(project.store.recordings("decoded"))).id)
