"""The project: a folder of settings, a store and sound, and all that can be done with it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from labwidgets.audio import AudioCache
from labwidgets.config import (
    SETTINGS_FILE,
    ProjectSettings,
    checked_language,
    load_settings,
    parse,
    save_settings,
    store_url,
    title_of,
)
from labwidgets.corpus.dataset import Export
from labwidgets.corpus.hub import PushReport, push
from labwidgets.corpus.importing import AddOptions, add_sources, decode_added
from labwidgets.corpus.releases import Releases
from labwidgets.errors import ConfigError, DiskFullError, LabError, ProjectError
from labwidgets.jobs import Job, turn
from labwidgets.records import (
    Ack,
    AddReport,
    DraftReport,
    Event,
    Progress,
    Refusal,
    Status,
    Submission,
    TextUse,
    VerifyReport,
)
from labwidgets.store import Snapshot, Store
from labwidgets.widgets.labeller import checked_annotator
from labwidgets.widgets.messages import label_origin, shown_text
from labwidgets.widgets.source import StoreSource

if TYPE_CHECKING:
    from datasets import DatasetDict

_GB = 1024**3


class Project(StoreSource):
    """A labelling project in a folder. Open one with :meth:`create` or :meth:`open`.

    Attributes:
        folder: Where it lies.
        settings: What its ``project.yaml`` says.
        store: Its events and all that follows from them.
        cache: Its canonical sound.
    """

    def __init__(self, folder: Path, settings: ProjectSettings, store: Store) -> None:
        cache = AudioCache(folder / "audio", max_bytes=int(settings.audio.cache_gb * _GB))
        super().__init__(store, cache, folder=folder, settings=settings)

    # ---- open and close ------------------------------------------------------------------------------

    @classmethod
    def create(
        cls,
        folder: str | Path,
        *,
        language: str,
        name: str | None = None,
        store: str = "sqlite",
        exist_ok: bool = False,
    ) -> Self:
        """Make a new project in ``folder`` and return it.

        Args:
            folder: New or empty folder.
            language: BCP-47, for recordings that do not say otherwise.
            name: Shown to people; default: the folder's name.
            store: ``sqlite``, a database URL without password, or ``${VARIABLE}``.
            exist_ok: Open the project that is there already, with its own settings.

        Raises:
            ProjectError: There is a project, or something else, in the folder.
            ConfigError: The language or the store's URL is not usable.
        """
        path = Path(folder)
        with _folder_seam(path):
            if (path / SETTINGS_FILE).exists():
                if exist_ok:
                    return cls.open(path)
                raise ProjectError("there is a project already", value=path, remedy="Use Project.open(…)")
            if path.exists() and (not path.is_dir() or any(path.iterdir())):
                raise ProjectError("not an empty folder", value=path, remedy="Choose a new one")
            given = {"name": name or title_of(path), "language": checked_language(language), "store": store}
            settings = parse(given, ProjectSettings, where="the new project")
            url = store_url(settings, path)
            path.mkdir(parents=True, exist_ok=True)
        try:
            opened = Store.create(url)
            # Last, so that a project that was cut short is no project.
            save_settings(settings, path)
        except (DiskFullError, ConfigError):
            for file in path.glob("store.db*"):
                file.unlink()
            raise
        return cls(path, settings, opened)

    @classmethod
    def open(cls, folder: str | Path) -> Self:
        """Return the project in ``folder``.

        Raises:
            ProjectError: There is none.
            ConfigError: Its settings are not usable.
            StoreError: Its store is not usable.
        """
        path = Path(folder)
        with _folder_seam(path):
            is_project = (path / SETTINGS_FILE).is_file()
        if not is_project:
            raise ProjectError("no project here", value=path, remedy="Make one with Project.create(…)")
        settings = load_settings(path)
        return cls(path, settings, Store.open(store_url(settings, path)))

    def close(self) -> None:
        """Let go of the store. Every submit was on disk before."""
        self.store.close()

    def __enter__(self) -> Self:
        """Return the project; leaving the block closes it."""
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        """Short and stable, for notebooks."""
        return f"<Project {self.settings.name}>"

    # ---- collect -------------------------------------------------------------------------------------

    def add(  # noqa: PLR0913 - one keyword a column; bundling them would only hide them
        self,
        source: object,
        *,
        text: str | None = None,
        text_as: TextUse = "reference",
        speaker: str | None = None,
        accent: str | None = None,
        language: str | None = None,
        licence: str | None = None,
        collection: str | None = None,
        decode: bool = True,
        progress: Progress | None = None,
    ) -> AddReport:
        """Take recordings in and say what was added, known before, and refused.

        ``speaker``, ``accent``, ``language`` and ``licence`` name a column where the source has one of
        that name, else they are the value for all of it. Every further column is kept.

        Args:
            source: A file, folder, glob, audiofolder with ``metadata.csv`` or ``.jsonl``, a ``Dataset`` or
                ``DatasetDict``, a list of dicts, encoded bytes, or an ipywebrtc ``AudioRecorder``.
            text: Column of transcripts; default: guessed from its name.
            text_as: What those transcripts are: ``reference``, ``draft`` or ``metadata``.
            speaker: Pseudonym, or its column; default: guessed.
            accent: Label, or its column; default: guessed.
            language: BCP-47, or its column; default: guessed, else the project's.
            licence: SPDX id, or its column; default: guessed, else the project's.
            collection: Name of this source, for coverage by source.
            decode: Decode now; otherwise when the sound is first needed.
            progress: Called as it goes.

        Raises:
            SourceError: Nothing at all can be taken from the source.
        """
        options = AddOptions(
            default_language=self.settings.language,
            default_licence=self.settings.licence,
            text=text,
            text_as=text_as,
            speaker=speaker,
            accent=accent,
            language=language,
            licence=licence,
            collection=collection,
            copy=self.settings.audio.copy_sources,
        )
        return add_sources(
            self.store, self.cache, self.folder, source, options=options, decode=decode, progress=progress
        )

    # ---- draft ---------------------------------------------------------------------------------------

    def draft(
        self, model: str | None = None, *, settings: Mapping[str, Any] | None = None, force: bool = False
    ) -> Job[DraftReport]:
        """Start drafting all segments that have no draft of this model yet; labelling can go on meanwhile.

        Args:
            model: Hub id, folder or embedded name; default: the project's, else the embedded one that fits
                the language of each recording.
            settings: Decoding settings; default: the project's.
            force: Draft again what has a draft of the same model and settings.

        Returns:
            A job; its ``result()`` waits and returns a ``DraftReport``. It can be run again at any time:
            what is drafted stays.
        """
        arguments = ["draft", str(self.folder.resolve())]
        if model is not None:
            arguments += ["--model", model]
        if settings is not None:
            arguments += ["--settings", json.dumps(dict(settings))]
        if force:
            arguments.append("--force")
        self.drafting = Job(arguments, title="drafting", parse=_draft_report)
        return self.drafting

    def draft_here(
        self,
        model: str | None = None,
        *,
        settings: Mapping[str, Any] | None = None,
        force: bool = False,
        progress: Progress | None = None,
        stopped: Callable[[], bool] | None = None,
    ) -> DraftReport:
        """Draft in this process: what :meth:`draft` does in its worker.

        Recordings that were added with ``decode=False`` are decoded first. Without a model named here or in
        the settings, each recording is drafted by the embedded model that fits its language. Two runs at
        once would do the same work twice, so the second one waits.

        Raises:
            ModelError: The model is not there, or no speech recogniser.
        """
        from labwidgets.asr.drafting import draft_planned, load_drafter
        from labwidgets.asr.plan import plan_drafts
        from labwidgets.asr.sources import resolve

        chosen = model or self.settings.model
        decoding = self.settings.decoding if settings is None else settings
        with turn(self.folder / ".draft.lock", progress=progress, stopped=stopped) as is_ours:
            if not is_ours:
                return DraftReport(0, 0, (), None, chosen or "")
            undecoded = decode_added(self.store, self.cache, self.folder, progress=progress)
            return draft_planned(
                self.store,
                self.read,
                plan_drafts(self.store.segments_to_draft(), model=chosen, undecoded=undecoded),
                load=lambda name: load_drafter(
                    resolve(name, self.settings.language, progress), settings=decoding
                ),
                force=force,
                progress=progress,
                stopped=stopped,
            )

    # ---- data sets -----------------------------------------------------------------------------------

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
        return push(folder, repo_id, private=private, dry_run=dry_run, token=token)

    @property
    def _releases(self) -> Releases:
        return Releases(self.store, self.read, folder=self.folder, name=self.name)

    # ---- label ---------------------------------------------------------------------------------------

    def submit_text(
        self, segment_id: str, text: str, *, annotator: str, base_revision: int = 0, flags: Sequence[str] = ()
    ) -> Ack:
        """Store one opinion; durable when this returns.

        Args:
            segment_id: Of a live segment.
            text: The transcript.
            annotator: Pseudonym.
            base_revision: Newest revision of this annotator's thread that you know; 0 for none.
            flags: Out of the project's list.

        Raises:
            NotFoundError: No such segment.
            StaleRevisionError: There is a newer revision in the thread.
            TextError: Control characters, or too long.
        """
        view = self.view(segment_id, annotator=checked_annotator(annotator))
        draft_id = view.draft.id if view.draft is not None else None
        return self.submit(
            Submission(
                event_id=str(uuid.uuid4()),
                segment_id=segment_id,
                annotator=annotator,
                base_revision=base_revision,
                text=text,
                flags=tuple(flags),
                origin=label_origin(text, shown_text(view, draft_id=draft_id)),
                draft_id=draft_id,
            )
        )

    # ---- look ----------------------------------------------------------------------------------------

    def status(self) -> Status:
        """Return the project in numbers."""
        return self.store.status()

    def history(self, segment_id: str) -> list[Event]:
        """Return what happened to a segment, oldest first; ids only, no texts."""
        return self.store.history(segment_id)

    def verify(self) -> VerifyReport:
        """Rebuild everything from the events beside the store and compare."""
        return self.store.verify()

    def backup(self, path: str | Path) -> int:
        """Copy the live store to the new file ``path``; returns the number of events in it."""
        return self.store.backup(Path(path))


@contextmanager
def _folder_seam(path: Path) -> Iterator[None]:
    """Turn what the system says of a path into a ProjectError."""
    try:
        yield
    except LabError:
        raise
    except (OSError, RuntimeError, ValueError) as error:
        # RuntimeError: a loop of links; ValueError: U+0000 in the path.
        raise ProjectError("the folder cannot be used", value=path, remedy=str(error)) from error


def _draft_report(data: dict[str, Any]) -> DraftReport:
    failed = tuple(Refusal(item["segment"], item["reason"]) for item in data["failed"])
    return DraftReport(data["drafted"], data["cached"], failed, data["rtfx"], data["model"])
