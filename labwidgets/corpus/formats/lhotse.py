"""Lhotse's cuts: a JSON object a line, packed or not.

Holds everything but whether a word's time was estimated: what Lhotse has no name for stands in ``custom`` of
the supervision. It needs the length and rate of each recording. Supervisions of one cut are spans of their
own.

Own code, since the format is JSON lines and lhotse brings much with it; the tests let lhotse load the cuts.

References:
    https://lhotse.readthedocs.io/en/latest/cuts.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from labwidgets.corpus.columns import json_value
from labwidgets.corpus.formats.carrying import Format, Reading, Spans, only, placed, seconds, stem, unique
from labwidgets.corpus.formats.files import BROKEN, json_lines, json_text, read_text, require, write_text
from labwidgets.records import AudioRef, Refusal, TranscribedSpan, Transcript, Word
from labwidgets.timeline import to_samples

_OWN = ("accent", "licence", "confidence")
_MORE = "metadata"


# ---- in ------------------------------------------------------------------------------------------------


def read(path: Path, how: Reading) -> Transcript:
    """Return what a file of cuts holds.

    Raises:
        SourceError: No line of it is a cut.
    """
    spans, refused = list[TranscribedSpan](), list[Refusal]()
    for place, value in json_lines(read_text(path, encoding=how.encoding), path.name):
        if isinstance(value, Refusal):
            refused.append(value)
            continue
        try:
            spans += list(_cut(value))
        except BROKEN as e:
            refused.append(Refusal(place, f"no cut of one recording ({type(e).__name__})"))
    return require(Transcript(tuple(spans), tuple(refused)), path.name)


def _cut(cut: Mapping[str, Any]) -> Iterator[TranscribedSpan]:
    recording, channel = cut["recording"], cut.get("channel")
    rate = recording.get("sampling_rate")
    source = recording["sources"][0]
    n_channels = sum(len(one.get("channels") or ()) for one in recording["sources"])
    audio = AudioRef(
        str(source["source"]) if source.get("type") in ("file", "url", "command") else str(recording["id"]),
        seconds(float(recording["duration"])),
        None if rate is None else int(rate),
        n_channels or None,
    )
    start_s, end_s = float(cut["start"]), float(cut["start"]) + float(cut["duration"])
    base = TranscribedSpan(
        audio,
        start_s=seconds(start_s),
        end_s=seconds(end_s),
        channel=channel if isinstance(channel, int) else None,
        id=str(cut["id"]),
        metadata=dict(cut.get("custom") or {}),
    )
    supervisions = cut.get("supervisions") or ()
    if not supervisions:
        yield base
    for one in supervisions:
        span = _supervision(one, base, start_s)
        yield span if len(supervisions) > 1 else replace(span, id=base.id)


def _supervision(one: Mapping[str, Any], base: TranscribedSpan, start_s: float) -> TranscribedSpan:
    first_s = start_s + float(one["start"])
    custom = dict(one.get("custom") or {})
    nested = custom.pop(_MORE, None)
    confidence = custom.pop("confidence", None)
    rows = (one.get("alignment") or {}).get("word") or ()
    gender = one.get("gender")
    told = (
        custom
        | (dict(nested) if isinstance(nested, Mapping) else {})
        | ({"gender": gender} if gender else {})
    )
    return replace(
        base,
        text=one.get("text"),
        start_s=seconds(first_s),
        end_s=seconds(first_s + float(one["duration"])),
        id=str(one["id"]),
        speaker=one.get("speaker"),
        language=one.get("language"),
        accent=told.pop("accent", None),
        licence=told.pop("licence", None),
        confidence=None if confidence is None else float(confidence),
        layers=dict(told.pop("layers", {})),
        flags=tuple(map(str, told.pop("flags", ()))),
        words=tuple(_word(row, float(one["start"])) for row in rows),
        metadata={**base.metadata, **told},
    )


def _word(row: Sequence[Any] | Mapping[str, Any], start_s: float) -> Word:
    """Return a word, whose times are from the start of the cut, from the start of its span."""
    names = ("symbol", "start", "duration", "score")
    values: list[Any] = [row.get(name) for name in names] if isinstance(row, Mapping) else [*row, None, None]
    symbol, start, length, score = values[:4]
    first_s = seconds(float(start) - start_s)
    return Word(
        str(symbol), first_s, seconds(first_s + float(length)), None if score is None else float(score)
    )


# ---- out -----------------------------------------------------------------------------------------------


def write(spans: Spans, path: Path) -> Sequence[Path]:
    """Write a cut a span."""
    ids = unique(
        [stem(name) for name in dict.fromkeys(span.audio.name for span in spans)], prefix="recording-"
    )
    recordings = dict(zip(dict.fromkeys(span.audio.name for span in spans), ids, strict=True))
    rows = (_row(span, recordings[span.audio.name]) for span in spans)
    return [write_text(path, "".join(f"{json_text(row)}\n" for row in rows))]


def _row(span: TranscribedSpan, recording: str) -> dict[str, Any]:
    audio, start_s = span.audio, span.start_s or 0.0
    rate, duration_s = audio.sample_rate_hz or 0, audio.duration_s or 0.0
    channels = list(range(audio.n_channels or 1))
    channel: int | list[int] = channels if span.channel is None else span.channel
    length_s = seconds((span.end_s or 0.0) - start_s)
    supervision = {
        "id": span.id,
        "recording_id": recording,
        "start": 0.0,
        "duration": length_s,
        "channel": channel,
        "text": span.text,
        "language": span.language,
        "speaker": span.speaker,
        "custom": _custom(span) or None,
        "alignment": {"word": [_alignment(word) for word in span.words]} if span.words else None,
    }
    return {
        "id": span.id,
        "start": start_s,
        "duration": length_s,
        "channel": channel,
        "supervisions": [{name: value for name, value in supervision.items() if value is not None}],
        "recording": {
            "id": recording,
            "sources": [{"type": "file", "channels": channels, "source": audio.name}],
            "sampling_rate": rate,
            "num_samples": to_samples(duration_s, rate),
            "duration": duration_s,
            "channel_ids": channels,
        },
        "type": "MonoCut" if isinstance(channel, int) else "MultiCut",
    }


def _alignment(word: Word) -> list[Any]:
    return [word.text, word.start_s, seconds(word.end_s - word.start_s), word.confidence]


def _custom(span: TranscribedSpan) -> dict[str, Any]:
    known: dict[str, Any] = {name: getattr(span, name) for name in _OWN if getattr(span, name) is not None}
    known |= {"layers": dict(span.layers)} if span.layers else {}
    known |= {"flags": list(span.flags)} if span.flags else {}
    # All of it goes nested: any of its names could be one of those above.
    return known | ({_MORE: dict(span.metadata)} if span.metadata else {})


def fit(spans: Spans) -> list[TranscribedSpan | None]:
    """Return what is left of each span; None where the length or rate of its recording is not known."""
    ids = unique([span.id for span in spans], prefix="cut-")
    return [_fit(replace(span, id=name)) for span, name in zip(spans, ids, strict=True)]


def _fit(span: TranscribedSpan) -> TranscribedSpan | None:
    there, audio = placed(span), span.audio
    if there is None or audio.duration_s is None or not audio.sample_rate_hz:
        return None
    times = only(there, "start_s", "end_s")
    n_channels = max(audio.n_channels or 1, (span.channel or 0) + 1)
    return replace(
        there,
        audio=replace(audio, duration_s=seconds(audio.duration_s), n_channels=n_channels),
        start_s=times.start_s,
        end_s=times.end_s,
        channel=0 if n_channels == 1 else span.channel,
        words=tuple(replace(word, estimated=False) for word in span.words),
        metadata={name: json_value(value) for name, value in span.metadata.items() if name not in _TAKEN},
    )


_TAKEN = frozenset([*_OWN, "layers", "flags", "gender"])
"""Keys that would be read as fields."""

FORMAT = Format("lhotse", (".jsonl.gz", ".jsonl"), "file", read, write, fit, needs_sound=True)
