"""The labeller for those who do not see it, or see it otherwise: by roles, names and what is announced."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from many_scripts import show
from waiting import wait_equal

from labwidgets.project import Project
from labwidgets.records import QueueQuery

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CHECKOUT = Path(__file__).parents[2]
SCREENSHOTS = CHECKOUT / ".screenshots"
AXE = CHECKOUT / "labwidgets/frontend/node_modules/axe-core/axe.min.js"
# What a screen reader would say: each text that comes into a live region, in order.
LISTEN = """() => {
    const live = "[aria-live]:not([aria-live=off]), [role=status], [role=alert], [role=log]";
    const heard = window.heard = [];
    new MutationObserver(changes => {
        for (const {target, addedNodes, type} of changes) {
            const region = (target.nodeType === Node.TEXT_NODE ? target.parentElement : target).closest(live);
            if (!region || !region.closest(".lw-labeller") || !region.checkVisibility()) continue;
            const isLog = region.getAttribute("role") === "log";
            const texts = isLog ? [...addedNodes].map(node => node.textContent) : [region.textContent];
            heard.push(...texts.map(text => text.trim()).filter(text => text && text !== heard.at(-1)));
        }
    }).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""
FOCUSED = """() => {
    const active = document.activeElement;
    const isOutlined = getComputedStyle(active).outlineStyle !== "none" || active.matches(".cm-content");
    const text = active.labels?.[0]?.innerText ?? active.innerText.trim();
    const name = active.getAttribute("aria-label") ?? text;
    return [active.getAttribute("role") ?? active.tagName.toLowerCase(), name.split("\\n")[0], isOutlined];
}"""


class Reader:
    """Somebody with a keyboard and a screen reader: no pixels, no classes."""

    def __init__(self, screen: Any) -> None:
        self.page = screen.page
        self.press = screen.press
        self.root = self.page.get_by_role("region", name="Labeller, ")
        self.project = str(self.root.get_attribute("aria-label")).removeprefix("Labeller, ")
        self.text = self.root.get_by_role("textbox", name="Transcript", exact=True)
        self.page.evaluate(LISTEN)

    def wait_heard(self, words: str) -> None:
        """Wait for a sentence that begins so; what else was said meanwhile is still to be waited for."""
        self.page.wait_for_function(
            """words => {
                const at = window.heard.findIndex(text => text.startsWith(words));
                return at >= 0 && window.heard.splice(at, 1).length > 0;
            }""",
            arg=words,
        )

    def focused(self) -> tuple[str, str]:
        role, name, _ = self.page.evaluate(FOCUSED)
        return role, name

    def wait_focused(self, role: str, name: str) -> None:
        wait_equal(self.focused, (role, name))


def test_the_whole_job_is_done_blind(lab: Any, open_page: Any) -> None:
    at = Reader(show(lab, open_page, ("en", "hi", "ta")))
    hint = at.text.evaluate(
        "text => document.getElementById(text.getAttribute('aria-describedby')).textContent"
    )
    assert hint == (
        "Tab plays and pauses, Ctrl+Enter submits and opens the next. "
        "After Esc Tab moves through the page. F1 shows all keys."
    )

    at.text.focus()
    at.press("Tab")
    at.root.get_by_role("button", name="Pause").wait_for()
    at.press("Tab", "Control+a")
    at.page.keyboard.type("corrected by ear")
    at.press("Alt+1")
    at.wait_heard("Flag noise on.")
    at.press("Control+Enter")
    at.wait_heard("Segment 2 of 3, 6.0 s, draft.")
    at.wait_heard("saved")
    at.wait_focused("textbox", "Transcript")

    at.press("Alt+s")
    wait_equal(lambda: at.focused()[0], "menuitem")
    at.press("2")
    at.wait_heard("Skipped: wrong language.")
    at.wait_heard("Segment 3 of 3, 7.0 s, draft.")
    at.press("Alt+ArrowUp")
    at.wait_heard("Segment 2 of 3, 6.0 s, skipped before.")
    at.press("Alt+ArrowUp")
    at.wait_heard("Segment 1 of 3, 5.0 s, done before, flagged noise.")

    at.press("F1")
    dialog = at.root.get_by_role("dialog", name="Keys and options")
    dialog.get_by_role("row", name="submit, next, play").wait_for()
    at.press("Escape")
    at.wait_focused("textbox", "Transcript")
    at.press("Alt+ArrowDown")
    at.wait_heard("Segment 2 of 3, 6.0 s, skipped before.")
    at.press("Alt+ArrowDown")
    at.wait_heard("Segment 3 of 3, 7.0 s, draft.")
    at.press("Control+Enter")
    at.wait_heard("Nothing left to do")
    wait_equal(lambda: [len(thread) for thread in threads(lab.root / at.project)], [1, 1, 1])
    assert threads(lab.root / at.project)[0][-1].text == "corrected by ear"


def threads(folder: Path) -> list[Any]:
    with Project.open(folder) as project:
        rows = project.queue(QueueQuery()).rows
        return [project.store.thread(row.segment_id, "me") for row in rows]


def test_every_place_is_reached_by_tab_in_order_with_a_name_and_an_outline(lab: Any, open_page: Any) -> None:
    at = Reader(show(lab, open_page, ("en", "hi"), width=1400))
    at.text.focus()
    at.press("Escape")
    at.wait_heard("Tab now moves through the page")
    at.root.get_by_role("button", name="List of segments").focus()
    at.press("Shift+Tab", "Tab")
    seen = []
    while at.page.evaluate("() => !!document.activeElement.closest('.lw-labeller')"):
        seen.append(at.page.evaluate(FOCUSED))
        # In the text Tab plays, until Esc gives it back.
        at.press(*(["Escape", "Tab"] if at.focused()[1] == "Transcript" else ["Tab"]))
        assert len(seen) < 60, seen
    assert [place for place in seen if not place[1] or not place[2]] == []
    names = [name for _, name, _ in seen]
    order = ["List of segments", "Order", "Show", "Search in the texts", "Keys and help", "Segments", "Play"]
    order += ["Speed", "Loudness", "Transcript"]
    assert [name for name in names if name in order] == order
    assert names[-1] == "Height of the labeller"


RUN_AXE = """async () => {
    const {violations} = await axe.run(".lw", {resultTypes: ["violations"]});
    return violations.map(({id, help, nodes}) => [id, help, nodes.map(({html}) => html.slice(0, 200))]);
}"""


def test_no_rule_of_axe_is_broken_in_either_theme_with_anything_open(lab: Any, open_page: Any) -> None:
    screen = show(lab, open_page, ("en", "hi"), width=1400)
    screen.page.evaluate("source => { (0, eval)(source); }", AXE.read_text(encoding="utf-8"))
    keys, guidelines = (
        screen.root.get_by_role("dialog", name=name) for name in ("Keys and options", "Guidelines")
    )
    draft, menu = screen.root.locator(".lw-draft"), screen.root.locator(".lw-menu")
    looks = (
        ("keys", ["F1"], keys),
        ("skip", ["Escape", "Alt+s"], menu),
        ("guidelines", ["Escape", "Alt+g"], guidelines),
        ("draft", ["Escape", "Alt+d", "Alt+v"], draft),
    )
    broken = {}
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        screen.opened.theme(theme)
        for name, pressed, shown in looks:
            screen.press(*pressed)
            shown.wait_for()
            broken[f"{name}, {theme}"] = screen.page.evaluate(RUN_AXE)
        screen.press("Alt+d")
        draft.wait_for(state="hidden")
    assert {where: found for where, found in broken.items() if found} == {}


# What does not fit where it is, or lies outside of the frame.
OVERFLOW = """root => {
    const frame = root.closest(".lw-labeller").getBoundingClientRect();
    return [...root.querySelectorAll("*")].filter(element => {
        if (element.closest(".lw-hidden") || !element.checkVisibility()) return false;
        const {overflowX, display} = getComputedStyle(element);
        const {right, width} = element.getBoundingClientRect();
        const isCut = element.matches("button, select, input") && width > 0 && right > frame.right + 1;
        const isFull = overflowX === "visible" && display !== "inline" && element.clientWidth > 0;
        return isCut || (isFull && element.scrollWidth > element.clientWidth + 1);
    }).map(element => element.outerHTML.slice(0, 200));
}"""


def test_zoom_the_system_s_colours_and_less_motion_leave_nothing_out(lab: Any, open_page: Any) -> None:
    from playwright.sync_api import expect

    screen = show(lab, open_page, ("en", "hi"), width=1600)
    page, root = screen.page, screen.root
    folding = root.get_by_role("button", name="List of segments")
    expect(folding).to_have_attribute("aria-expanded", "true")
    # What is left of 1600 x 1000 at 200 %.
    page.set_viewport_size({"width": 800, "height": 500})
    expect(folding).to_have_attribute("aria-expanded", "false")
    page.emulate_media(reduced_motion="reduce", forced_colors="active")
    screen.press("Tab")
    root.get_by_role("button", name="Pause").wait_for()
    moving = """root => document.getAnimations()
        .filter(({effect}) => root.contains(effect.target) && effect.getComputedTiming().duration > 1)
        .map(({animationName, effect}) => [animationName, effect.target.className])"""
    wait_equal(lambda: root.evaluate(moving), [])
    screen.press("Tab")
    root.get_by_role("button", name="Play", exact=True).wait_for()
    for name in ("Submit", "Skip …", "List of segments", "Keys and help", "Play", "Repeat"):
        button = root.get_by_role("button", name=name)
        button.scroll_into_view_if_needed()
    wait_equal(lambda: root.evaluate(OVERFLOW), [])
    screen.picture(SCREENSHOTS / "forced-colours-200.png")
    screen.press("Alt+1")
    screen.wait_state("edited, not submitted")
    wait_equal(lambda: root.evaluate(OVERFLOW), [])
    screen.press("F1")
    root.locator(".lw-flags [aria-pressed=true], .lw-fold").first.wait_for(state="attached")
    dialog = root.get_by_role("dialog", name="Keys and options")
    dialog.wait_for()
    screen.picture(SCREENSHOTS / "forced-colours-200-keys.png")
    wait_equal(lambda: dialog.evaluate(OVERFLOW), [])
