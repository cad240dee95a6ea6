"""A real JupyterLab and a real Chromium to drive it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from desks import open_desk
from labs import FLAGS, SCREENSHOTS, Lab, LabPage, start_lab
from waiting import WAIT, open_pages


@pytest.fixture(scope="session")
def playwright() -> Iterator[Any]:
    """The one driver of a run: it cannot be started twice in a thread."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=WAIT)
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def chromium(chromium_path: str, playwright: Any) -> Iterator[Any]:
    browser = playwright.chromium.launch(executable_path=chromium_path, headless=True, args=list(FLAGS))
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """``make lab`` on a free port, in a root folder of its own that shares the checkout's sample."""
    root = tmp_path_factory.mktemp("lab")
    with start_lab(root, environment={}) as running:
        yield running


@pytest.fixture(scope="session")
def hub_lab(tmp_path_factory: pytest.TempPathFactory, hub_process: Any) -> Iterator[tuple[Lab, Any]]:
    """The same with a Hub on loopback and a token for it in the environment."""
    root = tmp_path_factory.mktemp("hub-lab")
    environment = hub_process.environment(root / ".home", token="hf_writer")
    for name in ("PATH", "PYTHONPATH", "HOME"):
        environment.pop(name)
    with start_lab(root, environment=environment) as running:
        yield running, hub_process


@pytest.fixture
def open_page(chromium: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """Opens pages on a lab; keeps what was last on them, closes them and ends their kernels."""
    from playwright.sync_api import Error

    SCREENSHOTS.mkdir(exist_ok=True)
    contexts: list[tuple[Any, Lab]] = []

    def start(lab: Lab, *, width: int = 1400, height: int = 1000) -> LabPage:
        lab.end_sessions()
        context = chromium.new_context(viewport={"width": width, "height": height})
        context.set_default_timeout(WAIT)
        contexts.append((context, lab))
        page = context.new_page()
        open_pages.append(page)
        opened = LabPage(page, lab)
        page.on("console", lambda message: opened.console.append((message.type, message.text)))
        page.on("pageerror", lambda error: opened.console.append(("pageerror", str(error))))
        return opened

    yield start
    open_pages.clear()
    for context, lab in contexts:
        for number, page in enumerate(context.pages):
            # A picture to look at afterwards: the test has said what it had to say.
            with suppress(Error):
                page.screenshot(path=SCREENSHOTS / f"{request.node.name}-{number}.png")
        context.close()
        lab.end_sessions()


@pytest.fixture
def desk(lab: Lab, open_page: Any) -> Callable[..., Any]:
    """Opens a labeller over a new project; see ``desks.open_desk``."""
    return partial(open_desk, lab, open_page)
