"""What is converted, taken in and licensed from the command line."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
import soundfile
from command_line import Run, segments

from labwidgets.cli import collecting, main
from labwidgets.errors import SourceError
from labwidgets.project import Project


def test_converting_says_what_is_lost_and_what_was_not_read(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.stm").write_text("rec 1 Anna 0 1.5 नमस्ते\nnonsense\n", "utf-8")
    code, report, _ = run("convert", tmp_path / "a.stm", tmp_path / "a.srt", "--to", "srt")
    assert (code, report["segments"]) == (1, 1)
    assert report["files"] == [str(tmp_path / "a.srt")]
    assert report["losses"] == [
        {"field": "channel", "count": 1, "example": "0"},
        {"field": "speaker", "count": 1, "example": "Anna"},
    ]
    assert [item["source"] for item in report["refused"]] == ["a.stm:2"]
    assert "नमस्ते" in (tmp_path / "a.srt").read_text("utf-8")

    (tmp_path / "b.csv").write_bytes("file,said\nb.wav,voilà\n".encode("latin-1"))
    options = ("--encoding", "latin-1", "--column", "text=said", "--to", "jsonl")
    code, report, _ = run("convert", tmp_path / "b.csv", tmp_path / "b.jsonl", *options)
    assert (code, report["losses"]) == (0, [])
    assert report["notes"] == ["column 'file' taken as the audio"]
    code, said, _ = run("convert", tmp_path / "b.csv", tmp_path / "c.srt", "--to", "srt", "--column", "text")
    assert (code, said["error"]["code"]) == (2, "bad_source")
    assert "malformed --column" in said["error"]["message"]


def test_a_project_is_converted_like_a_file(run: Run, tmp_path: Path, recordings: Path) -> None:
    run("init", tmp_path / "corpus", "--language", "en")
    run("add", tmp_path / "corpus", recordings)
    run(
        "submit",
        tmp_path / "corpus",
        segments(tmp_path / "corpus")[0],
        "--text",
        "hello",
        "--annotator",
        "a1",
    )
    code, report, _ = run("convert", tmp_path / "corpus", tmp_path / "out.vtt", "--to", "vtt")
    assert (code, report["segments"]) == (0, 1)
    assert "hello" in (tmp_path / "out.vtt").read_text("utf-8")


def test_adding_transcripts_from_the_command_line(run: Run, tmp_path: Path, recordings: Path) -> None:
    run("init", tmp_path / "corpus", "--language", "en")
    (tmp_path / "t.csv").write_bytes(
        "wav,from,to,said\na b.wav,0,0.5,voilà\na b.wav,0.5,2,late\n".encode("latin-1")
    )
    named = [f"--column={pair}" for pair in ("audio=wav", "start=from", "end=to", "text=said")]
    options = ("--audio", recordings, "--encoding", "latin-1", "--format", "csv", "--text-as", "draft")
    code, report, _ = run("add", tmp_path / "corpus", tmp_path / "t.csv", *options, *named)
    assert (code, report["added"], [item["source"] for item in report["refused"]]) == (
        1,
        1,
        ["a b.wav at 0.5 s"],
    )
    assert run("status", tmp_path / "corpus")[1]["drafted"] == 1
    code, said, _ = run("add", tmp_path / "corpus", tmp_path / "t.csv", "--column", "take=x")
    assert (code, said["error"]["code"]) == (2, "bad_source")


def test_what_was_collected_is_looked_over(run: Run, tmp_path: Path, recordings: Path) -> None:
    run("init", tmp_path / "corpus", "--language", "en")
    sound, rate_hz = soundfile.read(recordings / "a b.wav", dtype="int16")
    soundfile.write(recordings / "again.flac", sound, rate_hz)
    run("add", tmp_path / "corpus", recordings, "--accent", "x")
    found = run("duplicates", tmp_path / "corpus")[1]
    assert (found["compared"], [group["kind"] for group in found["groups"]]) == (3, ["same"])
    covered = run("coverage", tmp_path / "corpus")[1]
    assert covered["recordings"] == 3
    assert [(share["value"], share["n"]) for share in covered["accent"]] == [("x", 3)]


def test_source_and_licence_are_asked_for_where_somebody_can_answer(
    run: Run, recordings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture
) -> None:
    def typed(*answers: str) -> str:
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{answer}\n" for answer in answers)))
        monkeypatch.setattr(sys, "argv", ["labwidgets", "add", str(project), str(recordings)])
        with pytest.raises(SystemExit) as left:
            main()
        assert left.value.code == 0
        return "".join(capfd.readouterr())

    project = tmp_path / "corpus"
    run("init", project, "--language", "en")
    (recordings / "a b.wav").rename(tmp_path / "later.wav")
    said = typed()
    assert "1 recordings came without a licence: say it with labwidgets licence " in said
    assert "Enter" not in said
    (tmp_path / "later.wav").rename(recordings / "a b.wav")
    monkeypatch.setattr(collecting, "_answers", lambda: True)
    said = typed("talks", "CC0-1.0")
    assert "Licence of 2 recordings, such as CC-BY-4.0 (Enter: later)" in said
    assert "came without" not in said
    with Project.open(project) as opened:
        assert {one.licence for one in opened.store.recordings()} == {"CC0-1.0"}
        assert [one.collection for one in opened.store.recordings()][-1] == "talks"
        assert opened.unlicensed() == {}


def test_licences_are_stated_afterwards_by_source(run: Run, recordings: Path, tmp_path: Path) -> None:
    project = tmp_path / "corpus"
    run("init", project, "--language", "en")
    run("add", project, recordings, "--source", "talks")
    assert run("licence", project, "CC0-1.0", "--source", "talks")[1] == {"recordings": 2}
    assert run("licence", project, "MIT")[1] == {"recordings": 0}
    with Project.open(project) as opened:
        with pytest.raises(SourceError, match="no licence is named"):
            opened.state_licence(" ")
        with pytest.raises(SourceError, match="there is no such source: 'walks'"):
            opened.state_licence("MIT", collection="walks")
        assert opened.verify().ok
