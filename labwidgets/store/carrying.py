"""What becomes of texts when segments are split, joined or moved: who said what of the new ones.

Nothing becomes a label that nobody gave: what a person submitted stays submitted only where the pieces say
just that, what was imported stays imported likewise, and anything else is kept as typed and not submitted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import sqlalchemy as sa

from labwidgets.records import LabelOrigin, Opinion, SegmentPiece, Span, Word
from labwidgets.store import codec, labels, schema
from labwidgets.store.cutting import Said, cut, cut_like, join, joined_text, same_text
from labwidgets.store.starts import REFERENCE_VERSION, Starts
from labwidgets.timeline import to_s

Outcome = Literal["opinion", "reference", "kept"]


@dataclass(frozen=True, slots=True)
class Parent:
    """A segment that is cut or joined, with what there is to say of it to one annotator.

    Attributes:
        row: Of ``segment``, with the columns of its task that say how it was drawn.
        own: This annotator's newest opinion, unless it is a skip.
        imported: The reference, where it came with the recording.
        decided_by: Who or what brought that reference.
        shown: The reference, whoever made it.
        kept: This annotator's kept edit.
        draft: The draft.
    """

    row: sa.RowMapping
    own: Opinion | None
    imported: Said | None
    decided_by: str | None
    shown: Said | None
    kept: Said | None
    draft: Said | None

    @property
    def span(self) -> Span:
        """In the recording, seconds."""
        return to_s(self.row["start_us"]), to_s(self.row["end_us"])

    @property
    def stands(self) -> Said:
        """What the annotator would start from."""
        said = None if self.own is None else _said_of(self.own, self.span)
        return self.kept or said or self.shown or self.draft or Said("", (), self.span)


@dataclass(frozen=True, slots=True)
class Carried:
    """What the pieces say, and as what: None where their drafts say it already."""

    outcome: Outcome | None
    said: tuple[Said, ...]
    texts: tuple[str, ...] | None


def parents_of(connection: sa.Connection, rows: Sequence[sa.RowMapping], *, annotator: str) -> list[Parent]:
    """Return segments with what there is to say of them, by start."""
    ids = [row["id"] for row in rows]
    starts = Starts(connection, ids)
    found = []
    for row in sorted(rows, key=lambda row: (row["start_us"], row["end_us"], row["id"])):
        span = (to_s(row["start_us"]), to_s(row["end_us"]))
        thread = labels.opinions(connection, row["id"], annotator)
        own = thread[-1] if thread and thread[-1].skip_reason is None else None
        shown, origin, decided_by = _reference(connection, row, starts)
        found.append(
            Parent(
                row,
                own,
                shown if origin == "imported" else None,
                decided_by,
                shown,
                _kept(connection, row["id"], annotator, span),
                _draft(connection, row, span),
            )
        )
    return found


def _reference(
    connection: sa.Connection, row: sa.RowMapping, starts: Starts
) -> tuple[Said | None, LabelOrigin | None, str | None]:
    reference, content = schema.reference, schema.content
    query = (
        sa.select(reference, content.c.text, content.c.words, content.c.layers, REFERENCE_VERSION)
        .join(content, content.c.id == reference.c.content_id)
        .where(reference.c.segment_id == row["id"])
    )
    stored = connection.execute(query).mappings().first()
    if stored is None:
        return None, None, None
    segment = codec.segment_of(row)
    known = starts.reference(codec.reference_of(stored), segment, stored["segment_version"])
    said = Said(known.text, known.words, (segment.start_s, segment.end_s), known.layers)
    return said, known.origin, known.decided_by


def _kept(connection: sa.Connection, segment_id: str, annotator: str, span: Span) -> Said | None:
    kept = schema.kept_edit.c
    query = sa.select(kept.text, kept.words, kept.layers)
    mine = query.where(kept.segment_id == segment_id, kept.annotator == annotator)
    row = connection.execute(mine).first()
    return None if row is None else Said(row.text, codec.words_of(row.words), span, row.layers)


def _said_of(own: Opinion, span: Span) -> Said:
    return Said(own.text, own.words, span, own.layers)


def _draft(connection: sa.Connection, row: sa.RowMapping, span: Span) -> Said | None:
    content = schema.content.c
    query = sa.select(content.text, content.words).where(content.id == row["draft_content_id"])
    found = connection.execute(query).first() if row["draft_content_id"] else None
    return None if found is None else Said(found.text, codec.words_of(found.words), span)


# ---- what the pieces say -------------------------------------------------------------------------------


def carried(parents: Sequence[Parent], pieces: Sequence[SegmentPiece]) -> Carried:
    """Return what pieces say that are cut out of, or made of, some segments (none of them for a new one)."""
    spans = [(piece.start_s, piece.end_s) for piece in pieces]
    if not parents:
        texts = tuple(piece.text or "" for piece in pieces)
        return Carried("kept" if any(texts) else None, _with_words(pieces, texts, None), texts)
    standing = parted([parent.stands for parent in parents], spans, None)
    texts = tuple(
        part.text if piece.text is None else piece.text for piece, part in zip(pieces, standing, strict=True)
    )
    whole = joined_text(texts)
    for outcome, sides in _sides(parents):
        if same_text(whole, joined_text([side.text for side in sides])):
            parts = parted(sides, spans, texts)
            if _are_layers_told(pieces, parts):
                return Carried(outcome, _with_words(pieces, texts, parts), texts)
    sides = [parent.stands for parent in parents]
    is_same = same_text(whole, joined_text([side.text for side in sides]))
    return Carried("kept", _with_words(pieces, texts, parted(sides, spans, texts) if is_same else None), None)


def _are_layers_told(pieces: Sequence[SegmentPiece], parts: Sequence[Said]) -> bool:
    """Tell whether the further texts of pieces are known to say just what the parents' said there."""
    return all(
        part.is_sure
        and all(
            name in part.layers and same_text(text, part.layers[name])
            for name, text in (piece.layers or {}).items()
        )
        for piece, part in zip(pieces, parts, strict=True)
    )


