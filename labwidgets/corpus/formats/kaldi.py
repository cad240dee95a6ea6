"""A Kaldi data directory: ``wav.scp``, ``segments``, ``text``, ``utt2spk`` and what goes with them.

Holds recording, id, start and end, text on one line, speaker, language, lengths of recordings where all are
known, and ``metadata["gender"]`` of a speaker. Ids begin with their speaker and files are sorted by bytes, as
Kaldi's tools want it. What ``wav.scp`` gives as a command is kept as it stands and never run.

References:
    https://kaldi-asr.org/doc/data_prep.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from labwidgets.corpus.formats.carrying import (
    Format,
    Reading,
    Spans,
    decimal,
    one_line,
    only,
    seconds,
    stem,
    token,
    unique,
)
from labwidgets.corpus.formats.files import BROKEN, read_text, require, write_text
from labwidgets.errors import SourceError
from labwidgets.records import AudioRef, Refusal, TranscribedSpan, Transcript

WAVES, TEXTS = "wav.scp", "text"
_SEGMENTS, _SPEAKERS, _LANGUAGES, _LENGTHS, _GENDERS = (
    "segments",
    "utt2spk",
    "utt2lang",
    "reco2dur",
    "spk2gender",
)
GENDER = "gender"
_TO_THE_END = "-1"


# ---- in ------------------------------------------------------------------------------------------------


def read(path: Path, how: Reading) -> Transcript:
    """Return what a directory holds.

    Raises:
        SourceError: It has no ``wav.scp``, or nothing of it can be read.
    """
    tables = {
        name: _table(path / name, how)
        for name in (WAVES, TEXTS, _SEGMENTS, _SPEAKERS, _LANGUAGES, _LENGTHS, _GENDERS)
    }
    waves, texts = tables[WAVES], tables[TEXTS]
    if not waves:
        raise SourceError("the folder is no Kaldi directory", value=path, allowed=f"a folder with {WAVES}")
    places = tables[_SEGMENTS] or {name: name for name in waves}
    spans, refused = list[TranscribedSpan](), list[Refusal]()
    for name, place in places.items():
        try:
            span = _span(name, place, tables)
        except BROKEN:
            refused.append(Refusal(f"{_SEGMENTS}: {name}", "no recording, start and end"))
            continue
        spans.append(replace(span, text=texts.get(name)))
    unplaced = [name for name in texts if name not in places]
    refused += [Refusal(f"{TEXTS}: {name}", "no such segment") for name in unplaced]
    commands = sum(command.endswith("|") for command in waves.values())
    notes = (f"{commands} recordings are commands, which are not run",) if commands else ()
    return require(Transcript(tuple(spans), tuple(refused), notes), str(path))


def _table(path: Path, how: Reading) -> dict[str, str]:
    """Return the first word of each line and what stands behind it; nothing where there is no such file."""
    if not path.is_file():
        return {}
    if not path.resolve().is_relative_to(path.parent.resolve()):
        raise SourceError("a file lies outside its folder", value=path, remedy="Take the link away")
    lines = (line.split(maxsplit=1) for line in read_text(path, encoding=how.encoding).split("\n"))
    return {parts[0]: parts[1].strip() if len(parts) > 1 else "" for parts in lines if parts}


def _span(name: str, place: str, tables: Mapping[str, Mapping[str, str]]) -> TranscribedSpan:
    parts = place.split()
    recording = parts[0] if tables[_SEGMENTS] else name
    start_s, end_s = (float(parts[1]), parts[2]) if tables[_SEGMENTS] else (None, _TO_THE_END)
    length = tables[_LENGTHS].get(recording)
    speaker = tables[_SPEAKERS].get(name)
    # Kaldi's way to say that nobody knows; somebody of that name may speak elsewhere.
    speaker = None if speaker in ("", name) else speaker
    gender = tables[_GENDERS].get(speaker) if speaker is not None else None
    return TranscribedSpan(
        AudioRef(tables[WAVES][recording], None if length is None else seconds(float(length))),
        start_s=None if start_s is None else seconds(start_s),
        end_s=None if float(end_s) == float(_TO_THE_END) else seconds(float(end_s)),
        id=name,
        speaker=speaker,
        language=tables[_LANGUAGES].get(name) or None,
        metadata={GENDER: gender} if gender else {},
    )


# ---- out -----------------------------------------------------------------------------------------------


def write(spans: Spans, path: Path) -> Sequence[Path]:
    """Write a directory."""
    recordings = _recordings(spans)
    waves = {recordings[span.audio.name]: span.audio.name for span in spans}
    tables: dict[str, dict[str, str]] = {
        WAVES: waves,
        TEXTS: {str(span.id): span.text for span in spans if span.text is not None},
        _SPEAKERS: {str(span.id): span.speaker or str(span.id) for span in spans},
        _LANGUAGES: {str(span.id): span.language for span in spans if span.language},
        _GENDERS: {
            span.speaker: str(span.metadata[GENDER])
            for span in spans
            if span.speaker and GENDER in span.metadata
        },
        _LENGTHS: {
            recordings[span.audio.name]: decimal(span.audio.duration_s)
            for span in spans
            if span.audio.duration_s is not None
        },
    }
    if not _are_whole(spans):
        tables[_SEGMENTS] = {str(span.id): _place(span, recordings) for span in spans}
    speakers: dict[str, list[str]] = {}
    for utterance, speaker in sorted(tables[_SPEAKERS].items()):
        speakers.setdefault(speaker, []).append(utterance)
    tables["spk2utt"] = {speaker: " ".join(some) for speaker, some in speakers.items()}
    return [write_text(path / name, _lines(rows)) for name, rows in tables.items() if rows or name == TEXTS]


def _place(span: TranscribedSpan, recordings: Mapping[str, str]) -> str:
    end = _TO_THE_END if span.end_s is None else decimal(span.end_s)
    return f"{recordings[span.audio.name]} {decimal(span.start_s or 0.0)} {end}"


def _lines(rows: Mapping[str, str]) -> str:
    ordered = sorted(rows.items(), key=lambda row: row[0].encode())
    return "".join(f"{name} {value}".rstrip(" ") + "\n" for name, value in ordered)


def _are_whole(spans: Spans) -> bool:
    """Return whether each span is all of a recording of its own, so that no file of segments is needed."""
    names = [span.audio.name for span in spans]
    return len(set(names)) == len(names) and all(
        span.start_s is None and span.end_s is None for span in spans
    )


def _recordings(spans: Spans) -> dict[str, str]:
    """Return an id for each recording: that of its one segment where they are the same."""
    if _are_whole(spans):
        return {span.audio.name: str(span.id) for span in spans}
    names = list(dict.fromkeys(span.audio.name for span in spans))
    ids = unique([token(stem(name)) for name in names], prefix="recording")
    return dict(zip(names, ids, strict=True))


def fit(spans: Spans) -> list[TranscribedSpan | None]:
    """Return what is left of each span."""
    left = [_fit(span) for span in spans]
    whole, timed = _are_whole(left), all(span.audio.duration_s is not None for span in left)
    ids = unique([_id(span) for span in left], prefix="utterance-")
    genders, lengths = _genders(left), dict[str, float]()
    for span in left if timed else ():
        known_s = span.audio.duration_s or 0.0
        lengths[span.audio.name] = max(known_s, lengths.get(span.audio.name, 0.0))
    return [
        replace(
            span,
            id=name if span.speaker is None else _of_speaker(name, span.speaker),
            audio=replace(span.audio, duration_s=lengths.get(span.audio.name)),
            start_s=span.start_s if whole else span.start_s or 0.0,
            metadata={GENDER: genders[span.speaker]} if span.speaker in genders else {},
        )
        for span, name in zip(left, ids, strict=True)
    ]


def _fit(span: TranscribedSpan) -> TranscribedSpan:
    left = only(span, "start_s", "end_s", "id", "duration_s")
    gender = span.metadata.get(GENDER)
    return replace(
        left,
        audio=AudioRef(
            one_line(span.audio.name) or "recording",
            None if left.audio.duration_s is None else seconds(left.audio.duration_s),
        ),
        text=None if span.text is None else one_line(span.text),
        speaker=token(span.speaker or "") or None,
        language=token(span.language or "") or None,
        metadata={GENDER: gender} if isinstance(gender, str) and gender == token(gender) != "" else {},
    )


def _id(span: TranscribedSpan) -> str:
    """Return the span's id as one word that begins with its speaker, made of its place where it has none."""
    start_ms, end_ms = (round((time_s or 0.0) * 1000) for time_s in (span.start_s, span.end_s))
    bare = token(span.id or "") or f"{token(stem(span.audio.name))}-{start_ms:07}-{end_ms:07}"
    return bare if span.speaker is None else _of_speaker(bare, span.speaker)


def _of_speaker(name: str, speaker: str) -> str:
    return name if name.startswith(speaker) and name != speaker else f"{speaker}-{name}"


def _genders(spans: Iterable[TranscribedSpan]) -> dict[str, str]:
    """Return the gender of each speaker of whom all spans say the same."""
    said: dict[str, set[str | None]] = {}
    for span in spans:
        if span.speaker:
            said.setdefault(span.speaker, set()).add(span.metadata.get(GENDER))
    return {name: str(*some) for name, some in said.items() if len(some) == 1 and None not in some}


FORMAT = Format("kaldi", (WAVES,), "folder", read, write, fit, reads_folders=True)
