"""project.yaml in, validated settings out."""

from __future__ import annotations

from pathlib import Path

import pytest

from labwidgets.config import (
    LayerSettings,
    ProjectSettings,
    checked_language,
    load_settings,
    save_settings,
    store_url,
)
from labwidgets.errors import ConfigError


def write(folder: Path, text: str) -> Path:
    (folder / "project.yaml").write_text(text, encoding="utf-8")
    return folder


def test_settings_survive_a_round_trip_through_the_file(tmp_path: Path) -> None:
    settings = ProjectSettings(
        name="தமிழ்", language="ta-IN", guidelines="Write: what you hear\n- all", model="base"
    )
    save_settings(settings, tmp_path)
    assert load_settings(tmp_path) == settings


def test_defaults_are_left_out_of_the_file(tmp_path: Path) -> None:
    save_settings(ProjectSettings(name="a", language="en"), tmp_path)
    assert (tmp_path / "project.yaml").read_text() == "name: a\nlanguage: en\n"


def test_a_layer_is_a_name_alone_or_with_its_rule(tmp_path: Path) -> None:
    write(tmp_path, "name: a\nlanguage: en\nlayers: [plain, {name: n, rule: [no_tags, lower_case]}]\n")
    layers = load_settings(tmp_path).layers
    assert layers == (
        LayerSettings(name="plain"),
        LayerSettings(name="n", rule=("no_tags", "lower_case")),
    )
    save_settings(load_settings(tmp_path), tmp_path)
    assert load_settings(tmp_path).layers == layers


def test_an_unknown_key_is_refused_with_the_nearest_known_one(tmp_path: Path) -> None:
    write(tmp_path, "name: a\nlanguage: en\nguideline: x\n")
    with pytest.raises(ConfigError, match=r"unknown key .*'guideline'.*Did you mean guidelines"):
        load_settings(tmp_path)


def test_an_unknown_inner_key_names_the_inner_keys(tmp_path: Path) -> None:
    write(tmp_path, "name: a\nlanguage: en\nlabelling: {autoply: true}\n")
    with pytest.raises(ConfigError, match=r"'labelling.autoply'.*jump_back_s.*Did you mean autoplay"):
        load_settings(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: a\nlanguage: english!\n", "no language tag"),
        ("name: a\n", "language"),
        ("name: ''\nlanguage: en\n", "name"),
        ("name: a\nlanguage: en\nlabelling: {jump_back_s: 99}\n", "jump_back_s"),
        ("name: a\nlanguage: en\nlabelling: {order: backwards}\n", "order"),
        ("name: a\nlanguage: en\nlayers: [{name: n, rule: [upper]}]\n", "no such rule for a layer: 'upper'"),
        ("name: a\nlanguage: en\nlabelling: {scripts: [Latin]}\n", "no such script: 'Latin'"),
        ("name: a\nlanguage: en\nlayers: [n, n]\n", "a layer's name is taken: 'n'"),
        ("name: a\nlanguage: en\nlayers: [text]\n", "a layer's name is taken: 'text'"),
        ("name: a\nlanguage: en\nlayers: ['']\n", "layers.0.name"),
        ("- a\n", "holds no mapping"),
        ("a: [\n", "is no YAML"),
        ("!!python/object/apply:os.system ['true']", "is no YAML"),
    ],
)
def test_a_bad_file_is_refused_with_its_reason(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_settings(write(tmp_path, text))


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="labwidgets init"):
        load_settings(tmp_path)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "project.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_settings(tmp_path)


def test_the_store_is_a_file_in_the_project_by_default(tmp_path: Path) -> None:
    settings = ProjectSettings(name="a", language="en")
    assert store_url(settings, tmp_path) == f"sqlite:///{tmp_path / 'store.db'}"


def test_the_store_url_comes_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABWIDGETS_STORE", "postgresql://host/db")
    settings = ProjectSettings(name="a", language="en", store="${LABWIDGETS_STORE}")
    assert store_url(settings, tmp_path) == "postgresql://host/db"


def test_a_variable_that_is_not_set_is_named(tmp_path: Path) -> None:
    settings = ProjectSettings(name="a", language="en", store="${LABWIDGETS_NOT_SET}")
    with pytest.raises(ConfigError, match="LABWIDGETS_NOT_SET"):
        store_url(settings, tmp_path)


@pytest.mark.parametrize(
    "url", ["postgresql://me:secret@host/db", "postgresql://host/db?password=secret&user=me"]
)
def test_a_password_in_the_settings_is_refused_and_not_repeated(tmp_path: Path, url: str) -> None:
    settings = ProjectSettings(name="a", language="en", store=url)
    with pytest.raises(ConfigError, match=r"a password stands in project\.yaml") as caught:
        store_url(settings, tmp_path)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("tag", ["en", "hi", "ta-IN", "zh-Hant-TW", "sr-Latn"])
def test_language_tags_of_bcp_47_are_taken(tag: str) -> None:
    assert checked_language(tag) == tag


@pytest.mark.parametrize("tag", ["", "e", "english", "en_US", "en-", "../en"])
def test_other_words_are_no_language(tag: str) -> None:
    with pytest.raises(ConfigError, match="BCP-47"):
        checked_language(tag)


@pytest.mark.parametrize("size", [".inf", ".nan", "1e308", "0"])
def test_a_cache_of_no_usable_size_is_refused(tmp_path: Path, size: str) -> None:
    write(tmp_path, f"name: a\nlanguage: en\naudio: {{cache_gb: {size}}}\n")
    with pytest.raises(ConfigError, match=r"audio\.cache_gb"):
        load_settings(tmp_path)


def test_settings_nested_too_deep_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "name: a\nlanguage: en\ndecoding: {a: " + "[" * 5000 + "]" * 5000 + "}\n")
    with pytest.raises(ConfigError, match="nested too deep"):
        load_settings(tmp_path)


@pytest.mark.parametrize("store", ["sqllite", "\n", "store.db", ""])  # codespell:ignore sqllite
def test_a_store_that_is_a_bare_word_is_refused(tmp_path: Path, store: str) -> None:
    with pytest.raises(ConfigError, match="no store of that name"):
        store_url(ProjectSettings(name="a", language="en", store=store), tmp_path)


def test_settings_that_cannot_be_written_leave_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "project.yaml").mkdir()
    with pytest.raises(ConfigError, match="cannot be written"):
        save_settings(ProjectSettings(name="a", language="en"), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["project.yaml"]
