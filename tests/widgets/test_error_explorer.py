"""The table of errors, from the page's side: asked, heard, marked and mended, with a project and without."""

from __future__ import annotations

import io
import json
import uuid
from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import soundfile
from labellers import segments

from labwidgets.analysis.explorer import RowQuery, open_errors
from labwidgets.errors import ConfigError
from labwidgets.project import Project
from labwidgets.records import ModelRun, Transcription, Word
from labwidgets.widgets.error_explorer import ErrorExplorer
from labwidgets.widgets.protocol import PROTOCOL_VERSION

ALL = {"sort": "row", "descending": False, "where": [], "search": "", "confusion": None}
TEXTS = {"one": "The cat sat.", "two": "So it goes.", "three": "And on."}
HEARD = {"one": "the hat sat", "two": "so it goes", "three": "and on and on"}


@pytest.fixture
def project(tmp_path):
    noise = np.random.default_rng(2).uniform(-0.3, 0.3, (3, 32_000))
    rows = []
    for (name, text), samples in zip(TEXTS.items(), noise, strict=True):
        soundfile.write(tmp_path / f"{name}.wav", samples, 16_000)
        rows.append({"audio": str(tmp_path / f"{name}.wav"), "text": text, "speaker": f"s-{name}"})
    with Project.create(tmp_path / "corpus", language="en") as opened:
        opened.add(rows, text_as="reference")
        opened.add_hypotheses(HEARD, model="a")
        yield opened


def ask_rows(page, columns=("wer:a",), **query):
    payload = {"query": {**ALL, **query}, "columns": list(columns), "offset": 0, "limit": 50}
    return page.reply("rows", payload)


def mend(text, *, row=0, event_id=None):
    return {"event_id": event_id or str(uuid.uuid4()), "row": row, "text": text, "words": []}


def test_the_page_gets_rows_sums_and_charts_of_what_it_asks_for(project, page_of):
    page = page_of(lambda: ErrorExplorer(project, annotator="me"))
    assert page.reply("ready", {"version": PROTOCOL_VERSION, "codecs": []})["annotator"] == "me"
    opened = page.reply("columns", {})
    assert (opened["n_rows"], opened["models"], opened["keeps"]) == (3, ["a"], "project")
    assert opened["shown"] == ["source", "duration", "n_words", "wer:a", "speaker", "reference"]
    assert opened["charts"][:2] == ["wer:a", "speaker"]

    found = ask_rows(page, sort="wer:a", descending=True)
    assert [(row["row"], row["values"]["wer:a"]) for row in found["rows"]] == [
        (2, 1.0),
        (0, pytest.approx(1 / 3)),
        (1, 0.0),
    ]
    speaker = [{"column": "speaker", "kind": "is", "value": "s-one"}]
    totals = page.reply("totals", {"query": {**ALL, "where": speaker}})
    assert (totals["n"], totals["totals"][0]["substitutions"]) == (1, 1)
    bars = page.reply("bars", {"query": ALL, "column": "speaker", "model": "a"})["bars"]
    assert {bar["value"]: bar["wer"] for bar in bars}["s-three"] == 1.0
    bars = page.reply("bars", {"query": ALL, "column": "wer:a", "model": "a"})["bars"]
    assert sum(bar["n"] for bar in bars) == 3


def test_an_open_row_knows_when_each_word_sounds(project, page_of):
    segment = segments(project)[0]
    run = ModelRun("run_1", "timed", "r", {})
    project.store.begin_run(run)
    words = (Word("The", 0.2, 0.4, 0.9), Word("hat,", 0.5, 0.8, 0.4), Word("sat", 1.0, 1.5, 0.9))
    project.store.add_hypothesis(
        run_id=run.id,
        segment_id=segment,
        cache_key="k",
        transcription=Transcription("The hat, sat", words, 0.9, "en"),
    )
    page = page_of(lambda: ErrorExplorer(project))
    message, buffers = page.ask("utterance", {"row": 0, "n_bins": 50})
    reply = message["payload"]
    assert (reply["reference"], reply["clip"]["id"], len(buffers[0])) == ("The cat sat.", segment, 100)
    timed = next(side for side in reply["sides"] if side["model"] == "timed")
    step = timed["steps"][1]
    assert (step["op"], step["reference"], step["hypothesis"]) == ("substitution", "cat", "hat")
    assert step["hypothesis_span"] == step["reference_span"] == [0.5, 0.8]
    assert not step["estimated"]
    untimed = next(side for side in reply["sides"] if side["model"] == "a")
    assert all(one["estimated"] for one in untimed["steps"])
    assert untimed["steps"][-1]["hypothesis_span"][1] == pytest.approx(2.0)
    window = {"clip": reply["clip"]["id"], "index": 0, "codec": "flac"}
    assert page.reply("window", window)["mime"] == 'audio/mp4; codecs="flac"'
    picture = {"clip": segment, "start_s": 0.0, "end_s": 1.0, "n_columns": 10, "n_bands": 8}
    assert page.reply("spectrogram", picture)["n_bands"] == 8
    assert page.reply("peaks", {"clip": segment, "n_bins": 10})["n_bins"] == 10


