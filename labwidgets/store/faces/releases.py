"""What leaves the store as data sets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from labwidgets.records import (
    LabelledRow,
    Status,
)
from labwidgets.store import edits, export, publishing
from labwidgets.store import engine as engines
from labwidgets.store.edits import Edit
from labwidgets.store.export import Snapshot
from labwidgets.store.faces.transactions import Transactions
from labwidgets.store.publishing import Place, Push


class Releases(Transactions):
    """Rows, splits and snapshots."""

    def status(self) -> Status:
        """Return the project in numbers."""
        return self._read(export.status)

    def labelled_rows(self) -> Iterator[LabelledRow]:
        """Give every live segment with what is known of it, in order of adding, as of the first row."""
        with engines.reading(self._engine) as connection:
            yield from export.labelled_rows(connection)

    def splits(self) -> dict[str, str]:
        """Return the split of each group that has one."""
        return self._read(export.splits)

    def assign_splits(self, wanted: Mapping[str, str]) -> dict[str, str]:
        """Put groups into splits, leave those that have one, and return all."""
        return self._write(lambda connection: export.assign_splits(connection, wanted))

    def place_rows(self, assign: Callable[[Mapping[str, Place]], Mapping[str, Place]]) -> dict[str, Place]:
        """Ask ``assign`` for the places of rows in files, given those that are known; keep the new ones."""
        return self._write(lambda connection: publishing.place_rows(connection, assign))

    def places(self) -> dict[str, Place]:
        """Return the place of every segment that ever was in a data set."""
        return self._read(publishing.places)

    def rows_marker(self) -> tuple[int, int, int]:
        """Return (newest event that a row of a data set may depend on, its time in us, newest draft)."""
        return self._read(publishing.rows_marker)

    def labels_marker(self) -> int:
        """Return the newest event that a label, or what is known of its sound, may depend on."""
        return self._read(publishing.labels_marker)

    def add_push(self, push: Push) -> Push:
        """Keep that a data set was pushed."""
        return self._write(lambda connection: publishing.add_push(connection, push))

    def pushes(self) -> list[Push]:
        """Return all pushes, oldest first."""
        return self._read(publishing.pushes)

    def add_snapshot(self, name: str, *, n_rows: int, digest: str, path: str) -> Snapshot:
        """Keep that a snapshot was written.

        Raises:
            StoreError: When the name is taken.
        """
        return self._write(
            lambda connection: export.add_snapshot(connection, name, n_rows=n_rows, digest=digest, path=path)
        )

    def change_snapshot(self, name: str, *, n_rows: int, digest: str) -> None:
        """Keep that rows were taken out of a snapshot."""
        self._write(lambda connection: export.change_snapshot(connection, name, n_rows=n_rows, digest=digest))

    def drop_snapshot(self, name: str) -> None:
        """Keep that a snapshot is no more."""
        self._write(lambda connection: export.drop_snapshot(connection, name))

    def edits(self, segment_ids: Sequence[str]) -> list[Edit]:
        """Return every draft and every revision of some segments, segment by segment, oldest first."""
        return self._read(lambda connection: edits.edits(connection, segment_ids))

    def snapshots(self) -> list[Snapshot]:
        """Return the snapshots, oldest first."""
        return self._read(export.snapshots)
