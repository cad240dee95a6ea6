"""Progress on a terminal."""

from __future__ import annotations

import sys
from typing import Any

from tqdm import tqdm

from labwidgets.jobs.job import Job
from labwidgets.records import Progress


def terminal_progress(title: str) -> Progress:
    """Return a progress callback that draws a bar on standard error, or nothing where that is no terminal."""
    bar = _bar(title)

    def show(done: int, total: int, note: str) -> None:
        _draw(bar, done, total, title if total else f"{title}: {note}")

    return show


class TerminalBar:
    """Follows a job with a bar on standard error, or with nothing where that is no terminal."""

    def __init__(self, title: str) -> None:
        self._bar = _bar(title)

    def __call__(self, job: Job[Any]) -> None:
        """Take news."""
        if job.state != "running":
            self._bar.close()
            return
        done, total, note = job.progress.done, job.progress.total, job.progress.note
        _draw(self._bar, done, total, job.title if total else f"{job.title}: {note}")


def _bar(title: str) -> tqdm[Any]:
    return tqdm(total=None, desc=title, unit="", disable=None, file=sys.stderr)


def _draw(bar: tqdm[Any], done: int, total: int, text: str) -> None:
    if total and bar.total != total:
        bar.reset(total)
    bar.set_description_str(text, refresh=False)
    bar.n = done
    bar.refresh()
