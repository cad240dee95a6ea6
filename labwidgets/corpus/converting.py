"""From one format of transcripts to another, and what was lost on the way."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from labwidgets import audio
from labwidgets.corpus.formats.carrying import Format, Reading, beside, folder_of, losses, stem
from labwidgets.corpus.formats.registry import format_of, read_transcript
from labwidgets.errors import LabError, SourceError
from labwidgets.records import AudioRef, ConvertReport, TranscribedSpan, Transcript

logger = logging.getLogger(__name__)

Spans = Sequence[TranscribedSpan]


def convert(
    source: Path, out: Path, *, to: str, given: str | None = None, how: Reading | None = None
) -> ConvertReport:
    """Write the transcripts of ``source`` in another format.

    Paths of audio are written relative to the new place where the files are found; lengths of recordings
    that the format needs are read from the files.

    Args:
        source: File or folder.
        out: File; a folder where the format has one file for each recording and there are several.
        to: Id of the format to write.
        given: Id of the format of ``source``; default: by its name and first lines.
        how: How it is read.

    Raises:
        SourceError: Nothing can be read, no such format, or ``out`` does not fit it.
    """
    target = format_of(to)
    transcript = read_transcript(source, given, how=how)
    place = _place(out, source, target)
    folder = source if source.is_dir() else source.parent
    new_folder = folder_of(place, target)
    settled = tuple(_settled(span, folder, new_folder) for span in transcript.spans)
    return write_transcript(replace(transcript, spans=settled), place, target)


def write_transcript(transcript: Transcript, out: Path, target: Format) -> ConvertReport:
    """Write what a format can hold of a transcript.

    Raises:
        SourceError: It can hold nothing of it, or ``out`` does not fit the format.
    """
    fitted = target.fit(_known(transcript.spans, folder_of(out, target), needs_sound=target.needs_sound))
    lost = losses(transcript.spans, fitted)
    kept = [(span, left) for span, left in zip(transcript.spans, fitted, strict=True) if left is not None]
    if not kept:
        raise SourceError(
            f"nothing of it can be written as {target.name}",
            value=lost[0].example if lost else None,
            remedy="Look at what the format needs: times for subtitles, words with times for ctm",
        )
    lost += target.more([left for _, left in kept])
    files = _write([span for span, _ in kept], [left for _, left in kept], out, target)
    return ConvertReport(
        target.name, tuple(map(str, files)), len(kept), lost, transcript.refused, transcript.notes
    )


def _place(out: Path, source: Path, target: Format) -> Path:
    """Return the file or folder to write.

    Raises:
        SourceError: It is the source itself.
    """
    if target.layout == "file" and out.is_dir():
        out = out / f"{stem(source.name)}{target.endings[0]}"
    if out.exists() and out.samefile(source):
        raise SourceError("a file cannot be converted into itself", value=out, remedy="Name another file")
    return out


def _write(spans: Spans, fitted: Spans, out: Path, target: Format) -> Sequence[Path]:
    try:
        if target.layout != "file-each":
            return target.write(fitted, out)
        by_name: dict[str, list[TranscribedSpan]] = {}
        for span, left in zip(spans, fitted, strict=True):
            by_name.setdefault(span.audio.name, []).append(left)
        if out.suffix and not out.is_dir():
            if len(by_name) > 1:
                raise SourceError(
                    f"a {target.name} file holds one recording",
                    value=f"{len(by_name)} recordings for {out}",
                    remedy="Name a folder: each recording gets a file in it",
                )
            return target.write(fitted, out)
        names = _names(list(by_name), target.endings[0])
        return [file for name, some in by_name.items() for file in target.write(some, out / names[name])]
    except OSError as e:
        raise SourceError(f"the place cannot be written to ({e.strerror})", value=out) from e


def _names(recordings: Sequence[str], ending: str) -> dict[str, str]:
    """Return a file's name for each recording, no two the same."""
    names: dict[str, str] = {}
    for recording in recordings:
        bare = stem(recording).replace("/", "_").lstrip(".") or "recording"
        name, number = bare, 1
        while f"{name}{ending}" in names.values():
            number += 1
            name = f"{bare}-{number}"
        names[recording] = f"{name}{ending}"
    return names


def _known(spans: Spans, folder: Path, *, needs_sound: bool) -> list[TranscribedSpan]:
    """Return spans with what their files say of the recordings, where it is needed and they are here."""
    found: dict[str, AudioRef] = {}
    return [
        span
        if not needs_sound and (span.audio.duration_s is not None or span.end_s is not None)
        else replace(span, audio=_heard(span.audio, folder, found))
        for span in spans
    ]


def _heard(told: AudioRef, folder: Path, found: dict[str, AudioRef]) -> AudioRef:
    if told.name not in found:
        found[told.name] = _probed(beside(folder, told.name))
    heard = found[told.name]
    return AudioRef(
        told.name,
        heard.duration_s if told.duration_s is None else told.duration_s,
        told.sample_rate_hz or heard.sample_rate_hz,
        told.n_channels or heard.n_channels,
    )


def _probed(path: Path) -> AudioRef:
    try:
        if path.is_file():
            header = audio.probe(path)
            return AudioRef(path.name, header.duration_s, header.sample_rate_hz, header.n_channels)
    except (LabError, OSError, ValueError):
        # Whoever needs what the header says will report the span as lost.
        logger.info("the header of a recording cannot be read: %s", path)
    return AudioRef(path.name)


def _settled(span: TranscribedSpan, folder: Path, out: Path) -> TranscribedSpan:
    """Return the span with its audio's path from the new folder, where it is a file in the old one."""
    path = Path(span.audio.name)
    if path.is_absolute() or "\0" in span.audio.name or not _is_file(folder / path):
        return span
    name = Path(os.path.relpath((folder / path).absolute(), out.absolute())).as_posix()
    return replace(span, audio=replace(span.audio, name=name))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False
