"""The labeller's Python side, through its messages, over a real project."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from labellers import QUERY, READY, draft, segments, submission

from labwidgets.errors import ConfigError, ModelError, SourceError
from labwidgets.project import Project
from labwidgets.widgets.labeller import Labeller

PICTURE = {"start_s": 0.0, "end_s": 0.5, "n_columns": 100, "n_bands": 32}


def test_the_page_learns_for_whom_and_what_it_works(page: Any, project: Project) -> None:
    reply = page.reply("ready", READY)
    assert (reply["project"], reply["annotator"]) == ("corpus", "a1")
    assert reply["project_id"] == project.id
    assert reply["settings"]["keys"]["submit_next"] == ["Ctrl+Enter"]
    assert "noise" in reply["settings"]["flags"]


def test_the_keys_are_those_of_the_project_and_all_presets_can_be_asked_for(
    project: Project, page_of: Any
) -> None:
    (project.folder / "project.yaml").write_text(
        "name: a\nlanguage: en\nkeys: {preset: elan, loop: F4}\nlabelling: {pause_while_typing: true}\n"
    )
    page = page_of(lambda: Labeller(Project.open(project.folder), annotator="a1"))
    settings = page.reply("ready", READY)["settings"]
    assert (settings["key_preset"], settings["pause_while_typing"]) == ("elan", True)
    assert (settings["keys"]["loop"], settings["keys"]["play_segment"][0]) == (["F4"], "Shift+Tab")
    presets = page.reply("keys", {})["presets"]
    assert next(iter(presets)) == "labwidgets"
    assert presets["elan"]["loop"] == ["Ctrl+L"]


def test_the_queue_comes_in_pages_with_the_progress(page: Any) -> None:
    reply = page.reply("queue", {"query": QUERY, "offset": 1, "limit": 1})
    assert (len(reply["rows"]), reply["total"], reply["offset"]) == (1, 3, 1)
    assert reply["counts"]["total"] == 3
    assert reply["counts"]["total_s"] == pytest.approx(6.0)


def test_the_page_learns_where_a_segment_stands_in_its_query(page: Any, project: Project) -> None:
    last = segments(project)[2]
    longest = QUERY | {"order": "longest"}
    assert page.reply("place", {"query": QUERY, "segment": last}) == {"segment": last, "position": 2}
    assert page.reply("place", {"query": longest, "segment": last})["position"] == 0
    assert page.reply("place", {"query": QUERY | {"filter": "done"}, "segment": last})["position"] is None


def test_where_there_is_no_draft_the_page_learns_why(page: Any, project: Project) -> None:
    first, second, _ = segments(project)

    def why(segment: str) -> str | None:
        return page.reply("segment", {"segment": segment, "n_bins": 1})["no_draft"]

    assert why(first) == "nothing is drafted yet: project.draft()"
    draft(project, first)
    assert why(first) is None
    assert why(second) == "drafting has not reached it"
    project.store.mark_broken(project.store.segment(second).recording_id, "no sound in it")
    assert why(second) == "its audio cannot be used: no sound in it"


@pytest.mark.slow
def test_a_drafting_job_that_failed_is_why_there_is_no_draft(page: Any, project: Project) -> None:
    page.reply("ready", READY)
    job = project.draft("no/such model")
    with pytest.raises(ModelError, match="no such model"):
        job.result()
    reply = page.reply("segment", {"segment": segments(project)[0], "n_bins": 1})
    assert reply["no_draft"].startswith("drafting failed: no such model")


def test_a_segment_comes_with_draft_facts_and_waveform(page: Any, project: Project) -> None:
    first = segments(project)[0]
    draft(project, first)
    message, buffers = page.ask("segment", {"segment": first, "n_bins": 40})
    reply = message["payload"]
    assert (reply["text"], reply["draft"]["text"]) == ("hello there", "hello there")
    assert reply["draft"]["alarms"] == ["repetition"]
    assert reply["words"][0]["confidence"] == pytest.approx(0.4)
    assert reply["peaks_bins"] == 40
    assert len(buffers[0]) == 80


def test_a_segment_whose_file_is_gone_can_still_be_read(page: Any, project: Project, tmp_path: Path) -> None:
    first = segments(project)[0]
    draft(project, first)
    for path in (*(tmp_path / "audio").iterdir(), *(project.folder / "audio").rglob("*")):
        if path.is_file():
            path.unlink()
    reply = page.reply("segment", {"segment": first, "n_bins": 40})
    assert reply["text"] == "hello there"
    assert reply["peaks_bins"] == 0
    assert "gone" in reply["audio_error"]


def test_a_submit_is_on_disk_when_it_is_answered(page: Any, project: Project) -> None:
    first = segments(project)[0]
    reply = page.reply("submit", submission(first, flags=["noise"], listened=[[0.0, 0.5]]))
    assert (reply["revision"], reply["repeated"], reply["counts"]["done"]) == (1, False, 1)
    with Project.open(project.folder) as again:
        opinion = again.store.thread(first, "a1")[0]
    assert (opinion.text, opinion.flags, opinion.listened) == ("hello", ("noise",), ((0.0, 0.5),))


def test_the_same_submit_twice_is_stored_once(page: Any, project: Project) -> None:
    message = submission(segments(project)[0])
    first, second = page.reply("submit", message), page.reply("submit", message)
    assert second == first | {"repeated": True}
    assert len(project.store.thread(message["segment"], "a1")) == 1


def test_a_stale_submit_is_refused_with_the_text_that_is_stored(page: Any, project: Project) -> None:
    first = segments(project)[0]
    page.reply("submit", submission(first, text="mine"))
    error = page.error("submit", submission(first, text="other tab"))
    assert error["code"] == "stale_revision"
    assert error["details"] == {"current_revision": 1, "stored_text": "mine"}


def test_a_skip_keeps_its_reason_and_leaves_no_reference(page: Any, project: Project) -> None:
    first = segments(project)[0]
    page.reply("submit", submission(first, text="", skip_reason="bad audio"))
    view = project.view(first, annotator="a1")
    assert (view.state, view.opinion.skip_reason, view.reference) == ("skipped", "bad audio", None)
    assert page.reply("segment", {"segment": first, "n_bins": 1})["opinion"]["skip_reason"] == "bad audio"


@pytest.mark.parametrize(("text", "origin"), [("hello there", "confirmed"), ("hello", "corrected")])
def test_the_origin_of_a_label_is_told_from_its_draft(
    page: Any, project: Project, text: str, origin: str
) -> None:
    first = segments(project)[0]
    draft(project, first)
    shown = project.view(first, annotator="a1").draft.id
    page.reply("submit", submission(first, text=text, draft=shown))
    assert project.view(first, annotator="a1").reference.origin == origin


def test_another_annotators_text_is_not_shown(page: Any, project: Project, page_of: Any) -> None:
    first = segments(project)[0]
    page.reply("submit", submission(first, text="mine"))
    other = page_of(lambda: Labeller(project, annotator="a2"))
    assert other.reply("segment", {"segment": first, "n_bins": 1})["opinion"] is None


@pytest.mark.parametrize(
    ("text", "code"), [("a\x00b", "bad_text"), ("a\x07b", "bad_text"), ("a" * 100_000, "bad_text")]
)
def test_a_text_that_may_not_be_stored_is_refused_and_nothing_is_touched(
    page: Any, project: Project, text: str, code: str
) -> None:
    first = segments(project)[0]
    page.reply("submit", submission(first, text="kept"))
    assert page.error("submit", submission(first, text=text, base_revision=1))["code"] == code
    assert project.view(first, annotator="a1").reference.text == "kept"


def test_markup_is_a_text_like_any_other(page: Any, project: Project) -> None:
    first = segments(project)[0]
    page.reply("submit", submission(first, text="<script>alert(1)</script>"))
    assert page.reply("segment", {"segment": first, "n_bins": 1})["text"] == "<script>alert(1)</script>"


@pytest.mark.parametrize(
    ("name", "payload", "code"),
    [
        ("segment", {"segment": "seg_nowhere", "n_bins": 1}, "not_found"),
        ("window", {"clip": "seg_nowhere", "index": 0, "codec": "flac"}, "not_found"),
        ("spectrogram", PICTURE | {"clip": "seg_nowhere"}, "not_found"),
        ("submit", submission("seg_nowhere"), "not_found"),
        ("submit", submission("seg_nowhere", flags=["banana"]), "not_found"),
        ("submit", {"text": "alone"}, "bad_message"),
        ("queue", {"query": QUERY | {"order": "x"}, "offset": 0, "limit": 1}, "bad_message"),
        ("explode", {}, "bad_message"),
    ],
)
def test_every_bad_request_ends_in_one_error(page: Any, name: str, payload: dict, code: str) -> None:
    error = page.error(name, payload)
    assert error["code"] == code
    assert "Traceback" not in error["message"]


def test_a_spectrogram_covers_a_span_of_the_segment(page: Any, project: Project) -> None:
    [first, *_] = segments(project)
    message, [levels] = page.ask("spectrogram", PICTURE | {"clip": first})
    assert message["payload"]["n_columns"] == 100
    assert len(levels) == 100 * 32
    error = page.error("spectrogram", PICTURE | {"clip": first, "n_columns": 10**9})
    assert error["code"] == "bad_segment"


def test_what_is_no_message_gets_no_answer_and_does_no_harm(page: Any) -> None:
    for message in ("text", None, {"kind": "reply"}, {"kind": "cancel", "id": "nobody"}):
        page.send(message)
    assert page.reply("ready", READY)


def test_the_page_hears_of_what_others_write(page: Any, project: Project) -> None:
    page.reply("ready", READY)
    draft(project, segments(project)[0])
    [news] = page.events("changed", n=1)
    assert news["counts"]["drafted"] == 1


@pytest.mark.parametrize("name", ["", "a b", "x" * 65, "<b>"])
def test_an_annotator_needs_a_pseudonym_that_can_stand_in_a_data_set(project: Project, name: str) -> None:
    with pytest.raises(ConfigError, match="Take a pseudonym"):
        Labeller(project, annotator=name)


def test_its_repr_is_short_and_stable(project: Project) -> None:
    assert repr(Labeller(project, annotator="a1")) == "<Labeller corpus for a1>"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.mark.usefixtures("home")
def test_a_data_set_needs_no_project_and_finds_its_labels_again(page_of: Any, tmp_path: Path) -> None:
    from datasets import Audio, Dataset

    path = tmp_path / "a.wav"
    soundfile.write(path, np.random.default_rng(1).uniform(-0.2, 0.2, 16_000), 16_000)
    rows = Dataset.from_dict({"sound": [str(path)], "sentence": ["guess"]}).cast_column("sound", Audio())

    def make() -> Labeller:
        return Labeller(rows, annotator="a1", audio="sound", text="sentence", language="en")

    page = page_of(make)
    row = page.reply("queue", {"query": QUERY, "offset": 0, "limit": 9})["rows"][0]
    assert row["text"] == "guess"
    page.reply("submit", submission(row["segment"], text="right"))
    again = page_of(make).reply("queue", {"query": QUERY, "offset": 0, "limit": 9})["rows"]
    assert [(row["text"], row["state"]) for row in again] == [("right", "done")]


@pytest.mark.usefixtures("home")
def test_a_data_set_without_sound_is_refused() -> None:
    with pytest.raises(SourceError):
        Labeller([{"text": "only text"}], annotator="a1")


def test_what_is_typed_is_kept_for_the_next_view_until_it_is_submitted(page: Any, project: Project) -> None:
    first = segments(project)[0]
    edit = {"id": "e1", "base_revision": 0, "text": "नमस्ते", "words": [], "layers": {}, "flags": ["noise"]}
    assert page.reply("ready", READY)["kept"] == []
    assert page.reply("keep", {"segment": first, "edit": edit})["segment"] == first
    [kept] = page.reply("ready", READY)["kept"]
    assert (kept["segment"], kept["edit"]) == (first, edit)
    page.reply("submit", submission(first))
    assert page.reply("ready", READY)["kept"] == []


def test_what_was_kept_is_given_up(page: Any, project: Project) -> None:
    first = segments(project)[0]
    edit = {"id": "e1", "base_revision": 0, "text": "a", "words": [], "layers": {}, "flags": []}
    page.reply("keep", {"segment": first, "edit": edit})
    page.reply("keep", {"segment": first, "edit": None})
    assert project.kept(annotator="a1") == []
    error = page.error("keep", {"segment": first, "edit": {**edit, "flags": ["other"]}})
    assert "no such flag" in error["message"]


def test_the_queue_begins_with_what_was_asked_for(project: Project, page_of: Callable[..., Any]) -> None:
    page = page_of(lambda: Labeller(project, annotator="a1", order="shortest", filter="audits"))
    reply = page.reply("ready", READY)
    assert reply["asked"] == {"order": "shortest", "filter": "audits"}
    assert reply["settings"]["order"] == "added"


@pytest.mark.parametrize(
    ("asked", "message"),
    [({"order": "best"}, "unknown order: 'best'.*shortest"), ({"filter": "mine"}, "unknown filter.*audits")],
    ids=["order", "filter"],
)
def test_an_order_or_filter_that_is_not_there_is_refused(
    project: Project, asked: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        Labeller(project, annotator="a1", **asked)
