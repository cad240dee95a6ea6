"""Transcripts come into a project with their recordings: times, speakers and texts become segments."""

from __future__ import annotations

import json

import pytest

from labwidgets.errors import SourceError
from labwidgets.records import MIX, QueueQuery

STM = (
    "talk 1 Anna 0.0 0.75 नमस्ते\ntalk 1 Bob 0.5 1.5 yes\ntalk 1 Bob 1.6 1.605 short\ntalk 1 Bob 1.7 9.0 late\n"
)


def rows(project):
    return list(project.store.labelled_rows())


def test_segments_come_in_with_times_speakers_and_references(project, tone_wav, tmp_path):
    tone_wav("in/talk.wav", duration_s=2.0)
    (tmp_path / "in" / "talk.stm").write_text(STM + "nonsense\n", "utf-8")
    report = project.add(tmp_path / "in" / "talk.stm", licence="CC0-1.0")
    assert (report.added, [item.source for item in report.refused]) == (
        1,
        ["talk.stm:5", "talk at 1.6 s", "talk at 1.7 s"],
    )
    assert "the segment ends behind the recording: '9 s'" in report.refused[2].reason
    assert report.notes[0] == "read as stm"
    first, second = rows(project)
    assert (first.segment.speaker, first.segment.start_s, first.segment.end_s) == ("Anna", 0.0, 0.75)
    assert (first.reference.text, first.reference.origin) == ("नमस्ते", "imported")
    assert (second.segment.speaker, second.reference.text) == ("Bob", "yes")
    assert (first.recording.speaker, first.recording.licence, first.recording.collection) == (
        None,
        "CC0-1.0",
        "in",
    )
    assert project.verify().ok
    assert project.add(tmp_path / "in" / "talk.stm").known == 1


def test_what_is_said_in_segments_goes_with_its_speaker(project, tone_wav, tmp_path):
    tone_wav("in/talk.wav", duration_s=2.0)
    (tmp_path / "in" / "talk.stm").write_text(STM, "utf-8")
    project.add(tmp_path / "in" / "talk.stm")
    assert project.withdraw("Anna").recordings == 1
    assert project.verify().ok
    assert "Bob" not in json.dumps([row[0] for row in project.store._read(all_fields)])


def all_fields(connection):
    from labwidgets.store import schema

    return [
        tuple(row)
        for row in connection.execute(schema.content.select().with_only_columns(schema.content.c.fields))
    ]


def test_drafts_keep_words_and_confidence(project, tone_wav, tmp_path):
    tone_wav("in/talk.wav", duration_s=2.0, n_channels=2)
    words = [{"word": " yes", "start": 0.5, "end": 1.0, "probability": 0.75}]
    said = {"start": 0.5, "end": 1.0, "text": " yes", "words": words, "avg_logprob": -0.2}
    no = {"start": 1.0, "end": 1.5, "text": " no", "avg_logprob": -0.4}
    segments = [{"id": 0, **said}, {"id": 1, **no}]
    (tmp_path / "in" / "talk.json").write_text(json.dumps({"segments": segments, "language": "hi"}))
    report = project.add(tmp_path / "in" / "talk.json", text_as="draft", licence="CC0-1.0")
    assert report.notes[1:] == ("drafts are kept without what else stood beside them: avg_logprob (2)",)
    row = rows(project)[0]
    assert (row.reference, row.draft.text, row.draft.words[0].confidence) == (None, "yes", 0.75)
    assert (row.draft.words[0].start_s, row.segment.channel, row.recording.language) == (0.0, MIX, "hi")
    assert project.status().drafted == 2


def test_texts_can_stay_metadata(project, tone_wav, tmp_path):
    tone_wav("in/talk.wav", duration_s=2.0)
    (tmp_path / "in" / "talk.srt").write_text("1\n00:00:00,500 --> 00:00:01,000\nyes\n")
    project.add(tmp_path / "in" / "talk.srt", text_as="metadata", speaker="spk1")
    [row] = rows(project)
    assert (row.reference, row.draft, row.segment.start_s) == (None, None, 0.5)
    assert row.recording.speaker == "spk1"
    assert row.recording.metadata["transcript"] == [{"start": 0.5, "end": 1.0, "text": "yes"}]


def test_predictions_of_label_studio_become_drafts(project, tone_wav, tmp_path):
    tone_wav("in/talk.wav", duration_s=2.0)
    value = {"start": 0.0, "end": 1.0}
    results = [{"id": "r", "from_name": "t", "type": "textarea", "value": {**value, "text": ["yes"]}}]
    task = {"data": {"audio": "talk.wav"}, "predictions": [{"model_version": "m", "result": results}]}
    (tmp_path / "in" / "ls.json").write_text(json.dumps([task]))
    project.add(tmp_path / "in" / "ls.json")
    [row] = rows(project)
    assert (row.reference, row.draft.text) == (None, "yes")


