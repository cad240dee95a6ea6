"""The segment editor's Python side, through its messages, over a real project."""

from __future__ import annotations

import gzip
import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from labwidgets.errors import MessageError, NotFoundError
from labwidgets.project import Project
from labwidgets.widgets.labeller import Labeller
from labwidgets.widgets.protocol import PROTOCOL_VERSION
from labwidgets.widgets.recording_desk import change_record, clip_parts
from labwidgets.widgets.segment_editor import SegmentEditor

READY = {"version": PROTOCOL_VERSION, "codecs": []}
CHANGE = json.loads((Path(__file__).parents[1] / "protocol" / "change_segments.json").read_text())["request"]
RATE_HZ = 16_000
DURATION_S = 30.0


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """One stereo call of half a minute, somebody speaking from 5 to 10 s, and a second file."""
    folder = tmp_path / "audio"
    folder.mkdir()
    times = np.arange(int(DURATION_S * RATE_HZ)) / RATE_HZ
    noise = 0.001 * np.random.default_rng(3).standard_normal((len(times), 2))
    noise[(times > 5) & (times < 10), 0] += 0.3 * np.sin(2 * np.pi * 200 * times[(times > 5) & (times < 10)])
    soundfile.write(folder / "a call.wav", noise, RATE_HZ)
    soundfile.write(folder / "b.wav", noise[:RATE_HZ, 0], RATE_HZ)
    made = Project.create(tmp_path / "corpus", language="en")
    made.add(folder)
    return made


@pytest.fixture
def page(project: Project, page_of: Callable[..., Any]) -> Any:
    return page_of(lambda: SegmentEditor(project, annotator="a1", recording="a call.wav"))


def opened(page: Any) -> dict[str, Any]:
    recording = page.reply("ready", READY)["recording"]
    return page.reply("recording", {"recording": recording, "segment": None, "n_bins": 50})


def regions(page: Any, recording: str) -> list[dict[str, Any]]:
    return page.reply("regions", {"recording": recording, "gzip": False})["regions"]


def change(recording: str, kind: str, **fields: Any) -> dict[str, Any]:
    empty = {"segments": [], "pieces": [], "speaker": None, "to_speaker": None, "client_at_ms": 1}
    return {"change_id": str(uuid.uuid4()), "recording": recording, "kind": kind, **empty, **fields}


def piece(start_s: float, end_s: float, **fields: Any) -> dict[str, Any]:
    made = {"segment": str(uuid.uuid4()), "channel": -1, "start_s": start_s, "end_s": end_s}
    return {**made, "speaker": None, "text": None, "words": None, "layers": None, **fields}


def test_a_recording_opens_with_its_clips_and_its_waveform(page: Any) -> None:
    recording = opened(page)
    assert (recording["name"], recording["duration_s"]) == ("a call", DURATION_S)
    assert [clip["id"].rpartition(":")[2] for clip in recording["clips"]] == ["mix", "0", "1"]
    message, buffers = page.ask(
        "wave", {"clip": recording["clips"][1]["id"], "start_s": 0, "end_s": 10, "n_bins": 20}
    )
    assert message["payload"]["n_bins"] == 20
    loud = np.frombuffer(buffers[0], np.int8).reshape(20, 2)[:, 1]
    assert loud[:9].max() < 3
    assert loud[11:].min() > 30
    names = [one["name"] for one in page.reply("recordings", {})["recordings"]]
    assert sorted(names) == ["a call", "b"]
    [segment] = regions(page, recording["recording"])
    by_segment = {"recording": None, "segment": segment["segment"], "n_bins": 1}
    assert page.reply("recording", by_segment)["segment"] == segment["segment"]


def test_the_segments_come_packed_where_the_page_unpacks(page: Any) -> None:
    recording = opened(page)["recording"]
    message, [packed] = page.ask("regions", {"recording": recording, "gzip": True})
    assert message["payload"]["regions"] == []
    assert json.loads(gzip.decompress(packed)) == regions(page, recording)


def test_the_sound_of_a_channel_comes_in_windows_and_pictures(page: Any) -> None:
    clip = opened(page)["clips"][1]["id"]
    message, buffers = page.ask("window", {"clip": clip, "index": 2, "codec": "flac"})
    assert (message["payload"]["start_s"], message["payload"]["end_s"]) == (20.0, 30.0)
    assert len(buffers[0]) > 1000
    asked = {"clip": clip, "start_s": 4.0, "end_s": 8.0, "n_columns": 40, "n_bands": 16}
    message, buffers = page.ask("spectrogram", asked)
    assert len(buffers[0]) == 40 * 16


