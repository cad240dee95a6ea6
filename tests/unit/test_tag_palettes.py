"""The palettes of tags: those that are shipped, and a project's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from labwidgets.config import (
    DEFAULT_TAGS,
    ProjectSettings,
    TagPalette,
    load_settings,
    parse,
    save_settings,
    tag_palette,
    tag_palette_for,
    tag_palette_names,
)
from labwidgets.errors import ConfigError
from labwidgets.widgets.messages import tag_payloads


def write(folder: Path, tags: str) -> Path:
    (folder / "project.yaml").write_text(f"name: a\nlanguage: hi-IN\ntags: {tags}\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", tag_palette_names())
def test_every_shipped_palette_has_keys_and_names_the_same_events(name: str) -> None:
    palette = tag_palette(name)
    assert list(palette.events) == list(tag_palette(DEFAULT_TAGS).events)
    assert palette.fillers
    assert palette.foreign
    assert name not in palette.foreign
    assert all(tag.key for kind, _, tag in palette.entries() if kind == "event")


def test_a_project_has_the_palette_of_its_language_unless_it_says_otherwise(tmp_path: Path) -> None:
    assert ProjectSettings(name="a", language="ta-IN").tag_palette == tag_palette("ta")
    assert ProjectSettings(name="a", language="sw").tag_palette == tag_palette(DEFAULT_TAGS)
    assert load_settings(write(tmp_path, "ur")).tag_palette == tag_palette("ur")


def test_a_palette_of_ones_own_survives_the_file(tmp_path: Path) -> None:
    own = "{events: {door: , 'phone rings': {label: phone, key: p}}, foreign: {en: {key: e}}}"
    settings = load_settings(write(tmp_path, own))
    save_settings(settings, tmp_path)
    assert load_settings(tmp_path).tag_palette == settings.tag_palette
    assert tag_payloads(settings.tag_palette) == [
        {"kind": "event", "text": "[door]", "label": "door", "key": None},
        {"kind": "event", "text": "[phone rings]", "label": "phone", "key": "p"},
        {"kind": "foreign", "text": "<lang:en>", "label": "en", "key": "e"},
    ]


@pytest.mark.parametrize(
    ("tags", "match"),
    [
        ("hindi", r"no such tag palette: 'hindi'.*ta"),
        ("hii", r"Did you mean hi"),
        ("{events: {'a[b': {}}}", r"no name for a tag: '\[a\[b\]'"),
        ("{events: {'': {}}}", r"no name for a tag: '\[\]'"),
        ("{foreign: {'e n': {}}}", r"no name for a tag: '<lang:e n>'"),
        ("{events: {a: {key: n}, b: {key: n}}}", r"two tags have one key: '\[a\], \[b\]: n'"),
        ("{events: {a: {key: 1}}}", r"bad value"),
        ("{events: {a: {key: '1'}}}", r"no key for a tag: '1'"),
        ("{events: {a: {key: N}}}", r"no key for a tag: 'N'"),
        ("{noises: {a: {}}}", r"unknown key.*noises"),
        ("[en]", r"bad value.*tags"),
    ],
)
def test_a_palette_that_cannot_work_is_refused(tmp_path: Path, tags: str, match: str) -> None:
    with pytest.raises(ConfigError, match=match):
        load_settings(write(tmp_path, tags))


def test_a_palette_has_room_for_some_thirty_tags() -> None:
    with pytest.raises(ConfigError, match=r"too many tags: '36'.*at most 35"):
        parse({"events": {f"e{number}": None for number in range(36)}}, TagPalette, where="x")


def test_other_languages_fall_back_to_english() -> None:
    assert tag_palette_for("xx") == tag_palette(DEFAULT_TAGS)
