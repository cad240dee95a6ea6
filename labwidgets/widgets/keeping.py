"""The kernel's side of keeping what is typed, for browsers that keep nothing."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from labwidgets.records import KeptEdit, LabelSource
from labwidgets.widgets import messages
from labwidgets.widgets._base import Answer, Handler
from labwidgets.widgets.desk import Desk
from labwidgets.widgets.protocol import KeptPayload


class KeepDesk(Desk[LabelSource]):
    """Keeps what one annotator typed and did not submit."""

    @property
    def handlers(self) -> dict[str, Handler]:
        """By name of the request."""
        return {"keep": self._answer_keep}

    def kept(self) -> list[KeptPayload]:
        """Return what there is, the newest first."""
        return [kept_payload(edit) for edit in self._source.kept(annotator=self._annotator)]

    def _answer_keep(self, payload: dict[str, Any]) -> Answer:
        segment = str(payload["segment"])
        if payload["edit"] is None:
            self._source.drop_kept(segment, annotator=self._annotator)
            at_us = time.time_ns() // 1000
        else:
            settings = self._source.labelling()
            edit = edit_record(payload["edit"], segment, annotator=self._annotator, settings=settings)
            at_us = self._source.keep(edit)
        return {"segment": segment, "kept_at_ms": at_us // 1000}, []


def edit_record(
    payload: Mapping[str, Any], segment: str, *, annotator: str, settings: Mapping[str, Any]
) -> KeptEdit:
    """Return what a page wants to have kept.

    Args:
        payload: An ``EditPayload``.
        segment: Its id.
        annotator: Whose page it is; never taken from the message.
        settings: The project's: only its flags and layers are taken.

    Raises:
        MessageError: A field of the wrong type or out of range.
    """
    flags = [str(flag) for flag in payload["flags"]]
    layers = {str(name): str(layer) for name, layer in payload["layers"].items()}
    messages.refuse_unknown("flag", flags, settings["flags"])
    messages.refuse_unknown("layer", layers, [layer["name"] for layer in settings["layers"]])
    return KeptEdit(
        id=str(payload["id"]),
        segment_id=segment,
        annotator=annotator,
        base_revision=int(payload["base_revision"]),
        text=str(payload["text"]),
        words=tuple(messages.word_record(word) for word in payload["words"]),
        layers=layers,
        flags=tuple(flags),
    )


def kept_payload(edit: KeptEdit) -> KeptPayload:
    """Return ``edit`` as it crosses."""
    return {
        "segment": edit.segment_id,
        "kept_at_ms": edit.at_us // 1000,
        "edit": {
            "id": edit.id,
            "base_revision": edit.base_revision,
            "text": edit.text,
            "words": [messages.word_payload(word) for word in edit.words],
            "layers": dict(edit.layers),
            "flags": list(edit.flags),
        },
    }
