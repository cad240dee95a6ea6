"""Scores, comparisons and reports from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import Run

from labwidgets.project import Project
from labwidgets.records import QueueQuery


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
