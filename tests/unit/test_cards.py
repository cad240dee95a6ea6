"""Reports in a notebook are cards: one line that says it all, then the facts."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from labwidgets.analysis.comparing import compare
from labwidgets.records import Decision, PseudoReport, TrainReport, WhatNext, WorthRow

EVIL = "<script>a & b</script>"
DECISION = Decision("dec_1", 210, 0.8, 0.041, 80, 0, 0, 0.02, 0.05, 0.1, 12, (12, 12), EVIL)
RATE = {"wer": 0.25, "cer": 0.1, "interval": [0.2, 0.31], "n_words": 900}
BETTER = {"better": "run-1", "difference": 0.1, "p": 0.001}
TRAINED = TrainReport(
    *("run-1", "trained", EVIL, "", "ctc-full", {}, "labels", ("en",), {"train": 9, "test": 3}, 0.5),
    before={**RATE, "wer": 0.35},
    after=RATE,
    difference=BETTER,
)


def read(card: str) -> tuple[str, dict[str, str], str]:
    """The line, the facts and the look of a card; markup in what was given would not parse so."""
    root = ET.fromstring(card)
    facts = {str(one[0].text): str(one[1].text) for one in root.iterfind("dl/div")}
    assert root.find(".//script") is None
    return str(root.findtext("strong")), facts, str(root.get("class"))


def test_a_decision_says_what_was_proved() -> None:
    head, facts, look = read(DECISION._repr_html_())
    assert head == f"210 drafts by {EVIL} count without a person"
    assert facts == {
        "asked for": "at most 5.0% wrong words (WER), kept with a chance of 90.0%",
        "the audits say": "upper bound 4.1%; estimate 2.0%",
        "in one draft": "at most 12 errors count",
        "to take it back": "project.revoke('dec_1')",
        "audits": "80 used",
    }
    assert "lw-good" in look


@pytest.mark.parametrize(
    ("needed", "fact"),
    [(30, "about 30 more audits"), (None, "no drafts of this model are good enough for that")],
)
def test_a_decision_that_nothing_counts_says_why(needed: int | None, fact: str) -> None:
    nothing = replace(DECISION, threshold=None, bound=None, accepted=0, audits_needed=needed, audits_open=5)
    head, facts, _ = read(replace(nothing, revoked=7, note="why")._repr_html_())
    assert head.startswith("No drafts by") and head.endswith("count without a person yet")  # noqa: PT018
    assert fact in facts.values()
    assert facts["audits"] == "80 used, 5 wait to be labelled by ear"
    assert facts["taken back"] == "7 segments went back into the queue"


@pytest.mark.parametrize(
    ("change", "head"),
    [
        ({}, f"run-1 is better than {EVIL}"),
        ({"difference": {**BETTER, "difference": -0.1}}, f"run-1 is WORSE than {EVIL}"),
        (
            {"difference": {**BETTER, "better": None}},
            f"run-1 is trained; that it differs from {EVIL} may be chance",
        ),
        ({"difference": None}, "run-1 is trained"),
        ({"state": "stopped"}, "run-1 was stopped: the same call goes on with it"),
    ],
)
def test_a_training_says_first_whether_it_helped(change: dict[str, object], head: str) -> None:
    said, facts, _ = read(replace(TRAINED, **change)._repr_html_())
    assert said == head
    assert facts["after"] == "WER 25.0% (20.0% to 31.0%), CER 10.0%, of 900 words"


def test_tables_hold_what_was_left_out_and_what_comes_next() -> None:
    pseudo = PseudoReport("m", EVIL, 9, 4, 0.1, {"pace": 2, "agreement": 0, "confidence": 3}, "as it is")
    cells = [one.text for one in ET.fromstring(pseudo._repr_html_()).iterfind(".//td")]
    assert cells == ["too fast or too slow", "2", "the model is not sure enough", "3"]
    row = WorthRow("seg_1", 0.34, None, 1.0, 1.0, 1.0, 12.34, EVIL)
    cells = [one.text for one in ET.fromstring(WhatNext((row,), 5)._repr_html_()).iterfind(".//td")]
    assert cells == ["12.3", EVIL, "seg_1"]


def test_a_comparison_says_which_model_is_better_or_that_it_is_open() -> None:
    texts = [f"this is sentence number {n} of them all" for n in range(40)]
    worse = [text.replace("sentence", "sense") if n % 3 else text[:-8] for n, text in enumerate(texts)]
    said, _, look = read(compare(texts, {EVIL: worse, "new": texts})._repr_html_())
    assert (said, look) == (f"new is better than {EVIL}", "lw-card lw-good")
    bad = ["so it was not", *texts[1:]]
    said, _, look = read(compare(texts, {"old": bad, "new": texts})._repr_html_())
    assert (said, look) == ("It may be chance that new is better than old", "lw-card lw-plain")
    said, _, look = read(compare(texts, {"one": texts, "two": texts})._repr_html_())
    assert (said, look) == ("one and two do equally well", "lw-card lw-plain")
