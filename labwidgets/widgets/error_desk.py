"""Where the rows of a table of errors come from: a project, or what somebody gave. Both answer alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any, Protocol, runtime_checkable

from labwidgets.analysis.explorer import ErrorTable
from labwidgets.audio import encode_flac
from labwidgets.corpus.sounds import RowSounds
from labwidgets.errors import ConfigError, SourceError
from labwidgets.records import (
    RATE_HZ,
    AudioWindow,
    LabelSource,
    Peaks,
    Samples,
    Spectrogram,
    Submission,
    Word,
)
from labwidgets.widgets import messages
from labwidgets.widgets.row_sound import LooseSound


class Sound(Protocol):
    """What plays clips by their names."""

    def peaks(self, clip: str, /, *, n_bins: int) -> Peaks:
        """Return the waveform."""
        ...

    def spectrogram(
        self, clip: str, /, *, start_s: float, end_s: float, n_columns: int, n_bands: int
    ) -> Spectrogram:
        """Return a span as mel bands over time."""
        ...

    def window(self, clip: str, /, *, index: int, codec: str) -> AudioWindow:
        """Return a window of the sound."""
        ...


@runtime_checkable
class Analysed(LabelSource, Protocol):
    """A project, as far as an analysis of errors needs it."""

    def errors(self, models: Sequence[str] | None = None, **options: Any) -> ErrorTable:
        """Return the table."""
        ...

    def mark(
        self, segment_id: str, mark: str | None, *, annotator: str, hypothesis_id: str | None = None
    ) -> None:
        """Keep what a person decided."""
        ...

    def heard(self, segment_id: str) -> Mapping[str, Sequence[Word]]:
        """Return the words with times of each model."""
        ...

    def read(self, segment_id: str) -> Samples:
        """Return the sound at 16 kHz."""
        ...


class ProjectDesk:
    """Rows of a project: what is mended is a revision there."""

    has_sound = True

    def __init__(self, project: Analysed, table: ErrorTable, annotator: str | None) -> None:
        self.project = project
        self.table = table
        self.sound: Sound = project
        self.annotator = annotator
        self.keeps = None if annotator is None else "project"
        self.name, self.id = project.name, project.id

    def clip(self, _row: int, key: str) -> tuple[str, float]:
        """Return the name of a row's clip and its length in seconds."""
        return key, self.project.view(key, annotator=self.annotator or "-").segment.duration_s

    def encoded(self, _row: int, key: str) -> bytes:
        """Return the sound of a row as FLAC, mono at 16 kHz."""
        return encode_flac(self.project.read(key), RATE_HZ)

    def words(self, key: str) -> tuple[str, Sequence[Word], Mapping[str, Sequence[Word]]]:
        """Return the language of a row, the words of its reference and, by model, of what was heard."""
        view = self.project.view(key, annotator=self.annotator or "-")
        words = view.reference.words if view.reference is not None else ()
        return view.recording.language, words, self.project.heard(key)

    def mark(self, row: int, key: str, mark: str | None) -> None:
        """Keep what a person decided, in the project and the table."""
        self.project.mark(key, mark, annotator=self._person())
        self.table.mark(row, mark)

    def mend(
        self, row: int, key: str, *, event_id: str, text: str, words: tuple[Word, ...]
    ) -> tuple[int | None, bool]:
        """Store a revision; return its number and whether the project goes on with its text."""
        person = self._person()
        view = self.project.view(key, annotator=person)
        shown = view.reference.text if view.reference is not None else None
        ack = self.project.submit(
            Submission(
                event_id=event_id,
                segment_id=key,
                annotator=person,
                base_revision=view.opinion.revision if view.opinion is not None else 0,
                text=text,
                words=words,
                layers=dict(view.opinion.layers) if view.opinion is not None else {},
                flags=view.opinion.flags if view.opinion is not None else (),
                origin=messages.label_origin(text, shown),
            )
        )
        now = self.project.view(key, annotator=person).reference
        counted = text if now is None else now.text
        self.table.set_reference(row, counted)
        return ack.revision, now is None or now.text == text

    def close(self) -> None:
        """Leave the project as it is."""

    def _person(self) -> str:
        if self.annotator is None:
            raise ConfigError(
                "nobody to write this down for",
                remedy='Open it with a pseudonym: lw.ErrorExplorer(project, annotator="…")',
            )
        return self.annotator


class LooseDesk:
    """Rows without a project: what is mended stays in the table, and can be exported."""

    keeps = "table"
    name, id = "errors", ""

    def __init__(self, table: ErrorTable, source: object, *, audio: str | None, keys: Sequence[str]) -> None:
        self.table = table
        self._sounds = RowSounds(source, audio=audio)
        n_rows = self._sounds.n_rows
        is_whole = n_rows == len(keys)
        self._places = {key: number for number, key in enumerate(keys)} if is_whole else {}
        for key in list(self._places):
            self._places.setdefault(PurePath(key).name, self._places[key])
            self._places.setdefault(PurePath(key).stem, self._places[key])
        self._loose = LooseSound(self._source)
        self.sound: Sound = self._loose
        first = self.table.at(range(min(20, len(table))))
        self.has_sound = bool(n_rows) or any(self._named(row) is not None for row in first)

    def clip(self, row: int, _key: str) -> tuple[str, float] | None:
        """Return the name of a row's clip and its length in seconds; None where there is no sound at all."""
        return self._loose.clip(row) if self.has_sound else None

    def encoded(self, row: int, _key: str) -> bytes | Path:
        """Return the sound of a row as it came, or where it lies."""
        return self._source(row)

    def words(self, _key: str) -> tuple[str, Sequence[Word], Mapping[str, Sequence[Word]]]:
        """Return that nothing was measured."""
        return "und", (), {}

    def mark(self, row: int, _key: str, mark: str | None) -> None:
        """Keep what a person decided, in the table."""
        self.table.mark(row, mark)

    def mend(
        self, row: int, _key: str, *, event_id: str, text: str, words: tuple[Word, ...]
    ) -> tuple[int | None, bool]:
        """Put the text into the table."""
        del event_id, words
        self.table.set_reference(row, text)
        return None, True

    def close(self) -> None:
        """Delete what was decoded."""
        self._loose.close()

    def _source(self, row: int) -> Path | bytes:
        [values] = self.table.at([row])
        number = self._places.get(values["id"])
        if number is not None:
            return self._sounds.at(number)
        found = self._named(values)
        if found is None:
            raise SourceError("the sound of this row is not found", value=values["id"])
        return found

    def _named(self, values: Mapping[str, Any]) -> Path | None:
        names = ("audio_filepath", "audio", "path", "file_name", "source", "id")
        return self._sounds.named([str(values[name]) for name in names if values.get(name)])
