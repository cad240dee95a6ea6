"""A second text beside the main one, from the page to the data set."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from labwidgets.project import Project
from labwidgets.records import QueueQuery
from labwidgets.widgets.labeller import Labeller
from labwidgets.widgets.protocol import PROTOCOL_VERSION

SUBMIT = json.loads((Path(__file__).parents[1] / "protocol" / "submit.json").read_text())["request"]
READY = {"version": PROTOCOL_VERSION, "codecs": []}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    folder = tmp_path / "audio"
    folder.mkdir()
    soundfile.write(folder / "0.wav", np.random.default_rng(3).uniform(-0.2, 0.2, 16_000), 16_000)
    Project.create(tmp_path / "corpus", language="ta").close()
    with (tmp_path / "corpus" / "project.yaml").open("a", encoding="utf-8") as settings:
        settings.write("layers: [{name: normalised, rule: [no_tags, lower_case]}, plain]\n")
    made = Project.open(tmp_path / "corpus")
    made.add(folder, speaker="s1")
    return made


@pytest.fixture
def page(project: Project, page_of: Any) -> Any:
    return page_of(lambda: Labeller(project, annotator="a1"))


def submission(project: Project, **changes: Any) -> dict[str, Any]:
    segment = project.queue(QueueQuery()).rows[0].segment_id
    return SUBMIT | {"event_id": str(uuid.uuid4()), "segment": segment, "draft": None, "words": []} | changes


@pytest.mark.filterwarnings("ignore::labwidgets.errors.ConsentWarning")
def test_one_submit_stores_all_layers_and_gives_them_back(page: Any, project: Project) -> None:
    assert page.reply("ready", READY)["settings"]["layers"] == [
        {"name": "normalised", "rule": ["no_tags", "lower_case"]},
        {"name": "plain", "rule": []},
    ]
    layers = {"normalised": "நன்றி மிஸ்டர்", "plain": ""}
    sent = submission(project, text="நன்றி Mister [noise]", layers=layers)
    assert page.reply("submit", sent)["revision"] == 1

    reply = page.reply("segment", {"segment": sent["segment"], "n_bins": 1})
    assert (reply["text"], reply["layers"]) == (sent["text"], layers)
    assert reply["opinion"]["layers"] == layers

    row = project.dataset()["train"].select_columns(["text", "normalised", "plain"])[0]
    assert (row["text"], row["normalised"], row["plain"]) == (sent["text"], layers["normalised"], "")


def test_a_segment_without_labels_starts_without_layers(page: Any, project: Project) -> None:
    sent = submission(project)
    assert page.reply("segment", {"segment": sent["segment"], "n_bins": 1})["layers"] == {}


@pytest.mark.parametrize(
    ("layers", "code"),
    [
        ({"banana": "x"}, "bad_message"),
        ({"normalised": None}, "bad_message"),
        ({"normalised": "a\x00b"}, "bad_text"),
        ({"normalised": "x" * 20_001}, "bad_text"),
    ],
    ids=["unknown", "no text", "control character", "too long"],
)
def test_a_bad_layer_is_refused_and_nothing_is_stored(
    page: Any, project: Project, layers: dict[str, Any], code: str
) -> None:
    sent = submission(project, layers=layers)
    assert page.error("submit", sent)["code"] == code
    assert page.reply("segment", {"segment": sent["segment"], "n_bins": 1})["opinion"] is None


def test_the_typing_help_gets_the_words_of_the_project(page: Any, project: Project) -> None:
    page.reply("submit", submission(project, text="நான் வந்தேன், நான் phone [noise]", layers={}))
    assert page.reply("words", {"language": "ta-IN"})["words"][:2] == ["நான்", "வந்தேன்"]
    assert page.reply("words", {"language": "te"})["words"] == []
    assert page.error("words", {"language": "no tag!"})["code"] == "bad_config"
