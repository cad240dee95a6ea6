"""A long job in a notebook: stopped by its button while its cell waits, run again, and read long after."""

from __future__ import annotations

import json
from typing import Any

import pytest
from waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

N = 12
SETUP = f"""
import pathlib
import numpy as np, soundfile
import labwidgets as lw
clip, rate_hz = soundfile.read("data/sample/en/counting.wav", dtype="float32")
turn = np.concatenate([clip, np.zeros(rate_hz, "float32")])
folder = pathlib.Path("long-audio")
folder.mkdir()
for n in range({N}):
    soundfile.write(folder / f"{{n}}.wav", np.tile(turn, 6) * (1 - n / 20), rate_hz)
project = lw.Project.create("long", language="en")
project.add(folder)
"""
# The kernel is busy until the job ends: what the button says has to pass the cell.
CUT = """
report = project.segment().result()
print(report.recordings, report.known)
"""


def test_a_job_that_is_stopped_in_its_cell_goes_on_when_that_runs_again(lab: Any, open_page: Any) -> None:
    from playwright.sync_api import expect

    lab.write_notebook("jobs.ipynb", [SETUP, CUT])
    opened = open_page(lab, width=600)
    opened.open("jobs.ipynb")
    opened.run(0)
    page, cell = opened.page, opened.page.locator(".jp-CodeCell").nth(1)
    cell.locator(".jp-InputArea .cm-content").click()
    page.keyboard.press("Shift+Enter")
    expect(cell.get_by_text(f" of {N} ")).to_be_visible()
    cell.get_by_role("button", name="Stop").click()
    expect(cell.get_by_text("■ Stopped after")).to_be_visible()
    expect(cell.get_by_role("button", name="Stop")).to_have_count(0)
    wait_until(lambda: bool(opened.outputs(1, "stdout")), lambda: str(opened.outputs(1)))
    cut, known = map(int, opened.outputs(1, "stdout")[0].split())
    assert (0 < cut < N, known) == (True, 0)
    opened.run(1)
    expect(cell.get_by_text("✓ Done in")).to_be_visible()
    wait_until(lambda: opened.outputs(1, "stdout") == [f"{N} {cut}\n"], lambda: str(opened.outputs(1)))
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    saved = json.loads((lab.root / "jobs.ipynb").read_text(encoding="utf-8"))
    kinds = [set(one["data"]) for one in saved["cells"][1]["outputs"] if "data" in one]
    assert kinds == [{"text/html", "text/plain"}] * 2, "in the file, too, it needs no kernel"
    assert opened.page_errors() == []
