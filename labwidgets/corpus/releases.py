"""The data sets that a project has written: the one as it is now, and the snapshots that stay."""

from __future__ import annotations

import hashlib
import logging
import re
import shutil
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from labwidgets.analysis.shards import Place, place_rows
from labwidgets.corpus.agreement import with_agreement
from labwidgets.corpus.card import Facts
from labwidgets.corpus.dataset import (
    Export,
    ExportOptions,
    describe,
    load_parquet,
    write_disk,
    write_parquet,
    writing_to,
)
from labwidgets.corpus.history import write_history
from labwidgets.corpus.snapshots import Difference, difference, settle, take_out
from labwidgets.errors import NotFoundError, ProjectError
from labwidgets.records import Progress, ReadAudio
from labwidgets.store import Snapshot, Store

DATASETS = "datasets"
_SNAPSHOT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_FROZEN = re.compile(r"labels-\d+")
_WRITERS = {"parquet": write_parquet, "disk": write_disk}

logger = logging.getLogger(__name__)


class Releases:
    """Writes the finished segments of a store.

    Args:
        store: Open store.
        read_audio: Returns a segment's sound at 16 kHz.
        folder: Of the project; data sets lie in its ``datasets``.
        name: Title on the card.

    Attributes:
        folder: Where they lie.
    """

    def __init__(self, store: Store, read_audio: ReadAudio, *, folder: Path, name: str) -> None:
        self._store = store
        self._read_audio = read_audio
        self.folder = folder / DATASETS
        self._name = name

    def dataset(self, *, progress: Progress | None = None) -> Any:
        """Return the finished segments as a memory-mapped ``DatasetDict``.

        Raises:
            ProjectError: Nothing is finished yet.
        """
        folder, cache = self.current(progress=progress), self.folder / ".arrow" / self._state()
        with writing_to(cache):
            return load_parquet(folder, cache=cache)

    def current(self, *, progress: Progress | None = None) -> Path:
        """Return the folder of the data set as it is now, written anew where anything changed."""
        folder = self.folder / ".current" / self._state()
        if not folder.is_dir():
            # What is mapped stays readable for who holds it; the room comes back when it is let go.
            shutil.rmtree(self.folder / ".current", ignore_errors=True)
            shutil.rmtree(self.folder / ".arrow", ignore_errors=True)
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
        export = self._write(write_parquet, self.folder / name, snapshot=name, progress=progress)
        n_rows, digest = sum(export.splits.values()), _digest(export.facts)
        return self._store.add_snapshot(name, n_rows=n_rows, digest=digest, path=f"{DATASETS}/{name}")

    def freeze(self, *, progress: Progress | None = None) -> str:
        """Return the name of a snapshot of the labels as they are; one is made only where they changed.

        Raises:
            ProjectError: Nothing is finished yet.
        """
        # Taken before the rows are read: a label that comes in meanwhile makes the next one differ.
        name = f"labels-{self._store.labels_marker()}"
        if any(snapshot.name == name for snapshot in self._store.snapshots()):
            return name
        # What a kill left before the store knew of it.
        shutil.rmtree(self.folder / name, ignore_errors=True)
        return self.save(name, progress=progress).name

    def frozen(self) -> dict[str, Path]:
        """Return the snapshots that :meth:`freeze` made, with their folders, those that a kill left too."""
        known = [snapshot.name for snapshot in self._store.snapshots()]
        there = [path.name for path in self.folder.glob("labels-*") if path.is_dir()]
        return {
            name: self.folder / name for name in dict.fromkeys([*known, *there]) if _FROZEN.fullmatch(name)
        }

    def drop(self, name: str) -> None:
        """Delete a snapshot, and what was made of it to be read; its name is free again."""
        if any(snapshot.name == name for snapshot in self._store.snapshots()):
            self._store.drop_snapshot(name)
        for folder in (self.folder / name, self.folder / ".arrow" / f"saved-{name}"):
            shutil.rmtree(folder, ignore_errors=True)

    def saved(self, name: str) -> Path:
        """Return the folder of a snapshot.

        Raises:
            NotFoundError: There is none of that name.
            ProjectError: Its files are gone.
        """
        known = [snapshot.name for snapshot in self._store.snapshots()]
        if name not in known:
            raise NotFoundError(
                "no such snapshot", value=name, allowed=", ".join(known) or "none is saved yet"
            )
        folder = self.folder / name
        settle(folder)
        if not folder.is_dir():
            raise ProjectError("the files of the snapshot are gone", value=folder, remedy="Put them back")
        return folder

    def as_of(self, name: str) -> Any:
        """Return a snapshot as a memory-mapped ``DatasetDict``.

        Raises:
            NotFoundError: There is none of that name.
        """
        folder, cache = self.saved(name), self.folder / ".arrow" / f"saved-{name}"
        with writing_to(cache):
            return load_parquet(folder, cache=cache)

    def difference(self, first: str, second: str | None, *, progress: Progress | None = None) -> Difference:
        """Return what changed from a snapshot to another one, or to now.

        Raises:
            NotFoundError: There is no snapshot of that name.
        """
        before = self.saved(first)
        after = self.current(progress=progress) if second is None else self.saved(second)
        return difference(before, after, names=(first, second or "now"))

    def history(self, folder: Path) -> Path:
        """Write every draft and revision behind the data set in ``folder`` beside it, and return where."""
        with writing_to(folder):
            return write_history(folder, self._store.edits)

    def take_out(self, segments: AbstractSet[str], groups: AbstractSet[str]) -> dict[str, int]:
        """Delete rows from every data set kept here; return how many went from each snapshot."""
        for name in (".current", ".arrow"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        for path in self.folder.glob(".push-*"):
            shutil.rmtree(path, ignore_errors=True)
        gone = {}
        for snapshot in self._store.snapshots():
            folder = self.folder / snapshot.name
            settle(folder)
            if not folder.is_dir():
                continue
            with writing_to(folder):
                gone[snapshot.name] = take_out(folder, segments, groups)
                self._describe_anew(folder, snapshot)
        return gone

    def _describe_anew(self, folder: Path, snapshot: Snapshot) -> None:
        facts = Facts.load(folder)
        digest = _digest(facts)
        if facts.shards and digest == snapshot.digest:
            return
        if facts.shards:
            describe(folder, self._name, facts=facts, shards=folder)
        self._store.change_snapshot(snapshot.name, n_rows=facts.rows.total(), digest=digest)
        if not facts.shards:
            shutil.rmtree(folder)

    def _write(
        self, write: Callable[..., Export], folder: Path, *, snapshot: str | None, progress: Progress | None
    ) -> Export:
        options = ExportOptions(
            name=self._name,
            splits=self._store.splits(),
            place=self._place,
            licences={one.speaker: one.licence for one in self._store.consents() if not one.is_withdrawn},
            snapshot=snapshot,
            decisions=[one for one in self._store.decisions() if one.accepted],
            progress=progress,
        )
        with writing_to(folder):
            folder.parent.mkdir(parents=True, exist_ok=True)
        rows = with_agreement(self._store.labelled_rows(), self._store.edits)
        export = write(rows, self._read_audio, folder, options=options)
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


def _digest(facts: Facts) -> str:
    return hashlib.sha256("".join(shard.sha256 for shard in facts.shards).encode()).hexdigest()
