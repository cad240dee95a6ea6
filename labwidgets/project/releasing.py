"""How finished segments leave as data sets, snapshots and pushes."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, overload

from labwidgets.corpus.card import Facts
from labwidgets.corpus.dataset import Export
from labwidgets.corpus.finished import write_finished
from labwidgets.corpus.hub import TIMEOUT_S, PushOptions, PushReport
from labwidgets.corpus.publishing import Publisher, PushWish, shown, without_consent
from labwidgets.corpus.releases import Releases
from labwidgets.corpus.snapshots import Difference
from labwidgets.errors import ConsentWarning
from labwidgets.records import ConvertReport, Progress, Recording
from labwidgets.store import Snapshot
from labwidgets.widgets.source import StoreSource

if TYPE_CHECKING:
    from datasets import DatasetDict


class Releasing(StoreSource):
    """The part of a project that gives its labels away."""

    def dataset(self, *, progress: Progress | None = None) -> DatasetDict:
        """Return the finished segments as a ``DatasetDict``, memory-mapped from the project's folder.

        Speakers keep their split from one call to the next; nobody is in two of them.

        This is your own copy: it holds what no consent is on record for, too, and its ``push_to_hub`` asks
        for none. ``project.push_to_hub`` does. A ``ConsentWarning`` says of whom none is on record.

        Raises:
            ProjectError: Nothing is finished yet.
        """
        made = self._releases.dataset(progress=progress)
        missing = without_consent(Facts.load(self._releases.current()), self.store.consents())
        if missing:
            warnings.warn(
                f"{shown(missing)}. This data set is your own copy, and its push_to_hub asks for no consent: "
                "project.push_to_hub does. Put it on record with project.consent(…).",
                ConsentWarning,
                stacklevel=2,
            )
        return made

    @overload
    def export(
        self, path: str | Path, *, to: str = ..., format: None = ..., progress: Progress | None = ...
    ) -> Export: ...

    @overload
    def export(self, path: str | Path, *, format: str, progress: Progress | None = ...) -> ConvertReport: ...

    def export(
        self,
        path: str | Path,
        *,
        to: str = "parquet",
        format: str | None = None,  # noqa: A002 - the word that everyone looks for
        progress: Progress | None = None,
    ) -> Export | ConvertReport:
        """Write the finished segments and say what went in and what did not.

        Without ``format`` it is a data set with its sound, in the new folder ``path``. With it, it is the
        texts alone: subtitles, TextGrids, manifests …, and the report says what the format cannot carry.

        Args:
            path: New or empty folder; with ``format`` a file, or a folder where the format has a file for
                each recording.
            to: ``parquet`` (for the Hub and ``load_dataset``) or ``disk`` (for ``load_from_disk``).
            format: Id of a format of transcripts (see ``labwidgets.corpus.formats.registry.FORMATS``).
            progress: Called as it goes.

        Raises:
            ProjectError: Nothing is finished yet, the folder holds something, or no such form.
            SourceError: No such format, or it can hold nothing of it.
        """
        if format is None:
            return self._releases.export(Path(path), to=to, progress=progress)

        def find(recording: Recording) -> Path:
            return Path(self.folder, recording.source) if recording.copied else Path(recording.source)

        return write_finished(self.store.labelled_rows(), Path(path), to=format, locate=find)

    def save(self, name: str | None = None, *, progress: Progress | None = None) -> Snapshot:
        """Freeze the finished segments as a snapshot in the project's ``datasets`` folder.

        Args:
            name: Letters, digits, ``.``, ``-`` and ``_``; default: the date and time in UTC.
            progress: Called as it goes.

        Raises:
            ProjectError: Nothing is finished yet, or the name is taken or not usable.
        """
        return self._releases.save(name, progress=progress)

    def snapshots(self) -> list[Snapshot]:
        """Return what was saved, oldest first."""
        return self.store.snapshots()

    def as_of(self, snapshot: str) -> DatasetDict:
        """Return the finished segments as they were saved under that name.

        Raises:
            NotFoundError: There is no such snapshot.
            ProjectError: Its files are gone.
        """
        return self._releases.as_of(snapshot)

    def difference(
        self, first: str, second: str | None = None, *, progress: Progress | None = None
    ) -> Difference:
        """Return what changed from one snapshot to another: segments that came, went, and differ.

        Args:
            first: Name of the older one.
            second: Name of the newer one; default: as it is now.
            progress: Called while the data set is written as it is now.

        Raises:
            NotFoundError: There is no such snapshot.
        """
        return self._releases.difference(first, second, progress=progress)

    def push_to_hub(  # noqa: PLR0913 - what, where, and how it shall look there
        self,
        repo_id: str,
        *,
        private: bool = False,
        gated: str | None = None,
        dry_run: bool = False,
        token: str | None = None,
        tag: str | None = None,
        message: str = "Update the data set",
        snapshot: str | None = None,
        history: bool = False,
        without_consent: str | None = None,
        clean_history: bool = False,
        timeout_s: float = TIMEOUT_S,
        progress: Progress | None = None,
    ) -> PushReport:
        """Send the finished segments to the Hub, in one commit or not at all.

        What the Hub has is not sent again; what people wrote in the card stays. Words marked
        ``<pii>like this</pii>`` and segments flagged ``pii`` go as silence and ``[pii]``.

        Args:
            repo_id: ``owner/name``; made when it does not exist.
            private: Make a new repository private.
            gated: Let readers agree to terms before they may load it: ``auto`` grants it at once, ``manual``
                by your hand. Default: as the repository is.
            dry_run: Only say what would go; needs no network.
            token: Of the Hub; default: ``HF_TOKEN`` or the one that ``hf auth login`` stored.
            tag: Name for this state, for example ``v1.0``.
            message: Of the commit.
            snapshot: Push a saved one instead of what is finished now.
            history: Let all drafts and revisions go along, as a second config.
            without_consent: Why it may go although consent or a licence is not on record for all of it. This
                reason is written into the card.
            clean_history: Delete all older revisions there for good, tags too, after speakers were taken out.
            timeout_s: Longest silence of the Hub before a request fails.
            progress: Called while the data set is written.

        Raises:
            ConsentError: Consent or a licence is missing on record.
            ProjectError: Nothing is finished yet.
            HubError: The Hub refused or could not be reached; the message says what to do.
        """
        options = PushOptions(
            private=private,
            gated=gated,
            token=token,
            dry_run=dry_run,
            message=message,
            tag=tag,
            timeout_s=timeout_s,
            clean_history=clean_history,
        )
        wish = PushWish(
            repo_id,
            snapshot=snapshot,
            history=history,
            without_consent=without_consent,
            guidelines=self.settings.guidelines,
            options=options,
        )
        return Publisher(self.store, self._releases, name=self.name).push(wish, progress=progress)

    @property
    def _releases(self) -> Releases:
        return Releases(self.store, self.read, folder=self.folder, name=self.name)
