"""JSON lines: an object a span, with the names of ``rows.FIELDS``; holds everything.

Other names are guessed (``sentence`` for the text, ``offset`` and ``duration`` for the times …) or mapped.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from labwidgets.corpus.formats.carrying import Format, Reading, Spans
from labwidgets.corpus.formats.files import json_lines, json_text, read_text, write_text
from labwidgets.corpus.formats.rows import OWN, Names, everything, row_of, transcript_of
from labwidgets.records import TranscribedSpan, Transcript


def read(path: Path, how: Reading, *, usual: Names = OWN) -> Transcript:
    """Return what a file holds.

    Raises:
        SourceError: No line of it can be read, or a column is missing.
    """
    rows = list(json_lines(read_text(path, encoding=how.encoding), path.name))
    return transcript_of(rows, path.name, how, usual=usual)


def write(spans: Spans, path: Path) -> Sequence[Path]:
    """Write spans, an object a line."""
    return [write_text(path, "".join(f"{json_text(row_of(span))}\n" for span in spans))]


def fit(spans: Spans) -> list[TranscribedSpan | None]:
    """Return what is left of each span: all of it."""
    return [everything(span) for span in spans]


FORMAT = Format("jsonl", (".jsonl", ".ndjson", ".jsonl.gz"), "file", read, write, fit)
