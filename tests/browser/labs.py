"""A real JupyterLab, started as ``make lab`` starts it, its pages and its kernels."""

from __future__ import annotations

import json
import os
import random
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
from waiting import WAIT, wait_until

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
START_S = 300.0
# Below those that the system gives away itself, to kernels and connections: none takes it in between.
PORTS = range(20_000, 32_000)
SCREENSHOTS = CHECKOUT / ".screenshots"


def free_port() -> int:
    while True:
        port = random.SystemRandom().choice(PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def kernels(lab: Lab) -> list[psutil.Process]:
    """Kernels that live; what goes away while one looks is not one of them."""
    found = []
    for child in psutil.Process(lab.process.pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
            if "ipykernel_launcher" in " ".join(child.cmdline()):
                found.append(child)
    return found


def only_kernel(lab: Lab) -> psutil.Process:
    """The one kernel, as soon as there is one and no more."""
    wait_until(lambda: len(kernels(lab)) == 1, lambda: f"kernels: {kernels(lab)}")
    return kernels(lab)[0]


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
        with urllib.request.urlopen(request, timeout=WAIT / 1000) as answer:
            body = answer.read()
        return json.loads(body) if body else None

    def end_sessions(self) -> None:
        # A kernel takes a second to leave by itself, and there is nothing left that it could lose.
        for kernel in kernels(self):
            with suppress(psutil.NoSuchProcess):
                kernel.kill()
        for session in self.request("/api/sessions"):
            # Its page may have ended it by itself.
            with suppress(urllib.error.HTTPError):
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


OUTPUTS = """cell => {
    const {widgets} = window.jupyterapp.shell.currentWidget.content;
    const {outputs} = widgets.filter(({model}) => model.type === "code")[cell].model;
    const text = value => Array.isArray(value) ? value.join("") : value ?? "";
    return outputs.toJSON().map(({output_type, name, text: said, data, traceback}) => [
        name && output_type === "stream" ? name : output_type,
        text(said ?? data?.["text/plain"] ?? traceback),
    ]);
}"""


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
        self.wait_for_notebook()

    def reload(self) -> None:
        self.page.reload()
        self.wait_for_notebook()

    def wait_for_notebook(self) -> None:
        self.page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
        self.wait_for_kernel()

    def wait_for_kernel(self) -> None:
        self.page.wait_for_function(
            """() => {
                const widget = window.jupyterapp?.shell?.currentWidget;
                return widget?.context?.sessionContext?.session?.kernel?.status === "idle";
            }"""
        )

    def run(self, cell: int, *, then: int | None = None) -> Any:
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
            timeout=2 * WAIT,
        )
        errors = "\n".join(self.outputs(cell, "error", "stderr"))
        assert "Traceback" not in errors, errors
        assert "Error" not in errors, errors
        return found

    def outputs(self, cell: int, *kinds: str) -> list[str]:
        """Texts of the outputs of these kinds, out of the notebook: the page may still be drawing them."""
        found = self.page.evaluate(OUTPUTS, cell)
        return [text for kind, text in found if kind in kinds]

    def output(self, cell: int) -> str:
        return "".join(self.outputs(cell, "stdout", "execute_result")).strip()

    def kill_kernel(self) -> None:
        """Kill the kernel's process, as a crash would, and wait until Jupyter has started it anew."""
        only_kernel(self.lab).kill()
        # JupyterLab says so in a dialog and starts a new one.
        dialog = self.page.locator(".jp-Dialog", has_text="Kernel Restarting")
        dialog.locator("button.jp-mod-accept").click()
        self.page.locator(".jp-Dialog").wait_for(state="detached")
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
            with suppress(OSError):
                running.request("/api/status")
                return
            time.sleep(0.3)
        pytest.fail(f"make lab did not come up:\n{running.log.read_text()[-3000:]}")

    def __exit__(self, *_: object) -> None:
        os.killpg(self.process.pid, 15)
        try:
            self.process.wait(WAIT / 1000)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, 9)
        self.file.close()
