"""Bytes that a view may take, measured on the WebSocket: the budgets of ``benchmarks/README.md``."""

from __future__ import annotations

from typing import Any

import pytest
from desks import WAIT, open_desk, wait_until
from wire import METER, Meter

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# All but the code of the view, which comes once for each browser and version.
LONG = 450_000
"""An hour with 5,000 segments of six words and 3,300 spans of speech."""
LONG_SOUND = 30_000
"""Of that, sound until the first of it is heard, in Opus."""
SUBMIT = 6_000
"""A segment of it typed, submitted and the next one opened, without sound."""
HOUR_OPUS = 8_000_000
ROW = 17_000
"""A row of the labeller, submitted, and the next one made ready, without sound."""
EXPLORER = 100_000
"""5,000 utterances with two models, as they are shown first."""
PAGE = 75_000
"""The table scrolled to another place."""

LIST = """
import uuid
import numpy as np, soundfile
import labwidgets as lw
from labwidgets.config import save_settings
from labwidgets.records import SegmentChange, SegmentPiece, SegmentRef

RATE_HZ, N, EVERY_S = 8_000, 5_000, 0.72
random = np.random.default_rng(0)
words = ["".join(random.choice(list("aeioulmnrst"), 2 + n % 7)) for n in range(2_000)]
times = np.arange(int(EVERY_S * RATE_HZ)) / RATE_HZ
faint = 0.01 * random.standard_normal(len(times))
burst = faint + np.where(times < 0.5, 0.25 * np.sin(2 * np.pi * 180 * times), 0)
with soundfile.SoundFile("hour.wav", "w", RATE_HZ, 1) as file:
    for n in range(N):
        file.write(burst if n % 3 else faint)
project = lw.Project.create("hour", language="en", exist_ok=True)
labelling = project.settings.labelling.model_copy(update={"codec": "opus"})
save_settings(project.settings.model_copy(update={"labelling": labelling}), project.folder)
project = lw.Project.open("hour")
project.add("hour.wav")
[recording] = project.recordings()
[whole] = project.segments(recording.id, annotator="me")
pieces = tuple(
    SegmentPiece(str(uuid.uuid4()), whole.channel, EVERY_S * n, EVERY_S * n + 0.6, speaker=f"spk{n % 3}")
    for n in range(N)
)
project.change_segments(SegmentChange(
    str(uuid.uuid4()), recording.id, "me", "segment", segments=(SegmentRef(whole.id, whole.version),),
    pieces=pieces,
))
texts = {piece.id: " ".join(random.choice(words, 6)) for piece in pieces}
project.add_hypotheses(texts, model="somebody", as_draft=True)
"""

TABLE = """
import json
import numpy as np
import labwidgets as lw

random = np.random.default_rng(0)
words = ["".join(random.choice(list("aeioulmnrst"), 2 + n % 7)) for n in range(2_000)]
with open("table.jsonl", "w") as file:
    for n in range(5_000):
        text = list(random.choice(words, 9))
        said = [*text[:3], words[n % 2_000], *text[4:]] if n % 3 else text
        row = {"audio_filepath": f"{n}.wav", "duration": 4.0, "speaker": f"spk{n % 20}"}
        texts = {"text": text, "pred_text_a": said, "pred_text_b": text[:-1]}
        row |= {name: " ".join(said) for name, said in texts.items()}
        file.write(json.dumps(row) + "\\n")
"""


def without_code(found: dict[str, int]) -> int:
    return sum(n for name, n in found.items() if name != "asset")


def wait_for(meter: Meter, **wanted: int) -> None:
    """Wait until so many requests of a name were sent."""
    [(name, n)] = wanted.items()
    wait_until(lambda: meter.read("requests").get(name, 0) >= n, lambda: str(meter.read("requests")))


@pytest.fixture
def open_metered(open_page: Any) -> Any:
    """Opens pages that count."""

    def start(*given: Any, **named: Any) -> Any:
        opened = open_page(*given, **named)
        opened.page.add_init_script(METER)
        return opened

    return start


def test_an_hour_with_5000_segments_keeps_to_its_bytes(lab: Any, open_metered: Any) -> None:
    lab.write_notebook("hour.ipynb", [LIST, 'lw.SegmentEditor(project, annotator="me")'])
    opened = open_metered(lab)
    page = opened.page
    page.add_init_script("localStorage.setItem('labwidgets.hints', 'seen')")
    opened.open("hour.ipynb")
    opened.run(0)
    meter = Meter(page)
    opened.run(1)
    root = page.locator(".jp-CodeCell").nth(1).locator(".lw-s-frame")
    root.locator(".lw-work[aria-busy=false]").wait_for(timeout=WAIT)
    # Where it is silent comes last.
    wait_until(lambda: meter.read().get("speech", 0) > 10_000, lambda: str(meter.read()))
    found = meter.settle()
    assert without_code(found) < LONG, found
    assert found["window"] < LONG_SOUND, found
    root.locator(".cm-content").click()
    meter.set()
    for number in range(1, 6):
        page.keyboard.type("and so on")
        page.keyboard.press("Control+Enter")
        wait_for(meter, submit=number)
        root.locator(".lw-work[aria-busy=false]").wait_for(timeout=WAIT)
    found = meter.settle()
    assert without_code(found) - found.get("window", 0) < 5 * SUBMIT, found
    # Far from all that is here. It plays on for a moment, and is stopped.
    meter.set()
    box = root.locator(".lw-s-map").bounding_box()
    page.mouse.click(box["x"] + 0.6 * box["width"], box["y"] + box["height"] / 2)
    root.get_by_role("button", name="Play", exact=True).click()
    wait_for(meter, window=3)
    root.get_by_role("button", name="Pause", exact=True).click()
    found = meter.settle()
    assert found["window"] / meter.read("requests")["window"] * 360 < HOUR_OPUS, found
    assert not opened.page_errors()


def test_a_row_of_the_labeller_keeps_to_its_bytes(lab: Any, open_metered: Any) -> None:
    made = open_desk(lab, open_metered, n=8)
    meter = Meter(made.page)
    for number in range(2, 6):
        made.write(f"text number {number}")
        made.press("Control+Enter")
        made.wait_row(number)
    wait_for(meter, submit=4)
    found = meter.settle()
    assert without_code(found) - found.get("window", 0) < 4 * ROW, found


def test_a_page_of_the_explorer_keeps_to_its_bytes(lab: Any, open_metered: Any) -> None:
    lab.write_notebook(
        "table.ipynb", [TABLE, 'lw.ErrorExplorer("table.jsonl", ["pred_text_a", "pred_text_b"])']
    )
    opened = open_metered(lab)
    opened.open("table.ipynb")
    opened.run(0)
    meter = Meter(opened.page)
    root = opened.run(1).locator(".lw-x-frame")
    root.locator(".lw-x-table[aria-busy=false]").wait_for(timeout=WAIT)
    found = meter.settle()
    assert without_code(found) < EXPLORER, found
    meter.set()
    root.locator(".lw-x-body").evaluate("body => { body.scrollTop = body.scrollHeight / 2; }")
    wait_until(lambda: "rows" in meter.read(), lambda: str(meter.read()))
    found = meter.settle()
    assert without_code(found) < PAGE, found
