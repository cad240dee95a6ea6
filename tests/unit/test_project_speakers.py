"""Who speaks in a long recording: proposed from the voices, and never against what people said."""

from __future__ import annotations

import uuid

import numpy as np
import pytest
import soundfile

from labwidgets.errors import ConfigError, NotFoundError
from labwidgets.project import Project
from labwidgets.records import SegmentChange, SegmentPiece, SegmentRef

RATE_HZ = 16_000
TURNS = "ABABBA"


def voice(who, seconds, chance):
    """Hum with the formants of one of two throats, some breath, and a pause at the end."""
    at = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    pitch, formants = {"A": (110, (500, 1500)), "B": (210, (900, 2600))}[who]
    found = 0.02 * chance.normal(size=len(at))
    for harmonic in range(1, 25):
        hertz = pitch * harmonic
        loud = sum(np.exp(-(((hertz - formant) / 200) ** 2)) for formant in formants)
        found += 0.2 * loud * np.sin(2 * np.pi * hertz * at + harmonic)
    found[-RATE_HZ // 5 :] *= 0.01
    return found


@pytest.fixture
def project(tmp_path):
    chance = np.random.default_rng(0)
    sound = np.concatenate([voice(who, 4.0, chance) for who in TURNS])
    soundfile.write(tmp_path / "talk.wav", sound / np.abs(sound).max() * 0.5, RATE_HZ)
    with Project.create(tmp_path / "corpus", language="en") as opened:
        opened.add(str(tmp_path / "talk.wav"), speaker="s1")
        [recording] = opened.store.recordings("decoded")
        [whole] = opened.store.recording_segments(recording.id, annotator="a")
        pieces = tuple(
            SegmentPiece(str(uuid.uuid4()), 0, 4.0 * at, 4.0 * (at + 1)) for at in range(len(TURNS))
        )
        change(opened, "segment", segments=(SegmentRef(whole.id, whole.version),), pieces=pieces)
        yield opened


def change(project, kind, **fields):
    [recording] = project.store.recordings("decoded")
    project.store.change_segments(SegmentChange(str(uuid.uuid4()), recording.id, "a", kind, **fields))


def segments(project):
    [recording] = project.store.recordings("decoded")
    return project.store.recording_segments(recording.id, annotator="a")


def speakers(project):
    [recording] = project.store.recordings("decoded")
    return [(one.speaker or "").removeprefix(f"{recording.id}.") for one in segments(project)]


def test_segments_get_the_names_of_their_speakers(project):
    told = []
    report = project.find_speakers_here(n=2, method="mfcc", progress=lambda *step: told.append(step[:2]))
    assert speakers(project) == ["1", "2", "1", "2", "2", "1"]
    assert (report.recordings, report.speakers, report.assigned) == (1, 2, 6)
    assert (report.mixed, report.refused, told[-1]) == ((), (), (6, 6))
    assert "2 speakers in 1 recordings: 6 segments named" in str(report)
    assert "a guess at best" in str(report)
    assert project.find_speakers_here(n=2, method="mfcc").assigned == 0
    assert project.find_speakers_here(n=1, method="mfcc").assigned == 3
    assert project.verify().ok


def test_it_runs_as_a_job_and_hears_nothing_twice(project, monkeypatch):
    report = project.find_speakers(n=2, method="mfcc").result(120)
    assert (report.speakers, report.assigned, report.method) == (2, 6, "mfcc")
    monkeypatch.setattr(project, "read", lambda _: pytest.fail("this was heard before"))
    assert project.find_speakers_here(n=1, method="mfcc").assigned == 3
    assert project.find_speakers_here(n=2, method="mfcc").assigned == 3


def test_it_can_be_stopped_within_a_recording_and_goes_on_there(project, monkeypatch):
    n_read = []
    read = project.read
    monkeypatch.setattr(project, "read", lambda key: n_read.append(key) or read(key))
    stopped = project.find_speakers_here(n=2, method="mfcc", stopped=lambda: len(n_read) == 4)
    assert (stopped.recordings, stopped.assigned) == (0, 0)
    assert project.find_speakers_here(n=2, method="mfcc").assigned == 6
    assert len(n_read) == 6
    [recording] = project.store.recordings("decoded")
    project.cache.remove(recording.bytes_sha256)
    # A voice is as personal as the sound: it goes with it.
    assert project.cache.kept(recording.bytes_sha256, "pieces-mfcc") == {}
    project.cache.keep(recording.bytes_sha256, "pieces-mfcc", {"a": np.zeros(1)})
    assert project.cache.kept(recording.bytes_sha256, "pieces-mfcc") == {}


def test_names_that_people_gave_stay_and_go_to_who_sounds_alike(project):
    one, two = segments(project)[1:3]
    change(project, "assign", segments=(SegmentRef(one.id, one.version),), speaker="Bea")
    change(project, "assign", segments=(SegmentRef(two.id, two.version),), speaker="Bea")
    project.find_speakers_here(n=2, method="mfcc")
    # The third segment sounds like the other speaker, but somebody said who it is.
    assert speakers(project)[:5] == ["1", "Bea", "Bea", "Bea", "Bea"]


def cut_anew(project, *times):
    refs = tuple(SegmentRef(one.id, one.version) for one in segments(project))
    pieces = tuple(SegmentPiece(str(uuid.uuid4()), 0, *span) for span in times)
    change(project, "segment", segments=refs, pieces=pieces)


def test_a_segment_is_parted_where_its_speaker_changes(project):
    cut_anew(project, (0.0, 8.0), (8.0, 12.0), (12.0, 20.0), (20.0, 24.0))
    report = project.find_speakers_here(n=2, method="mfcc")
    assert (report.parted, report.mixed) == (1, ())
    assert "1 parted where it changes" in str(report)
    names = speakers(project)
    assert names[0] == names[2] == names[4] != names[1] == names[3]
    first, second = segments(project)[:2]
    assert first.end_s == second.start_s == pytest.approx(3.9, abs=0.15)
    assert second.end_s == 8.0
    assert project.verify().ok


def test_what_only_the_program_named_can_still_be_parted_by_it(project):
    cut_anew(project, (0.0, 8.0), (8.0, 12.0), (12.0, 20.0), (20.0, 24.0))
    assert project.find_speakers_here(n=1, method="mfcc").assigned == 4
    assert project.find_speakers_here(n=2, method="mfcc").parted == 1
    # To the one who cuts, a named segment is work that is not to be lost.
    assert project.segment_here(settings={"method": "energy", "max_s": 5}).left == 5


def test_a_segment_of_two_speakers_that_somebody_works_on_is_told(project):
    cut_anew(project, (0.0, 8.0), (8.0, 12.0), (12.0, 20.0), (20.0, 24.0))
    mine = segments(project)[0]
    project.submit_text(mine.id, "hum hum", annotator="a")
    report = project.find_speakers_here(n=2, method="mfcc")
    assert (report.parted, report.mixed) == (0, (mine.id,))
    assert "1 seem to hold two" in str(report)


def test_what_makes_no_sense_is_refused(project, monkeypatch):
    with pytest.raises(ConfigError, match="no such way to tell voices apart"):
        project.find_speakers_here(method="ear")
    with pytest.raises(ConfigError, match="no number of people"):
        project.find_speakers_here(n=0)
    with pytest.raises(ConfigError, match="no number of people"):
        project.find_speakers(n=0)
    with pytest.raises(NotFoundError, match="rec_none"):
        project.find_speakers("rec_none")
    with pytest.raises(NotFoundError, match="rec_none"):
        project.find_speakers_here("rec_none", method="mfcc")

    def gone(_):
        raise NotFoundError("the sound is gone", value="talk.wav")

    monkeypatch.setattr(project, "read", gone)
    report = project.find_speakers_here(method="mfcc")
    assert (report.recordings, len(report.refused)) == (0, 1)
    assert "talk.wav" in str(report)
