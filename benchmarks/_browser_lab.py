"""A JupyterLab and a Chromium for benchmarks: the ones that the browser tests use."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from playwright.sync_api import sync_playwright

CHECKOUT = Path(__file__).parents[1]


def _browser_tests() -> ModuleType:
    path = CHECKOUT / "tests" / "browser" / "conftest.py"
    spec = importlib.util.spec_from_file_location("browser_tests", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def wire() -> ModuleType:
    """Return what counts the bytes of a page, by message."""
    _browser_tests()
    return importlib.import_module("wire")


def slow_line(url: str) -> Any:
    """Return the line of the browser tests to a server, quick until it is told otherwise."""
    _browser_tests()
    return importlib.import_module("slow_line").SlowLine(url)


def _chromium() -> str:
    named = os.environ.get("LABWIDGETS_CHROMIUM")
    found = named or shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        message = "no Chromium on this machine: apt-get install chromium"
        raise SystemExit(message)
    return found


@contextmanager
def jupyter_lab() -> Iterator[Any]:
    """Give a running JupyterLab in a folder of its own."""
    tests = _browser_tests()
    with tempfile.TemporaryDirectory() as folder, tests.start_lab(Path(folder), environment={}) as lab:
        yield lab


@contextmanager
def lab_page(lab: Any, *, script: str = "") -> Iterator[Any]:
    """Give a page of a new Chromium; ``script`` runs before any other."""
    tests = _browser_tests()
    lab.end_sessions()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=_chromium(), headless=True, args=list(tests.FLAGS)
        )
        page = browser.new_context(viewport={"width": 1400, "height": 1000}).new_page()
        if script:
            page.add_init_script(script)
        yield tests.LabPage(page, lab)
        browser.close()


def show(name: str, values: list[float], *, of: int | None = None) -> None:
    """Print the middle, the 95th percentile and the worst of times in ms; ``of`` were tried."""
    ordered = sorted(values)
    if not ordered:
        print(f"{name}: nothing measured")
        return
    p50, p95 = ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)]
    n_all = len(ordered) if of is None else of
    print(f"{name}: p50 {p50:.0f}, p95 {p95:.0f}, worst {ordered[-1]:.0f} ms, n {len(ordered)}/{n_all}")
