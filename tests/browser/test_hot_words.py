"""A correction made twice is offered the third time, in a real JupyterLab."""

from __future__ import annotations

from typing import Any

import pytest
from desks import WAIT, open_desk, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_what_was_corrected_twice_is_offered_and_taken_by_one_key(lab: Any, open_page: Any) -> None:
    at = open_desk(lab, open_page, n=5)
    mark = at.root.locator(".lw-word-hot")
    for number in (1, 2):
        at.wait_text(f"draft number {number}")
        assert mark.count() == 0
        at.write(f"draft figure {number}")
        at.press("Control+Enter")
        at.wait_row(number + 1)
    at.wait_text("draft number 3")
    mark.wait_for(timeout=WAIT)
    assert (mark.inner_text(), mark.get_attribute("title")) == ("number", "often corrected to “figure”")
    wait_until(lambda: "Often corrected: “number” → “figure”" in at.news(), at.news)
    at.press("Alt+y")
    at.wait_text("draft figure 3")
    wait_until(lambda: "“number”: 2 more in the unreviewed" in at.news(), at.news)
    at.press("Control+z")
    at.wait_text("draft number 3")
    mark.wait_for(timeout=WAIT)
    at.press("Alt+Shift+y")
    mark.wait_for(state="detached", timeout=WAIT)
    wait_until(lambda: "“number” is not offered again" in at.news(), at.news)
    at.press("Alt+Shift+y")
    mark.wait_for(timeout=WAIT)
    at.press("Alt+y")
    at.wait_text("draft figure 3")
    at.press("Alt+Shift+f")
    at.root.locator(".lw-hit").nth(2).wait_for(timeout=WAIT)
    assert at.root.get_by_label("Replace with").input_value() == "figure"
    at.press("Escape", "Control+Enter")
    at.wait_row(4)
    wait_until(lambda: len(at.stored(3)) == 1, lambda: str(at.stored(3)))
    [opinion] = at.stored(3)
    assert opinion.text == "draft figure 3"
    assert [(word.text, word.start_s) for word in opinion.words] == [
        ("draft", 0.0),
        ("figure", 0.6),
        ("3", 1.2),
    ]
    assert not at.opened.page_errors()
