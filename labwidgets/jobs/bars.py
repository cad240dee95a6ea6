"""Progress on a terminal."""

from __future__ import annotations

import sys
from typing import Any

from tqdm import tqdm

from labwidgets.records import Progress


def terminal_progress(title: str) -> Progress:
    """Return a progress callback that draws a bar on standard error, or nothing where that is no terminal."""
    bar: tqdm[Any] = tqdm(total=None, desc=title, unit="", disable=None, file=sys.stderr)

    def show(done: int, total: int, note: str) -> None:
        draw(bar, done, total, title if total else f"{title}: {note}")

    return show


def draw(bar: tqdm[Any], done: int, total: int, text: str) -> None:
    """Show how far something is."""
    if total and bar.total != total:
        bar.reset(total)
    bar.set_description_str(text, refresh=False)
    bar.n = done
    bar.refresh()
