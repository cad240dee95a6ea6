"""Corrections made more than once, through the labeller's messages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from labwidgets.config import load_settings, save_settings
from labwidgets.project import Project
from labwidgets.records import HotWord, ModelRun, QueueQuery, Transcription
from labwidgets.widgets.protocol import PROTOCOL_VERSION


@pytest.fixture
def project(tmp_path: Path) -> Project:
    folder = tmp_path / "audio"
    folder.mkdir()
    for number in range(2):
        soundfile.write(folder / f"{number}.wav", np.full(16_000, 0.01 * number), 16_000)
    made = Project.create(tmp_path / "corpus", language="en")
    made.add(folder, decode=False)
    made.store.begin_run(ModelRun("run_1", "tiny", "r1", {}))
    for row in made.queue(QueueQuery()).rows:
        said = Transcription("the cat sat", (), 0.4, "en")
        key = row.segment_id
        made.store.add_hypothesis(run_id="run_1", segment_id=key, cache_key=key, transcription=said)
        made.submit_text(key, "the hat sat", annotator="a2")
    return made


def test_what_was_corrected_twice_comes_without_a_name(page: Any, project: Project) -> None:
    assert page.reply("hot_words", {})["hot_words"] == [{"wrong": "cat", "right": "hat", "n": 2}]
    assert project.hot_words() == (HotWord("cat", "hat", 2),)


def test_news_say_whether_there_are_others_to_ask_for(page: Any, project: Project) -> None:
    page.reply("ready", {"version": PROTOCOL_VERSION, "codecs": []})
    before = page.reply("hot_words", {})["mark"]
    first, second = (row.segment_id for row in project.queue(QueueQuery()).rows)
    project.submit_text(first, "the hat sat", annotator="a3")
    assert page.events("changed", n=1)[-1]["hot_words"] == before
    project.dismiss_hot_word("cat")
    project.submit_text(second, "the hat sat", annotator="a3")
    after = page.reply("hot_words", {})["mark"]
    assert page.events("changed", n=2)[-1]["hot_words"] == after != before


def test_a_dismissed_one_never_comes_back(page: Any, project: Project) -> None:
    project.dismiss_hot_word("Cat")
    assert page.reply("hot_words", {})["hot_words"] == []
    project.close()
    with Project.open(project.folder) as again:
        assert again.settings.labelling.not_hot == ("Cat",)
        assert again.hot_words() == ()


def test_a_project_may_want_none(project: Project) -> None:
    settings = load_settings(project.folder)
    labelling = settings.labelling.model_copy(update={"hot_words": False})
    save_settings(settings.model_copy(update={"labelling": labelling}), project.folder)
    project.close()
    with Project.open(project.folder) as again:
        assert again.hot_words() == ()
