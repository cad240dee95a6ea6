"""The page of rounds and pictures in a real notebook: both themes, narrow and wide, nothing cut off."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from waiting import wait_equal

from labwidgets.analysis.loop import ModelRate, Round
from labwidgets.analysis.loop.measuring import SliceRate
from labwidgets.records import RoundSettings

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SCREENSHOTS = Path(__file__).parents[2] / ".screenshots"
ACCENTS = {"Scottish English": 1.3, "Indian English": 1.0, "Nigerian English": 0.8, "": 0.9}
WERS = (0.31, 0.22, 0.175, 0.18, 0.121)
CELL = """
import json, pathlib
from labwidgets.analysis.loop import ModelRate, Round, Rounds
told = json.loads(pathlib.Path("rounds.json").read_text())
Rounds(tuple(map(Round.from_dict, told["rounds"])), "accent", ModelRate.from_dict(told["start"]))
"""
WORSE = "run-3 has a WER of 18.0%, run-2 one of 17.5%: run-2 stays in use"
PICTURES = """
from labwidgets.analysis.coverage import Coverage
from labwidgets.analysis.explorer.drawing import slice_chart
from labwidgets.training.curves import Curves
display(Curves("run-1"), slice_chart("accent", "run-1", (), 0.2), Coverage(1.0, 3, {}))
"""
ONE = "Round.from_dict(told['rounds'][-1])"


def rate(model: str, wer: float) -> ModelRate:
    slices = tuple(
        SliceRate(name, wer * by, (wer * by * 0.8, wer * by * 1.2), 900, 80) for name, by in ACCENTS.items()
    )
    return ModelRate(model, wer, (wer * 0.9, wer * 1.1), 3600, 320, slices)


def rounds() -> list[Round]:
    asked = RoundSettings(0.05, 0.05, 150, "30 min")
    found = []
    for number, wer in enumerate(WERS[1:], 1):
        is_worse = number == 3
        in_use = "run-2" if is_worse else f"run-{number}"
        found.append(
            Round(
                number=number,
                step="done",
                waits_for="",
                to_do="",
                settings=asked,
                began_us=1,
                ended_us=2,
                drafter="tiny.en" if number == 1 else f"run-{number - 1}",
                trained=f"run-{number}",
                in_use=in_use,
                pool="pool_1",
                n_pool=2400 - 300 * number,
                audits=150,
                accepted=(0, 310, 520, 760)[number - 1],
                accepted_hours=(0.0, 0.8, 1.4, 2.1)[number - 1],
                saved_minutes=(None, -22.0, 110.0, 204.0)[number - 1],
                counted=(4, 4),
                audited_wer=(None, 0.021, 0.024, 0.018)[number - 1],
                bound=(None, 0.049, 0.047, 0.041)[number - 1],
                labelled=410 - 20 * number,
                hours=0.9,
                minutes=310 - 35 * number,
                audit_minutes=95.0,
                rate=rate(in_use, WERS[2] if is_worse else wer),
                new_rate=rate(f"run-{number}", wer),
                notes=(WORSE,) if is_worse else (),
            )
        )
    now = Round(
        number=5,
        step="audit",
        waits_for="people",
        to_do="12 audits wait to be labelled by ear, without a draft; then project.round().",
        settings=asked,
        began_us=3,
        drafter="run-4",
        in_use="run-4",
        pool="pool_5",
        n_pool=900,
        audits=75,
        audits_open=12,
        labelled=63,
        hours=0.2,
        minutes=41.0,
        audit_minutes=41.0,
        rate=rate("run-4", WERS[4]),
    )
    return [*found, now]


def test_the_page_fits_and_can_be_read_wherever_it_is(lab: Any, open_page: Any) -> None:
    from playwright.sync_api import expect

    told = {"rounds": [one.to_dict() for one in rounds()], "start": asdict(rate("tiny.en", WERS[0]))}
    (lab.root / "rounds.json").write_text(json.dumps(told), encoding="utf-8")
    lab.write_notebook("rounds.ipynb", [CELL, ONE, PICTURES])
    opened = open_page(lab, width=1600, height=1800)
    opened.open("rounds.ipynb")
    opened.run(0)
    opened.run(1)
    opened.run(2)
    page = opened.page
    shown = page.locator(".lw-rounds").first
    expect(shown.locator("figure")).to_have_count(8)
    expect(shown.get_by_text("12 audits wait to be labelled by ear")).to_be_visible()
    expect(page.locator(".lw-rounds")).to_have_count(2)
    pictures = page.locator(".jp-OutputArea-output img")
    expect(pictures).to_have_count(3)
    expect(pictures.nth(1)).to_have_attribute("alt", "WER of run-1 by accent, 20.0% over all")
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        opened.theme(theme)
        for width in (1600, 600):
            page.set_viewport_size({"width": width, "height": 1800})
            shown.scroll_into_view_if_needed()
            page.wait_for_function(FITS)
            wait_equal(lambda: page.evaluate(FAINT), [])
            name = f"rounds-{theme.split()[-1].lower()}-{width}.png"
            page.screenshot(path=SCREENSHOTS / name)
            page.locator(".lw-rounds").nth(0).screenshot(path=SCREENSHOTS / f"page-{name}")
            page.locator(".lw-rounds").nth(1).screenshot(path=SCREENSHOTS / f"card-{name}")
            pictures.first.screenshot(path=SCREENSHOTS / f"curves-{name}")
    assert opened.page_errors() == []


FITS = """() => [...document.querySelectorAll(".lw-rounds")].every(page => {
  const right = page.parentElement.getBoundingClientRect().right + 1;
  return [...page.querySelectorAll("figure, section, p, h3, dl, dd, .lw-wide")].every(
    part => part.getBoundingClientRect().right <= right);
}) && [...document.querySelectorAll(".jp-OutputArea-output img")].every(picture => picture.naturalWidth > 400
  && picture.getBoundingClientRect().right <= picture.parentElement.getBoundingClientRect().right + 1)"""
"""Whether no part of a page, and no picture, reaches out of its output; tables scroll inside theirs."""

FAINT = """() => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map(Number).map(v => v / 255)
      .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const page = document.querySelector(".lw-rounds");
  let ground = page;
  while (getComputedStyle(ground).backgroundColor.match(/, 0\\)$/)) ground = ground.parentElement;
  const behind = light(getComputedStyle(ground).backgroundColor);
  const contrast = (colour) => {
    const [high, low] = [light(colour), behind].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  const words = [...page.querySelectorAll("p, td, th, text, li, dt, dd")].map(part => {
    const style = getComputedStyle(part);
    return [part.tagName, contrast(part.tagName === "text" ? style.fill : style.color), 4.5];
  });
  const lines = [...page.querySelectorAll("circle, rect, path[stroke]")].map(part => {
    const style = getComputedStyle(part);
    return [part.tagName, contrast(part.getAttribute("stroke") ? style.stroke : style.fill), 3];
  });
  return [...words, ...lines].filter(([, found, least]) => found < least);
}"""
"""Text under 4.5:1 and marks under 3:1 against what is behind them."""
