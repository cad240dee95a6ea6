"""A project's references against what models said: added from outside, scored, compared, marked."""

from __future__ import annotations

import json

import numpy as np
import pytest
import soundfile

from labwidgets.analysis.explorer import RowQuery
from labwidgets.errors import ConfigError, ModelError, NotFoundError, ProjectError, SourceError
from labwidgets.project import Project
from labwidgets.records import QueueQuery, Transcription

TEXTS = {"one": "the cat sat", "two": "so it goes", "three": "and on"}


@pytest.fixture
def project(tmp_path):
    noise = np.random.default_rng(2).uniform(-0.3, 0.3, (3, 16_000))
    rows = []
    for (name, text), samples in zip(TEXTS.items(), noise, strict=True):
        soundfile.write(tmp_path / f"{name}.wav", samples, 16_000)
        rows.append(
            {"audio": str(tmp_path / f"{name}.wav"), "text": text, "speaker": f"s-{name}", "room": name[0]}
        )
    with Project.create(tmp_path / "corpus", language="en") as opened:
        opened.add(rows, text_as="reference")
        yield opened


def segment_of(project, name):
    rows = project.queue(QueueQuery()).rows
    return next(
        row.segment_id for row in rows if name in project.view(row.segment_id, annotator="a").recording.source
    )


def test_outputs_of_another_program_are_scored_by_file_name(project, tmp_path):
    outputs = tmp_path / "outputs.jsonl"
    lines = [
        {"audio_filepath": f"/elsewhere/{name}.wav", "pred_text": text.replace("cat", "hat")}
        for name, text in TEXTS.items()
    ]
    lines.append({"audio_filepath": "/elsewhere/four.wav", "pred_text": "x"})
    outputs.write_text("\n".join([*map(json.dumps, lines), "{broken"]), encoding="utf-8")
    report = project.add_hypotheses(str(outputs), model="vendor-x")
    assert (report.added, report.known) == (3, 0)
    assert [one.source for one in report.refused] == ["outputs.jsonl:5", "/elsewhere/four.wav"]
    assert project.add_hypotheses(str(outputs), model="vendor-x").known == 3

    found = project.score("vendor-x")
    assert (found.substitutions, found.n_words, found.groups.by) == (1, 8, "speaker")
    assert found.columns["room"] == ["o", "t", "t"]
    assert project.verify().ok


def test_added_texts_do_not_become_drafts_unless_wanted(project):
    segment = segment_of(project, "one")
    project.add_hypotheses({"one": "the bat sat"}, model="vendor-x")
    assert project.view(segment, annotator="a1").draft is None
    project.add_hypotheses({segment: "the rat sat"}, model="vendor-y", as_draft=True)
    assert project.view(segment, annotator="a1").draft.text == "the rat sat"
    assert set(project.store.hypotheses_of(segment)) == {"vendor-x", "vendor-y"}
    assert project.verify().ok


def test_models_are_compared_where_all_said_something(project):
    project.add_hypotheses({"one": "the cat sat", "two": "so it grows", "three": "and"}, model="a")
    project.add_hypotheses({"one": "the hat spat", "two": "so"}, model="b")
    found = project.compare()
    assert {name: one.n_utterances for name, one in found.scores.items()} == {"a": 2, "b": 2}
    assert list(found.scores) == ["a", "b"]


def test_the_table_of_errors_knows_marks_and_a_new_label_changes_the_score(project):
    project.add_hypotheses({"one": "the hat sat", "two": "so it goes"}, model="a")
    segment = segment_of(project, "one")
    project.mark(segment, "unclear", annotator="a1")
    project.mark(segment, "reference-wrong", annotator="a2")
    project.mark(segment_of(project, "two"), "both-fine", annotator="a1")
    project.mark(segment_of(project, "two"), None, annotator="a1")
    table = project.errors()
    assert [
        (row["id"] == segment, row["mark"]) for row in table.page(RowQuery(sort="wer:a", descending=True))
    ] == [
        (True, "reference-wrong"),
        (False, None),
    ]
    project.submit_text(segment, "the hat sat", annotator="a2")
    assert project.score("a").wer == 0.0
    assert project.store.marks()[segment].annotator == "a2"
    assert project.verify().ok


