"""Rows that somebody picked out of a table of errors, as a data set with their sound."""

from __future__ import annotations

import logging
import tempfile
import weakref
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from labwidgets.corpus.dataset import writing_to
from labwidgets.errors import DiskFullError, LabError

_BATCH = 50
_NAMES = {"reference": "text"}

logger = logging.getLogger(__name__)

Encoded = Callable[[int, str], bytes | Path | None]
"""Gives the encoded sound of a row by its number and id, or where it lies; None where there is none."""


def found_dataset(rows: pa.Table, encoded: Encoded | None) -> Any:
    """Return rows of a table of errors as a ``datasets.Dataset``, in their order.

    The columns are those of the table, without the row numbers; the reference is called ``text``. Where there
    is sound, ``audio`` comes first: a file that lies somewhere is named, other sound goes along. The data set
    lies in a temporary folder that goes when nobody holds it any more; ``save_to_disk`` keeps it.

    Args:
        rows: With the columns ``row``, ``id`` and ``reference``.
        encoded: Gives the sound; None where no row has any.

    Raises:
        DiskFullError: There is no room for temporary files.
    """
    from datasets import Audio, Dataset, Features

    # Where there is sound, a column of its file names makes room for it.
    kept = rows.drop_columns(["row", *({"audio"} & set(rows.column_names) if encoded is not None else ())])
    kept = kept.rename_columns([_NAMES.get(name, name) for name in kept.column_names])
    sound = {} if encoded is None else {"audio": Audio()}
    schema = Features({**sound, **Features.from_arrow_schema(kept.schema)}).arrow_schema
    folder = tempfile.TemporaryDirectory(prefix="labwidgets-found-", ignore_cleanup_errors=True)
    path = Path(folder.name) / "rows.arrow"
    with writing_to(path), pa.ipc.new_stream(path, schema) as writer:
        for batch in _batches(rows, encoded):
            writer.write_table(pa.Table.from_pylist(batch, schema=schema))
    found = Dataset.from_file(str(path))
    weakref.finalize(found, folder.cleanup)
    return found


def _batches(rows: pa.Table, encoded: Encoded | None) -> Iterator[list[dict[str, Any]]]:
    for batch in rows.to_batches(max_chunksize=_BATCH):
        yield [_row(values, encoded) for values in batch.to_pylist()]


def _row(values: dict[str, Any], encoded: Encoded | None) -> dict[str, Any]:
    found = {_NAMES.get(name, name): value for name, value in values.items() if name != "row"}
    return found if encoded is None else {**found, "audio": _audio(values, encoded)}


def _audio(values: Mapping[str, Any], encoded: Encoded) -> dict[str, Any] | None:
    try:
        sound = encoded(values["row"], values["id"])
    except DiskFullError:
        raise
    except LabError as error:
        # The row still says where the models are wrong.
        logger.warning("the sound of row %s cannot be read: %s", values["row"], error)
        return None
    if sound is None:
        return None
    return {"bytes": sound, "path": None} if isinstance(sound, bytes) else {"bytes": None, "path": str(sound)}
