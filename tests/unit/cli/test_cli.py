"""The command line: JSON on standard output, exit codes, errors that say what to do."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
import typer
from command_line import Run, segments

from labwidgets.cli import app
from labwidgets.errors import ConfigError
from labwidgets.project import Project


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
    work = ("--text", "hello there", "--annotator", "a1", "--active-s", 2.5)
    submitted = run("submit", project, first, *work)
    assert submitted[:2] == (0, {"segment": first, "revision": 1})
    code, queue, _ = run("queue", project, "--number", 5)
    assert (code, queue["total"], first in {row["segment_id"] for row in queue["rows"]}) == (0, 1, False)
    assert run("queue", project, "--filter", "mine")[1]["error"]["code"] == "bad_config"
    with Project.open(project) as opened:
        [done] = opened.store.worked(after=0)
        assert done.active_s == 2.5
        with pytest.raises(ConfigError, match="active_s is out of range"):
            opened.submit_text(first, "x", annotator="a1", active_s=-1)
        assert [row.segment_id for row in opened.queue("done").rows] == [first]
        with pytest.raises(ConfigError, match=r"no such filter of the queue.*audits, decided"):
            opened.queue("mine")
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


def test_the_readme_names_every_command() -> None:
    said = Path(__file__).parents[3].joinpath("README.md").read_text(encoding="utf-8")
    listed = said.split("each with `--json`: `labwidgets ")[1].split("`")[0]
    assert set(re.split(r"\s*\|\s*", listed)) == set(typer.main.get_command(app).commands)
