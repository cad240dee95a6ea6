"""Calls of the command line, and something to call it on."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from labwidgets.cli import main

sys.path.insert(0, str(Path(__file__).parent))

from command_line import Run


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs ``labwidgets … --json``: (exit code, the one object on standard output, standard error)."""

    def call(*arguments: object) -> tuple[int, dict, str]:
        monkeypatch.setattr(sys, "argv", ["labwidgets", *map(str, arguments), "--json"])
        capfd.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capfd.readouterr()
        return left.value.code, json.loads(out), err

    return call


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    folder = tmp_path / "recordings"
    folder.mkdir()
    rng = np.random.default_rng(5)
    for name, seconds in (("a b", 1.0), ("नमस्ते", 0.5)):
        soundfile.write(folder / f"{name}.wav", rng.uniform(-0.3, 0.3, int(16_000 * seconds)), 16_000)
    return folder
