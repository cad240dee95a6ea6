"""The heavy part of the page comes once, for all widgets and for the next page."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# The kernel keeps count of what it is asked for.
SETUP = """
import labwidgets as lw
from labwidgets.widgets import _base
asked = []
answer = _base.LabWidget._answer_asset
def note(self, payload):
    reply, buffers = answer(self, payload)
    asked.append((payload["name"], reply["gzip"], sum(map(len, buffers))))
    return reply, buffers
_base.LabWidget._answer_asset = note
"""
EDITOR = "lw.TranscriptEditor('one two three')"


def test_the_heavy_part_comes_packed_once_for_all_widgets_and_pages(lab: Any, open_page: Any) -> None:
    name = f"bundles-{time.monotonic_ns()}.ipynb"
    lab.write_notebook(name, [SETUP, EDITOR, EDITOR, "import json; print(json.dumps(asked))"])
    opened = open_page(lab)
    texts = opened.page.get_by_role("textbox", name="Transcript")

    def asked() -> list[tuple[str, bool, int]]:
        for cell in (1, 2):
            opened.run(cell)
            texts.nth(cell - 1).wait_for()
        opened.run(3)
        return [tuple(each) for each in json.loads(opened.output(3))]

    opened.open(name)
    opened.run(0)
    [(part, is_packed, n_bytes)] = asked()
    assert (part, is_packed) == ("app", True)
    assert n_bytes < 240_000
    opened.page.wait_for_function("async () => (await (await caches.open('labwidgets')).keys()).length === 1")
    opened.reload()
    assert len(asked()) == 1
    assert not opened.page_errors()
