"""A place for labels of a data set that belongs to no project."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

import platformdirs

from labwidgets.audio import AudioCache
from labwidgets.config import ProjectSettings
from labwidgets.corpus.importing import AddOptions, add_sources
from labwidgets.store import Store
from labwidgets.widgets.source import StoreSource

_CACHE_BYTES = 20 * 1024**3


def scratch_source(dataset: object, *, audio: str | None, text: str | None, language: str) -> StoreSource:
    """Return a store with the rows of ``dataset``, in the user's data folder.

    The same data set (by its fingerprint) finds its labels again, after a kernel's death too.

    Args:
        dataset: Whatever ``Project.add`` takes.
        audio: Column of the sound; None guesses.
        text: Column of texts to start from, shown as drafts; None guesses.
        language: BCP-47, for rows that do not say otherwise.

    Raises:
        SourceError: Nothing can be taken from the data set.
    """
    folder = _folder(dataset, f"{audio} {text}")
    folder.mkdir(parents=True, exist_ok=True)
    url = f"sqlite:///{folder / 'store.db'}"
    store = Store.open(url) if (folder / "store.db").exists() else Store.create(url)
    cache = AudioCache(folder / "audio", max_bytes=_CACHE_BYTES)
    columns = {name: column for name, column in (("audio", audio), ("text", text)) if column is not None}
    options = AddOptions(default_language=language, text_as="draft", columns=columns)
    add_sources(store, cache, folder, dataset, options=options)
    settings = ProjectSettings(name="data set", language=language)
    return StoreSource(store, cache, folder=folder, settings=settings)


def _folder(dataset: object, columns: str) -> Path:
    parts = dataset.values() if isinstance(dataset, dict) else [dataset]
    prints = [str(getattr(part, "_fingerprint", secrets.token_hex(16))) for part in parts]
    key = hashlib.sha256("\n".join([*prints, columns]).encode()).hexdigest()[:16]
    return Path(platformdirs.user_data_dir("labwidgets", appauthor=False)) / "scratch" / key
