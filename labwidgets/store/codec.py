"""Between rows and records: seconds and microseconds, words and JSON, checks on all that comes in."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from labwidgets.errors import TextError
from labwidgets.records import (
    Event,
    Hypothesis,
    NewRecording,
    Opinion,
    Quality,
    Recording,
    Reference,
    Segment,
    Span,
    Word,
    new_id,
)
from labwidgets.text import checked_text, searchable, stored_text
from labwidgets.timeline import to_s, to_us

Row = sa.RowMapping


# ---- in ------------------------------------------------------------------------------------------------


def content_row(
    *,
    text: str = "",
    words: Iterable[Word] = (),
    layers: Mapping[str, str] | None = None,
    fields: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return a row for ``content`` with a fresh id.

    Raises:
        TextError: When some of it may not be stored.
    """
    return {
        "id": new_id("con"),
        "text": stored_text(text),
        "folded": searchable(text),
        "words": [word_json(word) for word in words],
        "layers": {checked_text(name): stored_text(layer) for name, layer in (layers or {}).items()},
        "fields": clean_json(dict(fields or {})),
        "erased_us": None,
    }


def word_json(word: Word) -> list[Any]:
    """Return ``word`` as a short list, times in microseconds.

    Raises:
        TextError: When its text or its times may not be stored.
    """
    if not (math.isfinite(word.start_s) and math.isfinite(word.end_s) and word.end_s >= word.start_s):
        raise TextError(
            "a word has no proper times",
            value=f"{word.start_s}..{word.end_s}",
            allowed="finite seconds, the end not before the start",
        )
    confidence = None if word.confidence is None else finite(word.confidence)
    return [stored_text(word.text), to_us(word.start_s), to_us(word.end_s), confidence, word.estimated]


def span_json(spans: Iterable[Span]) -> list[list[int]]:
    """Return ``spans`` in microseconds; spans without proper times vanish."""
    return [
        [to_us(first), to_us(last)] for first, last in spans if math.isfinite(first) and math.isfinite(last)
    ]


def finite(value: float | None) -> float | None:
    """Return ``value``, or None where it is no finite number."""
    return float(value) if value is not None and math.isfinite(value) else None


def clean_json(value: Any) -> Any:
    """Return ``value`` with JSON types only: numbers that are not finite become null.

    Raises:
        TextError: On a string that no store can hold.
    """
    kind = type(value)
    if kind is str:
        return _storable(value)
    if kind in _PLAIN:
        return value
    if kind is dict:
        return {_storable(str(name)): clean_json(item) for name, item in value.items()}
    if isinstance(value, float):
        return finite(value)
    return _clean_other(value)


_PLAIN = frozenset({type(None), bool, int})


