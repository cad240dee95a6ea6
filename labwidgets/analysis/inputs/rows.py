"""Rows and columns as texts: which column is the text, which the id, and what else is worth keeping."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

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


def texts_of_rows(
    rows: Iterable[tuple[str, Mapping[str, Any]]], *, role: Role, column: str | None = None
) -> Texts:
    """Return rows, each with the name of its place, as texts.

    Raises:
        SourceError: There is no column of texts.
    """
    places: list[str] = []
    columns: dict[str, list[Any]] = {}
    for place, row in rows:
        for name, value in row.items():
            values = columns.setdefault(name, [])
            values += [None] * (len(places) - len(values))
            values.append(value)
        places.append(place)
    for values in columns.values():
        values.extend([None] * (len(places) - len(values)))
    return texts_of_columns(columns, role=role, column=column, places=places)


def texts_of_columns(
    columns: Mapping[str, Sequence[Any]],
    *,
    role: Role,
    column: str | None = None,
    places: Sequence[str] | None = None,
) -> Texts:
    """Return columns as texts.

    Args:
        columns: By name, all of one length.
        role: Decides which names of a column of texts are tried first.
        column: The column of texts; default: the first of ``TEXT_COLUMNS`` that is there.
        places: Where each row stands, for what is refused; default: its number, from 1.

    Raises:
        SourceError: There is no column of texts.
    """
    by_name = {str(name).lower(): str(name) for name in columns}
    text = _text_column(columns, by_name, role=role, column=column)
    key = next((by_name[name] for name in ID_COLUMNS if name in by_name and by_name[name] != text), None)
    n = len(columns[text])
    where = places or [f"row {number}" for number in range(1, n + 1)]
    refused: list[Refusal] = []
    texts = [_text(value, place, refused) for value, place in zip(columns[text], where, strict=True)]
    ids = _ids(columns, key, by_name.get("offset"))
    if ids is not None:
        refused += [
            Refusal(place, "there is no id") for one, place in zip(ids, where, strict=True) if one is None
        ]
    usable = [row for row in range(n) if texts[row] is not _BAD and (ids is None or ids[row] is not None)]
    rest = {name: values for name, values in _renamed(columns, by_name).items() if name not in (text, key)}
    if len(usable) == n:
        kept = {name: [_plain(value) for value in values] for name, values in rest.items()}
        return Texts(texts, None if ids is None else [one or "" for one in ids], kept, tuple(refused))
    return Texts(
        [texts[row] for row in usable],
        None if ids is None else [ids[row] or "" for row in usable],
        {name: [_plain(values[row]) for row in usable] for name, values in rest.items()},
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


def _text(value: object, place: str, refused: list[Refusal]) -> str | None:
    if isinstance(value, str) or value is None:
        return value
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return " ".join(value)
    refused.append(Refusal(place, f"its text is no text but of type {type(value).__name__}"))
    return _BAD


def _ids(
    columns: Mapping[str, Sequence[Any]], key: str | None, offset: str | None
) -> list[str | None] | None:
    if key is None:
        return None
    ids = [None if _is_missing(value) else str(value) for value in columns[key]]
    if offset is None:
        return ids
    starts = columns[offset]
    return [
        one if one is None or _is_missing(start) or float(start) == 0.0 else f"{one}@{float(start):g}"
        for one, start in zip(ids, starts, strict=True)
    ]


def _renamed(columns: Mapping[str, Sequence[Any]], by_name: Mapping[str, str]) -> dict[str, Sequence[Any]]:
    """Give speakers and recordings the names that groups are looked for by."""
    found = {str(name): values for name, values in columns.items()}
    for name, aliases in _ALIASES.items():
        there = next((by_name[alias] for alias in aliases if alias in by_name), None)
        if there is not None and name not in found:
            found = {name if old == there else old: values for old, values in found.items()}
    return found


def _is_missing(value: object) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def _plain(value: Any) -> Any:
    """Return numbers, texts and truths; what is nested or no number is no value for a table of slices."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, str | int) else None
