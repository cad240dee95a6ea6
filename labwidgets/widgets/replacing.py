"""The kernel's side of find and replace: requests of one annotator's page, answered from the store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labwidgets.audio import WINDOW_S
from labwidgets.errors import MessageError
from labwidgets.records import Found, LabelSource, Replace, Replacement, Wanted
from labwidgets.widgets._base import Answer, Handler
from labwidgets.widgets.desk import Desk
from labwidgets.widgets.messages import clip_payload
from labwidgets.widgets.protocol import FoundPayload, HitPayload

MAX_ITEMS = 200
"""Segments in one batch: a save that comes meanwhile waits for no more."""

_CONTEXT = 48
"""Characters shown on either side of a place."""


class ReplaceDesk(Desk[LabelSource]):
    """Answers what the page asks about finding and replacing."""

    @property
    def handlers(self) -> dict[str, Handler]:
        """By name of the request."""
        return {
            "find": self._answer_find,
            "replace": self._answer_replace,
            "undo_replace": self._answer_undo,
        }

    def _answer_find(self, payload: dict[str, Any]) -> Answer:
        page = self._source.find(
            wanted_record(payload["find"]),
            annotator=self._annotator,
            after=payload["after"],
            limit=int(payload["limit"]),
        )
        is_first = payload["after"] is None
        return {
            "found": [found_payload(one) for one in page.found],
            "after": page.after,
            "n_segments": page.n_segments,
            "undoable": self._source.newest_replace(annotator=self._annotator) if is_first else None,
        }, []

    def _answer_replace(self, payload: dict[str, Any]) -> Answer:
        wanted = wanted_record(payload["find"])
        items = [replacement_record(item) for item in payload["items"]]
        if len(items) > MAX_ITEMS:
            raise MessageError("too many segments at once", value=len(items), allowed=f"up to {MAX_ITEMS}")
        replace_id = payload["replace"] or self._source.begin_replace(wanted, annotator=self._annotator)
        rules = {layer["name"]: layer["rule"] for layer in self._source.labelling()["layers"]}
        job = Replace(replace_id, self._annotator, wanted, payload["replacement"], rules)
        done = [
            {"found": found_payload(one.found), "n": one.n, "refused": one.refused}
            for one in self._source.replace(job, items)
        ]
        return {"replace": replace_id, "done": done}, []

    def _answer_undo(self, payload: dict[str, Any]) -> Answer:
        restored = self._source.undo_replace(payload["replace"], annotator=self._annotator)
        return {"segments": list(restored.segment_ids), "n_left": restored.n_left}, []


def wanted_record(payload: Mapping[str, Any]) -> Wanted:
    """Return what a page looks for."""
    return Wanted(
        payload["text"],
        whole_word=payload["whole_word"],
        match_case=payload["match_case"],
        match_accents=payload["match_accents"],
        own=payload["own"],
    )


def replacement_record(payload: Mapping[str, Any]) -> Replacement:
    """Return the places that a page wants to replace.

    Raises:
        MessageError: A span that was heard has no start and end.
    """
    if any(len(span) != 2 for span in payload["heard"]):
        raise MessageError("malformed span", allowed="start and end, in seconds")
    heard = tuple((float(first), float(last)) for first, last in payload["heard"])
    return Replacement(payload["segment"], payload["kind"], payload["base"], tuple(payload["starts"]), heard)


def found_payload(found: Found) -> FoundPayload:
    """Return a segment and its places as they cross."""
    return {
        "segment": found.segment_id,
        "clip": clip_payload(found.segment_id, found.duration_s, WINDOW_S),
        "kind": found.kind,
        "base": found.base,
        "hits": [
            _hit(found.text, place, time) for place, time in zip(found.places, found.times, strict=True)
        ],
    }


def _hit(text: str, place: tuple[int, int], time: tuple[float, float, bool]) -> HitPayload:
    (start, end), (start_s, end_s, is_estimated) = place, time
    return {
        "start": start,
        "before": _tail(text[:start]),
        "text": text[start:end],
        "after": _tail(text[end:][::-1])[::-1],
        "start_s": start_s,
        "end_s": end_s,
        "estimated": is_estimated,
    }


def _tail(text: str) -> str:
    """Return the end of a text, cut between words where that is near."""
    if len(text) <= _CONTEXT:
        return text
    cut = text[-_CONTEXT:]
    _, space, rest = cut.partition(" ")
    return f"…{rest}" if space and len(rest) > _CONTEXT // 2 else f"…{cut}"
