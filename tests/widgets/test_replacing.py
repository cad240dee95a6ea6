"""Find and replace through the labeller's messages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from labellers import segments

from labwidgets.config import LayerSettings, save_settings
from labwidgets.project import Project
from labwidgets.records import ModelRun, Transcription, Word

CAT = {"text": "cat", "whole_word": False, "match_case": False, "match_accents": False, "own": False}
TEXTS = ["the cat sat", "a cat, a cat", "no dog"]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    folder = tmp_path / "audio"
    folder.mkdir()
    for number in range(len(TEXTS)):
        soundfile.write(folder / f"{number}.wav", np.full(16_000 * 2, 0.01 * number), 16_000)
    made = Project.create(tmp_path / "corpus", language="en")
    layers = (LayerSettings(name="lower", rule=("lower_case",)),)
    save_settings(made.settings.model_copy(update={"layers": layers}), made.folder)
    made.close()
    made = Project.open(tmp_path / "corpus")
    made.add(folder, decode=False)
    made.store.begin_run(ModelRun("run_1", "tiny", "r1", {}))
    for segment, text in zip(segments(made), TEXTS, strict=True):
        words = tuple(Word(word, 0.4 * n, 0.4 * n + 0.3, 0.4) for n, word in enumerate(text.split()))
        said = Transcription(text, words, 0.4, "en")
        made.store.add_hypothesis(run_id="run_1", segment_id=segment, cache_key=segment, transcription=said)
    return made


def find(page: Any, **changes: Any) -> dict[str, Any]:
    return page.reply("find", {"find": CAT | changes, "after": None, "limit": 50})


def item(found: dict[str, Any], *, heard: list[list[float]] | None = None) -> dict[str, Any]:
    starts = [hit["start"] for hit in found["hits"]]
    names = ("segment", "kind", "base")
    return {name: found[name] for name in names} | {"starts": starts, "heard": heard or []}


def replace(page: Any, items: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    request = {"find": CAT, "replacement": "dog", "replace": None, "items": items} | changes
    return page.reply("replace", request)


def test_hits_come_with_their_context_and_what_plays_them(page: Any, project: Project) -> None:
    reply = find(page)
    assert (reply["n_segments"], reply["after"], reply["undoable"]) == (2, None, None)
    first, second = reply["found"]
    assert [found["segment"] for found in (first, second)] == segments(project)[:2]
    assert first["hits"] == [
        {
            "start": 4,
            "before": "the ",
            "text": "cat",
            "after": " sat",
            "start_s": pytest.approx(0.4),
            "end_s": pytest.approx(0.7),
            "estimated": False,
        }
    ]
    assert [hit["start"] for hit in second["hits"]] == [2, 9]
    window = {"clip": first["clip"]["id"], "index": 0, "codec": "flac"}
    assert page.reply("window", window)["end_s"] == pytest.approx(2.0)


def test_a_long_context_is_cut_between_words(page: Any, project: Project) -> None:
    text = "word " * 40 + "cat" + " word" * 40
    said = Transcription(text, (), None, "en")
    key = segments(project)[2]
    project.store.add_hypothesis(run_id="run_1", segment_id=key, cache_key="k2", transcription=said)
    hit = find(page)["found"][-1]["hits"][0]
    assert hit["before"].startswith("…word word ")
    assert hit["after"].endswith(" word…")
    assert hit["estimated"]


def test_a_replace_goes_on_batch_by_batch_and_is_taken_back_as_one(page: Any, project: Project) -> None:
    first, second = find(page)["found"]
    begun = replace(page, [item(first)])
    assert [(one["n"], one["refused"], one["found"]["hits"]) for one in begun["done"]] == [(1, "", [])]
    half = item(second) | {"starts": [2]}
    [done] = replace(page, [half], replace=begun["replace"])["done"]
    assert [hit["start"] for hit in done["found"]["hits"]] == [9]
    drafts = [project.view(key, annotator="a1").draft for key in segments(project)]
    assert [(one.text, one.model) for one in drafts if one] == [
        ("the dog sat", "tiny + replace"),
        ("a dog, a cat", "tiny + replace"),
        ("no dog", "tiny"),
    ]
    assert find(page)["undoable"] == begun["replace"]
    undone = page.reply("undo_replace", {"replace": begun["replace"]})
    assert (sorted(undone["segments"]), undone["n_left"]) == (sorted(segments(project)[:2]), 0)
    texts = [project.view(key, annotator="a1").draft for key in segments(project)]
    assert [one.text for one in texts if one] == TEXTS
    assert find(page)["undoable"] is None


def test_an_own_submit_follows_with_its_layers_where_it_was_heard(page: Any, project: Project) -> None:
    first = segments(project)[0]
    page.reply(
        "submit",
        {
            "event_id": "00000000-0000-4000-8000-000000000001", "segment": first, "base_revision": 0,
            "text": "The CAT", "words": [], "layers": {"lower": "the cat"}, "flags": [], "draft": None,
            "listened": [[0.0, 2.0]], "active_ms": 1, "client_at_ms": 1, "skip_reason": None,
        },
    )  # fmt: skip
    own = {"find": CAT | {"own": True}}
    [found] = [one for one in find(page, own=True)["found"] if one["kind"] == "own"]
    [refused] = replace(page, [item(found)], **own)["done"]
    assert "was not played" in refused["refused"]
    [done] = replace(page, [item(found, heard=[[0.0, 2.0]])], **own)["done"]
    opinion = project.store.thread(first, "a1")[-1]
    assert (done["n"], done["found"]["base"]) == (1, "2")
    assert (opinion.text, dict(opinion.layers)) == ("The dog", {"lower": "the dog"})


def test_bad_requests_end_in_one_error(page: Any) -> None:
    assert page.error("find", {"find": CAT | {"text": " "}, "after": None, "limit": 9})["code"] == "bad_text"
    assert page.error("find", {"find": CAT, "after": "x", "limit": 9})["code"] == "bad_message"
    assert page.error("undo_replace", {"replace": "nobody's"})["code"] == "not_found"
    [found, _] = find(page)["found"]
    request = {"find": CAT, "replacement": "dog", "replace": None, "items": []}
    many = request | {"items": [item(found)] * 201}
    assert "too many segments" in page.error("replace", many)["message"]
    torn = request | {"items": [item(found, heard=[[1.0]])]}
    assert "malformed span" in page.error("replace", torn)["message"]
    assert page.error("replace", request | {"replacement": "\0"})["code"] == "bad_text"
