"""A correction made twice is offered the third time, in a real JupyterLab."""

from __future__ import annotations

from typing import Any

import pytest
from desks import open_desk
from waiting import wait_equal

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
    mark.wait_for()
    wait_equal(
        lambda: (mark.inner_text(), mark.get_attribute("title")), ("number", "often corrected to “figure”")
    )
    at.wait_news("Often corrected: “number” → “figure”")
    at.press("Alt+y")
    at.wait_text("draft figure 3")
    at.wait_news("“number”: 2 more in the unreviewed")
    at.press("Control+z")
    at.wait_text("draft number 3")
    mark.wait_for()
    at.press("Alt+Shift+y")
    mark.wait_for(state="detached")
    at.wait_news("“number” is not offered again")
    at.press("Alt+Shift+y")
    mark.wait_for()
    at.press("Alt+y")
    at.wait_text("draft figure 3")
    at.press("Alt+Shift+f")
    at.root.locator(".lw-hit").nth(2).wait_for()
    wait_equal(at.root.get_by_label("Replace with").input_value, "figure")
    at.press("Escape", "Control+Enter")
    at.wait_row(4)
    at.wait_stored(3, "draft figure 3")
    [opinion] = at.stored(3)
    assert [(word.text, word.start_s) for word in opinion.words] == [
        ("draft", 0.0),
        ("figure", 0.6),
        ("3", 1.2),
    ]
    assert not at.opened.page_errors()
