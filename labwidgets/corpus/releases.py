"""The data sets that a project has written: the one as it is now, and the snapshots that stay."""

from __future__ import annotations

import hashlib
import logging
import re
import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from labwidgets.analysis.shards import Place, place_rows
from labwidgets.corpus.dataset import (
    Export,
    ExportOptions,
    load_parquet,
    write_disk,
    write_parquet,
    writing_to,
)
from labwidgets.errors import ProjectError
from labwidgets.records import Progress, ReadAudio
from labwidgets.store import Snapshot, Store

DATASETS = "datasets"
_SNAPSHOT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_WRITERS = {"parquet": write_parquet, "disk": write_disk}

logger = logging.getLogger(__name__)


class Releases:
    """Writes the finished segments of a store.

    Args:
        store: Open store.
        read_audio: Returns a segment's sound at 16 kHz.
        folder: Of the project; data sets lie in its ``datasets``.
        name: Title on the card.
    """

    def __init__(self, store: Store, read_audio: ReadAudio, *, folder: Path, name: str) -> None:
        self._store = store
        self._read_audio = read_audio
        self._folder = folder / DATASETS
        self._name = name

    def dataset(self, *, progress: Progress | None = None) -> Any:
        """Return the finished segments as a memory-mapped ``DatasetDict``.

        Raises:
            ProjectError: Nothing is finished yet.
        """
        folder, cache = self.current(progress=progress), self._folder / ".arrow" / self._state()
        with writing_to(cache):
            return load_parquet(folder, cache=cache)

    def current(self, *, progress: Progress | None = None) -> Path:
        """Return the folder of the data set as it is now, written anew where anything changed."""
        folder = self._folder / ".current" / self._state()
        if not folder.is_dir():
            # What is mapped stays readable for who holds it; the room comes back when it is let go.
            shutil.rmtree(self._folder / ".current", ignore_errors=True)
            shutil.rmtree(self._folder / ".arrow", ignore_errors=True)
            self._write(write_parquet, folder, snapshot=None, progress=progress)
        return folder

    def export(self, folder: Path, *, to: str, progress: Progress | None = None) -> Export:
        """Write into the new ``folder``, as ``parquet`` or ``disk``.

        Raises:
            ProjectError: Nothing is finished yet, the folder holds something, or no such form.
        """
        if to not in _WRITERS:
            raise ProjectError("no such form of a data set", value=to, allowed=", ".join(_WRITERS))
        return self._write(_WRITERS[to], folder, snapshot=None, progress=progress)

    def save(self, name: str | None = None, *, progress: Progress | None = None) -> Snapshot:
        """Freeze the finished segments under ``name`` (default: the time in UTC).

        Raises:
            ProjectError: Nothing is finished yet, or the name is taken or not usable.
        """
        name = name or datetime.now(tz=UTC).strftime("%Y-%m-%dT%H-%M-%S")
        if not _SNAPSHOT.fullmatch(name):
            raise ProjectError("no usable name", value=name, allowed="letters, digits, . - _")
        export = self._write(write_parquet, self._folder / name, snapshot=name, progress=progress)
        digest = hashlib.sha256("".join(shard.sha256 for shard in export.shards).encode()).hexdigest()
        n_rows = sum(export.splits.values())
        return self._store.add_snapshot(name, n_rows=n_rows, digest=digest, path=f"{DATASETS}/{name}")

    def _write(
        self, write: Callable[..., Export], folder: Path, *, snapshot: str | None, progress: Progress | None
    ) -> Export:
        options = ExportOptions(
            name=self._name,
            splits=self._store.splits(),
            place=self._place,
            snapshot=snapshot,
            progress=progress,
        )
        with writing_to(folder):
            folder.parent.mkdir(parents=True, exist_ok=True)
        export = write(self._store.labelled_rows(), self._read_audio, folder, options=options)
        self._store.assign_splits(export.membership)
        for warning in export.warnings:
            logger.warning("%s", warning)
        return export

    def _place(self, wanted: Mapping[str, tuple[str, float]]) -> Mapping[str, Place]:
        def assign(known: Mapping[str, tuple[str, int, int]]) -> Mapping[str, Place]:
            return place_rows(wanted, {segment: Place(*place) for segment, place in known.items()})

        return {segment: Place(*place) for segment, place in self._store.place_rows(assign).items()}

    def _state(self) -> str:
        event, _, draft = self._store.rows_marker()
        return f"{event}-{draft}"
