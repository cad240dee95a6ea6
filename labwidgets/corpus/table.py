"""The columns of the finished data set: one labelled segment as one plain row, audio aside."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, Literal

from labwidgets.records import RATE_HZ, LabelledRow, Reference

Kind = Literal["bool", "int64", "float64", "string", "json"]

FIXED_COLUMNS: Mapping[str, str] = {
    "text": "string",
    "speaker": "string",
    "accent": "string",
    "language": "string",
    "source": "string",
    "licence": "string",
    "duration": "float64",
    "model": "string",
    "annotator": "string",
    "n_opinions": "int32",
    "agreement": "float64",
    "confidence": "float64",
    "heard": "float64",
    "label_origin": "string",
    "decision_id": "string",
    "snapshot": "string",
}
"""Columns of one value, with their types; ``audio``, ``words`` and ``flags`` come on top."""

NESTED_COLUMNS = ("audio", "words", "flags")
_INT64 = range(-(2**63), 2**63)


class ColumnTypes:
    """Finds one type for each further column over all rows, since a file may have only one."""

    def __init__(self) -> None:
        self.kinds: dict[str, Kind | None] = {}

    def see(self, values: Mapping[str, Any]) -> None:
        """Widen the types so that ``values`` fit."""
        for name, value in values.items():
            self.kinds[name] = _wider(self.kinds.get(name), value)

    def final(self) -> dict[str, Kind]:
        """Return the type of each column; one without any value is text."""
        return {name: kind or "string" for name, kind in self.kinds.items()}


def _wider(kind: Kind | None, value: Any) -> Kind | None:
    if value is None:
        return kind
    if isinstance(value, bool):
        new: Kind = "bool"
    elif isinstance(value, int) and value in _INT64:
        new = "int64"
    elif isinstance(value, float):
        new = "float64"
    else:
        new = "string" if isinstance(value, str) else "json"
    if kind is None or kind == new:
        return new
    return "float64" if {kind, new} == {"int64", "float64"} else "json"


def fit(value: Any, kind: Kind) -> Any:
    """Return ``value`` in the type of its column; what is neither text nor number is JSON text."""
    if value is None:
        return None
    if kind == "float64":
        return float(value)
    if kind == "json":
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return value


def plain_row(row: LabelledRow, reference: Reference, *, snapshot: str | None) -> dict[str, Any]:
    """Return the fixed columns of one row, words and flags included."""
    recording, draft = row.recording, row.draft
    return {
        "text": reference.text,
        "words": [asdict(word) for word in reference.words],
        "speaker": speaker_of(row),
        "accent": recording.accent,
        "language": recording.language,
        # Never the file: its path tells of a machine, and its name is often that of a person.
        "source": recording.collection,
        "licence": recording.licence,
        "duration": row.segment.duration_s,
        "model": None if draft is None else draft.model,
        "annotator": row.annotator,
        "n_opinions": row.n_opinions,
        "agreement": row.agreement,
        "flags": list(row.flags),
        "confidence": None if draft is None else draft.confidence,
        "heard": row.heard,
        "label_origin": reference.origin,
        "decision_id": reference.decision_id,
        "snapshot": snapshot,
    }


def speaker_of(row: LabelledRow) -> str | None:
    """Return who speaks: as the segment says, else as the recording says."""
    return row.segment.speaker or row.recording.speaker


def group_of(row: LabelledRow) -> str:
    """Return what must not be split between train and test: the speaker, else the recording."""
    return speaker_of(row) or row.recording.id


def layer_names(names: Iterable[str]) -> dict[str, str]:
    """Return the column of each layer; one that has a fixed column's name gets a prefix."""
    return {name: _free(name, "layer_", taken={*FIXED_COLUMNS, *NESTED_COLUMNS}) for name in sorted(names)}


def extra_names(names: Iterable[str], taken: Iterable[str]) -> dict[str, str]:
    """Return the column of each further value that came with the source; clashes get a prefix."""
    used = {*FIXED_COLUMNS, *NESTED_COLUMNS, *taken}
    result: dict[str, str] = {}
    for name in sorted(names):
        result[name] = _free(name, "source_", taken=used)
        used.add(result[name])
    return result


def _free(name: str, prefix: str, *, taken: set[str]) -> str:
    while name in taken or not name:
        name = prefix + name
    return name


def features(layers: Mapping[str, str], extras: Mapping[str, Kind]) -> Any:
    """Return the ``datasets.Features`` of the data set, columns in their final order."""
    from datasets import Audio, Features, List, Value

    word = {
        "text": Value("string"),
        "start_s": Value("float64"),
        "end_s": Value("float64"),
        "confidence": Value("float64"),
        "estimated": Value("bool"),
    }
    columns: dict[str, Any] = {"audio": Audio(sampling_rate=RATE_HZ), "text": Value("string")}
    columns |= {column: Value("string") for column in layers.values()}
    columns["words"] = List(word)
    for name, kind in FIXED_COLUMNS.items():
        columns.setdefault(name, Value(kind))
        if name == "agreement":
            columns["flags"] = List(Value("string"))
    columns |= {name: Value("string" if kind == "json" else kind) for name, kind in extras.items()}
    return Features(columns)
