"""Long recordings are cut where people pause, and what people have worked on stays."""

from __future__ import annotations

import importlib.util
import uuid

import numpy as np
import pytest
import soundfile

from labwidgets.audio.segmentation import voice_spans
from labwidgets.audio.voice import FRAME_S, VoiceModel
from labwidgets.config import SegmentationSettings, load_settings
from labwidgets.errors import ConfigError, ModelError
from labwidgets.project import Project
from labwidgets.records import MIX, SegmentChange, SegmentPiece, SegmentRef

RATE_HZ = 16_000
ME = "a1"


def talk(bursts, duration_s, seed=0):
    """Return float32[n]: noise floor, with louder noise in each (start_s, end_s)."""
    random = np.random.default_rng(seed)
    sound = 0.0005 * random.standard_normal(round(duration_s * RATE_HZ))
    for start_s, end_s in bursts:
        first, last = round(start_s * RATE_HZ), round(end_s * RATE_HZ)
        sound[first:last] += 0.1 * random.standard_normal(last - first)
    return sound.astype(np.float32)


BURSTS = [(1.0, 5.0), (6.5, 9.0), (12.0, 20.0), (22.0, 30.0)]


@pytest.fixture
def open_project(tmp_path):
    """Makes a project that cuts by level, with one recording of these samples."""
    made = []

    def opening(samples, **settings):
        given = SegmentationSettings(**{"method": "energy", "max_s": 10.0, **settings})
        project = Project.create(tmp_path / f"p{len(made)}", language="en")
        project.settings = project.settings.model_copy(update={"segmentation": given})
        soundfile.write(tmp_path / f"talk{len(made)}.wav", samples, RATE_HZ)
        project.add(tmp_path / f"talk{len(made)}.wav")
        made.append(project)
        return project, project.recordings()[0]

    yield opening
    for project in made:
        assert project.verify().ok
        project.close()


def spans(rows):
    return [(round(row.start_s, 1), round(row.end_s, 1)) for row in rows]


def test_a_talk_is_cut_where_it_pauses_and_only_once(open_project):
    project, recording = open_project(talk(BURSTS, 33.0))
    report = project.segment_here()
    rows = project.segments(recording.id, annotator=ME)
    assert spans(rows) == [(0.8, 5.2), (6.3, 9.2), (11.8, 20.2), (21.8, 30.2)]
    assert (report.recordings, report.segments, report.known, report.refused) == (1, 4, 0, ())
    assert report.speech_s == pytest.approx(sum(row.end_s - row.start_s for row in rows), abs=0.01)
    assert project.status().segments == 4
    again = project.segment_here()
    assert (again.known, again.segments) == (1, 4)
    assert project.segments(recording.id, annotator=ME) == rows


def test_what_people_have_worked_on_stays_and_is_counted(open_project):
    project, recording = open_project(talk(BURSTS, 33.0))
    project.segment_here()
    first, second, third, fourth = project.segments(recording.id, annotator=ME)
    project.submit_text(first.id, "hello", annotator=ME)
    piece = SegmentPiece(fourth.id, 0, 21.0, fourth.end_s)
    change = ("retime", (SegmentRef(fourth.id, 1),), (piece,))
    project.change_segments(SegmentChange(str(uuid.uuid4()), recording.id, ME, *change))
    wider = project.settings.segmentation.model_copy(update={"pad_s": 0.0})
    project.settings = project.settings.model_copy(update={"segmentation": wider})
    report = project.segment_here()
    assert (report.left, report.segments) == (2, 2)
    rows = project.segments(recording.id, annotator=ME)
    assert spans(rows) == [(0.8, 5.2), (6.5, 9.0), (12.0, 20.0), (21.0, 30.2)]
    assert (rows[0].id, rows[3].id) == (first.id, fourth.id)
    assert {second.id, third.id}.isdisjoint(row.id for row in rows)
    assert "2 segments left" in str(report)