def test_a_project_says_what_cannot_be_scored(project):
    with pytest.raises(ProjectError, match="no segment has both a reference and a hypothesis"):
        project.score()
    with pytest.raises(SourceError, match="these texts have no ids"):
        project.add_hypotheses(["x"], model="a")
    with pytest.raises(SourceError, match="none of the ids is known in this project: 'u7'"):
        project.add_hypotheses({"u7": "x"}, model="a")
    with pytest.raises(SourceError, match="no usable name of a model"):
        project.add_hypotheses({"one": "x"}, model=" ")
    with pytest.raises(SourceError, match=r"so models are called that were trained here: 'run-2'"):
        project.add_hypotheses({"one": "x"}, model="run-2")
    report = project.add_hypotheses({"one": "x", "one.wav": "y", "two": None}, model="a")
    assert [one.reason.split(":")[0] for one in report.refused] == [
        "there is more than one text for its segment",
        "there is no text",
    ]
    project.add_hypotheses({"two": "x"}, model="b")
    with pytest.raises(NotFoundError, match="several models said something: 'a, b'"):
        project.score()
    with pytest.raises(NotFoundError, match="this model said nothing here: 'c'"):
        project.compare(["a", "c"])
    with pytest.raises(ProjectError, match="no segment has a hypothesis of each model: 'a, b'"):
        project.compare()
    with pytest.raises(ConfigError, match="no such mark: 'nice'"):
        project.mark(segment_of(project, "one"), "nice", annotator="a1")
    with pytest.raises(NotFoundError, match="unknown segment"):
        project.mark("seg_none", "unclear", annotator="a1")


def test_a_report_of_the_project_is_one_page(project, tmp_path):
    project.add_hypotheses({"one": "the hat sat", "two": "so it goes", "three": "and on"}, model="a")
    project.add_hypotheses({"one": "the cat sat", "two": "so it goes"}, model="b")
    page = project.report(tmp_path / "out.html").read_text(encoding="utf-8")
    assert "Which differences are real" in page
    assert "Which differences are real" not in project.report(tmp_path / "a.html", ["a"]).read_text(
        encoding="utf-8"
    )
    with pytest.raises(ProjectError, match="the report cannot be written"):
        project.report(tmp_path / "no" / "such" / "folder.html")


def test_suspects_are_segments_with_what_speaks_against_them(project, monkeypatch):
    project.add_hypotheses({"one": "the fat rat spat", "two": "so it goes", "three": "and on"}, model="a")
    assert project.suspects()[0].id == segment_of(project, "one")
    project.add_hypotheses({"one": "the cat sat", "two": "so it grows", "three": "and so"}, model="b")
    assert len(project.suspects(n=2)) == 2

    class Deaf:
        model = "ctc"

    monkeypatch.setattr("labwidgets.project.hearing.resolve", lambda *_: None)
    monkeypatch.setattr("labwidgets.project.hearing.load_drafter", lambda *_, **__: Deaf())
    with pytest.raises(ModelError, match=r"cannot be asked how well a text fits: 'ctc'.*a Whisper model"):
        project.suspects(listen=True)

    class Listener(Deaf):
        def score(self, samples, text, language=None):
            assert (samples.shape, language) == ((16_000,), "en")
            return Transcription(text, (), 0.9 if text == "so it grows" else 0.1, language)

    monkeypatch.setattr("labwidgets.project.hearing.load_drafter", lambda *_, **__: Listener())
    found = {one.id: one.reasons for one in project.suspects(["b"], listen=True)}
    assert "fit" in found[segment_of(project, "two")]
