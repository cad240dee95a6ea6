"""NeMo manifest: a JSON object a line with ``audio_filepath``, ``offset``, ``duration`` and ``text``.

Holds everything: what NeMo has no key for stands under further keys, which it passes over. It needs a
duration for every line.

References:
    https://docs.nvidia.com/nemo-framework/user-guide/latest/nemotoolkit/asr/datasets.html
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from labwidgets.corpus.formats import jsonl
from labwidgets.corpus.formats.carrying import Format, Reading, Spans
from labwidgets.corpus.formats.files import json_text, write_text
from labwidgets.corpus.formats.rows import OWN, Names, everything, row_of
from labwidgets.records import TranscribedSpan, Transcript

NAMES = Names(
    {
        **OWN.columns,
        "audio": "audio_filepath",
        "start": "offset",
        "language": "lang",
        "sample_rate": "orig_sample_rate",
    },
    by_duration=True,
)


def read(path: Path, how: Reading) -> Transcript:
    """Return what a manifest holds.

    Raises:
        SourceError: No line of it can be read.
    """
    return jsonl.read(path, how, usual=NAMES)


def write(spans: Spans, path: Path) -> Sequence[Path]:
    """Write a manifest."""
    rows = (row_of(span, NAMES) for span in spans)
    return [write_text(path, "".join(f"{json_text(row)}\n" for row in rows))]


def fit(spans: Spans) -> list[TranscribedSpan | None]:
    """Return what is left of each span: all of it; None where its length is not known."""
    return [everything(span, by_duration=True) for span in spans]


FORMAT = Format("nemo", (".json", ".jsonl", ".jsonl.gz"), "file", read, write, fit)