def _clean_other(value: Any) -> Any:
    if isinstance(value, int):
        return value
    if isinstance(value, str):
        return _storable(value)
    if isinstance(value, Mapping):
        return {_storable(str(name)): clean_json(item) for name, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [clean_json(item) for item in value]
    return _storable(str(value))


def _storable(text: str) -> str:
    if text.isprintable() and text.isascii():
        return text
    if "\0" in text or not _is_unicode(text):
        raise TextError(
            "a name or field cannot be stored",
            value=ascii(text[:80]),
            allowed="Unicode text without U+0000",
            remedy="Rename it and add it again",
        )
    return text


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def quality_json(quality: Quality) -> dict[str, Any]:
    """Return ``quality`` for storage; digital silence is minus infinity, which JSON has no number for."""
    return {
        name: value if value is None or math.isfinite(value) else str(value)
        for name, value in asdict(quality).items()
    }


def recording_fields(item: NewRecording) -> dict[str, Any]:
    """Return what is personal or descriptive of ``item``: events do not carry it."""
    return {
        "source": item.source,
        "speaker": item.speaker,
        "accent": item.accent,
        "licence": item.licence,
        "collection": item.collection,
        "mtime_ns": item.mtime_ns,
        "metadata": dict(item.metadata) | ({"text": item.text} if _is_metadata(item) else {}),
    }


def _is_metadata(item: NewRecording) -> bool:
    return item.text is not None and item.text_as == "metadata" and "text" not in item.metadata


# ---- out -----------------------------------------------------------------------------------------------


def words_of(stored: Sequence[Sequence[Any]]) -> tuple[Word, ...]:
    """Return the words of a stored list."""
    return tuple(
        Word(text, to_s(start), to_s(end), confidence, bool(estimated))
        for text, start, end, confidence, estimated in stored
    )


def spans_of(stored: Sequence[Sequence[int]]) -> tuple[Span, ...]:
    """Return stored spans in seconds."""
    return tuple((to_s(first), to_s(last)) for first, last in stored)


def recording_of(row: Row) -> Recording:
    """Return the recording of a row of ``recording`` with ``fields`` of its content."""
    return Recording(
        id=row["id"],
        source=row["source"],
        bytes_sha256=row["bytes_sha256"],
        sound_sha256=row["sound_sha256"],
        n_bytes=row["n_bytes"],
        duration_s=to_s(row["duration_us"]),
        sample_rate_hz=row["sample_rate_hz"],
        n_channels=row["n_channels"],
        codec=row["codec"],
        language=row["language"],
        speaker=row["speaker"],
        accent=row["accent"],
        licence=row["licence"],
        collection=row["collection"],
        metadata=row["fields"].get("metadata", {}),
        copied=row["copied"],
        mtime_ns=row["mtime_ns"],
        state=row["state"],
        reason=row["reason"],
        quality=quality_of(row["quality"]),
    )


def quality_of(stored: Mapping[str, Any] | None) -> Quality | None:
    """Return stored quality figures."""
    if stored is None:
        return None
    figures: dict[str, Any] = {
        name: None if value is None else float(value) for name, value in stored.items()
    }
    return Quality(**figures)


def segment_of(row: Row) -> Segment:
    """Return the segment of a row."""
    return Segment(
        id=row["id"],
        recording_id=row["recording_id"],
        channel=row["channel"],
        start_s=to_s(row["start_us"]),
        end_s=to_s(row["end_us"]),
        version=row["version"],
        parent_ids=tuple(row["parent_ids"]),
        retired=row["retired_by"] is not None,
        speaker=row["speaker"],
    )


def hypothesis_of(row: Row) -> Hypothesis:
    """Return the hypothesis of a row joined with its run and content."""
    return Hypothesis(
        id=row["id"],
        segment_id=row["segment_id"],
        run_id=row["run_id"],
        model=row["model"],
        revision=row["revision"],
        text=row["text"],
        words=words_of(row["words"]),
        confidence=row["confidence"],
        language=row["language"],
        alarms=tuple(row["alarms"]),
        cut=row["cut"],
    )


def opinion_of(row: Row) -> Opinion:
    """Return the opinion of a row joined with its content."""
    return Opinion(
        segment_id=row["segment_id"],
        annotator=row["annotator"],
        revision=row["revision"],
        event_id=row["event_id"],
        text=row["text"],
        words=words_of(row["words"]),
        layers=row["layers"],
        flags=tuple(row["flags"]),
        origin=row["origin"],
        draft_id=row["draft_id"],
        listened=spans_of(row["listened"]),
        active_ms=row["active_ms"],
        at_us=row["at_us"],
        skip_reason=row["skip_reason"],
    )


def reference_of(row: Row) -> Reference:
    """Return the reference of a row joined with its content."""
    return Reference(
        segment_id=row["segment_id"],
        text=row["text"],
        words=words_of(row["words"]),
        layers=row["layers"],
        origin=row["origin"],
        decided_by=row["decided_by"],
        decision_id=row["decision_id"],
    )


def event_of(row: Row, payload: Mapping[str, Any]) -> Event:
    """Return the event of a row with its payload brought up to date."""
    return Event(
        seq=row["seq"],
        event_id=row["event_id"],
        stream_id=row["stream_id"],
        stream_version=row["stream_version"],
        kind=row["kind"],
        actor=row["actor"],
        at_us=row["at_us"],
        client_at_us=row["client_at_us"],
        payload=payload,
    )
