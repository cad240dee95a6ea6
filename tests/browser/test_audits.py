"""Audits in a real page: no draft, not even one that was fetched before the draw."""

from __future__ import annotations

from typing import Any

import pytest
from desks import draft, wait_equal

from labwidgets.project import Project

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_an_audit_starts_empty_even_where_its_draft_was_on_the_page(desk: Any) -> None:
    at = desk()
    at.wait_text("draft number 1")
    with Project.open(at.project) as project:
        assert project.audit(9).drawn == 5
    at.wait_text("")
    at.root.get_by_text("no draft: this one is an audit, labelled by ear alone").wait_for()
    at.root.get_by_label("Show", exact=True).select_option("audits")
    at.wait_rows(*[""] * 5)
    at.focus()
    at.page.keyboard.type("by ear")
    at.press("Control+Enter")
    at.wait_row(2)
    at.wait_text("")
    at.wait_stored(1, "by ear")
    [opinion] = at.stored(1)
    assert (opinion.text, opinion.origin, opinion.draft_id) == ("by ear", "typed", None)


def test_a_draft_that_slows_people_down_is_held_back_until_a_key_brings_it(desk: Any) -> None:
    at = desk(has_drafts=False)
    for number in (1, 2):
        draft(at.project, number, "all of this is wrong", confidence=0.38)
    why = at.root.locator(".cm-placeholder", has_text="about 62% of its words are likely wrong")
    why.wait_for()
    # The reason stands once, where the eyes are.
    at.root.get_by_text("draft held back, Alt+D brings it", exact=False).wait_for()
    wait_equal(at.root.get_by_text("likely wrong").count, 1)
    at.wait_text("")
    at.wait_rows("draft held back", "draft held back", "", "", "")
    at.focus()
    at.page.keyboard.type("by ear")
    at.press("Control+Enter")
    at.wait_row(2)
    why.wait_for()
    at.wait_text("")
    at.press("Alt+d")
    at.wait_text("all of this is wrong")
    at.wait_rows("by ear", "all of this is wrong", "", "", "")
    at.press("Control+Enter")
    at.wait_row(3)
    at.wait_stored(2, "all of this is wrong")
    found = [(one.text, one.origin, one.draft_id is None) for n in (1, 2) for one in at.stored(n)]
    assert found == [("by ear", "typed", True), ("all of this is wrong", "confirmed", False)]
