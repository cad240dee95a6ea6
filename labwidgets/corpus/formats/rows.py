"""Spans as rows of named values: what NeMo manifests, JSON lines, tables and Parquet files have in common."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from labwidgets.corpus.columns import AUDIO_COLUMNS, GUESSES, json_value
from labwidgets.corpus.formats.carrying import Reading, only, placed, seconds
from labwidgets.corpus.formats.files import BROKEN, about, require
from labwidgets.errors import SourceError
from labwidgets.records import AudioRef, Refusal, TranscribedSpan, Transcript, Word

_ALONE = "\0audio"
METADATA = "metadata"
"""Column of what would clash with a column of another meaning."""

FIELDS: Mapping[str, tuple[str, ...]] = {
    "audio": (*AUDIO_COLUMNS, "audio_filename"),
    "id": ("id", "utt_id", "utterance_id", "segment_id"),
    "channel": ("channel",),
    "start": ("start", "start_s", "offset", "begin", "start_time"),
    "end": ("end", "end_s", "stop", "end_time"),
    "duration": ("duration", "duration_s"),
    "recording_duration": ("recording_duration",),
    "sample_rate": ("sample_rate", "sampling_rate", "orig_sample_rate"),
    "n_channels": ("n_channels",),
    **GUESSES,
    "layers": ("layers",),
    "words": ("words",),
    "confidence": ("confidence",),
    "flags": ("flags",),
}
"""Names of the columns by field, the one that is written first."""

_NUMBERS = ("start", "end", "duration", "recording_duration", "confidence")
_COUNTS = ("channel", "sample_rate", "n_channels")
_NESTED = ("layers", "words", "flags")
_TEXTS = ("id", "speaker", "language", "accent", "licence")
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Names:
    """Which column holds which field.

    Attributes:
        columns: Field to column.
        by_duration: Write how long a span is, not where it ends.
    """

    columns: Mapping[str, str]
    by_duration: bool = False


OWN = Names({name: names[0] for name, names in FIELDS.items()})
"""The names that are written where the format has none of its own."""


def plan(
    available: Iterable[str], columns: Mapping[str, str], *, usual: Names = OWN
) -> tuple[Names, tuple[str, ...]]:
    """Return which of the ``available`` columns hold which field, and what of it was guessed.

    Args:
        available: Names of the columns.
        columns: Field to column, as the user says; they go before what is guessed.
        usual: The names of the format, which are no guess.

    Raises:
        SourceError: A field or column that is named is not there.
    """
    there = list(dict.fromkeys(available))
    unknown = next((name for name in columns if name not in FIELDS), None)
    if unknown is not None:
        raise SourceError("unknown field", value=unknown, allowed=", ".join(FIELDS))
    missing = next((column for column in columns.values() if column not in there), None)
    if missing is not None:
        raise SourceError("the source has no such column", value=missing, allowed=", ".join(map(repr, there)))
    found, notes = dict(columns), []
    for name, names in FIELDS.items():
        first = usual.columns[name]
        free = (one for one in (first, *names) if one in there and one not in found.values())
        column = None if name in found else next(free, None)
        if column is not None:
            found[name] = column
            if column != first:
                notes.append(f"column {column!r} taken as the {name}")
    return Names(found), tuple(notes)


def transcript_of(
    rows: Sequence[tuple[str, Row | Refusal]], name: str, how: Reading, *, usual: Names = OWN
) -> Transcript:
    """Return rows, each with the name of its place, as spans.

    Raises:
        SourceError: A column is missing, or no row can be read.
    """
    good = [(place, row) for place, row in rows if not isinstance(row, Refusal)]
    refused = [row for _, row in rows if isinstance(row, Refusal)]
    if not good:
        return require(Transcript((), tuple(refused)), name)
    names, notes = plan((column for _, row in good for column in row), how.columns, usual=usual)
    if "audio" not in names.columns:
        alone = _alone(names, name, how)
        good = [(place, {**row, _ALONE: alone}) for place, row in good]
        names = replace(names, columns={**names.columns, "audio": _ALONE})
        notes += (f"all of it is taken to be of the recording {alone!r}",)
    spans: list[TranscribedSpan] = []
    for place, row in good:
        try:
            spans.append(span_of(row, names))
        except BROKEN as e:
            refused.append(Refusal(place, str(e)))
    return require(Transcript(tuple(spans), tuple(refused), notes), name)


def _alone(names: Names, name: str, how: Reading) -> str:
    """Return the one recording that a table without a column for it is about: it has times, or a name."""
    if how.audio is None and "start" not in names.columns:
        raise SourceError(
            "the source has no audio column",
            allowed=", ".join(map(repr, names.columns.values())) or "none",
            remedy='Name it with columns={"audio": …}',
        )
    return how.audio or about(Path(name))


# ---- in ------------------------------------------------------------------------------------------------


def span_of(row: Row, names: Names) -> TranscribedSpan:
    """Return one row as a span.

    Raises:
        SourceError: A value is not of the kind that its column holds.
    """
    given = {name: _value(row.get(column)) for name, column in names.columns.items()}
    values = {name: value for name, value in given.items() if value is not None}
    numbers = {name: _number(name, values[name]) for name in _NUMBERS if name in values}
    counts = {name: round(_number(name, values[name])) for name in _COUNTS if name in values}
    start_s, end_s, whole_s = _times(numbers)
    audio = AudioRef(_audio(values), whole_s, counts.get("sample_rate"), counts.get("n_channels"))
    text = values.get("text")
    return TranscribedSpan(
        audio,
        text=None if text is None else _plain("text", text),
        start_s=start_s,
        end_s=end_s,
        channel=counts.get("channel"),
        **{name: _plain(name, values[name]) for name in _TEXTS if name in values},
        layers=_layers(values.get("layers", {})),
        words=_words(values.get("words", ())),
        confidence=numbers.get("confidence"),
        flags=_flags(values.get("flags", ())),
        metadata=_metadata(row, names),
    )


def _value(value: Any) -> Any:
    """Return a cell's value; None for what says nothing."""
    return None if isinstance(value, float) and math.isnan(value) else value


