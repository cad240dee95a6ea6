"""Common Voice: a table a split, a row a clip; the clips lie in the folder ``clips`` beside it.

Holds whole recordings: speaker (``client_id``), text on one line, accent, language (``locale``), and further
columns as metadata. A folder is read table by table; ``metadata["split"]`` says in which one a clip is first.

References:
    https://github.com/common-voice/cv-dataset
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from labwidgets.corpus.formats.carrying import Format, Reading, Spans, one_line
from labwidgets.corpus.formats.files import json_text, read_text, require, write_text
from labwidgets.corpus.formats.tables import as_tsv, rows_of, tabbed
from labwidgets.errors import SourceError
from labwidgets.records import AudioRef, Refusal, TranscribedSpan, Transcript

SPLITS = ("train", "dev", "test", "validated", "invalidated", "other")
CLIPS = "clips/"
SPLIT = "split"

_TEXTS, _ACCENTS = ("sentence", "text"), ("accents", "accent")
_FIRST = ("client_id", "path", "sentence", "up_votes", "down_votes", "age", "gender", "accents", "locale")
_USED = frozenset(["client_id", "path", "locale", *_TEXTS, *_ACCENTS])


def read(path: Path, how: Reading) -> Transcript:
    """Return what a table, or the tables of a folder, hold.

    Raises:
        SourceError: There is none, or nothing of it can be read.
    """
    if not path.is_dir():
        spans, refused = _table(path, how)
        return require(Transcript(tuple(spans), tuple(refused)), path.name)
    tables = [path / f"{split}.tsv" for split in SPLITS if (path / f"{split}.tsv").is_file()]
    if not tables:
        raise SourceError("no tables of Common Voice there", value=path, allowed=", ".join(SPLITS))
    known: dict[str, TranscribedSpan] = {}
    refused = []
    for table in tables:
        found, bad = _table(table, how)
        refused += bad
        for span in found:
            # The validated clips are listed again; most of the splits are drawn from them.
            known.setdefault(span.audio.name, replace(span, metadata={**span.metadata, SPLIT: table.stem}))
    return require(Transcript(tuple(known.values()), tuple(refused)), str(path))


def _table(path: Path, how: Reading) -> tuple[list[TranscribedSpan], list[Refusal]]:
    spans, refused = list[TranscribedSpan](), list[Refusal]()
    for place, row in rows_of(read_text(path, encoding=how.encoding), path.name, lines=tabbed):
        if isinstance(row, Refusal):
            refused.append(row)
        elif not row.get("path"):
            refused.append(Refusal(place, "the row names no clip"))
        else:
            spans.append(_span(row))
    return spans, refused


def _span(row: Mapping[str, str]) -> TranscribedSpan:
    name = row["path"]
    return TranscribedSpan(
        AudioRef(name if "/" in name else f"{CLIPS}{name}"),
        text=next((row[key] for key in _TEXTS if key in row), None),
        speaker=row.get("client_id"),
        language=row.get("locale"),
        accent=next((row[key] for key in _ACCENTS if key in row), None),
        metadata={key: value for key, value in row.items() if key not in _USED},
    )


def write(spans: Spans, path: Path) -> Sequence[Path]:
    """Write a table, its columns those of Common Voice and those that are filled."""
    rows = [_row(span) for span in spans]
    header = list(dict.fromkeys([*_FIRST, *(name for row in rows for name in row)]))
    return [write_text(path, as_tsv([header, *([row.get(name, "") for name in header] for row in rows)]))]


def _row(span: TranscribedSpan) -> dict[str, str]:
    row = {
        "client_id": span.speaker,
        "path": span.audio.name.removeprefix(CLIPS),
        "sentence": span.text,
        "accents": span.accent,
        "locale": span.language,
        **span.metadata,
    }
    return {name: value for name, value in row.items() if value is not None}


def fit(spans: Spans) -> list[TranscribedSpan | None]:
    """Return what is left of each span; None where it is only a part of its recording."""
    return [_fit(span) for span in spans]


def _fit(span: TranscribedSpan) -> TranscribedSpan | None:
    whole_s = span.audio.duration_s
    if span.start_s or (span.end_s is not None and (whole_s is None or span.end_s < whole_s)):
        return None
    name = one_line(span.audio.name) or "clip"
    metadata = {one_line(key): _cell(value) for key, value in _cells(span.metadata)}
    return TranscribedSpan(
        AudioRef(name if "/" in name else f"{CLIPS}{name}"),
        text=_cell(span.text),
        speaker=_cell(span.speaker),
        language=_cell(span.language),
        accent=_cell(span.accent),
        metadata={key: value for key, value in metadata.items() if value},
    )


def _cells(metadata: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((name, value) for name, value in metadata.items() if one_line(name) and name not in _USED)


def _cell(value: Any) -> str | None:
    if value is None:
        return None
    return one_line(value if isinstance(value, str) else json_text(value)) or None


FORMAT = Format("commonvoice", (".tsv",), "file", read, write, fit, reads_folders=True)
