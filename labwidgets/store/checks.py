"""What a change of segments must be like, before the store is asked."""

from __future__ import annotations

import math
import uuid
from collections.abc import Mapping, Sequence
from typing import get_args

from labwidgets.errors import SegmentError
from labwidgets.records import MIN_SEGMENT_S, MIX, ChangeKind, Recording, SegmentChange, SegmentPiece
from labwidgets.text import checked_text, stored_text
from labwidgets.timeline import to_us

OVER_END_S = 0.05
"""A page that rounds may name an end this much behind the recording's: it is taken for that end."""

_MANY = 100_000
_MAX_NAME = 200

_COUNTS: Mapping[str, tuple[tuple[int, int], tuple[int, int]]] = {
    "create": ((0, 0), (1, 1)),
    "retime": ((1, 1), (1, 1)),
    "split": ((1, 1), (2, _MANY)),
    "merge": ((2, _MANY), (1, 1)),
    "delete": ((1, _MANY), (0, 0)),
    "assign": ((1, _MANY), (0, 0)),
    "rename": ((0, 0), (0, 0)),
    "segment": ((0, _MANY), (0, _MANY)),
}
"""By kind: fewest and most segments, fewest and most pieces."""


def check(change: SegmentChange, recording: Recording) -> None:
    """Refuse a change that makes no sense by itself.

    Raises:
        SegmentError: With what is wrong.
        TextError: A name or text may not be stored.
    """
    if change.kind not in _COUNTS:
        raise SegmentError("no such change", value=change.kind, allowed=", ".join(get_args(ChangeKind)[:-1]))
    for what, given, (fewest, most) in zip(
        ("segments", "pieces"), (change.segments, change.pieces), _COUNTS[change.kind], strict=True
    ):
        if not fewest <= len(given) <= most:
            raise SegmentError(
                f"the wrong number of {what} to {change.kind}",
                value=len(given),
                allowed=str(fewest) if fewest == most else f"at least {fewest}",
            )
    refs = [ref.id for ref in change.segments]
    if len(set(refs)) < len(refs):
        raise SegmentError("a segment is named twice", value=_twice(refs))
    ids = [piece.id for piece in change.pieces]
    if len(set(ids)) < len(ids):
        raise SegmentError("two pieces have the same id", value=_twice(ids))
    _check_uuid(change.change_id, "change")
    _check_name(change.annotator, "annotator")
    _check_speakers(change)
    for piece in change.pieces:
        check_piece(piece, recording, is_new=change.kind != "retime")


def _twice(ids: Sequence[str]) -> str:
    return next(one for place, one in enumerate(ids) if one in ids[:place])


def _check_uuid(value: str, what: str) -> None:
    try:
        is_canonical = str(uuid.UUID(value)) == value
    except ValueError:
        is_canonical = False
    if not is_canonical:
        raise SegmentError(f"the id of a {what} is no UUID", value=value[:80], allowed="lower case, 36 signs")


def _check_name(value: str, what: str) -> None:
    if not value.strip() or len(checked_text(value)) > _MAX_NAME or not value.isprintable():
        raise SegmentError(
            f"the name of the {what} is empty or too long", value=value[:40], allowed="1 to 200 characters"
        )


def _check_speakers(change: SegmentChange) -> None:
    named = [change.speaker, change.to_speaker, *(piece.speaker for piece in change.pieces)]
    for name in named:
        if name is not None:
            _check_name(name, "speaker")
    if change.kind == "rename" and (change.speaker is None or change.to_speaker is None):
        raise SegmentError("a rename needs the old name and the new one of the speaker")


def check_piece(piece: SegmentPiece, recording: Recording, *, is_new: bool) -> None:
    """Refuse a piece whose id, channel, times or text cannot be.

    Raises:
        SegmentError: With what is wrong.
        TextError: Its text may not be stored.
    """
    if is_new:
        _check_uuid(piece.id, "segment")
    if piece.channel != MIX and not 0 <= piece.channel < recording.n_channels:
        raise SegmentError(
            "no such channel", value=piece.channel, allowed=f"0 to {recording.n_channels - 1}, or {MIX}"
        )
    if not (math.isfinite(piece.start_s) and math.isfinite(piece.end_s)):
        raise SegmentError("times that are no numbers", value=f"{piece.start_s}..{piece.end_s}")
    start_us, end_us = span_us(piece, recording)
    if not 0 <= start_us < end_us <= to_us(recording.duration_s):
        raise SegmentError(
            "these times do not lie in the recording, or run backwards",
            value=f"{piece.start_s:.3f}..{piece.end_s:.3f} s",
            allowed=f"0 to {recording.duration_s:.3f} s, the start before the end",
        )
    if end_us - start_us < to_us(MIN_SEGMENT_S):
        raise SegmentError(
            "the segment is too short",
            value=f"{(end_us - start_us) / 1e6:.3f} s",
            allowed=f"{MIN_SEGMENT_S:g} s or longer",
        )
    if piece.text is not None:
        stored_text(piece.text)


def span_us(piece: SegmentPiece, recording: Recording) -> tuple[int, int]:
    """Return the times of a piece in whole microseconds, inside the recording where they are just outside."""
    start_us, end_us, last_us = to_us(piece.start_s), to_us(piece.end_s), to_us(recording.duration_s)
    if -to_us(OVER_END_S) <= start_us < 0:
        start_us = 0
    return start_us, last_us if last_us < end_us <= last_us + to_us(OVER_END_S) else end_us
