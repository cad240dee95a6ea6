"""The project: opened, closed, looked at and cared for; what it does stands in the modules beside this."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

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
from labwidgets.errors import ConfigError, DiskFullError, LabError, ProjectError
from labwidgets.project.aligning import Aligning
from labwidgets.project.analysing import Analysing
from labwidgets.project.collecting import Collecting
from labwidgets.project.labelling import Labelling
from labwidgets.project.releasing import Releasing
from labwidgets.project.rounding import Rounding
from labwidgets.project.segmenting import Segmenting
from labwidgets.project.speaking import Speaking
from labwidgets.project.takes import Eliciting
from labwidgets.records import Event, Status, VerifyReport
from labwidgets.store import Store

_GB = 1024**3


class Project(
    Collecting,
    Eliciting,
    Segmenting,
    Speaking,
    Aligning,
    Labelling,
    Releasing,
    Analysing,
    Rounding,
):
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
