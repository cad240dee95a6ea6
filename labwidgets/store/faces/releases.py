"""What leaves the store as data sets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from labwidgets.records import (
    LabelledRow,
    Status,
)
from labwidgets.store import engine as engines
from labwidgets.store import export
from labwidgets.store.export import Snapshot
from labwidgets.store.faces.transactions import Transactions


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

    def add_snapshot(self, name: str, *, n_rows: int, digest: str, path: str) -> Snapshot:
        """Keep that a snapshot was written.

        Raises:
            StoreError: When the name is taken.
        """
        return self._write(
            lambda connection: export.add_snapshot(connection, name, n_rows=n_rows, digest=digest, path=path)
        )

    def snapshots(self) -> list[Snapshot]:
        """Return the snapshots, oldest first."""
        return self._read(export.snapshots)
