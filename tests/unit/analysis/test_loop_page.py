"""Rounds as a page: what stands on it, and what can never get into it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from labwidgets.analysis.charts import Bars, Frame, Line, bar_chart, line_chart
from labwidgets.analysis.loop import ModelRate, Round, Rounds
from labwidgets.analysis.loop.measuring import SliceRate
from labwidgets.records import RoundSettings

EVIL = "<script>alert(1)</script>"


def rate(model, wer, *names):
    slices = tuple(SliceRate(name, wer, (wer / 2, wer), 100, 10) for name in names)
    return ModelRate(model, wer, (wer / 2, 2 * wer), 300, 30, slices)


def one(number, **fields):
    base = Round(
        number=number,
        step="done",
        waits_for="",
        to_do="Another round is forecast to pay.",
        settings=RoundSettings(),
        began_us=1,
        ended_us=2,
        drafter="tiny.en",
        trained=f"run-{number}",
        in_use=f"run-{number}",
        pool="pool_1",
        n_pool=200,
        audits=60,
        accepted=50,
        accepted_hours=0.25,
        saved_minutes=12.0,
        counted=(4, 4),
        audited_wer=0.021,
        bound=0.047,
        labelled=100,
        hours=0.5,
        minutes=90.0,
        audit_minutes=30.0,
        rate=rate(f"run-{number}", 0.3 / number, "north", "south"),
    )
    return replace(base, **fields)


def test_a_page_has_the_table_the_lines_and_what_is_to_be_done():
    newest = rate("run-2", 0.15, "north", "south")
    newest = replace(newest, slices=(SliceRate("north", 0.18, (0.09, 0.18), 100, 10), *newest.slices[1:]))
    start = rate("tiny.en", 0.5, "north", "south")
    page = Rounds((one(1), one(2, rate=newest)), "accent", start)._repr_html_()
    for said in (
        "Round 2: done",
        "50 of 200 (25%)",
        "2.1%, upper bound 4.7% (limit 5.0% at 95% confidence)",
        "In 2 rounds people labelled 200 segments (1.0 h, 3.0 h of work); models decided 100 more",
        "2.1% by blind audits, at most 5.0% in each round with 95% confidence (of one segment 4 errors count",
        "saved by that: about 24 min, audits counted as cost.",
        "on speakers that no model learned from: 15.0% (7.5% to 30.0%); tiny.en had 50.0%.",
        "By accent it is worst for north: 18.0% (9.0% to 18.0%) of 100 words.",
        "WER by accent",
        "15.0% <small>7.5% to 30.0%</small>",
        "Another round is forecast to pay.",
        "What a model decided is not in it",
        "2, model in use: 15.0% (7.5% to 30.0%)",
    ):
        assert said in page
    assert page.count("<svg") == 6


def test_nothing_of_anybody_becomes_markup_and_nothing_is_loaded():
    said = one(1, drafter=EVIL, in_use=EVIL, to_do=EVIL, notes=(EVIL,), rate=rate(EVIL, 0.2, EVIL, "b"))
    for page in (Rounds((said,), EVIL)._repr_html_(), said._repr_html_()):
        assert EVIL not in page
        assert "&lt;script&gt;" in page
        assert set(re.findall(r"https?://[^\"]*", page)) <= {"http://www.w3.org/2000/svg"}


def test_a_round_under_way_has_no_errors_of_its_own_yet():
    going = one(2, step="audit", waits_for="people", audits_open=12, ended_us=None, accepted=0, bound=None)
    page = Rounds((one(1), going), "accent")._repr_html_()
    assert "2, at audit" in page
    assert "Round 2: waits for people" in page
    assert '<li aria-current="step">● audit</li>' in page
    assert "2, model in use" not in page
    assert "in each round" not in page


def test_what_is_not_known_leaves_gaps():
    bare = one(1, rate=None, minutes=None, audit_minutes=None, n_pool=0, pool=None, accepted=0, bound=None)
    page = Rounds((bare, one(2, measured_wer=0.125, rate=None)), "accent")._repr_html_()
    assert "not on record" in page
    assert "12.5%" in page
    nobody = Rounds((one(1, rate=rate("run-1", 0.3)),), "tongue")
    assert "Of what measures it no tongue is known: name another column with slice_by=" in repr(nobody)
    few = rate("run-1", 0.3, "north")
    few = replace(few, slices=(replace(few.slices[0], n_words=49),))
    assert "accent it is worst cannot be told: fewer than 50 words" in repr(Rounds((one(1, rate=few),)))
    both = repr(Rounds((one(1, counted=(3, 9)), one(2))))
    assert "at most 5.0% in each round with 95% confidence (of one segment 3 (the shortest) to 9" in both
    cost = one(1, saved_minutes=-3.0, settings=RoundSettings(max_wer=0.1))
    told = repr(Rounds((cost, one(2, saved_minutes=None))))
    assert "and in each round within its limit" in told
    assert "none: audits took 3 min more than it saved" in told
    assert "work saved by that: not known: no working times with drafts" in told
    assert Rounds(())._repr_html_().count("No round was begun yet") == 1
    assert "In short" not in Rounds((replace(bare, labelled=0),))._repr_html_()


def test_many_rounds_keep_room_for_their_numbers():
    page = Rounds(tuple(one(number) for number in range(1, 41)), "accent")._repr_html_()
    first = page[page.index("<svg") : page.index("</svg>")]
    assert 8 <= len(re.findall(r"<text[^>]*>\d+</text>", first)) <= 12


@pytest.mark.parametrize("values", [(None, None), (0.0, None), (0.2,), ()], ids=str)
def test_charts_of_little_or_nothing_are_charts(values):
    frame = Frame("errors", tuple("ab"[: len(values)]))
    assert "<svg" in line_chart(frame, [Line("x", values)]).markup
    assert "<svg" in bar_chart(frame, [Bars("x", values)]).markup
