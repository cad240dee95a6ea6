"""Finished segments leave a project in any format."""

from __future__ import annotations

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
