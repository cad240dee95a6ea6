"""Whatever people give as one side of a comparison, as texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from labwidgets.analysis.inputs.columns import Columns
from labwidgets.analysis.inputs.files import read_file, read_texts
from labwidgets.analysis.inputs.rows import Role, texts_of, texts_of_columns, texts_of_rows
from labwidgets.analysis.inputs.tables import texts_of_table
from labwidgets.analysis.texts import Texts
from labwidgets.errors import SourceError


def side(given: object, *, role: Role, column: str | None = None) -> Texts:
    """Return one side as texts.

    Args:
        given: A list of texts, a mapping from id to text, rows (a list of dicts), a file or its path, an
            Arrow table, a pandas data frame, a ``datasets.Dataset``.
        role: Whether these are references or hypotheses: rows can hold both.
        column: Column of the texts, where there are columns.

    Raises:
        SourceError: It is none of these, or holds something that is no text.
    """
    if isinstance(given, Texts):
        return given
    if isinstance(given, Columns):
        return texts_of(given, role=role, column=column)
    if isinstance(given, str | Path):
        return read_texts(given, role=role, column=column)
    for is_such, read in _TABLES:
        if is_such(given):
            return read(given, role=role, column=column)
    if isinstance(given, Mapping):
        return Texts(_checked(given.values(), role), [str(key) for key in given])
    if isinstance(given, Iterable) and not isinstance(given, bytes):
        return _of_list(list(given), role=role, column=column)
    raise SourceError(
        f"the {role} side is no list of texts",
        value=type(given).__name__,
        allowed="a list of texts, a mapping from id to text, rows, a table, a data set, or a file",
    )


def opened(given: object) -> object:
    """Return a source that can be asked for several sides, read once: a file of rows as its columns.

    Raises:
        SourceError: The file cannot be read.
    """
    return read_file(given) if isinstance(given, str | Path) else given


def _of_dataset(given: Any, *, role: Role, column: str | None) -> Texts:
    """Read a ``datasets.Dataset`` without decoding any sound; nothing here imports ``datasets``."""
    if isinstance(given.column_names, Mapping):
        raise SourceError(
            f"the {role} side has several splits",
            value=", ".join(given.column_names),
            remedy='Choose one, as in data["test"]',
        )
    plain = [
        name
        for name, feature in given.features.items()
        if getattr(feature, "dtype", "") not in ("dict", "list") and not hasattr(feature, "sampling_rate")
    ]
    return texts_of_table(given.select_columns(plain).with_format("arrow")[:], role=role, column=column)


def _of_frame(given: Any, *, role: Role, column: str | None) -> Texts:
    columns = {str(name): given[name].tolist() for name in given.columns}
    return texts_of_columns(columns, role=role, column=column)


# By what they can do: none of their packages is imported for a look at a list.
_TABLES: tuple[tuple[Callable[[Any], bool], Callable[..., Texts]], ...] = (
    (lambda given: hasattr(given, "column_names") and hasattr(given, "with_format"), _of_dataset),
    (lambda given: hasattr(given, "to_pydict") and hasattr(given, "schema"), texts_of_table),
    (lambda given: hasattr(given, "columns") and hasattr(given, "dtypes"), _of_frame),
)


def _of_list(values: list[object], *, role: Role, column: str | None) -> Texts:
    if values and all(isinstance(value, Mapping) for value in values):
        return texts_of_rows(values, role=role, column=column)  # type: ignore[arg-type] # checked above
    return Texts(_checked(values, role))


def _checked(values: Iterable[object], role: Role) -> list[str | None]:
    values = list(values)
    if set(map(type, values)) <= {str}:
        return values  # type: ignore[return-value] # as was just seen
    found: list[str | None] = []
    for place, value in enumerate(values):
        text = value.as_py() if hasattr(value, "as_py") else value
        if text is None or text != text:  # noqa: PLR0124 - NaN, which pandas writes for "none"
            found.append(None)
        elif isinstance(text, str):
            found.append(text)
        else:
            raise SourceError(
                f"a {role} is no text", value=f"number {place}: {type(text).__name__}", allowed="texts"
            )
    return found