def test_speech_is_found_by_its_level(page: Any) -> None:
    clips = opened(page)["clips"]
    message, [ends_ms] = page.ask("speech", {"clip": clips[1]["id"]})
    assert message["payload"]["n_spans"] == 1
    assert np.frombuffer(ends_ms, "<i4") / 1000 == pytest.approx((5, 10), abs=0.05)


def test_a_change_is_stored_once_and_taken_back(page: Any) -> None:
    recording = opened(page)["recording"]
    [whole] = regions(page, recording)
    ref = {"segment": whole["segment"], "version": whole["version"]}
    word = {"text": "hello", "start_s": 0.5, "end_s": 0.9, "confidence": None, "estimated": True}
    sides = [piece(0, 10, text="hello", words=[word]), piece(10, DURATION_S, text="there", words=[])]
    split = change(recording, "split", segments=[ref], pieces=sides)
    first, again = page.reply("change_segments", split), page.reply("change_segments", split)
    assert first["retired"] == again["retired"] == [whole["segment"]]
    rows = regions(page, recording)
    assert [(row["start_s"], row["end_s"], row["text"]) for row in rows] == [
        (0, 10, "hello"),
        (10, 30, "there"),
    ]
    segment = page.reply("segment", {"segment": rows[0]["segment"], "n_bins": 1})
    assert segment["clip"]["duration_s"] == 10.0

    stale = change(recording, "delete", segments=[ref])
    assert page.error("change_segments", stale)["code"] == "stale_segments"
    back = page.reply("undo_segments", {"change_id": split["change_id"]})
    assert [row["segment"] for row in back["rows"]] == [whole["segment"]]
    assert len(regions(page, recording)) == 1


def test_speakers_are_named_in_the_whole_recording(page: Any) -> None:
    recording = opened(page)["recording"]
    for start_s in (1, 2):
        made = change(recording, "create", pieces=[piece(start_s, start_s + 1, speaker="spk1")])
        page.reply("change_segments", made)
    page.reply("change_segments", change(recording, "rename", speaker="spk1", to_speaker=" Anna "))
    rows = regions(page, recording)
    assert [row["speaker"] for row in rows if row["end_s"] < 10] == ["Anna", "Anna"]


def test_the_labeller_answers_for_recordings_too(project: Project, page_of: Any) -> None:
    page = page_of(lambda: Labeller(project, annotator="a1"))
    recording = page.reply("recording", {"recording": None, "segment": None, "n_bins": 10})
    assert recording["peaks_bins"] == 10
    assert len(regions(page, recording["recording"])) == 1


def test_a_recording_whose_file_is_gone_can_still_be_read(
    page: Any, project: Project, tmp_path: Path
) -> None:
    (tmp_path / "audio" / "a call.wav").unlink()
    for entry in (project.folder / "audio").rglob("*.json"):
        entry.unlink()
    reply = opened(page)
    assert reply["peaks_bins"] == 0
    assert "a call.wav" in reply["audio_error"]


def test_what_is_not_there_is_refused_in_words(project: Project, page: Any) -> None:
    with pytest.raises(NotFoundError, match=r"no such recording: 'c\.wav'.*project\.recordings"):
        SegmentEditor(project, annotator="a1", recording="c.wav")
    missing = {"recording": "rec_none", "segment": None, "n_bins": 1}
    assert page.error("recording", missing)["message"].startswith("no such recording: 'rec_none'")
    for clip in ("rec_1", "rec_1:left"):
        assert page.error("speech", {"clip": clip})["message"].startswith("no such clip of a recording")


def test_a_project_without_recordings_says_so(tmp_path: Path, page_of: Any) -> None:
    empty = Project.create(tmp_path / "empty", language="en")
    page = page_of(lambda: SegmentEditor(empty, annotator="a1"))
    asked = {"recording": None, "segment": None, "n_bins": 1}
    assert "project.add(…) brings recordings in" in page.error("recording", asked)["message"]
    assert repr(page.widget) == "<SegmentEditor empty for a1>"


@pytest.mark.parametrize(
    "broken", [{"segments": [{}]}, {"pieces": [{"segment": "a"}]}, {"client_at_ms": None}]
)
def test_a_malformed_change_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(MessageError, match="malformed change of segments"):
        change_record({**CHANGE, **broken}, annotator="a1")


@pytest.mark.parametrize("at_ms", [float("nan"), float("inf"), 1e300, -1.0])
def test_a_change_at_no_time_is_refused(at_ms) -> None:
    with pytest.raises(MessageError, match="no time of a change"):
        change_record({**CHANGE, "client_at_ms": at_ms}, annotator="a1")


def test_a_channel_of_thousands_of_digits_is_none() -> None:
    with pytest.raises(NotFoundError, match="no such clip of a recording"):
        clip_parts(f"rec_1:{'9' * 5000}")
