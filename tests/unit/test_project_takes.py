"""Prompts, consent before the first take, and takes that are on disk when they are kept."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from labwidgets.corpus.takes import read_prompts
from labwidgets.errors import ConfigError, ConsentError, SourceError
from labwidgets.project import Project
from labwidgets.records import ConsentForm, SpeakerCard

FORM = ConsentForm("You are recorded.", "v2", "CC-BY-4.0")
CARD = SpeakerCard("spk1", "hi", "Awadhi", "18 to 29", "female", "phone")
KILLED = """
import os, signal, sys
import numpy as np
from labwidgets.project import Project
from labwidgets.records import ConsentForm, SpeakerCard
card = SpeakerCard("spk1", "hi")
project = Project.open(sys.argv[1])
project.sign_in(card, ConsentForm("t", "v2", "CC-BY-4.0"), agreed=True)
project.keep_take(np.load(sys.argv[2]), "सारे जहाँ", card=card)
os.kill(os.getpid(), signal.SIGKILL)
"""


def spoken(seed: int = 0, length_s: float = 1.0) -> np.ndarray:
    times = np.arange(round(length_s * 16_000)) / 16_000
    tone = 0.3 * np.sin(2 * np.pi * (150 + 10 * seed) * times)
    edge = np.zeros(4_000)
    return np.concatenate([edge, tone, edge]).astype(np.float32)


@pytest.fixture
def project(tmp_path: Path):
    with Project.create(tmp_path / "corpus", language="hi") as made:
        yield made


# ---- prompts -------------------------------------------------------------------------------------------


def test_prompts_are_lines_in_any_script_composed_and_without_empty_ones(tmp_path: Path) -> None:
    lines = ["  नमस्ते   दुनिया ", "", "caf\N{LATIN SMALL LETTER E}\N{COMBINING ACUTE ACCENT}", "你好"]
    wanted = ("नमस्ते दुनिया", "caf\N{LATIN SMALL LETTER E WITH ACUTE}", "你好")
    assert read_prompts(lines) == wanted
    for number, encoding in enumerate(("utf-8", "utf-8-sig", "utf-16")):
        path = tmp_path / f"{number}.txt"
        path.write_text("\r\n".join(lines), encoding=encoding)
        assert read_prompts(path) == read_prompts(str(path)) == wanted


def test_a_hundred_thousand_prompts_are_read(tmp_path: Path) -> None:
    path = tmp_path / "many.txt"
    path.write_text("\n".join(f"पंक्ति {n}" for n in range(100_000)), encoding="utf-8")
    prompts = read_prompts(path)
    assert (len(prompts), prompts[-1]) == (100_000, "पंक्ति 99999")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ([], "there are no prompts"),
        (["  "], "there are no prompts"),
        ([3], "a prompt is no text: 'number 1: int'"),
        (["a" * 2001], "a prompt is too long"),
        ("missing.txt", r"the prompts cannot be read \(No such file"),
    ],
)
def test_what_cannot_be_prompts_is_refused(source, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        read_prompts(source)


def test_another_encoding_is_named_with_the_place(tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_bytes("ab caf\N{LATIN SMALL LETTER E WITH ACUTE}".encode("latin-1"))
    with pytest.raises(SourceError, match=r"not in UTF-8: 'old.txt, byte 6'. Save it as UTF-8"):
        read_prompts(tmp_path / "old.txt")


# ---- consent -------------------------------------------------------------------------------------------


def test_nobody_is_kept_who_has_not_agreed(project: Project) -> None:
    with pytest.raises(ConsentError, match="no consent of the speaker is on record"):
        project.keep_take(spoken(), "एक", card=CARD)
    with pytest.raises(ConsentError, match="nobody is recorded who has not agreed"):
        project.sign_in(CARD, FORM, agreed=False)
    assert list(project.store.recordings()) == []
    assert not (project.folder / "sources").exists()


def test_consent_goes_on_record_once_for_each_form(project: Project) -> None:
    assert project.sign_in(replace(CARD, speaker=" spk1 "), FORM, agreed=True) == CARD
    project.sign_in(CARD, FORM, agreed=False)
    [consent] = project.consents()
    assert (consent.licence, consent.scope, consent.text_version) == ("CC-BY-4.0", ("share",), "v2")
    assert consent.note == "Agreed to in the recorder by the speaker:\nYou are recorded."
    with pytest.raises(ConsentError, match="not agreed"):
        project.sign_in(CARD, replace(FORM, version="v3"), agreed=False)
    project.sign_in(replace(CARD, age_band="under 18"), replace(FORM, version="v3"), agreed=True)
    assert "by a parent or guardian" in project.consents()[-1].note


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"speaker": "  "}, "no pseudonym"),
        ({"speaker": "x" * 81}, "the speaker's speaker is too long"),
        ({"age_band": "old"}, "no such age band: 'old'"),
        ({"gender": "x"}, "no such gender: 'x'"),
        ({"language": "Hindi!"}, "language"),
    ],
)
def test_a_card_that_cannot_be_is_refused(project: Project, fields, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        project.sign_in(replace(CARD, **fields), FORM, agreed=True)
    assert project.consents() == []


# ---- takes ---------------------------------------------------------------------------------------------


def test_a_take_becomes_a_recording_with_its_text_and_all_that_is_known(project: Project) -> None:
    project.sign_in(CARD, FORM, agreed=True)
    kept = project.keep_take(spoken(), "एक दो", card=CARD, collection="street")
    recording = project.store.recording(kept.recording_id)
    assert (recording.state, recording.copied, recording.language) == ("decoded", True, "hi")
    assert (recording.speaker, recording.accent, recording.collection) == ("spk1", "Awadhi", "street")
    file = project.folder / recording.source
    assert hashlib.sha256(file.read_bytes()).hexdigest() == recording.bytes_sha256
    assert project.takes("spk1") == {"एक दो": 1}
    [row] = project.dataset()["train"].remove_columns("audio").to_list()
    wanted = {"text": "एक दो", "prompt": "एक दो", "label_origin": "imported", "licence": "CC-BY-4.0"}
    wanted |= {"speaker": "spk1", "accent": "Awadhi", "source": "street", "gender": "female"}
    assert wanted | {"age_band": "18 to 29", "device": "phone"} == {
        name: row[name] for name in [*wanted, "age_band", "device"]
    }
    assert project.verify().ok


def test_a_take_that_is_decoded_later_is_kept_all_the_same(project: Project, caplog) -> None:
    project.sign_in(CARD, FORM, agreed=True)
    kept = project.keep_take(spoken(), "एक", card=CARD, decode=False)
    recording = project.store.recording(kept.recording_id)
    assert recording.state == "added"
    assert sum(len(part) for part in project.dataset().values()) == 1
    away = project.folder / "away.flac"
    shutil.rmtree(project.folder / "audio")
    (project.folder / recording.source).rename(away)
    project.decode_kept(kept)
    assert "a take is not decoded yet: the file of a recording is gone" in caplog.text
    away.rename(project.folder / recording.source)
    project.decode_kept(kept)
    assert project.store.recording(kept.recording_id).state == "decoded"


def test_the_same_take_comes_back_as_the_one_it_is(project: Project) -> None:
    project.sign_in(CARD, FORM, agreed=True)
    first = project.keep_take(spoken(), "एक", card=CARD)
    assert project.keep_take(spoken(), "एक", card=CARD, instead=True) == first
    assert project.takes("spk1") == {"एक": 1}


def test_a_take_in_the_place_of_another_leaves_one(project: Project) -> None:
    project.sign_in(CARD, FORM, agreed=True)
    project.keep_take(spoken(1), "एक", card=CARD)
    second = project.keep_take(spoken(2), "एक", card=CARD, instead=True)
    assert [one.id for one in project.store.recordings_of("spk1")] == [second.recording_id]
    assert sum(len(part) for part in project.dataset().values()) == 1


def test_a_bad_take_is_not_kept(project: Project) -> None:
    project.sign_in(CARD, FORM, agreed=True)
    with pytest.raises(SourceError, match=r"the take is not kept: 'silent'\. Silent: its loudest moment"):
        project.keep_take(np.zeros(16_000, np.float32), "एक", card=CARD)
    assert project.takes("spk1") == {}


def test_a_speaker_who_withdraws_takes_their_takes_along(project: Project) -> None:
    project.sign_in(CARD, FORM, agreed=True)
    project.keep_take(spoken(), "एक", card=CARD)
    report = project.withdraw("spk1")
    assert "sources/: 1 copied files" in report.cleaned
    assert list((project.folder / "sources").rglob("*.flac")) == []
    assert project.takes("spk1") == {}
    with pytest.raises(ConsentError, match="no consent of the speaker"):
        project.keep_take(spoken(), "एक", card=CARD)


@pytest.mark.slow
def test_a_kept_take_survives_a_kill(project: Project, tmp_path: Path) -> None:
    np.save(tmp_path / "take.npy", spoken())
    command = [sys.executable, "-c", KILLED, str(project.folder), str(tmp_path / "take.npy")]
    assert subprocess.run(command, timeout=300, check=False).returncode == -9
    with Project.open(project.folder) as again:
        assert again.takes("spk1") == {"सारे जहाँ": 1}
        [row] = again.dataset()["train"].remove_columns("audio").to_list()
    assert (row["text"], row["duration"]) == ("सारे जहाँ", 1.5)
