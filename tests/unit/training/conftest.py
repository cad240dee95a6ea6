"""A project of made-up speech that can be learned: every letter is a tone of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from labwidgets.project import Project

sys.path.insert(0, str(Path(__file__).parent))

from made_speech import RATE_HZ, SPEAKERS, TEXTS, tones


@pytest.fixture(autouse=True)
def _one_thread():
    """Small models wait for each other on several threads."""
    import torch

    n_before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(n_before)


@pytest.fixture
def make_labelled(tmp_path: Path) -> Callable[..., Project]:
    """Makes a project whose clips all have references, from (speaker, text) pairs."""
    opened: list[Project] = []

    def make(
        pairs: list[tuple[str | None, str]] | None = None, *, language: str = "en", name: str = "corpus"
    ) -> Project:
        if pairs is None:
            pairs = [(speaker, text) for speaker in SPEAKERS for text in TEXTS]
        rows = []
        for n, (speaker, text) in enumerate(pairs):
            path = tmp_path / name / f"clip{n}.wav"
            path.parent.mkdir(exist_ok=True)
            sound = tones(text or "ab", 1.0 + 0.01 * n)
            soundfile.write(
                path, sound + 0.001 * np.random.default_rng(n).standard_normal(len(sound)), RATE_HZ
            )
            rows.append({"audio": str(path), "sentence": text, "speaker": speaker})
        project = Project.create(tmp_path / f"{name}-project", language=language)
        opened.append(project)
        project.add(rows, text="sentence", text_as="reference")
        return project

    yield make
    for project in opened:
        project.close()


@pytest.fixture
def labelled(make_labelled: Callable[..., Project]) -> Project:
    """Four speakers, eight clips each: one speaker validates, one tests."""
    return make_labelled()
