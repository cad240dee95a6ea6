"""The sound of single rows of whatever a table came from, found when somebody wants to hear it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from labwidgets.corpus.columns import AUDIO_COLUMNS
from labwidgets.corpus.formats.dataset import is_dataset, undecoded
from labwidgets.corpus.formats.records import row_of
from labwidgets.errors import SourceError
from labwidgets.records import Refusal


class RowSounds:
    """Finds the sound of a row by its number, or a file by its name.

    Args:
        source: A ``datasets.Dataset``, a list of dicts, or the path of a manifest beside the files; others
            have no sound.
        audio: Column of the sound; default: by its name.
    """

    def __init__(self, source: object, *, audio: str | None = None) -> None:
        self._folder = Path(source).absolute().parent if isinstance(source, str | Path) else Path.cwd()
        self._rows: Any = ()
        self._key: str | None = None
        if is_dataset(source) and not isinstance(source, Mapping):
            import datasets

            plain: Any = undecoded(source, datasets)
            self._take(plain, list(plain.column_names), audio)
        elif isinstance(source, Sequence) and len(source) and isinstance(source[0], Mapping):
            self._take(source, list(dict.fromkeys(str(name) for row in source[:100] for name in row)), audio)

    def _take(self, rows: Any, columns: Sequence[str], audio: str | None) -> None:
        names = AUDIO_COLUMNS if audio is None else (audio,)
        self._rows, self._key = rows, next((name for name in names if name in columns), None)

    @property
    def n_rows(self) -> int:
        """How many rows have a place for sound; 0 where only names can tell."""
        return len(self._rows) if self._key is not None else 0

    def at(self, number: int) -> Path | bytes:
        """Return the sound of a row.

        Raises:
            SourceError: It has none, or is not there.
        """
        if self._key is None or not 0 <= number < len(self._rows):
            raise SourceError("no such row has sound", value=number, allowed=f"{self.n_rows} rows")
        row = row_of(f"row {number}", dict(self._rows[number]), self._key)
        if isinstance(row, Refusal):
            raise SourceError("this row has no sound", value=number, remedy=row.reason)
        return row.audio if isinstance(row.audio, bytes) else self._there(row.audio)

    def named(self, names: Sequence[str]) -> Path | None:
        """Return the first file of these names that there is, beside the manifest or where it says."""
        for name in names:
            path = self._folder / name
            if len(name) < 1000 and path.suffix and path.is_file():
                return path
        return None

    def _there(self, path: Path) -> Path:
        found = path if path.is_absolute() else self._folder / path
        if not found.is_file():
            raise SourceError("the sound is gone", value=path, remedy="Put the file back, or go on without")
        return found
