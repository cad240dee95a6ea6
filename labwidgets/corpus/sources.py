"""Whatever can be added to a project, turned into one stream of recordings and refusals."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from labwidgets.corpus.columns import AddOptions, ColumnPlan, plan_columns
from labwidgets.corpus.elsewhere import bring
from labwidgets.corpus.fetching import Bounds
from labwidgets.corpus.formats import audiofolder, dataset, folder, records
from labwidgets.corpus.formats.carrying import Reading
from labwidgets.corpus.formats.registry import format_of
from labwidgets.corpus.formats.sniffing import table_columns, told_format
from labwidgets.corpus.rows import Intake, Table, local_path, to_recording
from labwidgets.corpus.transcribed import SHARED, read_told, recordings_of
from labwidgets.errors import SourceError
from labwidgets.records import NewRecording, Refusal


@dataclass(frozen=True, slots=True)
class Source:
    """A source that was understood: its recordings (read on demand) and what was guessed about it."""

    recordings: Iterator[NewRecording | Refusal]
    notes: tuple[str, ...]


def open_source(source: object, project_folder: Path, *, options: AddOptions | None = None) -> Source:
    """Return the recordings of ``source``.

    Args:
        source: A path (file, folder, audiofolder, metadata file, glob), a ``Dataset`` or ``DatasetDict``, a
            list of dicts or paths, encoded bytes, or a recorder widget.
        project_folder: Bytes are copied into its ``sources`` folder, since nothing else holds them.
        options: How to read it (see ``AddOptions``).

    Raises:
        SourceError: There is nothing to take in, or an option does not fit the source. What is wrong with a
            single recording is a Refusal in the stream.
    """
    options = options or AddOptions()
    if isinstance(source, str | Path) and dataset.hub_name(source) is None:
        brought = bring(str(source), project_folder, Bounds(options.allow_local))
        if brought is not None:
            # The project keeps the sound: what was brought here is deleted again.
            kept = replace(options, copy=True, collection=options.collection or brought.name)
            opened = _opened(brought.path, project_folder, kept, root=brought.root)
            return Source(brought.keep(opened.recordings), opened.notes)
    return _opened(source, project_folder, options)


def _opened(source: object, project_folder: Path, options: AddOptions, *, root: Path | None = None) -> Source:
    name = _format(source, options)
    if name is not None:
        return _transcribed(
            local_path(str(source)), name, Intake(project_folder, options, _PLAIN, None), root
        )
    table = read_table(source, audio=options.columns.get("audio"))
    plan = plan_columns(table.columns, _without_audio(options))
    intake = Intake(project_folder, options, plan, options.collection or table.collection)
    return Source(map(partial(to_recording, intake=intake), table.rows), plan.notes() + table.notes)


def _format(source: object, options: AddOptions) -> str | None:
    """Return the id of the format of transcripts that a source is in; None for sound and tables of it.

    Raises:
        SourceError: A format is named for something else than a path.
    """
    if not isinstance(source, str | Path):
        if options.format is not None:
            raise SourceError(
                "a format is named for a source that is no path",
                value=type(source).__name__,
                allowed="a file or folder of transcripts",
            )
        return None
    if options.format is not None:
        return format_of(options.format).name
    if dataset.hub_name(source) is not None:
        return None
    path = local_path(str(source))
    return told_format(path) if _is_there(path) else None


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


_PLAIN = ColumnPlan({field: field for field in SHARED}, {}, frozenset())


def _transcribed(path: Path, name: str, intake: Intake, root: Path | None) -> Source:
    options = intake.options
    columns = dict(options.columns) | ({"text": options.text} if options.text else {})
    there = (table_columns(path, encoding=options.encoding) if path.is_file() else None) or ()
    named = {field: getattr(options, field) for field in SHARED if getattr(options, field) in there}
    columns |= named
    options = replace(
        options,
        speaker=None if "speaker" in named else options.speaker,
        accent=None if "accent" in named else options.accent,
        language=None if "language" in named else options.language,
        licence=None if "licence" in named else options.licence,
    )
    how = Reading(options.encoding, None, columns)
    told = read_told(path, name, how=how, sounds=options.audio, root=root)
    folder = path if path.is_dir() else path.parent
    collection = options.collection or Path(os.path.abspath(folder)).name  # noqa: PTH100 - keep links
    intake = replace(intake, options=options, collection=collection)
    notes = (f"read as {name}", *told.transcript.notes)
    return Source(recordings_of(told, intake), notes)


def _without_audio(options: AddOptions) -> AddOptions:
    if "audio" not in options.columns:
        return options
    rest = {name: column for name, column in options.columns.items() if name != "audio"}
    return replace(options, columns=rest)


def read_table(source: object, *, audio: str | None = None) -> Table:
    """Return ``source`` as rows of audio with values.

    Raises:
        SourceError: It is of a kind that cannot be added, or holds nothing.
    """
    hub = dataset.hub_name(source)
    if hub is not None:
        return dataset.read_hub(hub, audio=audio)
    if isinstance(source, str | Path):
        return _read_path(str(source))
    if isinstance(source, bytes | bytearray | memoryview):
        return records.read_bytes(bytes(source))
    if dataset.is_dataset(source):
        return dataset.read_dataset(source, audio=audio)
    if isinstance(source, Sequence):
        return records.read_list(source, audio=audio)
    if hasattr(source, "audio"):
        return records.read_recorder(source)
    raise SourceError(
        "this cannot be added",
        value=type(source).__name__,
        allowed="a path, a glob, a Dataset, a list of dicts or paths, bytes, an AudioRecorder",
    )


def _read_path(name: str) -> Table:
    path = local_path(name)
    try:
        path.exists()
    except OSError as e:
        raise SourceError(f"the path cannot be used ({e.strerror})", value=name[:300]) from e
    if path.is_dir():
        metadata = audiofolder.find_metadata(path)
        return audiofolder.read_audiofolder(path, metadata) if metadata else folder.read_folder(path)
    if path.exists():
        is_metadata = path.suffix.lower() in (".csv", ".jsonl", ".parquet")
        return audiofolder.read_metadata_file(path) if is_metadata else folder.read_file(path)
    if any(mark in name for mark in "*?["):
        return folder.read_glob(str(path))
    raise SourceError("no such file or folder", value=name, remedy=f"Paths start at {Path.cwd()}")
