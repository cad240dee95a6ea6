"""A real JupyterLab, started as ``make lab`` starts it, and a real Chromium to drive it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

sys.path.insert(0, str(Path(__file__).parent))

CHECKOUT = Path(__file__).parents[2]
TOKEN = "browser-tests"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
START_S = 120.0
SCREENSHOTS = CHECKOUT / ".screenshots"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Lab:
    """A running JupyterLab server with its own root folder."""

    url: str
    root: Path
    process: subprocess.Popen[bytes]
    log: Path

    def request(self, path: str, method: str = "GET") -> Any:
        request = urllib.request.Request(
            self.url + path, method=method, headers={"Authorization": f"token {TOKEN}"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            body = answer.read()
        return json.loads(body) if body else None

    def end_sessions(self) -> None:
        for session in self.request("/api/sessions"):
            self.request(f"/api/sessions/{session['id']}", "DELETE")

    def write_notebook(self, name: str, cells: list[str]) -> str:
        content = {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
            "cells": [
                {
                    "id": f"c{number}",
                    "cell_type": "code",
                    "metadata": {},
                    "source": source,
                    "outputs": [],
                    "execution_count": None,
                }
                for number, source in enumerate(cells)
            ],
        }
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")
        return name


@dataclass
class LabPage:
    """One browser page on one notebook."""

    page: Any
    lab: Lab
    console: list[tuple[str, str]] = field(default_factory=list)

    def open(self, notebook: str, *, host: str = "lab") -> None:
        """Open a notebook in JupyterLab, or in Notebook 7 (``notebook``), which the same server brings."""
        workspace = f"w{time.time_ns()}"
        path = f"lab/workspaces/{workspace}/tree/{notebook}" if host == "lab" else f"notebooks/{notebook}"
        self.page.goto(f"{self.lab.url}/{path}?token={TOKEN}&reset")
        self.page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
        self.wait_for_kernel()

    def wait_for_kernel(self) -> None:
        self.page.wait_for_function(
            """() => {
                const widget = window.jupyterapp?.shell?.currentWidget;
                return widget?.context?.sessionContext?.session?.kernel?.status === "idle";
            }""",
            timeout=90_000,
        )

    def run(self, cell: int, *, then: int | None = None, timeout_ms: int = 120_000) -> Any:
        """Run a code cell by Shift+Enter, wait for its prompt, and fail on a traceback.

        ``then`` is the cell below, queued before this one is done.
        """
        found = self.page.locator(".jp-Notebook .jp-CodeCell").nth(cell)
        found.scroll_into_view_if_needed()
        found.locator(".jp-InputArea .cm-content").click()
        # After a restart the same number comes again: blank the prompt so that any number is a new one.
        found.locator(".jp-InputPrompt").evaluate("prompt => { prompt.textContent = ''; }")
        self.page.keyboard.press("Shift+Enter")
        if then is not None:
            assert then == cell + 1
            self.page.keyboard.press("Shift+Enter")
        self.page.wait_for_function(
            """cell => {
                const found = document.querySelectorAll(".jp-Notebook .jp-CodeCell")[cell];
                return /\\[\\d+\\]/.test(found.querySelector(".jp-InputPrompt").innerText);
            }""",
            arg=cell,
            timeout=timeout_ms,
        )
        errors = found.locator("[data-mime-type='application/vnd.jupyter.stderr']").all_inner_texts()
        tracebacks = [text for text in errors if "Traceback" in text or "Error" in text]
        assert not tracebacks, tracebacks[0]
        return found

    def output(self, cell: int) -> str:
        found = self.page.locator(".jp-Notebook .jp-CodeCell").nth(cell)
        return str(found.locator(".jp-OutputArea").inner_text())

    def kill_kernel(self) -> None:
        """Kill the kernel's process, as a crash would, and wait until Jupyter has started it anew."""
        processes = psutil.Process(self.lab.process.pid).children(recursive=True)
        kernels = [child for child in processes if "ipykernel_launcher" in " ".join(child.cmdline())]
        assert len(kernels) == 1
        kernels[0].kill()
        # JupyterLab says so in a dialog and starts a new one.
        self.page.locator(".jp-Dialog", has_text="Kernel Restarting").wait_for(timeout=60_000)
        self.page.keyboard.press("Enter")
        self.page.locator(".jp-Dialog").wait_for(state="detached", timeout=10_000)
        self.wait_for_kernel()

    def theme(self, name: str) -> None:
        self.page.evaluate(
            "name => window.jupyterapp.commands.execute('apputils:change-theme', {theme: name})", name
        )
        self.page.wait_for_function(
            "light => document.body.dataset.jpThemeLight === light",
            arg=str("Dark" not in name).lower(),
        )
        # JupyterLab takes its curtain away 200 ms later; raised again before, it trips over itself.
        self.page.locator("#jupyterlab-splash").wait_for(state="detached")

    def page_errors(self) -> list[str]:
        return [text for kind, text in self.console if kind == "pageerror"]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Any]:
    """The one driver of a run: it cannot be started twice in a thread."""
    from playwright.sync_api import sync_playwright

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


