"""Finished segments leave a project in any format."""

from __future__ import annotations

import json

import pytest

from labwidgets.corpus.formats.registry import read_transcript
from labwidgets.errors import ProjectError, SourceError
from labwidgets.project import Project
from labwidgets.records import QueueQuery


@pytest.fixture
def project(tone_wav, tmp_path):
    folder = tone_wav("in/a.wav", duration_s=1.5).parent
    with Project.create(tmp_path / "corpus", language="hi") as made:
        made.add(folder, speaker="spk1", decode=False)
        yield made


def test_subtitles_of_a_project(project, tmp_path):
    with pytest.raises(ProjectError, match="nothing is finished yet"):
        project.export(tmp_path / "a.vtt", format="vtt")
    [segment] = [row.segment_id for row in project.queue(QueueQuery()).rows]
    project.submit_text(segment, "नमस्ते <pii>Anna</pii>", annotator="a1")
    report = project.export(tmp_path / "a.vtt", format="vtt")
    assert (tmp_path / "a.vtt").read_text("utf-8") == (
        f"WEBVTT\nLanguage: hi\n\n{segment}\n"
        "00:00:00.000 --> 00:00:01.500\n<v spk1>नमस्ते &lt;pii&gt;Anna&lt;/pii&gt;</v>\n"
    )
    assert {"duration_s", "metadata.label_origin"} <= {loss.field for loss in report.losses}
    manifest = project.export(tmp_path / "out" / "a.json", format="nemo")
    assert manifest.losses == ()
    [span] = read_transcript(tmp_path / "out" / "a.json").spans
    assert (span.audio.name, span.audio.duration_s, span.language) == ("../in/a.wav", 1.5, "hi")
    assert span.metadata["label_origin"] == "typed"
    with pytest.raises(SourceError, match="no such format: 'doc'"):
        project.export(tmp_path / "a.doc", format="doc")


def test_what_a_model_wrote_and_nobody_heard_stays_a_draft_in_the_next_project(tone_wav, tmp_path):
    """Else a text that a decision accepted would measure models after one export."""
    origins = ("typed", "auto_accepted", "pseudo")
    paths = [tone_wav(f"in/{origin}.wav", pitch_hz=300.0 + n) for n, origin in enumerate(origins)]
    rows = [
        {"audio": str(path), "text": origin, "label_origin": origin}
        for path, origin in zip(paths, origins, strict=True)
    ]
    lines = [
        {"audio_filepath": str(path), "duration": 2.0, "text": origin, "label_origin": origin}
        for path, origin in zip(paths, origins, strict=True)
    ]
    manifest = tmp_path / "in" / "a.json"
    manifest.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    for name, source in {"rows": rows, "manifest": manifest}.items():
        with Project.create(tmp_path / name, language="en") as project:
            report = project.add(source, text="text", decode=False)
            found = {row.text: row.draft is None for row in project.queue(QueueQuery()).rows}
            assert found == {"typed": True, "auto_accepted": False, "pseudo": False}
            assert "2 texts were accepted from a model (label_origin): they are drafts here" in report.notes
