"""The segment editor: a long recording with its segments, speakers and texts, for one annotator."""

from __future__ import annotations

from typing import Any

from labwidgets.errors import NotFoundError
from labwidgets.records import RecordingSource
from labwidgets.widgets._base import Answer
from labwidgets.widgets.labeller import Labeller


class SegmentEditor(Labeller):
    """A whole recording in the notebook: hear it, cut it into segments, name who speaks, write what they say.

    Args:
        source: A ``Project``, or a ``Dataset``, ``DatasetDict`` or list of dicts, as for ``Labeller``.
        recording: Id of a recording, or the end of its path, to begin with; default: the first one.
        annotator: Pseudonym under which opinions and changes are stored.
        options: As for ``Labeller``.

    Attributes:
        recording: Id of the recording that the page begins with.

    Raises:
        ConfigError: The annotator's name is not usable.
        NotFoundError: There is no such recording.
        SourceError: Nothing can be taken from the data set.
    """

    view_kind = "segments"

    def __init__(
        self,
        source: RecordingSource | object,
        *,
        annotator: str,
        recording: str | None = None,
        **options: Any,
    ) -> None:
        super().__init__(source, annotator=annotator, **options)
        self.recording: str | None = None if recording is None else _found(self.source, recording)

    def __repr__(self) -> str:
        """Short and stable, for notebooks."""
        return f"<SegmentEditor {self.source.name} for {self._annotator}>"

    def _answer_ready(self, payload: dict[str, Any]) -> Answer:
        reply, buffers = super()._answer_ready(payload)
        return {**reply, "recording": self.recording}, buffers


def _found(source: RecordingSource, wanted: str) -> str:
    """Return the id of the recording that is meant by its id or by the end of its source."""
    recordings = source.recordings()
    ids = [one.id for one in recordings if one.id == wanted]
    ids += [one.id for one in recordings if one.source.replace("\\", "/").endswith(wanted)]
    if not ids:
        raise NotFoundError(
            "no such recording",
            value=wanted,
            allowed="an id, or the end of a path",
            remedy="project.recordings() lists them",
        )
    return ids[0]
