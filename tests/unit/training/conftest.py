"""A project of made-up speech that can be learned: every letter is a tone of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from labwidgets.project import Project

RATE_HZ = 16_000
SPEAKERS = ("ana", "ben", "cai", "dee")
TEXTS = ("ab", "ba", "aba", "bab", "abab", "baba", "a b", "b a")


@pytest.fixture(autouse=True)
def _one_thread():
    """Small models wait for each other on several threads."""
    import torch

    n_before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(n_before)


def tones(text: str, pitch: float) -> np.ndarray:
    """Return 0.15 s of sound a letter."""
    time_s = np.arange(round(0.15 * RATE_HZ)) / RATE_HZ
    pitches = {"a": 400.0, "b": 900.0, " ": 0.0}
    return np.concatenate(
        [0.3 * np.sin(2 * np.pi * pitches.get(letter, 600.0) * pitch * time_s) for letter in text]
    )


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