def test_a_recording_that_was_imported_with_its_text_stays_whole(open_project, tmp_path):
    project, _ = open_project(talk(BURSTS, 33.0))
    soundfile.write(tmp_path / "other.wav", talk(BURSTS, 33.0, seed=1), RATE_HZ)
    project.add([{"audio": str(tmp_path / "other.wav"), "text": "all of it"}])
    report = project.segment_here()
    assert (report.recordings, report.left) == (1, 1)


def test_an_import_with_overlapping_and_inverted_segments_is_usable(open_project, tmp_path):
    project, _ = open_project(talk(BURSTS, 33.0))
    soundfile.write(tmp_path / "call.wav", talk(BURSTS, 33.0, seed=1), RATE_HZ)
    (tmp_path / "call.stm").write_text(
        "call 1 Anna 1.0 5.0 one two\ncall 1 Bob 4.0 9.0 three\ncall 1 Bob 20.0 12.0 inverted\n"
    )
    added = project.add(tmp_path / "call.stm")
    assert added.added == 1
    [refused] = added.refused
    assert "20" in refused.source + refused.reason
    call = project.recordings()[1]
    rows = project.segments(call.id, annotator=ME)
    assert [(row.start_s, row.end_s, row.speaker, row.text) for row in rows] == [
        (1.0, 5.0, "Anna", "one two"),
        (4.0, 9.0, "Bob", "three"),
    ]
    report = project.segment_here()
    assert (report.recordings, report.left) == (1, 2)
    assert project.segments(call.id, annotator=ME) == rows


def test_imported_drafts_keep_the_segments_that_they_came_with(open_project, tmp_path):
    project, _ = open_project(talk(BURSTS, 33.0))
    soundfile.write(tmp_path / "call.wav", talk(BURSTS, 33.0, seed=1), RATE_HZ)
    (tmp_path / "call.stm").write_text("call 1 Anna 1.0 5.0 one two\ncall 1 Bob 6.0 9.0 three\n")
    project.add(tmp_path / "call.stm", text_as="draft")
    assert project.segment_here().left == 2


def test_a_call_has_a_speaker_a_channel(open_project):
    sound = np.stack([talk(BURSTS[:2], 33.0), talk(BURSTS[2:], 33.0, seed=1)], axis=1)
    project, recording = open_project(sound, channels="speakers")
    project.segment_here()
    rows = project.segments(recording.id, annotator=ME)
    assert [row.channel for row in rows] == [0, 0, 1, 1]
    assert [row.speaker for row in rows] == [f"{recording.id}.{n}" for n in (1, 1, 2, 2)]
    assert spans(rows)[0] == (0.8, 5.2)


def test_channels_are_heard_together_or_each_by_itself(open_project):
    sound = np.stack([talk(BURSTS, 33.0), talk(BURSTS, 33.0, seed=1)], axis=1)
    project, recording = open_project(sound)
    project.segment_here()
    assert {row.channel for row in project.segments(recording.id, annotator=ME)} == {MIX}
    project, recording = open_project(sound, channels="each")
    project.segment_here()
    rows = project.segments(recording.id, annotator=ME)
    assert len(rows) == 8
    assert {row.speaker for row in rows} == {None}


def test_silence_stays_one_segment_and_is_said(open_project):
    project, recording = open_project(np.zeros(RATE_HZ * 30, np.float32))
    report = project.segment_here()
    assert (report.recordings, report.segments) == (0, 0)
    assert [one.reason for one in report.refused] == ["no speech is heard in it: it stays one segment"]
    assert len(project.segments(recording.id, annotator=ME)) == 1


def test_a_short_recording_is_one_segment_already(open_project):
    project, recording = open_project(talk([(1.0, 2.0), (5.0, 6.0)], 9.0))
    assert project.segment_here().recordings == 0
    assert len(project.segments(recording.id, annotator=ME)) == 1


