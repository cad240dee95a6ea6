"""Reports speak in words, to a notebook and to a terminal alike."""

from __future__ import annotations

import pytest
from IPython.lib.pretty import pretty

from labwidgets.records import AddReport, DraftReport, Refusal, Status, VerifyReport

REPORTS = {
    "added": (
        AddReport(2, 1, (Refusal("b.wav", "it is empty"),), 0.5, ("text = sentence",)),
        "2 added (30 min), 1 known before, 1 refused.\n  text = sentence\n  b.wav: it is empty",
    ),
    "drafted": (
        DraftReport(3, 0, (), 4.25, "m"),
        "3 drafted by m, 4.2x real time, 0 drafted before, 0 failed.",
    ),
    "nothing drafted": (DraftReport(0, 3, (), None, "m"), "0 drafted by m, 3 drafted before, 0 failed."),
    "status": (
        Status(1, 2, 1, 1, 0, 2.0, 1, ("en", "hi")),
        "1 recordings, 2 segments, 2.0 h, 1 speakers, en, hi: 1 drafted, 1 submitted, 0 flagged.",
    ),
    "verified": (VerifyReport(7, ok=True, differences=()), "7 events: all is as the events say."),
    "differing": (VerifyReport(7, ok=False, differences=("task 1",)), "7 events: differences:\n  task 1"),
}


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_is_shown_in_words(name: str) -> None:
    report, words = REPORTS[name]
    assert str(report) == words
    assert pretty(report) == words
