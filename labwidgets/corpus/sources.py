"""Whatever can be added to a project, turned into one stream of recordings and refusals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from labwidgets.corpus.columns import AddOptions, plan_columns
from labwidgets.corpus.formats import audiofolder, dataset, folder, records
from labwidgets.corpus.rows import Intake, Table, local_path, to_recording
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
    table = read_table(source, audio=options.columns.get("audio"))
    plan = plan_columns(table.columns, _without_audio(options))
    intake = Intake(project_folder, options, plan, options.collection or table.collection)
    return Source(map(partial(to_recording, intake=intake), table.rows), plan.notes() + table.notes)


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
    if "://" in name:
        raise SourceError("not a local file", value=name, remedy="Download it first, then add the folder")
    raise SourceError("no such file or folder", value=name, remedy=f"Paths start at {Path.cwd()}")