def start_lab(root: Path, *, environment: dict[str, str]) -> RunningLab:
    return RunningLab(root, environment)


class RunningLab:
    """Context manager around one ``make lab``."""

    def __init__(self, root: Path, environment: dict[str, str]) -> None:
        self.root = root
        self.environment = environment

    def __enter__(self) -> Lab:
        port = free_port()
        (self.root / "notebooks").mkdir(exist_ok=True)
        for notebook in (CHECKOUT / "notebooks").glob("*.ipynb"):
            shutil.copy(notebook, self.root / "notebooks")
        (self.root / "data").symlink_to(CHECKOUT / "data")
        home = self.root / ".jupyter-home"
        isolated = {
            "JUPYTER_CONFIG_DIR": home / "config",
            "JUPYTER_DATA_DIR": home / "data",
            "JUPYTER_RUNTIME_DIR": home / "runtime",
            "IPYTHONDIR": home / "ipython",
            "JUPYTERLAB_SETTINGS_DIR": home / "settings",
            "JUPYTERLAB_WORKSPACES_DIR": home / "workspaces",
        }
        log = self.root / "lab.log"
        arguments = (
            f"--no-browser --port {port} --ServerApp.port_retries=0 --IdentityProvider.token={TOKEN} "
            f"--ServerApp.root_dir={self.root} --LabApp.expose_app_in_browser=True "
            "--JupyterNotebookApp.expose_app_in_browser=True"
        )
        environment = os.environ | {key: str(value) for key, value in isolated.items()} | self.environment
        self.file = log.open("wb")
        self.process = subprocess.Popen(
            ["make", "-C", str(CHECKOUT), "lab", f"ARGS={arguments}"],
            stdout=self.file,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
        running = Lab(f"http://127.0.0.1:{port}", self.root, self.process, log)
        self._wait(running)
        return running

    def _wait(self, running: Lab) -> None:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                running.request("/api/status")
            except OSError:
                time.sleep(0.3)
            else:
                return
        pytest.fail(f"make lab did not come up:\n{running.log.read_text()[-3000:]}")

    def __exit__(self, *_: object) -> None:
        os.killpg(self.process.pid, 15)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, 9)
        self.file.close()


@pytest.fixture
def open_page(chromium: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """Opens pages on a lab; keeps what was last on them, closes them and ends their kernels."""
    SCREENSHOTS.mkdir(exist_ok=True)
    contexts: list[tuple[Any, Lab]] = []

    def start(lab: Lab, *, width: int = 1400, height: int = 1000) -> LabPage:
        lab.end_sessions()
        context = chromium.new_context(viewport={"width": width, "height": height})
        contexts.append((context, lab))
        page = context.new_page()
        opened = LabPage(page, lab)
        page.on("console", lambda message: opened.console.append((message.type, message.text)))
        page.on("pageerror", lambda error: opened.console.append(("pageerror", str(error))))
        return opened

    yield start
    for context, lab in contexts:
        for number, page in enumerate(context.pages):
            page.screenshot(path=SCREENSHOTS / f"{request.node.name}-{number}.png")
        context.close()
        lab.end_sessions()


@pytest.fixture
def desk(lab: Lab, open_page: Any) -> Callable[..., Any]:
    """Opens a labeller over a new project; see ``desks.open_desk``."""
    from desks import open_desk

    return partial(open_desk, lab, open_page)
