"""How finished segments leave as data sets, snapshots and pushes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from labwidgets.corpus.dataset import Export
from labwidgets.corpus.hub import PushOptions, PushReport, push
from labwidgets.corpus.releases import Releases
from labwidgets.records import Progress
from labwidgets.store import Snapshot
from labwidgets.widgets.source import StoreSource

if TYPE_CHECKING:
    from datasets import DatasetDict


class Releasing(StoreSource):
    """The part of a project that gives its labels away."""

    def dataset(self, *, progress: Progress | None = None) -> DatasetDict:
        """Return the finished segments as a ``DatasetDict``, memory-mapped from the project's folder.

        Speakers keep their split from one call to the next; nobody is in two of them.

        Raises:
            ProjectError: Nothing is finished yet.
        """
        return self._releases.dataset(progress=progress)

    def export(self, folder: str | Path, *, to: str = "parquet", progress: Progress | None = None) -> Export:
        """Write the finished segments into the new ``folder`` and say what went in and what did not.

        Args:
            folder: New or empty.
            to: ``parquet`` (for the Hub and ``load_dataset``) or ``disk`` (for ``load_from_disk``).
            progress: Called as it goes.

        Raises:
            ProjectError: Nothing is finished yet, the folder holds something, or no such form.
        """
        return self._releases.export(Path(folder), to=to, progress=progress)

    def save(self, name: str | None = None, *, progress: Progress | None = None) -> Snapshot:
        """Freeze the finished segments as a snapshot in the project's ``datasets`` folder.

        Args:
            name: Letters, digits, ``.``, ``-`` and ``_``; default: the date and time in UTC.
            progress: Called as it goes.

        Raises:
            ProjectError: Nothing is finished yet, or the name is taken or not usable.
        """
        return self._releases.save(name, progress=progress)

    def push_to_hub(
        self,
        repo_id: str,
        *,
        private: bool = False,
        dry_run: bool = False,
        token: str | None = None,
        progress: Progress | None = None,
    ) -> PushReport:
        """Send the finished segments to the Hub, in one commit or not at all.

        Args:
            repo_id: ``owner/name``; made when it does not exist.
            private: Make a new repository private.
            dry_run: Only say what would go; needs no network.
            token: Of the Hub; default: ``HF_TOKEN`` or the one that ``hf auth login`` stored.
            progress: Called while the data set is written.

        Raises:
            ProjectError: Nothing is finished yet.
            HubError: The Hub refused or could not be reached; the message says what to do.
        """
        folder = self._releases.current(progress=progress)
        return push(folder, repo_id, options=PushOptions(private=private, dry_run=dry_run, token=token))

    @property
    def _releases(self) -> Releases:
        return Releases(self.store, self.read, folder=self.folder, name=self.name)
