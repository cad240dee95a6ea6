"""Data sets of the ``datasets`` library, whole or streamed, read without decoding, so without torchcodec."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

from labwidgets.corpus.formats.records import audio_column, row_of
from labwidgets.corpus.rows import Row, Table
from labwidgets.errors import SourceError
from labwidgets.records import Refusal

SPLIT_COLUMN = "split"
_HUB = "hf://datasets/"
_REMOTE = "hf://"
_MOST_BYTES = 1 << 31


def is_dataset(source: object) -> bool:
    """Return whether ``source`` comes out of the ``datasets`` library, without importing it."""
    return type(source).__module__.partition(".")[0] == "datasets"


def hub_name(source: object) -> str | None:
    """Return ``owner/name`` and what follows, where a source is ``hf://datasets/owner/name``.

    >>> hub_name("hf://datasets/org/corpus?split=test"), hub_name("hf://datasets/org/corpus/a.wav")
    ('org/corpus?split=test', None)
    """
    name = source.removeprefix(_HUB) if isinstance(source, str) and source.startswith(_HUB) else ""
    return name if name.partition("?")[0].strip("/").count("/") == 1 else None


def read_hub(name: str, *, audio: str | None) -> Table:
    """Return the rows of a data set on the Hub, streamed: nothing is kept but what is added.

    Args:
        name: ``owner/name``, and after a ``?`` the config and split, as in ``?config=hi&split=test``.
        audio: See ``read_dataset``.

    Raises:
        SourceError: It cannot be loaded, or has no audio column.
    """
    import datasets

    repo, _, query = name.partition("?")
    wish = {key: values[-1] for key, values in parse_qs(query).items()}
    try:
        found = datasets.load_dataset(
            repo.strip("/"), wish.get("config"), split=wish.get("split"), streaming=True
        )
    except Exception as e:
        # The library raises what it meets, of a dozen kinds.
        raise SourceError(f"the data set cannot be loaded ({e})", value=name) from e
    return replace(read_dataset(found, audio=audio), collection=repo.strip("/"))


def read_dataset(source: Any, *, audio: str | None) -> Table:
    """Return the rows of a data set; those of several splits keep the split's name as ``split``.

    Args:
        source: Dataset or DatasetDict, or a stream of one.
        audio: Name of the audio column; else the one of type Audio, else one of the usual names.

    Raises:
        SourceError: It has no rows or has no audio column.
    """
    import datasets

    is_dict = isinstance(source, datasets.DatasetDict | datasets.IterableDatasetDict)
    splits: Mapping[str, Any] = source if is_dict else {"": source}
    for part in splits.values():
        if not isinstance(part, datasets.Dataset | datasets.IterableDataset):
            raise SourceError(
                "this kind of data set cannot be added",
                value=type(part).__name__,
                allowed="Dataset, DatasetDict, and streams of them",
            )
    sized = [part for part in splits.values() if isinstance(part, datasets.Dataset)]
    if not splits or (sized and not sum(map(len, sized))):
        raise SourceError("the data set is empty")
    features = {name: kind for part in splits.values() for name, kind in _features(part).items()}
    key = _audio_key(features, audio, datasets)
    columns = dict.fromkeys(name for name in features if name != key)
    if is_dict:
        columns[SPLIT_COLUMN] = None
    info = next(iter(splits.values())).info
    notes = () if audio is not None or key == "audio" else (f"column {key!r} taken as the audio",)
    return Table(tuple(columns), _rows(splits, key, datasets), info.dataset_name or None, notes)


def _features(part: Any) -> Mapping[str, Any]:
    """Return the columns of a data set with their kinds; a stream may have to be begun for them."""
    if part.features is not None:
        return dict(part.features)
    try:
        return dict.fromkeys(next(iter(part), {}))
    except Exception as e:
        raise SourceError(f"the data set cannot be read ({e})") from e


def _audio_key(features: Mapping[str, Any], audio: str | None, datasets: Any) -> str:
    typed = [name for name, kind in features.items() if isinstance(kind, datasets.Audio)]
    return typed[0] if typed and audio is None else audio_column(tuple(features), audio)


def _rows(splits: Mapping[str, Any], key: str, datasets: Any) -> Iterator[Row | Refusal]:
    for split, part in splits.items():
        extra = {SPLIT_COLUMN: split} if split else {}
        where = f" of {split}" if split else ""
        rows, number = enumerate(undecoded(part, datasets)), -1
        while True:
            try:
                number, values = next(rows)
            except StopIteration:
                break
            except Exception as e:  # noqa: BLE001 - a stream ends with whatever its files and lines are made of
                yield Refusal(f"row {number + 1}{where}", f"the data set ends here ({e})")
                break
            try:
                whole = {**extra, **values, key: _fetched(values.get(key))}
            except (OSError, ValueError) as e:
                yield Refusal(f"row {number}{where}", f"its audio cannot be fetched ({e})")
                continue
            yield row_of(f"row {number}{where}", whole, key)


def _fetched(audio: Any) -> Any:
    """Return the audio of a row with its bytes, where they lie on the Hub."""
    path = audio.get("path") if isinstance(audio, Mapping) and audio.get("bytes") is None else None
    if not isinstance(path, str) or not path.rpartition("::")[2].startswith(_REMOTE):
        return audio
    import fsspec

    with fsspec.open(path, "rb") as file:
        data = file.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise SourceError("the file is too large", value=path, allowed=f"{_MOST_BYTES} bytes")
    return {"bytes": data, "path": path}


def undecoded(part: Any, datasets: Any) -> Any:
    """Return a data set whose sounds and pictures stay as they are kept."""
    for name, kind in (part.features or {}).items():
        if isinstance(kind, datasets.Audio | datasets.Image | datasets.Video):
            part = part.cast_column(name, type(kind)(decode=False))
    return part.with_format(None)
