"""The one tree of errors that labwidgets raises on purpose.

Every message says what was wrong, with which value, what is allowed and what to do next, so that the same
text serves a notebook, a terminal and the browser.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar


class LabError(Exception):
    """Anything labwidgets refuses to do; catch this to catch all of them.

    Args:
        problem: What was wrong, as a clause without a full stop.
        value: The value at fault, if showing it helps (never a transcript).
        allowed: What would have been accepted.
        remedy: What the user can do now.
    """

    code: ClassVar[str] = "error"

    def __init__(self, problem: str, *, value: object = None, allowed: str = "", remedy: str = "") -> None:
        self.problem = problem
        self.value = None if value is None else str(value)
        self.allowed = allowed
        self.remedy = remedy
        parts = [problem if self.value is None else f"{problem}: {self.value!r}"]
        if allowed:
            parts.append(f"allowed: {allowed}")
        if remedy:
            parts.append(remedy)
        super().__init__(". ".join(part.rstrip(".") for part in parts) + ".")

    def __reduce__(self) -> tuple[Any, ...]:
        # The default calls the class with the finished message alone, which breaks any child that takes
        # more than one argument, in the result thread of a worker pool at that.
        return (_rebuild, (type(self), self.args, self.__dict__.copy()))


def _rebuild(cls: type[LabError], args: tuple[Any, ...], state: dict[str, Any]) -> LabError:
    error = cls.__new__(cls)
    Exception.__init__(error, *args)
    error.__dict__.update(state)
    return error


class ConfigError(LabError, ValueError):
    """A setting that is unknown, misspelt or out of range."""

    code = "bad_config"


class ProjectError(LabError, ValueError):
    """A folder that is not a project, or is one already."""

    code = "bad_project"


class SourceError(LabError, ValueError):
    """A source of recordings (file, folder, data set, row) that cannot be taken in."""

    code = "bad_source"


class AudioError(LabError, ValueError):
    """Audio that cannot be decoded or is not usable."""

    code = "bad_audio"


class TextError(LabError, ValueError):
    """A transcript that may not be stored."""

    code = "bad_text"


class SegmentError(LabError, ValueError):
    """A segment whose times or state do not allow what was asked."""

    code = "bad_segment"


class NotFoundError(LabError, LookupError):
    """An id that the project does not know."""

    code = "not_found"


class StaleRevisionError(LabError, RuntimeError):
    """A submit that was based on an older revision of the same person's thread.

    Args:
        segment: The segment's id.
        base_revision: The revision that the submit was based on.
        current_revision: The newest stored revision of the thread.
        stored_text: The text of that newest revision.
        sent_text: The text that was refused.
    """

    code = "stale_revision"

    def __init__(
        self,
        segment: str,
        *,
        base_revision: int,
        current_revision: int,
        stored_text: str,
        sent_text: str,
    ) -> None:
        self.segment = segment
        self.base_revision = base_revision
        self.current_revision = current_revision
        self.stored_text = stored_text
        self.sent_text = sent_text
        super().__init__(
            f"segment {segment} is at revision {current_revision}, "
            f"this text was based on revision {base_revision}",
            remedy="It was probably edited in another tab: look at both texts and submit again",
        )


class StaleSegmentsError(LabError, RuntimeError):
    """A change to segments that are no longer as the client saw them.

    Args:
        problem: As for every ``LabError``.
        rows: What is there now (``records.RecordingSegment``).
        value: As for every ``LabError``.
        allowed: As for every ``LabError``.
        remedy: As for every ``LabError``.
    """

    code = "stale_segments"

    def __init__(
        self,
        problem: str,
        *,
        rows: Sequence[Any] = (),
        value: object = None,
        allowed: str = "",
        remedy: str = "Look at the segments as they are now and do it again",
    ) -> None:
        self.rows = tuple(rows)
        super().__init__(problem, value=value, allowed=allowed, remedy=remedy)


class StoreError(LabError, RuntimeError):
    """A store that cannot be opened, read or written."""

    code = "store"


class DiskFullError(LabError, OSError):
    """No room left; what was acknowledged before is safe."""

    code = "disk_full"


class ModelError(LabError, ValueError):
    """A model that is missing, broken, or no speech recogniser."""

    code = "bad_model"


class TrainingError(LabError, ValueError):
    """Labels or settings that no model can be trained with, or a training that went astray."""

    code = "training"


class HubError(LabError, RuntimeError):
    """A Hub that refused, or could not be reached."""

    code = "hub"


class ConsentError(LabError, PermissionError):
    """Recordings that may not be passed on, as far as is on record."""

    code = "no_consent"


class ConsentWarning(UserWarning):
    """Recordings are in use whose speakers are not on record as having agreed to be passed on."""


class CardError(HubError):
    """A card in a repository that cannot be read, so that nothing can be merged with it."""

    code = "bad_card"


class MessageError(LabError, ValueError):
    """A message from the browser that is not part of the protocol."""

    code = "bad_message"


class JobError(LabError, RuntimeError):
    """Work in a worker process that failed or was stopped."""

    code = "job"


class MissingExtraError(LabError, ImportError):
    """An optional package that the wanted feature needs."""

    code = "missing_extra"
