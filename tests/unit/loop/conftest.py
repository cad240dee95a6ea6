"""Projects in which models decide and learn, whose draws are the same each time."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

import pytest

from labwidgets.project import Project
from labwidgets.project.rounding import Rounding

sys.path.insert(0, str(Path(__file__).parent))

from loops import Loop
from told import Told


@pytest.fixture
def project(tmp_path, monkeypatch):
    seeds = itertools.count()
    monkeypatch.setattr("labwidgets.project.deciding.secrets.randbits", lambda _: next(seeds))
    with Project.create(tmp_path / "p", language="en") as made:
        yield made


@pytest.fixture
def loop(project, make_new_recording, monkeypatch):
    made = Loop(project, make_new_recording)
    monkeypatch.setattr(Rounding, "draft_some", lambda _, *given, **named: made.draft_some(*given, **named))
    monkeypatch.setattr(Rounding, "train_here", lambda _, *given, **named: made.train_here(*given, **named))
    return made


@pytest.fixture
def told(project, make_new_recording):
    return Told(project, make_new_recording)
