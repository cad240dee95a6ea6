"""The first pass over the rows of a data set: without sound, kept on disk for the second.

Types, splits and places depend on all rows, and the second pass must see just the same ones while people go
on labelling.
"""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from labwidgets.analysis.shards import Place
from labwidgets.analysis.splits import assign_splits
from labwidgets.corpus.privacy import hide, without_texts
from labwidgets.corpus.table import (
    ColumnTypes,
    Kind,
    extra_names,
    features,
    fit,
    group_of,
    layer_names,
    plain_row,
)
from labwidgets.records import LabelledRow, Reference


@dataclass(slots=True)
class Spool:
    """What the first pass found out; ``file`` holds one JSON line a row."""

    file: Path
    hours: dict[str, float] = field(default_factory=dict)
    groups: list[str] = field(default_factory=list)
    segments: list[str] = field(default_factory=list)
    lengths_s: array[float] = field(default_factory=lambda: array("d"))
    offsets: array[int] = field(default_factory=lambda: array("q"))
    layers: set[str] = field(default_factory=set)
    types: ColumnTypes = field(default_factory=ColumnTypes)
    left_out: Counter[str] = field(default_factory=Counter)

    def wanted(self, membership: Mapping[str, str]) -> dict[str, tuple[str, float]]:
        """Return split and length of each row."""
        rows = zip(self.segments, self.groups, self.lengths_s, strict=True)
        return {segment: (membership[group], length_s) for segment, group, length_s in rows}

    def splits(self, existing: Mapping[str, str]) -> dict[str, str]:
        """Return the split of each group; those in ``existing`` stay."""
        return assign_splits(self.hours, existing)

    def read(self, places: Mapping[str, Place]) -> Iterator[tuple[dict[str, Any], Place]]:
        """Give the rows in the order of their places."""
        order = sorted(zip((places[segment] for segment in self.segments), self.offsets, strict=True))
        with self.file.open("rb") as file:
            for place, offset in order:
                file.seek(offset)
                yield json.loads(file.readline()), place


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of all rows of one data set, and their types."""

    schema: Any
    layers: Mapping[str, str]
    extras: Mapping[str, str]
    kinds: Mapping[str, Kind]

    @classmethod
    def of(cls, made: Spool) -> Columns:
        """Return the columns that fit every row of the first pass."""
        layers = layer_names(made.layers)
        extras = extra_names(made.types.kinds, layers.values())
        kinds = made.types.final()
        schema = features(layers, {extras[name]: kinds[name] for name in extras}).arrow_schema
        return cls(schema, layers, extras, kinds)

    def row(self, item: Mapping[str, Any], sound: bytes) -> dict[str, Any]:
        """Return a row of the data set out of one of the first pass and its encoded sound."""
        row = item["row"] | {"audio": {"bytes": sound, "path": f"{item['segment']}.flac"}}
        row |= {column: item["layers"].get(name) for name, column in self.layers.items()}
        extras = item["extras"]
        row |= {column: fit(extras.get(name), self.kinds[name]) for name, column in self.extras.items()}
        return dict(row)


def spool(
    rows: Iterable[LabelledRow], path: Path, *, licences: Mapping[str, str], snapshot: str | None
) -> Spool:
    """Write the labelled ones of ``rows`` to ``path`` and return what they have in common."""
    made = Spool(path)
    offset = 0
    with path.open("wb") as file:
        for row in rows:
            if row.reference is None:
                made.left_out["unlabelled"] += 1
                continue
            item = _item(row, row.reference, made, snapshot)
            item["row"]["licence"] = item["row"]["licence"] or licences.get(item["group"])
            line = json.dumps(item, ensure_ascii=False).encode() + b"\n"
            file.write(line)
            made.offsets.append(offset)
            offset += len(line)
    return made


def _item(row: LabelledRow, reference: Reference, made: Spool, snapshot: str | None) -> dict[str, Any]:
    group, length_s = group_of(row), row.segment.duration_s
    hidden = hide(row, reference)
    shown = reference if hidden is None else hidden.reference
    extras = dict(row.recording.metadata) if hidden is None else without_texts(row.recording.metadata)
    made.segments.append(row.segment.id)
    made.groups.append(group)
    made.lengths_s.append(length_s)
    made.hours[group] = made.hours.get(group, 0.0) + length_s / 3600
    made.layers |= set(shown.layers)
    made.types.see(extras)
    return {
        "segment": row.segment.id,
        "group": group,
        "row": plain_row(row, shown, snapshot=snapshot),
        "layers": dict(shown.layers),
        "extras": extras,
        "silent": () if hidden is None else hidden.spans,
        "draft": None if row.draft is None or hidden is not None else row.draft.text,
    }
