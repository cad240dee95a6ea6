"""``datasets.Dataset`` and ``DatasetDict``, read without decoding, so that no torchcodec is needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from labwidgets.corpus.formats.records import audio_column, row_of
from labwidgets.corpus.rows import Row, Table
from labwidgets.errors import SourceError
from labwidgets.records import Refusal

SPLIT_COLUMN = "split"


def is_dataset(source: object) -> bool:
    """Return whether ``source`` comes out of the ``datasets`` library, without importing it."""
    return type(source).__module__.partition(".")[0] == "datasets"


def read_dataset(source: Any, *, audio: str | None) -> Table:
    """Return the rows of a data set; those of a ``DatasetDict`` keep the split's name as ``split``.

    Args:
        source: Dataset or DatasetDict.
        audio: Name of the audio column; else the one of type Audio, else one of the usual names.

    Raises:
        SourceError: It is a stream, has no rows or has no audio column.
    """
    import datasets

    splits: Mapping[str, Any] = source if isinstance(source, datasets.DatasetDict) else {"": source}
    for part in splits.values():
        if not isinstance(part, datasets.Dataset):
            raise SourceError(
                "this kind of data set cannot be added",
                value=type(part).__name__,
                allowed="Dataset, DatasetDict",
            )
    if not sum(map(len, splits.values())):
        raise SourceError("the data set is empty")
    key = _audio_key(splits, audio, datasets)
    columns = dict.fromkeys(name for part in splits.values() for name in part.column_names if name != key)
    if isinstance(source, datasets.DatasetDict):
        columns[SPLIT_COLUMN] = None
    info = next(iter(splits.values())).info
    return Table(tuple(columns), _rows(splits, key, datasets), info.dataset_name or None)


def _audio_key(splits: Mapping[str, Any], audio: str | None, datasets: Any) -> str:
    features = {name: kind for part in splits.values() for name, kind in part.features.items()}
    typed = [name for name, kind in features.items() if isinstance(kind, datasets.Audio)]
    return typed[0] if typed and audio is None else audio_column(tuple(features), audio)


def _rows(splits: Mapping[str, Any], key: str, datasets: Any) -> Iterator[Row | Refusal]:
    for split, part in splits.items():
        extra = {SPLIT_COLUMN: split} if split else {}
        for number, values in enumerate(undecoded(part, datasets)):
            yield row_of(f"row {number}" + (f" of {split}" if split else ""), {**extra, **values}, key)


def undecoded(part: Any, datasets: Any) -> Any:
    """Return a data set whose sounds and pictures stay as they are kept."""
    for name, kind in part.features.items():
        if isinstance(kind, datasets.Audio | datasets.Image | datasets.Video):
            part = part.cast_column(name, type(kind)(decode=False))
    return part.with_format(None)
