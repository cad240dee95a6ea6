"""Records to payloads and back: pure functions between ``records`` and ``protocol``."""

from __future__ import annotations

import hashlib
import json
import math
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from labwidgets.audio import FLOOR_DB, STEP_DB
from labwidgets.config import TagPalette
from labwidgets.errors import MessageError
from labwidgets.records import (
    QUEUE_FILTERS,
    QUEUE_ORDERS,
    AudioWindow,
    HotWord,
    Hypothesis,
    LabelOrigin,
    Opinion,
    QueueCounts,
    QueueQuery,
    QueueRow,
    SegmentView,
    Spectrogram,
    Submission,
    Word,
)
from labwidgets.widgets.protocol import (
    ClipPayload,
    CountsPayload,
    DraftPayload,
    HotWordPayload,
    HotWordsReply,
    OpinionPayload,
    QueueRowPayload,
    SpectrogramReply,
    TagPayload,
    WindowReply,
    WordPayload,
)


def tag_payloads(palette: TagPalette) -> list[TagPayload]:
    """Return the tags of ``palette`` as they cross; a tag without a label is shown by its name."""
    return [
        {
            "kind": kind,
            "text": text,
            "label": tag.label or text.strip("[]<>").removeprefix("lang:"),
            "key": tag.key,
        }
        for kind, text, tag in palette.entries()
    ]


def word_payload(word: Word) -> WordPayload:
    """Return ``word`` as it crosses."""
    return {
        "text": word.text,
        "start_s": word.start_s,
        "end_s": word.end_s,
        "confidence": word.confidence,
        "estimated": word.estimated,
    }


