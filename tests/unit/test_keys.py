"""Chords, presets, and what a project changes of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from labwidgets.config import (
    DEFAULT_KEYS,
    KeySettings,
    ProjectSettings,
    checked_chord,
    configs_folder,
    key_preset,
    key_preset_names,
    load_settings,
    rebound,
    save_settings,
)
from labwidgets.config import keys as keys_module
from labwidgets.errors import ConfigError

CHORDS = json.loads((Path(__file__).parents[1] / "key_chords.json").read_text(encoding="utf-8"))
SMALL = {"loop": ["Alt+L"], "skip": ["Alt+S"], "help": ["F1"], "leave": ["Escape"]}


@pytest.mark.parametrize(("text", "chord"), CHORDS["spelled"].items())
def test_a_chord_has_one_spelling(text: str, chord: str) -> None:
    assert checked_chord(text) == chord
    assert checked_chord(chord) == chord


@pytest.mark.parametrize("text", CHORDS["kept"])
def test_what_others_need_cannot_be_given_away(text: str) -> None:
    with pytest.raises(ConfigError, match="keys that cannot be given away"):
        checked_chord(text)


@pytest.mark.parametrize("text", CHORDS["no_keys"])
def test_other_words_are_no_keys(text: str) -> None:
    with pytest.raises(ConfigError, match="no such keys"):
        checked_chord(text)


def test_the_presets_are_those_that_people_come_with() -> None:
    assert key_preset_names() == [DEFAULT_KEYS, "elan", "gecko", "label-studio", "shoonya"]


@pytest.mark.parametrize("name", key_preset_names())
def test_each_preset_has_keys_for_every_action_and_each_chord_once(name: str) -> None:
    preset = key_preset(name)
    chords = [chord for chords in preset.values() for chord in chords]
    assert [action for action, chords in preset.items() if not chords] == []
    assert list(preset) == list(key_preset(DEFAULT_KEYS))
    assert len(chords) == len(set(chords))


@pytest.mark.parametrize("name", key_preset_names())
def test_a_preset_is_written_as_it_is_read(name: str) -> None:
    written = yaml.safe_load((configs_folder() / "keys" / f"{name}.yml").read_text(encoding="utf-8"))
    assert written == {action: key_preset(name)[action] for action in written}


@pytest.mark.parametrize(
    ("name", "action", "chord"),
    [
        ("label-studio", "submit_next", "Ctrl+Enter"),
        ("label-studio", "play_pause", "Ctrl+P"),
        ("label-studio", "skip", "Ctrl+Space"),
        ("label-studio", "back", "Ctrl+B"),
        ("elan", "play_pause", "Tab"),
        ("elan", "play_segment", "Shift+Tab"),
        ("elan", "loop", "Ctrl+L"),
        ("gecko", "play_pause", "Ctrl+Space"),
        ("gecko", "play_segment", "Ctrl+Enter"),
        ("gecko", "next", "Ctrl+Shift+ArrowRight"),
        ("shoonya", "play_pause", "Shift+Space"),
        ("shoonya", "redo", "Ctrl+Y"),
    ],
)
def test_a_preset_has_what_its_tool_is_known_for(name: str, action: str, chord: str) -> None:
    assert key_preset(name)[action][0] == chord


def test_an_unknown_preset_is_refused_with_the_nearest_known_one() -> None:
    with pytest.raises(ConfigError, match=r"no such key preset: 'elam'.*labwidgets.*Did you mean elan"):
        key_preset("elam")


def test_a_preset_that_contradicts_itself_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "keys"
    folder.mkdir()
    default = (configs_folder() / "keys" / f"{DEFAULT_KEYS}.yml").read_text(encoding="utf-8")
    (folder / f"{DEFAULT_KEYS}.yml").write_text(default, encoding="utf-8")
    (folder / "mine.yml").write_text("loop: Alt+S\n", encoding="utf-8")
    monkeypatch.setattr(keys_module, "configs_folder", lambda: tmp_path)
    with pytest.raises(ConfigError, match=r"mine\.yml: the same keys twice: 'Alt\+S'"):
        key_preset("mine")


def test_changes_replace_the_chords_of_their_action_and_leave_the_others() -> None:
    changed = rebound(SMALL, {"loop": "ctrl+l", "skip": ["alt+s", "Alt+S", "Alt+X"]})
    assert changed == SMALL | {"loop": ["Ctrl+L"], "skip": ["Alt+S", "Alt+X"]}
    assert rebound(SMALL, {"loop": None})["loop"] == []
    assert rebound(SMALL, {"loop": "Alt+S", "skip": "Alt+L"})["skip"] == ["Alt+L"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lop": "Alt+X"}, r"unknown action: 'lop'.*loop, skip.*Did you mean loop"),
        ({"loop": "Alt+S"}, r"the same keys twice: 'Alt\+S'.*loop and skip both have them"),
        ({"loop": 3}, r"no keys of loop: '3'"),
        ({"loop": [3]}, r"no keys of loop"),
        ({"leave": []}, r"no keys left: 'leave'"),
        ({"help": None}, r"no keys left: 'help'"),
    ],
)
def test_changes_that_do_not_work_say_why(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        rebound(SMALL, changes)


@pytest.mark.parametrize(
    ("text", "preset", "loop"),
    [
        ("", DEFAULT_KEYS, ["Alt+L"]),
        ("keys: elan\n", "elan", ["Ctrl+L"]),
        ("keys: {preset: elan}\n", "elan", ["Ctrl+L"]),
        ("keys: {loop: [Alt+X, F4]}\n", DEFAULT_KEYS, ["Alt+X", "F4"]),
        ("keys:\n  preset: elan\n  loop: alt+x\n", "elan", ["Alt+X"]),
    ],
)
def test_a_project_names_a_preset_or_changes_one(
    tmp_path: Path, text: str, preset: str, loop: list[str]
) -> None:
    (tmp_path / "project.yaml").write_text(f"name: a\nlanguage: en\n{text}", encoding="utf-8")
    settings = load_settings(tmp_path)
    assert (settings.keys.preset, settings.keys.chords["loop"]) == (preset, loop)
    save_settings(settings, tmp_path)
    assert load_settings(tmp_path) == settings


def test_a_preset_alone_is_written_as_its_name(tmp_path: Path) -> None:
    keys = KeySettings.model_validate("gecko")
    save_settings(ProjectSettings(name="a", language="en", keys=keys), tmp_path)
    assert "keys: gecko\n" in (tmp_path / "project.yaml").read_text()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("keys: elam\n", r"keys in .*project\.yaml: no such key preset: 'elam'"),
        ("keys: {preset: elan, lopp: F4}\n", r"keys in .*project\.yaml: unknown action: 'lopp'.*mean loop"),
        ("keys: {loop: Ctrl+W}\n", r"cannot be given away: 'Ctrl\+W'.*the browser"),
        ("keys: 3\n", "bad value in .*keys"),
    ],
)
def test_keys_of_a_project_that_do_not_work_are_refused_when_it_is_opened(
    tmp_path: Path, text: str, message: str
) -> None:
    (tmp_path / "project.yaml").write_text(f"name: a\nlanguage: en\n{text}", encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        load_settings(tmp_path)
