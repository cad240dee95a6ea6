"""Rows and columns as texts: which column is the text, which the id, and what else is worth keeping."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from labwidgets.analysis.inputs.columns import Columns, gathered, numbered
from labwidgets.analysis.texts import Texts
from labwidgets.errors import SourceError
from labwidgets.records import Refusal

Role = Literal["reference", "hypothesis"]

_PLAIN = ("text", "transcript", "transcription", "sentence", "normalized_text", "wrd", "words")
TEXT_COLUMNS: Mapping[Role, tuple[str, ...]] = {
    "reference": ("reference", "ref", "ground_truth", "gold", *_PLAIN),
    "hypothesis": ("pred_text", "hypothesis", "hyp", "prediction", "predicted", "pred", "output", *_PLAIN),
}
"""Names of the column of texts, the likeliest first."""

ID_COLUMNS = (
    "id",
    "utt_id",
    "utterance_id",
    "utt",
    "uttid",
    "utterance",
    "segment_id",
    "segment",
    "sample_id",
    "key",
    "audio_filepath",
    "audio_filename",
    "audio_file",
    "file_name",
    "path",
    "file",
)
"""Names of the column of ids, the likeliest first; a start within a file (``offset``) is part of the id."""

_SPEAKERS = ("speaker", "speaker_id", "spk_id", "spk", "client_id")
_RECORDINGS = ("recording", "recording_id", "session", "session_id", "conversation")
_ALIASES: Mapping[str, tuple[str, ...]] = {"speaker": _SPEAKERS, "recording": _RECORDINGS}


def texts_of_rows(rows: Iterable[Mapping[str, Any]], *, role: Role, column: str | None = None) -> Texts:
    """Return rows as texts.

    Raises:
        SourceError: There is no column of texts.
    """
    columns, numbers = gathered(enumerate(rows, 1))
    return texts_of(Columns(columns, numbered(len(numbers))), role=role, column=column)


def texts_of_columns(columns: Mapping[str, Sequence[Any]], *, role: Role, column: str | None = None) -> Texts:
    """Return columns of one length as texts.

    Raises:
        SourceError: There is no column of texts.
    """
    n = len(next(iter(columns.values()), ()))
    named = {str(name): values for name, values in columns.items()}
    return texts_of(Columns(named, numbered(n)), role=role, column=column)


def texts_of(given: Columns, *, role: Role, column: str | None = None) -> Texts:
    """Return one side of rows as texts.

    Args:
        given: The rows.
        role: Decides which names of a column of texts are tried first.
        column: The column of texts; default: the first of ``TEXT_COLUMNS`` that is there.

    Raises:
        SourceError: There is no column of texts.
    """
    columns = given.values
    by_name = {name.lower(): name for name in columns}
    text = _text_column(columns, by_name, role=role, column=column)
    key = next((by_name[name] for name in ID_COLUMNS if name in by_name and by_name[name] != text), None)
    refused: list[Refusal] = []
    texts = _texts(columns[text], given, refused)
    ids = _ids(columns, key, by_name.get("offset"))
    gone = {row for row, value in enumerate(texts) if value is _BAD} if refused else set()
    if ids is not None and None in ids:
        without = [row for row, one in enumerate(ids) if one is None]
        refused += [Refusal(given.places[row], "there is no id") for row in without]
        gone.update(without)
    names = _renamed(columns, by_name)
    known = _plain if given.typed else _numbers
    rest = {name: known(values) for name, values in names.items() if name not in (text, key)}
    refused = [*given.refused, *refused]
    if not gone:
        return Texts(texts, ids, rest, tuple(refused))  # type: ignore[arg-type] # no id is missing
    usable = [row for row in range(len(texts)) if row not in gone]
    return Texts(
        [texts[row] for row in usable],
        None if ids is None else [ids[row] or "" for row in usable],
        {name: [values[row] for row in usable] for name, values in rest.items()},
        tuple(refused),
    )


# Marks a value that is no text; compared by identity.
_BAD = "\x00not a text"


def _text_column(
    columns: Mapping[str, Sequence[Any]], by_name: Mapping[str, str], *, role: Role, column: str | None
) -> str:
    wanted = TEXT_COLUMNS[role] if column is None else (column.lower(),)
    found = next((by_name[name] for name in wanted if name in by_name), None)
    if found is None:
        raise SourceError(
            f"there is no column of {role} texts",
            value=column,
            allowed=", ".join(map(str, columns)) or "the source is empty",
            remedy="Name the column",
        )
    return found


def _texts(values: Sequence[Any], given: Columns, refused: list[Refusal]) -> list[str | None]:
    if not given.typed:
        return [value or "" for value in values]
    if set(map(type, values)) <= {str, type(None)}:
        return list(values)
    return [_text(value, row, given, refused) for row, value in enumerate(values)]


def _text(value: object, row: int, given: Columns, refused: list[Refusal]) -> str | None:
    if isinstance(value, str):
        return value
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return " ".join(value)
    refused.append(Refusal(given.places[row], f"its text is no text but of type {type(value).__name__}"))
    return _BAD


def _ids(
    columns: Mapping[str, Sequence[Any]], key: str | None, offset: str | None
) -> list[str | None] | None:
    if key is None:
        return None
    values = columns[key]
    if set(map(type, values)) == {str} and "" not in values:
        ids: list[str | None] = list(values)
    else:
        ids = [None if _is_missing(value) else str(value) for value in values]
    if offset is None:
        return ids
    starts = columns[offset]
    return [
        one if one is None or _is_missing(start) or float(start) == 0.0 else f"{one}@{float(start):g}"
        for one, start in zip(ids, starts, strict=True)
    ]


def _renamed(columns: Mapping[str, Sequence[Any]], by_name: Mapping[str, str]) -> dict[str, Sequence[Any]]:
    """Give speakers and recordings the names that groups are looked for by."""
    found = dict(columns)
    for name, aliases in _ALIASES.items():
        there = next((by_name[alias] for alias in aliases if alias in by_name), None)
        if there is not None and name not in found:
            found = {name if old == there else old: values for old, values in found.items()}
    return found


def _is_missing(value: object) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def _plain(values: Sequence[Any]) -> list[Any]:
    """Return numbers, texts and truths; what is nested or no number is no value for a table of slices."""
    kinds = set(map(type, values))
    if kinds <= {str, int, bool, type(None)}:
        return list(values)
    return [value if _is_plain(value) else None for value in values]


def _is_plain(value: object) -> bool:
    return math.isfinite(value) if isinstance(value, float) else isinstance(value, str | int)


def _numbers(values: Sequence[Any]) -> Sequence[Any]:
    """Return a column as numbers where each of its fields is one."""
    try:
        found = [None if value is None else float(value) for value in values]
    except ValueError:
        return values
    return [None if value is None or value != value else value for value in found]  # noqa: PLR0124 - NaN