def _sides(parents: Sequence[Parent]) -> list[tuple[Outcome | None, list[Said]]]:
    """Return what is whole for all parents: own opinions, imported references, drafts."""
    found: list[tuple[Outcome | None, list[Said]]] = []
    owns = [_said_of(one.own, one.span) for one in parents if one.own is not None]
    if len(owns) == len(parents):
        found.append(("opinion", owns))
    imported = [one.imported for one in parents if one.imported is not None and one.own is None]
    if len(imported) == len(parents):
        found.append(("reference", imported))
    if not any(one.own or one.shown or one.kept for one in parents):
        found.append((None, [one.draft or Said("", (), one.span) for one in parents]))
    return found


def parted(sides: Sequence[Said], spans: Sequence[Span], texts: Sequence[str] | None) -> list[Said]:
    """Return what consecutive segments say, as each of some spans says it.

    Args:
        sides: By start.
        spans: By start.
        texts: What the spans say, where that is known; else words go by their times.
    """
    hull = (min(side.span[0] for side in sides), max(side.span[1] for side in sides))
    whole = join(sides, hull)
    if texts is None or not same_text(joined_text(texts), whole.text):
        return cut(whole, spans)
    return cut_like(whole, spans, texts)


def _with_words(
    pieces: Sequence[SegmentPiece], texts: Sequence[str], parts: Sequence[Said] | None
) -> tuple[Said, ...]:
    found = []
    for place, (piece, text) in enumerate(zip(pieces, texts, strict=True)):
        words: tuple[Word, ...] = piece.words
        if piece.text is None or not words:
            words = parts[place].words if parts is not None else ()
        layers = {**(parts[place].layers if parts is not None else {}), **(piece.layers or {})}
        found.append(Said(text, words, (piece.start_s, piece.end_s), layers))
    return tuple(found)


# ---- as what it is stored ------------------------------------------------------------------------------


def opinion_payload(parents: Sequence[Parent], said: Said) -> dict[str, Any]:
    """Return what of an opinion follows from those that it is made of: no new listening, no new work."""
    owns = [(one, one.own) for one in parents if one.own is not None]
    origins = {own.origin for _, own in owns}
    heard = [
        (max(said.span[0], one.span[0] + first_s), min(said.span[1], one.span[0] + last_s))
        for one, own in owns
        for first_s, last_s in own.listened
    ]
    return {
        "origin": origins.pop() if len(origins) == 1 else "corrected",
        "flags": list(dict.fromkeys(flag for _, own in owns for flag in own.flags)),
        "listened": codec.span_json(
            (first_s - said.span[0], last_s - said.span[0]) for first_s, last_s in heard if last_s > first_s
        ),
        "active_ms": 0,
        "is_skip": False,
    }


def fitted(words: Sequence[Word], duration_s: float) -> tuple[Word, ...]:
    """Return words that a page sent with their times inside the segment."""
    return tuple(
        replace(
            word,
            start_s=min(max(0.0, word.start_s), duration_s),
            end_s=min(max(0.0, word.end_s), duration_s),
        )
        for word in words
    )


def kept_fields(connection: sa.Connection, ids: Sequence[str], annotator: str) -> Mapping[str, Any]:
    """Return a person's kept edits of some segments, as a content can hold them."""
    kept = schema.kept_edit
    query = sa.select(kept).where(kept.c.annotator == annotator, kept.c.segment_id.in_(ids))
    names = ("edit_id", "base_revision", "text", "words", "layers", "flags")
    rows = connection.execute(query).mappings()
    return {row["segment_id"]: {name: row[name] for name in names} for row in rows}