def test_tables_of_spans_by_the_names_of_their_columns(project, tone_wav, tmp_path):
    tone_wav("in/a.wav", duration_s=2.0)
    tone_wav("in/b.wav", duration_s=1.0, pitch_hz=200.0)
    table = (
        "wav,who,from,to,said,accent,take\na.wav,s1,0,1,x,India,1\na.wav,s2,1,2,y,India,2\nb.wav,s1,,,z,,3\n"
    )
    (tmp_path / "in" / "talk.csv").write_text(table)
    columns = {"audio": "wav", "start": "from", "end": "to", "text": "said"}
    project.add(tmp_path / "in" / "talk.csv", columns=columns, speaker="who")
    found = [
        (row.segment.speaker, row.segment.start_s, row.reference.text, row.recording.accent)
        for row in rows(project)
    ]
    assert found == [("s1", 0.0, "x", "India"), ("s2", 1.0, "y", "India"), ("s1", 0.0, "z", None)]
    assert rows(project)[2].recording.metadata == {"take": "3"}


def test_recordings_are_found_by_name_or_said(project, tone_wav, tmp_path):
    tone_wav("wavs/deep/talk.flac", duration_s=2.0)
    (tmp_path / "talk.stm").write_text("talk 1 A 0 1 x\ngone 1 A 0 1 y\ns3://b/c.wav 1 A 0 1 z\n")
    report = project.add(tmp_path / "talk.stm", audio=str(tmp_path / "wavs"))
    assert report.added == 1
    assert [
        "no file of sound there" in report.refused[0].reason,
        "no local file" in report.refused[1].reason,
    ] == [
        True,
        True,
    ]
    tone_wav("wavs/twice/talk.wav", duration_s=1.0)
    with pytest.raises(SourceError, match="no such file or folder of recordings"):
        project.add(tmp_path / "talk.stm", audio="nowhere")
    report = project.add(tmp_path / "talk.stm", audio=str(tmp_path / "wavs"))
    assert "several files could be the recording" in report.refused[0].reason
    (tmp_path / "one.srt").write_text("1\n00:00:00,000 --> 00:00:00,500\nx\n")
    assert project.add(tmp_path / "one.srt", audio=str(tmp_path / "wavs" / "twice" / "talk.wav")).added == 1


def test_channels_that_are_not_there_are_refused(project, tone_wav, tmp_path):
    tone_wav("in/talk.wav", duration_s=2.0, n_channels=2)
    (tmp_path / "in" / "talk.stm").write_text("talk 1 A 0 1 x\ntalk 2 B 0 1 y\ntalk 3 C 0 1 z\n")
    report = project.add(tmp_path / "in" / "talk.stm")
    assert [item.reason for item in report.refused] == ["no such channel: '2'. allowed: 0 to 1."]
    assert [row.segment.channel for row in rows(project)] == [0, 1]
    assert len(project.queue(QueueQuery()).rows) == 2


def test_a_kaldi_directory_and_what_a_format_is_named_for(project, tone_wav, tmp_path):
    tone_wav("data/a.wav")
    (tmp_path / "data" / "wav.scp").write_text("a a.wav\nb cat x |\n")
    (tmp_path / "data" / "text").write_text("a hello\nb x\n")
    report = project.add(tmp_path / "data")
    assert (report.added, report.notes[0]) == (1, "read as kaldi")
    assert report.notes[1] == "1 recordings are commands, which are not run"
    with pytest.raises(SourceError, match="a format is named for a source that is no path"):
        project.add(b"RIFF", format="srt")
    with pytest.raises(SourceError, match="no such format: 'doc'"):
        project.add(tmp_path / "data", format="doc")
    with pytest.raises(SourceError, match="unknown field: 'txt'"):
        project.add(tmp_path / "data", columns={"txt": "x"})


def test_a_licence_that_is_not_named_is_asked_for(project, tone_wav, tmp_path):
    tone_wav("in/a.wav")
    assert project.add(tmp_path / "in").notes == (
        '1 recordings came without a licence: say it with project.state_licence("CC-BY-4.0")',
    )
    assert project.add(tmp_path / "in").notes == ()
    tone_wav("more/b.wav", pitch_hz=200.0)
    assert project.add(tmp_path / "more", licence="CC0-1.0").notes == ()
