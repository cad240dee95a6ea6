"""The finished segments of a project as a transcript, to be written in any format."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from labwidgets.corpus.converting import write_transcript
from labwidgets.corpus.formats.carrying import folder_of
from labwidgets.corpus.formats.registry import format_of
from labwidgets.corpus.table import speaker_of
from labwidgets.errors import ProjectError
from labwidgets.records import (
    LABEL_ORIGIN,
    MIX,
    AudioRef,
    ConvertReport,
    LabelledRow,
    Recording,
    Reference,
    TranscribedSpan,
    Transcript,
)


def write_finished(
    rows: Iterable[LabelledRow], out: Path, *, to: str, locate: Callable[[Recording], Path]
) -> ConvertReport:
    """Write the references of ``rows`` in a format of transcripts.

    Args:
        rows: Segments; those without a reference are left out.
        out: File; a folder where the format has one file for each recording and there are several.
        to: Id of the format.
        locate: Returns the file of a recording.

    Raises:
        ProjectError: Nothing is finished yet.
        SourceError: No such format, or it can hold nothing of it.
    """
    target = format_of(to)
    folder = folder_of(out, target)
    spans = tuple(
        _span(row, row.reference, os.path.relpath(locate(row.recording), folder.absolute()))
        for row in rows
        if row.reference is not None
    )
    if not spans:
        raise ProjectError("nothing is finished yet", remedy="Submit some segments first")
    return write_transcript(Transcript(spans), out, target)


def _span(row: LabelledRow, reference: Reference, path: str) -> TranscribedSpan:
    segment, recording = row.segment, row.recording
    is_whole = segment.start_s == 0.0 and segment.end_s == recording.duration_s
    one_channel = recording.n_channels == 1 or segment.channel == MIX
    return TranscribedSpan(
        AudioRef(Path(path).as_posix(), recording.duration_s, recording.sample_rate_hz, recording.n_channels),
        text=reference.text,
        start_s=None if is_whole else segment.start_s,
        end_s=None if is_whole else segment.end_s,
        channel=None if one_channel else segment.channel,
        id=segment.id,
        speaker=speaker_of(row),
        language=recording.language,
        accent=recording.accent,
        licence=recording.licence,
        layers=dict(reference.layers),
        words=reference.words,
        flags=row.flags,
        metadata={**recording.metadata, LABEL_ORIGIN: reference.origin},
    )
