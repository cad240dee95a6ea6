"""Labelled rows to export, and a Hub on loopback to push to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from labwidgets.records import Hypothesis, LabelledRow, Reference

ROOT = Path(__file__).parents[3]


@dataclass
class RunningHub:
    """A Hub in its own process."""

    url: str
    folder: Path

    def _call(self, path: str, data: object | None = None) -> Any:
        body = None if data is None else json.dumps(data).encode()
        with urllib.request.urlopen(urllib.request.Request(self.url + path, body), timeout=10) as answer:
            return json.loads(answer.read())

    def order(self, route: str, kind: str, **more: Any) -> None:
        """Order a trouble (see ``tests/hub/hub_faults.py``)."""
        self._call("/-/faults", {"route": route, "kind": kind, **more})

    def requests(self, pattern: str = "") -> list[str]:
        """Return what was asked so far, as "METHOD /path"."""
        lines = [f"{item['method']} {item['path']}" for item in self._call("/-/requests")]
        return [line for line in lines if pattern in line]

    def clear(self) -> None:
        """Forget troubles and requests."""
        self._call("/-/clear", {})

    def git(self, repo_id: str, *arguments: str) -> str:
        """Run git in a repository."""
        folder = self.folder / "repos" / f"{repo_id}.git"
        command = ["git", "-C", str(folder), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def environment(self, home: Path, token: str = "hf_writer") -> dict[str, str]:
        """Return an environment for a client that knows nothing but this Hub."""
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "HOME": str(home),
            "HF_HOME": str(home / "hf"),
            "HF_ENDPOINT": self.url,
            "HF_TOKEN": token,
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "HF_UPDATE_DOWNLOAD_COUNTS": "0",
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        }


@pytest.fixture(scope="session")
def hub_process(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub")
    command = [sys.executable, str(ROOT / "tests" / "hub" / "server.py"), "--folder", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    yield RunningHub(json.loads(process.stdout.readline())["url"], folder)
    process.terminate()
    process.wait(timeout=10)


@pytest.fixture
def hub(hub_process):
    hub_process.clear()
    return hub_process


@pytest.fixture
def make_row(make_recording, make_segment):
    """Builds ``LabelledRow`` number ``n``, the fields of its parts by ``recording=``, ``reference=``."""

    def make(n: int, *, recording=None, reference=None, labelled=True, **fields):
        segment = make_segment(id=f"seg_{n}", recording_id=f"rec_{n}", end_s=0.5)
        kept = {"id": f"rec_{n}", "source": f"/home/ana/clip {n}.wav", "licence": "CC0-1.0"}
        kept |= {"speaker": f"spk{n % 4}", "metadata": {"take": n}}
        base = Reference(segment.id, f"text {n}", (), {}, "corrected", "submit")
        draft = Hypothesis("hyp", segment.id, "run", "m/tiny", "r1", "texd", (), 0.5, "en", ())
        row = LabelledRow(
            segment=segment,
            recording=make_recording(**(kept | (recording or {}))),
            reference=replace(base, **(reference or {})) if labelled else None,
            draft=draft,
            annotator="a1",
            n_opinions=1,
            agreement=None,
            flags=(),
            heard=1.0,
        )
        return replace(row, **fields)

    return make


def read_audio(segment_id: str) -> np.ndarray:
    """Return half a second of noise that is always the same for one segment."""
    seed = int(segment_id.rpartition("_")[2])
    return (0.1 * np.random.default_rng(seed).standard_normal(8000)).astype(np.float32)


@pytest.fixture
def sounds():
    return read_audio