def test_a_mended_reference_is_a_revision_and_changes_the_errors_at_once(project, page_of):
    page = page_of(lambda: ErrorExplorer(project, annotator="me"))
    sent = mend("The hat sat.")
    assert page.reply("mend", sent) == {"row": 0, "revision": 1, "counts": True}
    assert page.reply("mend", sent)["revision"] == 1
    assert page.reply("utterance", {"row": 0, "n_bins": 10})["sides"][0]["wer"] == 0.0
    assert page.reply("totals", {"query": ALL})["totals"][0]["substitutions"] == 0
    [opinion] = project.store.thread(segments(project)[0], "me")
    assert (opinion.text, opinion.revision) == ("The hat sat.", 1)
    assert project.verify().ok


def test_marks_go_into_the_project_under_the_annotator_s_name(project, page_of):
    page = page_of(lambda: ErrorExplorer(project, annotator="me"))
    assert page.reply("mark", {"row": 0, "mark": "model-wrong"})["mark"] == "model-wrong"
    assert ask_rows(page)["rows"][0]["values"]["mark"] == "model-wrong"
    assert project.store.marks()[segments(project)[0]].annotator == "me"


def test_without_an_annotator_a_project_is_only_looked_at(project, page_of):
    page = page_of(lambda: ErrorExplorer(project))
    assert page.reply("columns", {})["keeps"] is None
    for name, payload in (("mark", {"row": 0, "mark": "unclear"}), ("mend", mend("x"))):
        assert "nobody to write this down for" in page.error(name, payload)["message"]
    assert project.store.marks() == {}


def test_columns_of_rows_with_sound_need_no_project(tmp_path, page_of):
    soundfile.write(tmp_path / "a.wav", np.zeros(16_000), 16_000)
    rows = [
        {"audio": str(tmp_path / "a.wav"), "text": "one two", "m": "one too", "n": "one two"},
        {"audio": str(tmp_path / "gone.wav"), "text": "<b>three</b>", "m": "tree", "n": "three"},
    ]
    page = page_of(lambda: ErrorExplorer(rows, reference="text", hypotheses=["m", "n"]))
    assert page.reply("columns", {})["has_sound"]
    first = page.reply("utterance", {"row": 0, "n_bins": 10})
    assert first["clip"]["duration_s"] == 1.0
    assert page.reply("window", {"clip": first["clip"]["id"], "index": 0, "codec": "flac"})["end_s"] == 1.0
    picture = {"clip": first["clip"]["id"], "start_s": 0.0, "end_s": 1.0, "n_columns": 4, "n_bands": 8}
    assert page.reply("spectrogram", picture)["n_columns"] == 4
    assert page.reply("peaks", {"clip": first["clip"]["id"], "n_bins": 4})["n_bins"] == 4
    gone = page.reply("utterance", {"row": 1, "n_bins": 10})
    assert (gone["clip"], gone["reference"]) == (None, "<b>three</b>")
    assert "the sound is gone" in gone["audio_error"]

    assert page.reply("mend", mend("one too")) == {"row": 0, "revision": None, "counts": True}
    assert page.reply("mark", {"row": 1, "mark": "unclear"})["mark"] == "unclear"
    assert page.widget.table.at([0])[0]["wer:m"] == 0


def test_a_manifest_finds_the_files_beside_it(tmp_path, page_of):
    soundfile.write(tmp_path / "a.wav", np.zeros(8_000), 16_000)
    lines = [{"audio_filepath": "a.wav", "duration": 0.5, "text": "one", "pred_text": "won"}]
    lines.append({"audio_filepath": "no.wav", "duration": 0.5, "text": "two", "pred_text": "two"})
    path = tmp_path / "manifest.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    page = page_of(lambda: ErrorExplorer(str(path), {"vendor": str(path)}))
    assert page.reply("utterance", {"row": 0, "n_bins": 10})["clip"]["duration_s"] == 0.5
    assert (
        "the sound of this row is not found"
        in page.reply("utterance", {"row": 1, "n_bins": 1})["audio_error"]
    )


def test_what_is_filtered_can_be_taken_along(project, page_of, tmp_path):
    page = page_of(lambda: ErrorExplorer(project))
    ask_rows(
        page, where=[{"column": "wer:a", "kind": "at_least", "value": 0.1}], sort="wer:a", descending=True
    )
    explorer = page.widget
    assert explorer.filtered()["speaker"].to_pylist() == ["s-three", "s-one"]
    assert explorer.export(tmp_path / "found.jsonl") == 2
    assert "pred_text" in (tmp_path / "found.jsonl").read_text(encoding="utf-8")
    assert explorer.export(tmp_path / "found.csv") == 2
    with pytest.raises(ConfigError, match=r"the ending tells no form to export to: .*found\.txt"):
        explorer.export(tmp_path / "found.txt")