def word_record(payload: Mapping[str, Any]) -> Word:
    """Return the word that a page sent.

    Raises:
        MessageError: A field is missing, of the wrong type, or the times run backwards.
    """
    try:
        confidence = payload["confidence"]
        word = Word(
            text=_text(payload["text"]),
            start_s=float(payload["start_s"]),
            end_s=float(payload["end_s"]),
            confidence=None if confidence is None else float(confidence),
            estimated=bool(payload["estimated"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise MessageError("malformed word", value=type(error).__name__) from error
    if not (math.isfinite(word.start_s) and math.isfinite(word.end_s)) or word.end_s < word.start_s:
        raise MessageError("a word whose times run backwards", value=f"{word.start_s}..{word.end_s}")
    return word


def query_record(payload: Mapping[str, Any]) -> QueueQuery:
    """Return the query that a page sent.

    Raises:
        MessageError: An order or filter that does not exist.
    """
    order, chosen = payload.get("order"), payload.get("filter")
    if order not in QUEUE_ORDERS:
        raise MessageError("no such order", value=order, allowed=", ".join(QUEUE_ORDERS))
    if chosen not in QUEUE_FILTERS:
        raise MessageError("no such filter", value=chosen, allowed=", ".join(QUEUE_FILTERS))
    return QueueQuery(order=order, filter=chosen, search=_text(payload.get("search", "")))


def submission_record(
    payload: Mapping[str, Any], *, annotator: str, shown: str | None, settings: Mapping[str, Any]
) -> Submission:
    """Return what a page submitted, with its origin told from the text it started with.

    Args:
        payload: A ``SubmitRequest``.
        annotator: Whose page it is; never taken from the message.
        shown: What the box started with; None if it started empty.
        settings: The project's: only its flags and layers are taken.

    Raises:
        MessageError: A field of the wrong type or out of range.
    """
    flags = [str(flag) for flag in payload["flags"]]
    layers = {str(name): _text(layer) for name, layer in payload["layers"].items()}
    refuse_unknown("flag", flags, settings["flags"])
    refuse_unknown("layer", layers, [layer["name"] for layer in settings["layers"]])
    text = _text(payload["text"])
    try:
        event_id = str(uuid.UUID(str(payload["event_id"])))
        return Submission(
            event_id=event_id,
            segment_id=_text(payload["segment"]),
            annotator=annotator,
            base_revision=int(payload["base_revision"]),
            text=text,
            words=tuple(word_record(word) for word in payload["words"]),
            layers=layers,
            flags=tuple(flags),
            origin=label_origin(text, shown),
            draft_id=payload["draft"],
            listened=tuple((float(start_s), float(end_s)) for start_s, end_s in payload["listened"]),
            active_ms=max(0, int(payload["active_ms"])),
            client_at_us=int(payload["client_at_ms"] * 1000),
            skip_reason=payload["skip_reason"],
            is_blank=payload.get("blank"),
        )
    except (TypeError, ValueError) as error:
        if isinstance(error, MessageError):
            raise
        raise MessageError("malformed submission", value=type(error).__name__) from error


def refuse_unknown(kind: str, names: Iterable[str], known: Sequence[str]) -> None:
    """Refuse flags or layers that the project does not have.

    Raises:
        MessageError: With those that it has.
    """
    unknown = [name for name in names if name not in known]
    if unknown:
        raise MessageError(f"no such {kind}", value=unknown[0], allowed=", ".join(known))


def label_origin(text: str, shown: str | None) -> LabelOrigin:
    """Return how ``text`` came to be: typed, or corrected or confirmed from the text shown at first.

    >>> label_origin("a", None), label_origin("a", "b"), label_origin("a", "a ")
    ('typed', 'corrected', 'confirmed')
    """
    if shown is None:
        return "typed"
    return "confirmed" if text.split() == shown.split() else "corrected"


def shown_text(view: SegmentView, *, draft_id: str | None) -> str | None:
    """Return the text of others that an annotator started from: the draft, or an imported reference."""
    if view.reference is not None and view.reference.origin == "imported":
        return view.reference.text
    return view.draft.text if draft_id is not None and view.draft is not None else None


def draft_payload(draft: Hypothesis) -> DraftPayload:
    """Return a draft as it crosses."""
    return {
        "id": draft.id,
        "model": draft.model,
        "text": draft.text,
        "words": [word_payload(word) for word in draft.words],
        "confidence": draft.confidence,
        "alarms": list(draft.alarms),
    }


def opinion_payload(opinion: Opinion) -> OpinionPayload:
    """Return an annotator's own opinion as it crosses."""
    return {
        "revision": opinion.revision,
        "text": opinion.text,
        "words": [word_payload(word) for word in opinion.words],
        "layers": dict(opinion.layers),
        "flags": list(opinion.flags),
        "skip_reason": opinion.skip_reason,
        "at_ms": opinion.at_us // 1000,
    }


def hot_words_reply(words: Sequence[HotWord]) -> HotWordsReply:
    """Return the corrections on offer as they cross."""
    found: list[HotWordPayload] = [{"wrong": one.wrong, "right": one.right, "n": one.n} for one in words]
    mark = hashlib.sha256(json.dumps(found).encode()).hexdigest()[:12]
    return {"hot_words": found, "mark": mark}


def counts_payload(counts: QueueCounts) -> CountsPayload:
    """Return progress as it crosses."""
    return {
        "total": counts.total,
        "done": counts.done,
        "skipped": counts.skipped,
        "blocked": counts.blocked,
        "drafted": counts.drafted,
        "total_s": counts.total_s,
        "done_s": counts.done_s,
        "minutes_left": counts.minutes_left,
    }


def row_payload(row: QueueRow, *, is_held_back: bool = False) -> QueueRowPayload:
    """Return a line of the queue as it crosses."""
    return {
        "segment": row.segment_id,
        "position": row.position,
        "duration_s": row.duration_s,
        "state": row.state,
        "text": row.text,
        "confidence": row.confidence,
        "flags": list(row.flags),
        "speaker": row.speaker,
        "held_back": is_held_back,
    }


def clip_payload(clip_id: str, duration_s: float, window_s: float) -> ClipPayload:
    """Return something playable as it crosses."""
    return {"id": clip_id, "duration_s": duration_s, "window_s": window_s}


def window_payload(window: AudioWindow, *, clip: str, index: int) -> WindowReply:
    """Return what goes beside the bytes of a window."""
    return {
        "clip": clip,
        "index": index,
        "start_s": window.start_s,
        "end_s": window.end_s,
        "lead_s": window.lead_s,
        "mime": window.mime,
    }


def spectrogram_payload(picture: Spectrogram, *, clip: str, start_s: float, end_s: float) -> SpectrogramReply:
    """Return what goes beside the levels of a spectrogram."""
    return {
        "clip": clip,
        "start_s": start_s,
        "end_s": end_s,
        "n_columns": picture.n_columns,
        "n_bands": picture.n_bands,
        "max_hz": picture.max_hz,
        "floor_db": FLOOR_DB,
        "step_db": STEP_DB,
    }


def starting_text(
    view: SegmentView, *, is_held_back: bool = False
) -> tuple[str, tuple[Word, ...], Mapping[str, str]]:
    """Return text, words and layers to start with: own opinion, else reference, else draft, else nothing.

    A skip says nothing about the text, so the box then starts as if there were no opinion.
    """
    if view.opinion is not None and view.opinion.skip_reason is None:
        return view.opinion.text, view.opinion.words, view.opinion.layers
    if view.reference is not None:
        return view.reference.text, view.reference.words, view.reference.layers
    if view.draft is not None and not is_held_back:
        return view.draft.text, view.draft.words, {}
    return "", (), {}


def facts(view: SegmentView) -> list[str]:
    """Return short texts about a segment, for the line under the editor."""
    recording, quality = view.recording, view.recording.quality
    found = [view.segment.speaker or recording.speaker, recording.accent, recording.language]
    if quality is not None and quality.snr_db is not None:
        found.append(f"SNR {quality.snr_db:.0f} dB")
    if quality is not None and quality.clipped > 0.001:
        found.append(f"clipped {quality.clipped:.1%}")
    if quality is not None and quality.lost_s:
        found.append(f"{quality.lost_s:.1f} s broken")
    if recording.collection:
        found.append(recording.collection)
    if view.draft is not None:
        found.append(f"draft: {view.draft.model}")
    if view.reference is not None and view.reference.origin == "auto_accepted":
        found.append("accepted by a decision, heard by nobody")
    return [text for text in found if text]


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise MessageError("text expected", value=type(value).__name__)
    return value