def test_a_run_that_was_stopped_is_run_again(open_project):
    project, recording = open_project(talk(BURSTS, 33.0))
    assert project.segment_here(stopped=lambda: True).recordings == 0
    assert len(project.segments(recording.id, annotator=ME)) == 1
    told = []
    assert project.segment_here(progress=lambda *given: told.append(given)).recordings == 1
    assert told[-1] == (1, 1, "segmenting")


def test_a_recording_that_is_gone_is_a_refusal(open_project, tmp_path):
    project, recording = open_project(talk(BURSTS, 33.0))
    project.cache.remove(recording.bytes_sha256)
    (tmp_path / "talk0.wav").unlink()
    [refusal] = project.segment_here().refused
    assert "the file of a recording is gone" in refusal.reason


def test_where_somebody_speaks_is_kept_beside_the_sound_and_goes_with_it(open_project):
    project, recording = open_project(talk(BURSTS, 33.0))
    key = recording.bytes_sha256
    project.segment_here()
    assert project.cache.has_voice(key, channel=0, name="energy")
    assert not project.cache.has_voice(key, channel=0, name="silero6")
    kept = project.cache.voice(key, channel=0)
    heard = [
        (round(first_s, 1), round(last_s, 1)) for first_s, last_s in project.speech(recording.id, channel=0)
    ]
    assert heard == BURSTS
    assert len(kept.levels) == len(kept.probabilities) == pytest.approx(33.0 / FRAME_S, abs=1)
    project.cache.remove(key)
    assert not project.cache.has_voice(key, channel=0, name="energy")


def test_a_segment_cannot_be_as_long_as_it_must_be_short(tmp_path):
    (tmp_path / "project.yaml").write_text("name: x\nlanguage: en\nsegmentation: {min_s: 5, max_s: 9}\n")
    with pytest.raises(ConfigError, match="min_s is too near to max_s"):
        load_settings(tmp_path)


# ---- the model -----------------------------------------------------------------------------------------


def chords(duration_s):
    """Return float64[n]: a slow piece of four chords."""
    time_s = np.arange(round(duration_s * RATE_HZ)) / RATE_HZ
    sound = np.zeros(len(time_s))
    for n, root_hz in enumerate([220.0, 174.6, 261.6, 196.0] * 8):
        part = (time_s >= n) & (time_s < n + 1)
        for ratio in (1.0, 1.25, 1.5, 2.0):
            sound[part] += np.sin(2 * np.pi * root_hz * ratio * time_s[part]) * np.exp(
                -2 * (time_s[part] - n)
            )
    return 0.1 * sound


def test_the_model_hears_speech_and_neither_noise_nor_music(sample_folder):
    speech, rate_hz = soundfile.read(sample_folder / "en" / "counting.wav", dtype="float32")
    assert rate_hz == RATE_HZ
    model = VoiceModel()
    whole = model.probabilities([speech])
    pieces = model.probabilities(speech[first : first + 10_007] for first in range(0, len(speech), 10_007))
    assert np.array_equal(whole, pieces)
    assert len(whole) == -(-len(speech) // 512)
    assert np.mean(whole > 0.5) > 0.3
    noise = 0.1 * np.random.default_rng(3).standard_normal(RATE_HZ * 30)
    for other in (noise, chords(30.0)):
        heard = voice_spans(model.probabilities([other.astype(np.float32)]), FRAME_S)
        assert sum(end_s - start_s for start_s, end_s in heard) < 0.05 * 30.0
    assert len(model.probabilities([])) == 0


def test_a_model_that_is_missing_or_broken_is_an_error_that_says_so(monkeypatch, tmp_path):
    broken = tmp_path / "silero_vad" / "data" / "silero_vad_16k_sequence.onnx"
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"no model")
    spec = importlib.util.spec_from_file_location("silero_vad", tmp_path / "silero_vad" / "__init__.py")
    real = importlib.util.find_spec
    found = [spec, None]
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: found[0] if name == "silero_vad" else real(name)
    )
    with pytest.raises(ModelError, match="cannot be read"):
        VoiceModel()
    found[0] = None
    with pytest.raises(ModelError, match="not installed"):
        VoiceModel()