def test_a_chart_is_a_picture_and_lines_of_text(page_of):
    rows = [{"text": "a b", "m": "a c", "room": "<b>"}, {"text": "c d", "m": "c d", "room": "x" * 40}]
    explorer = page_of(lambda: ErrorExplorer(rows, ["m"])).widget
    chart = explorer.chart("room")
    assert repr(chart).splitlines() == [
        "WER of m by room, 25.0% over all",
        "<b>: 50.0% of 2 words, 1 rows",
        f"{'x' * 40}: 0.0% of 2 words, 1 rows",
    ]
    picture = ET.fromstring(chart._repr_svg_())
    named = ET.fromstring(replace(chart, column='room" onload="x')._repr_svg_())
    assert named.get("aria-label") == 'WER of m by room" onload="x'
    assert "<b>" in [text.text for text in picture.iter("{http://www.w3.org/2000/svg}text")]
    with pytest.raises(ConfigError, match="no such column"):
        explorer.chart("no")


def test_lists_and_tables_have_no_sound_and_say_so(page_of):
    page = page_of(lambda: ErrorExplorer(["a b", "c"], {"m": ["a", "c"]}))
    assert not page.reply("columns", {})["has_sound"]
    reply = page.reply("utterance", {"row": 0, "n_bins": 10})
    assert (reply["clip"], reply["audio_error"]) == (None, None)
    assert reply["sides"][0]["steps"][1]["reference_span"] is None
    assert repr(ErrorExplorer(open_errors(["a"], {"m": ["b"]}))) == "<ErrorExplorer 1 rows, m>"


@pytest.mark.parametrize(
    ("name", "payload", "message"),
    [
        ("utterance", {"row": 9, "n_bins": 1}, "no such row"),
        ("bars", {"query": ALL, "column": "no", "model": "m"}, "no such column"),
        ("bars", {"query": ALL, "column": "id", "model": "no"}, "no such model"),
        ("totals", {"query": {**ALL, "confusion": ["m"]}}, "malformed confusion"),
        ("totals", {"query": {**ALL, "sort": "no"}}, "no such column"),
    ],
)
def test_what_is_not_there_is_refused_in_words(page_of, name, payload, message):
    page = page_of(lambda: ErrorExplorer(["a b"], {"m": ["a"]}))
    assert message in page.error(name, payload)["message"]


def test_what_the_page_shows_is_a_data_set_with_sound(project, page_of, tmp_path):
    from datasets import Audio, Dataset

    page = page_of(lambda: ErrorExplorer(project))
    wrong = {"column": "wer:a", "kind": "at_least", "value": 0.1}
    ask_rows(page, sort="wer:a", descending=True, where=[wrong])
    found = page.widget.dataset()
    assert found["text"] == ["And on.", "The cat sat."]
    assert found["hypothesis:a"] == ["and on and on", "the hat sat"]
    assert found.column_names[:3] == ["audio", "id", "text"]
    assert isinstance(found.features["audio"], Audio)
    sounds = found.cast_column("audio", Audio(decode=False))["audio"]
    assert [soundfile.info(io.BytesIO(one["bytes"])).frames for one in sounds] == [32_000, 32_000]
    # It outlives the widget, and goes into another table as it is.
    page.widget.close()
    again = ErrorExplorer(found, ["hypothesis:a"])
    assert [one["text"] for one in found.select_columns(["text"])] == [
        row["reference"] for row in again.filtered().to_pylist()
    ]
    found.save_to_disk(str(tmp_path / "kept"))
    assert len(Dataset.load_from_disk(str(tmp_path / "kept"))) == 2


def test_rows_without_a_project_leave_with_the_sound_that_is_there(tmp_path):
    from datasets import Audio

    soundfile.write(tmp_path / "one.wav", np.zeros(1600), 16_000)
    buffer = io.BytesIO()
    soundfile.write(buffer, np.zeros(800), 16_000, format="wav")
    rows = [
        {"id": "1", "audio": str(tmp_path / "one.wav"), "text": "a", "m": "b"},
        {"id": "2", "audio": buffer.getvalue(), "text": "c", "m": "c"},
        {"id": "3", "audio": str(tmp_path / "gone.wav"), "text": "d", "m": "d"},
    ]
    found = ErrorExplorer(rows, ["m"]).dataset().cast_column("audio", Audio(decode=False))
    assert list(found["audio"]) == [
        {"bytes": None, "path": str(tmp_path / "one.wav")},
        {"bytes": buffer.getvalue(), "path": None},
        None,
    ]
    plain = ErrorExplorer({"1": "a", "2": "b"}, {"m": {"1": "a", "2": "c"}})
    plain.query = RowQuery(search="zzz")
    empty = plain.dataset()
    assert (len(empty), "audio" in empty.column_names) == (0, False)
