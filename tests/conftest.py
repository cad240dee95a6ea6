"""What all tests share: records and small recordings made on the spot, and no network."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, settings

from labwidgets.records import NewRecording, Recording, Segment, Submission, Word

CHECKOUT = Path(__file__).parents[1]
RATE_HZ = 16_000
LOOPBACK = ("127.", "localhost", "::1", "0.0.0.0")

Make = Callable[..., Any]

# A test is no clock; the first example may compile, and a busy machine is slow at everything.
settings.register_profile(
    "labwidgets",
    deadline=None,
    derandomize=os.environ.get("CI") == "true",
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("labwidgets")


def unavailable(reason: str) -> NoReturn:
    """Skip the test for what this machine lacks; under CI nothing may be lacking."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Look for doctests in the package, not in the modules that tests bring along."""
    is_module = collection_path.suffix == ".py"
    return True if is_module and not collection_path.name.startswith("test_") else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put files of minutes before those of seconds, so that no worker is left alone with one at the end."""
    turns: dict[Path, int] = {}
    for item in items:
        turns[item.path] = min(_turn(item), turns.get(item.path, 9))
    items.sort(key=lambda item: turns[item.path])


def _turn(item: pytest.Item) -> int:
    if item.path.suffix == ".ipynb":
        return 0
    if "asr_models" in item.path.parts:
        return 1
    marks = ("browser", "slow")
    return next((turn for turn, mark in enumerate(marks, 2) if item.get_closest_marker(mark)), 4)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the test's own process connect to this machine and nowhere else."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not str(address[0]).startswith(LOOPBACK):
            message = f"a test reached for the network: {address[0]}"
            raise ConnectionRefusedError(message)
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)


# ---- records -------------------------------------------------------------------------------------------


@pytest.fixture
def make_new_recording() -> Make:
    """Builds a ``NewRecording``, every field overridable."""
    base = NewRecording(
        source="clip.wav",
        bytes_sha256="0" * 64,
        n_bytes=64_044,
        duration_s=2.0,
        sample_rate_hz=RATE_HZ,
        n_channels=1,
        codec="pcm_s16le",
        language="en",
    )
    return lambda **fields: replace(base, **fields)


@pytest.fixture
def make_recording() -> Make:
    """Builds a ``Recording`` that was decoded, every field overridable."""
    base = Recording(
        id="rec_1",
        source="clip.wav",
        bytes_sha256="0" * 64,
        sound_sha256="1" * 64,
        n_bytes=64_044,
        duration_s=2.0,
        sample_rate_hz=RATE_HZ,
        n_channels=1,
        codec="pcm_s16le",
        language="en",
        speaker="spk1",
        accent=None,
        licence=None,
        collection=None,
        metadata={},
        copied=False,
        mtime_ns=None,
        state="decoded",
        reason=None,
        quality=None,
    )
    return lambda **fields: replace(base, **fields)


@pytest.fixture
def make_segment() -> Make:
    """Builds a ``Segment`` of two seconds, every field overridable."""
    base = Segment(id="seg_1", recording_id="rec_1", channel=0, start_s=0.0, end_s=2.0)
    return lambda **fields: replace(base, **fields)


@pytest.fixture
def make_submission() -> Make:
    """Builds a ``Submission`` on an untouched thread, every field overridable."""
    base = Submission(
        event_id="00000000-0000-4000-8000-000000000001",
        segment_id="seg_1",
        annotator="a1",
        base_revision=0,
        text="the cat sat",
    )
    return lambda **fields: replace(base, **fields)


@pytest.fixture
def make_words() -> Make:
    """Cuts a text into ``Word`` records of equal length over a span."""

    def make(text: str, *, start_s: float = 0.0, end_s: float = 2.0) -> tuple[Word, ...]:
        parts = text.split()
        edges = np.linspace(start_s, end_s, len(parts) + 1).tolist()
        return tuple(Word(part, edges[n], edges[n + 1], 0.9) for n, part in enumerate(parts))

    return make


# ---- recordings ----------------------------------------------------------------------------------------


@pytest.fixture
def tone_wav(tmp_path: Path) -> Make:
    """Writes a steady tone and returns its path."""

    def write(
        name: str = "tone.wav",
        *,
        duration_s: float = 2.0,
        rate_hz: int = RATE_HZ,
        pitch_hz: float = 440.0,
        n_channels: int = 1,
    ) -> Path:
        time_s = np.arange(round(duration_s * rate_hz)) / rate_hz
        channels = [0.5 * np.sin(2 * np.pi * pitch_hz * (n + 1) * time_s) for n in range(n_channels)]
        return _write(tmp_path / name, np.stack(channels, axis=1), rate_hz)

    return write


@pytest.fixture
def speech_wav(tmp_path: Path) -> Make:
    """Writes something speech-like (voiced syllables, pauses, a noise floor) and returns its path."""

    def write(
        name: str = "speech.wav", *, duration_s: float = 3.0, rate_hz: int = RATE_HZ, seed: int = 0
    ) -> Path:
        random = np.random.default_rng(seed)
        sound = 0.002 * random.standard_normal(round(duration_s * rate_hz))
        start_s = 0.1
        while start_s + 0.25 < duration_s:
            length_s = random.uniform(0.1, 0.25)
            voice = _syllable(length_s, rate_hz, pitch_hz=random.uniform(90.0, 220.0))
            first = round(start_s * rate_hz)
            sound[first : first + len(voice)] += voice
            start_s += length_s + random.choice([0.03, 0.3])
        return _write(tmp_path / name, sound[:, None], rate_hz)

    return write


def _syllable(length_s: float, rate_hz: int, *, pitch_hz: float) -> np.ndarray:
    time_s = np.arange(round(length_s * rate_hz)) / rate_hz
    harmonics = sum(np.sin(2 * np.pi * pitch_hz * n * time_s) / n for n in range(1, 12))
    return 0.15 * harmonics * np.hanning(len(time_s))


def _write(path: Path, sound: np.ndarray, rate_hz: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, sound, rate_hz)
    return path


# ---- what set-up brought -------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def tiny_en() -> Path:
    """The folder of the embedded English model, as set-up fetched it."""
    from labwidgets.asr import embedded

    if not embedded.is_installed("tiny.en"):
        unavailable("the speech model is not here: labwidgets models get tiny.en")
    return embedded.model_folder("tiny.en")


@pytest.fixture(scope="session")
def sample_folder() -> Path:
    """The real clips with their texts, as set-up fetched them."""
    folder = CHECKOUT / "data" / "sample"
    if not (folder / "metadata.csv").is_file():
        unavailable("the sample is not here: labwidgets sample data/sample")
    return folder


@pytest.fixture(scope="session")
def speech() -> Path:
    """The folder of shared speech sets: ``LABWIDGETS_SPEECH``, or ``shared/speech`` above the checkout."""
    places = [
        Path(os.environ.get("LABWIDGETS_SPEECH", "-")),
        *(up / "shared/speech" for up in CHECKOUT.parents),
    ]
    for place in places:
        if (place / "sclite_truth").is_dir():
            return place
    pytest.skip("no shared speech sets here: set LABWIDGETS_SPEECH to their folder")


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """A Chromium to drive."""
    named = os.environ.get("LABWIDGETS_CHROMIUM")
    found = named or next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
    )
    if not found:
        unavailable("no Chromium on this machine: apt-get install chromium")
    return found


# ---- a Hub on loopback -----------------------------------------------------------------------------------


@dataclass
class RunningHub:
    """A Hub in its own process."""

    url: str
    folder: Path

    def _call(self, path: str, data: object | None = None) -> Any:
        body = None if data is None else json.dumps(data).encode()
        with urllib.request.urlopen(urllib.request.Request(self.url + path, body), timeout=60) as answer:
            return json.loads(answer.read())

    def order(self, route: str, kind: str, **more: Any) -> None:
        """Order a trouble (see ``tests/hub/hub_faults.py``)."""
        self._call("/-/faults", {"route": route, "kind": kind, **more})

    def requests(self, pattern: str = "") -> list[str]:
        """Return what was asked so far, as "METHOD /path"."""
        lines = [f"{item['method']} {item['path']}" for item in self._call("/-/requests")]
        return [line for line in lines if pattern in line]

    def n_bytes(self, pattern: str = "") -> int:
        """Return the bytes that came in with the requests of that pattern."""
        items = self._call("/-/requests")
        return sum(item["length"] for item in items if pattern in f"{item['method']} {item['path']}")

    def clear(self) -> None:
        """Forget troubles and requests."""
        self._call("/-/clear", {})

    def git(self, repo_id: str, *arguments: str) -> str:
        """Run git in a repository."""
        folder = self.folder / "repos" / f"{repo_id}.git"
        command = ["git", "-C", str(folder), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def environment(self, home: Path, token: str = "hf_writer", *, xet: bool = False) -> dict[str, str]:
        """Return an environment for a client that knows nothing but this Hub."""
        plain = {} if xet else {"HF_HUB_DISABLE_XET": "1"}
        return plain | {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(CHECKOUT),
            "HOME": str(home),
            "HF_HOME": str(home / "hf"),
            "HF_ENDPOINT": self.url,
            "HF_TOKEN": token,
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "HF_UPDATE_DOWNLOAD_COUNTS": "0",
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        }


@pytest.fixture(scope="session")
def hub_process(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub")
    command = [sys.executable, str(CHECKOUT / "tests" / "hub" / "server.py"), "--folder", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    yield RunningHub(json.loads(process.stdout.readline())["url"], folder)
    process.terminate()
    process.wait(timeout=60)


@pytest.fixture
def hub(hub_process):
    hub_process.clear()
    return hub_process


class Pusher:
    """A process that pushes (see ``tests/hub/pusher.py``)."""

    def __init__(self, environment: dict[str, str], errors: Path) -> None:
        command = [sys.executable, str(CHECKOUT / "tests" / "hub" / "pusher.py")]
        self.errors = errors
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": errors.open("w")}
        self.process = subprocess.Popen(command, env=environment, text=True, **pipes)

    def __call__(self, folder: Path, repo_id: str, *, token: str = "hf_writer", **options: Any) -> Any:
        """Push and return the report, or {"error": …}; the token shows up nowhere."""
        asked = {"folder": str(folder), "repo_id": repo_id, "options": {"token": token, **options}}
        print(json.dumps(asked), file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        assert line, self.errors.read_text()
        assert token not in line + self.errors.read_text()
        return json.loads(line)["answer"]


@pytest.fixture(scope="session")
def make_pusher(hub_process, tmp_path_factory):
    """Starts a pusher, its environment changed by keyword arguments."""
    made = []

    def start(*, xet: bool = False, **changes: str) -> Pusher:
        home = tmp_path_factory.mktemp("pusher")
        environment = hub_process.environment(home, "hf_unused", xet=xet) | changes
        made.append(Pusher(environment, home / "errors.txt"))
        return made[-1]

    yield start
    for pusher in made:
        pusher.process.stdin.close()
        pusher.process.wait(timeout=60)


@pytest.fixture(scope="session")
def pushers(make_pusher):
    """Pushers by kind of upload."""
    return {"lfs": make_pusher(), "xet": make_pusher(xet=True)}