def _times(numbers: Mapping[str, float]) -> tuple[float | None, float | None, float | None]:
    """Return start, end and the recording's length; a length without a start is the recording's."""
    start_s, end_s = numbers.get("start"), numbers.get("end")
    length_s, whole_s = numbers.get("duration"), numbers.get("recording_duration")
    if length_s is not None and start_s is not None and end_s is None:
        return start_s, seconds(start_s + length_s), whole_s
    if length_s is not None and start_s is None and end_s is None and whole_s is None:
        return None, None, length_s
    return start_s, end_s, whole_s


def _audio(values: Row) -> str:
    audio = values.get("audio")
    name = audio.get("path") if isinstance(audio, Mapping) else audio
    if not isinstance(name, str) or not name.strip():
        raise SourceError("the row names no audio")
    return name


def _number(name: str, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if isinstance(value, bool) or not math.isfinite(number):
        raise SourceError(f"the {name} is no number", value=str(value)[:40])
    return number


def _plain(name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return str(value)
    raise SourceError(f"the {name} is no text", value=type(value).__name__)


def _nested(value: Any) -> Any:
    if isinstance(value, str) and value.lstrip().startswith(("[", "{")):
        try:
            return json.loads(value)
        except (ValueError, RecursionError) as e:
            raise SourceError("a value is no JSON", remedy=str(e)) from e
    return value


def _layers(value: Any) -> dict[str, str]:
    layers = _nested(value)
    if not isinstance(layers, Mapping):
        raise SourceError("the layers are no texts by name", value=type(layers).__name__)
    return {str(name): _plain("layer", text) for name, text in layers.items() if text is not None}


def _flags(value: Any) -> tuple[str, ...]:
    flags = _nested(value)
    if isinstance(flags, str):
        return tuple(part.strip() for part in flags.split(",") if part.strip())
    if isinstance(flags, Sequence):
        return tuple(_plain("flag", flag) for flag in flags)
    raise SourceError("the flags are no list", value=type(flags).__name__)


def _words(value: Any) -> tuple[Word, ...]:
    words = _nested(value)
    if isinstance(words, str) or not isinstance(words, Sequence):
        raise SourceError("the words are no list", value=type(words).__name__)
    return tuple(_word(word) for word in words)


def _word(value: Any) -> Word:
    if not isinstance(value, Mapping):
        raise SourceError("a word is no object", value=type(value).__name__)
    start, end = (value.get(f"{edge}_s", value.get(edge)) for edge in ("start", "end"))
    confidence = value.get("confidence")
    return Word(
        _plain("word", value.get("text", value.get("word"))),
        _number("start of a word", start),
        _number("end of a word", end),
        None if confidence is None else _number("confidence of a word", confidence),
        value.get("estimated") is True,
    )


def _metadata(row: Row, names: Names) -> dict[str, Any]:
    used = set(names.columns.values())
    rest = {str(name): json_value(value) for name, value in row.items() if name not in used}
    nested = _nested(rest.get(METADATA))
    if isinstance(nested, Mapping):
        del rest[METADATA]
        return rest | {str(name): value for name, value in nested.items()}
    return rest


# ---- out -----------------------------------------------------------------------------------------------


def row_of(span: TranscribedSpan, names: Names = OWN) -> dict[str, Any]:
    """Return a span as a row without what is not known of it; metadata of a clashing name goes nested."""
    values: dict[str, Any] = {
        "audio": span.audio.name,
        **_written_times(span, by_duration=names.by_duration),
        "sample_rate": span.audio.sample_rate_hz,
        "channel": span.channel,
        "text": span.text,
        **{name: getattr(span, name) for name in (*_TEXTS, "confidence")},
        "n_channels": span.audio.n_channels,
        "layers": dict(span.layers) or None,
        "words": [word_row(word) for word in span.words] or None,
        "flags": list(span.flags) or None,
    }
    row = {names.columns[name]: value for name, value in values.items() if value is not None}
    # A key that would be read back as a field goes nested.
    taken = {METADATA, *names.columns.values(), *(one for all_of in FIELDS.values() for one in all_of)}
    clashing = {name: value for name, value in span.metadata.items() if name in taken}
    row |= {name: value for name, value in span.metadata.items() if name not in taken}
    return row | ({METADATA: clashing} if clashing else {})


def _written_times(span: TranscribedSpan, *, by_duration: bool) -> dict[str, float | None]:
    if by_duration and span.start_s is None and span.end_s is None:
        return {"duration": span.audio.duration_s}
    whole = {"recording_duration": span.audio.duration_s}
    if by_duration:
        start_s = span.start_s or 0.0
        return {"start": start_s, "duration": seconds((span.end_s or 0.0) - start_s), **whole}
    return {"start": span.start_s, "end": span.end_s, **whole}


def word_row(word: Word) -> dict[str, Any]:
    """Return a word as an object."""
    row: dict[str, Any] = {"text": word.text, "start": word.start_s, "end": word.end_s}
    row |= {} if word.confidence is None else {"confidence": word.confidence}
    return row | ({"estimated": True} if word.estimated else {})


def everything(span: TranscribedSpan, *, by_duration: bool = False) -> TranscribedSpan | None:
    """Return what rows of JSON can hold of a span: all of it, its times in whole microseconds."""
    there = placed(span) if by_duration and not _is_whole(span) else span
    if there is None or (by_duration and _is_whole(span) and span.audio.duration_s is None):
        return None
    times = only(there, "start_s", "end_s")
    return replace(
        there,
        start_s=times.start_s,
        end_s=times.end_s,
        metadata={str(name): json_value(value) for name, value in there.metadata.items()},
    )


def _is_whole(span: TranscribedSpan) -> bool:
    return span.start_s is None and span.end_s is None
