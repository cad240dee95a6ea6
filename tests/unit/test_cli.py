"""The command line: JSON on standard output, exit codes, errors that say what to do."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from labwidgets.cli import collecting, main
from labwidgets.errors import ConfigError, SourceError
from labwidgets.project import Project
from labwidgets.records import QueueQuery

Run = Callable[..., tuple[int, dict, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs ``labwidgets … --json``: (exit code, the one object on standard output, standard error)."""

    def call(*arguments: object) -> tuple[int, dict, str]:
        monkeypatch.setattr(sys, "argv", ["labwidgets", *map(str, arguments), "--json"])
        capfd.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capfd.readouterr()
        return left.value.code, json.loads(out), err

    return call


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    folder = tmp_path / "recordings"
    folder.mkdir()
    rng = np.random.default_rng(5)
    for name, seconds in (("a b", 1.0), ("नमस्ते", 0.5)):
        soundfile.write(folder / f"{name}.wav", rng.uniform(-0.3, 0.3, int(16_000 * seconds)), 16_000)
    return folder


def segments(project: Path) -> list[str]:
    with Project.open(project) as opened:
        return [row.segment_id for row in opened.queue(QueueQuery()).rows]


def test_a_long_recording_is_cut_by_its_worker(run: Run, tmp_path: Path) -> None:
    sound = 0.0005 * np.random.default_rng(1).standard_normal(30 * 16_000)
    for first in (2, 12, 22):
        sound[first * 16_000 : (first + 5) * 16_000] *= 400
    soundfile.write(tmp_path / "talk.wav", sound, 16_000)
    project = tmp_path / "corpus"
    run("init", project, "--language", "en")
    with (project / "project.yaml").open("a") as settings:
        settings.write("segmentation: {method: energy}\n")
    run("add", project, tmp_path / "talk.wav")
    code, done, _ = run("segment", project)
    assert (code, done["recordings"], done["segments"], done["refused"]) == (0, 1, 3, [])
    assert done["speech_s"] == pytest.approx(16.2, abs=0.2)
    assert len(segments(project)) == 3
    with Project.open(project) as opened:
        assert opened.segment().result().known == 1
        with pytest.raises(ConfigError, match="max_min"):
            opened.segment(settings={"max_min": 3})
    assert run("segment", project, "--settings", '{"silence_s": 6, "max_s": 28}')[1]["segments"] == 1
    with Project.open(project) as opened:
        [recording] = (one.id for one in opened.store.recordings("decoded"))
    code, named, _ = run("speakers", project, "--recording", recording, "--method", "mfcc", "--n", "1")
    assert (code, named["recordings"], named["speakers"], named["assigned"]) == (0, 1, 1, 1)
    assert "no number of people" in run("speakers", project, "--n", "0")[1]["error"]["message"]
    assert "no transcript is named" in run("align", project)[1]["error"]["message"]
    (tmp_path / "said.txt").write_text(" \n")
    assert "there is no word to align" in run("align", project, tmp_path / "said.txt")[1]["error"]["message"]


def test_the_way_from_init_to_a_data_set(run: Run, tmp_path: Path, recordings: Path) -> None:
    project = tmp_path / "corpus"
    assert run("init", project, "--language", "en")[:2] == (0, {"project": "corpus", "store": "sqlite"})

    code, added, _ = run("add", project, recordings)
    assert (code, added["added"], added["known"], added["refused"]) == (0, 2, 0, [])
    assert added["hours"] == pytest.approx(1.5 / 3600)
    assert run("add", project, recordings)[1]["known"] == 2

    first = segments(project)[0]
    submitted = run("submit", project, first, "--text", "hello there", "--annotator", "a1")
    assert submitted[:2] == (0, {"segment": first, "revision": 1})
    events = run("history", project, first)[1]["events"]
    assert [event["kind"] for event in events][-1].startswith("opinion")
    assert "hello there" not in json.dumps(events)

    status = run("status", project)[1]
    assert (status["recordings"], status["segments"], status["submitted"]) == (2, 2, 1)

    code, written, _ = run("dataset", project, tmp_path / "out")
    assert (code, written["splits"]) == (0, {"train": 1})

    assert run("verify", project)[1]["ok"] is True
    backup = run("backup", project, tmp_path / "copy.db")[1]
    assert backup["path"] == str(tmp_path / "copy.db")
    assert backup["events"] > 0


def test_a_refused_file_is_counted_and_turns_the_exit_code_to_1(
    run: Run, tmp_path: Path, recordings: Path
) -> None:
    (recordings / "empty.wav").touch()
    run("init", tmp_path / "corpus", "--language", "en")
    code, added, _ = run("add", tmp_path / "corpus", recordings)
    assert (code, added["added"]) == (1, 2)
    assert added["refused"][0]["source"].endswith("empty.wav")


