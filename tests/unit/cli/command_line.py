"""What tests of the command line share: what a call gives back, and what is to be done in a project."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from labwidgets.project import Project

Run = Callable[..., tuple[int, dict, str]]


def segments(project: Path) -> list[str]:
    with Project.open(project) as opened:
        return [row.segment_id for row in opened.queue().rows]