def test_a_stale_submit_is_refused_with_its_code(run: Run, tmp_path: Path, recordings: Path) -> None:
    project = tmp_path / "corpus"
    run("init", project, "--language", "en")
    run("add", project, recordings)
    first = segments(project)[0]
    run("submit", project, first, "--text", "one", "--annotator", "a1")
    code, answer, complaint = run("submit", project, first, "--text", "two", "--annotator", "a1")
    assert (code, answer["error"]["code"]) == (2, "stale_revision")
    assert "revision 1" in complaint
    again = run("submit", project, first, "--text", "two", "--annotator", "a1", "--base-revision", 1)
    assert again[1]["revision"] == 2


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["status", "nowhere"], "bad_project", "no project here"),
        (["init", "x", "--language", "klingon!"], "bad_config", "BCP-47"),
        (["init"], "usage", "Missing"),
        (["models", "get", "gigantic"], "bad_model", "tiny.en"),
        (["models", "burn"], "bad_source", "models get NAME"),
    ],
)
def test_an_error_is_one_object_with_code_and_message(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    exit_code, answer, complaint = run(*arguments)
    assert exit_code == 2
    assert answer["error"]["code"] == code
    assert message in answer["error"]["message"]
    assert "Traceback" not in complaint


def test_init_does_not_touch_a_folder_that_holds_something(run: Run, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("do not lose me")
    code, answer, _ = run("init", tmp_path, "--language", "en")
    assert (code, answer["error"]["code"]) == (2, "bad_project")
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_the_module_runs_in_a_process_of_its_own(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "labwidgets", "status", str(tmp_path), "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["code"] == "bad_project"


def test_a_source_that_is_not_there_is_counted_and_the_others_go_on(
    run: Run, tmp_path: Path, recordings: Path
) -> None:
    run("init", tmp_path / "corpus", "--language", "en")
    code, added, _ = run("add", tmp_path / "corpus", tmp_path / "gone", recordings)
    assert (code, added["added"]) == (1, 2)
    assert "no such file or folder" in added["refused"][0]["reason"]
    code, answer, _ = run("add", tmp_path / "corpus", tmp_path / "gone", tmp_path / "lost")
    assert (code, answer["error"]["code"]) == (2, "bad_source")


@pytest.mark.parametrize("out", ["/proc/no/such", "z" * 300, "link"])
def test_a_data_set_that_cannot_be_written_is_an_error_in_words(
    run: Run, tmp_path: Path, recordings: Path, monkeypatch: pytest.MonkeyPatch, out: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to("empty")
    run("init", "corpus", "--language", "en")
    run("add", "corpus", recordings)
    run("submit", "corpus", segments(Path("corpus"))[0], "--text", "one", "--annotator", "a1")
    code, answer, complaint = run("dataset", "corpus", out)
    assert (code, answer["error"]["code"]) == (2, "bad_project")
    assert "cannot be written" in answer["error"]["message"]
    assert "Traceback" not in complaint
    assert list((tmp_path / "empty").iterdir()) == []


def test_a_data_set_may_have_the_longest_name_there_is(run: Run, tmp_path: Path, recordings: Path) -> None:
    run("init", tmp_path / "corpus", "--language", "en")
    run("add", tmp_path / "corpus", recordings)
    first = segments(tmp_path / "corpus")[0]
    run("submit", tmp_path / "corpus", first, "--text", "one", "--annotator", "a1")
    assert run("dataset", tmp_path / "corpus", tmp_path / ("z" * 255))[0] == 0


def test_output_that_nobody_can_take_is_an_error_without_a_traceback() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "labwidgets", "models", "--json"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=120,
        )
    assert done.returncode == 2
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_nobody_foresaw_is_one_object_too(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("init", tmp_path / "corpus", "--language", "en")
    monkeypatch.setattr(Project, "status", lambda _: 1 // 0)
    code, answer, complaint = run("status", tmp_path / "corpus")
    assert (code, answer["error"]["code"]) == (2, "error")
    assert "ZeroDivisionError in test_cli.py" in answer["error"]["message"]
    assert "Traceback" not in complaint


def test_an_interrupted_command_says_so_in_one_object(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: Project) -> None:
        raise KeyboardInterrupt

    run("init", tmp_path / "corpus", "--language", "en")
    monkeypatch.setattr(Project, "verify", interrupted)
    code, answer, complaint = run("verify", tmp_path / "corpus")
    assert (code, answer["error"]["code"]) == (2, "aborted")
    assert "What was done is kept" in complaint


def test_the_sample_lands_in_a_project_with_its_languages(
    run: Run, tmp_path: Path, sample_folder: Path
) -> None:
    project = tmp_path / "corpus"
    run("init", project, "--language", "en")
    shutil.copytree(sample_folder, project / "sample")
    code, added, _ = run("sample", project)
    assert (code, added["added"], added["known"], added["refused"]) == (0, 27, 0, [])
    assert added["hours"] == pytest.approx(72 / 3600, rel=0.05)
    assert run("sample", project)[1]["known"] == 27
    assert run("status", project)[1]["languages"] == ["en", "es", "fr", "hi", "it", "ja", "pl", "pt", "zh"]


def test_a_folder_that_holds_the_sample_is_left_as_it_is(
    run: Run, tmp_path: Path, sample_folder: Path
) -> None:
    shutil.copytree(sample_folder, tmp_path / "sample")
    code, found, _ = run("sample", tmp_path / "sample")
    assert (code, found) == (0, {"added": 0, "known": 27, "refused": [], "hours": 0.0})


# ---- scoring -------------------------------------------------------------------------------------------


@pytest.fixture
def outputs(tmp_path: Path) -> list[Path]:
    """References and the outputs of two models, with a broken line in one."""
    texts = {
        "ref.jsonl": [
            '{"id": "a", "text": "The cat sat.", "speaker": "s1"}',
            '{"id": "b", "text": "so", "speaker": "s2"}',
        ],
        "one.jsonl": ['{"id": "a", "pred_text": "the hat sat"}', '{"id": "b", "pred_text": "so"}'],
        "two.jsonl": ['{"id": "a", "pred_text": "the cat sat"}', "{broken", '{"id": "b", "pred_text": "so"}'],
    }
    for name, lines in texts.items():
        (tmp_path / name).write_text("\n".join(lines), encoding="utf-8")
    return [tmp_path / name for name in texts]


def test_score_counts_the_errors_of_files(run: Run, outputs: list[Path]) -> None:
    code, found, _ = run("score", *outputs[:2], "--by", "speaker", "--per-utterance")
    assert code == 0
    assert (found["wer"], found["n_utterances"], found["n_words"]) == (0.25, 2, 4)
    assert [found[key] for key in ("hits", "substitutions", "deletions", "insertions")] == [3, 1, 0, 0]
    low, high = found["interval"]
    assert low <= 0.25 <= high
    assert [group["name"] for group in found["by"]] == ["s1", "s2"]
    assert [one["wer"] for one in found["utterances"]] == [pytest.approx(1 / 3), 0.0]
    assert run("score", *outputs[:2], "--normalize", "none")[1]["substitutions"] == 3


def test_score_leaves_with_1_where_lines_were_broken(run: Run, outputs: list[Path]) -> None:
    code, found, _ = run("score", outputs[0], outputs[2])
    assert (code, found["wer"]) == (1, 0.0)
    assert [one["source"] for one in found["refused"]] == ["two.jsonl:2"]


def test_compare_says_what_the_tests_say(run: Run, outputs: list[Path]) -> None:
    code, found, _ = run("compare", *outputs)
    assert code == 1
    assert [one["name"] for one in found["systems"]] == ["two", "one"]
    [pair] = found["pairs"]
    assert {"a", "b", "difference", "interval", "p", "test"} <= set(pair)
    assert (pair["a"], pair["b"], pair["difference"], pair["better"]) == ("two", "one", -0.25, None)


def test_scoring_says_what_is_wrong(run: Run, outputs: list[Path]) -> None:
    code, found, _ = run("score", *outputs[:2], "--normalize", "fancy")
    assert (code, found["error"]["code"]) == (2, "bad_config")
    code, found, _ = run("compare", outputs[0], outputs[1], outputs[1])
    assert (code, found["error"]["code"]) == (2, "bad_source")
    assert "the same file twice" in found["error"]["message"]


def test_report_writes_a_page(run: Run, tmp_path: Path, recordings: Path) -> None:
    project = tmp_path / "corpus"
    run("init", project, "--language", "en")
    run("add", project, recordings)
    with Project.open(project) as opened:
        segment = opened.queue(QueueQuery()).rows[0].segment_id
        opened.submit_text(segment, "hello there", annotator="a1")
        opened.add_hypotheses({segment: "hello dear"}, model="vendor-x")
    assert run("report", project, tmp_path / "out.html")[:2] == (0, {"path": str(tmp_path / "out.html")})
    assert "vendor-x" in (tmp_path / "out.html").read_text(encoding="utf-8")
    assert run("report", project, tmp_path / "out.html", "--model", "other")[0] == 2


def test_score_of_speakers_without_names(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("meeteval")
    (tmp_path / "r.stm").write_text("f 1 ann 0 1 hello there\nf 1 bob 1 2 good day\n", encoding="utf-8")
    (tmp_path / "h.stm").write_text("f 1 x 1 2 good day\nf 1 y 0 1 hello here\n", encoding="utf-8")
    code, found, _ = run("score", tmp_path / "r.stm", tmp_path / "h.stm", "--cp")
    assert (code, found["cp_wer"], found["wer"]) == (0, 0.25, 0.25)


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
    assert "1 recordings came without a licence: say it with project.state_licence" in said
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
