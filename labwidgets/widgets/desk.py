"""What all desks share: whose labels they are, and whose page it is."""

from __future__ import annotations

from typing import Generic, TypeVar

from labwidgets.records import LabelSource

Source = TypeVar("Source", bound=LabelSource)


class Desk(Generic[Source]):
    """One part of the kernel's side of a page; subclasses have ``handlers`` by name of the request.

    Args:
        source: Of the labels.
        annotator: Whose page it is; never taken from a message.
    """

    def __init__(self, source: Source, annotator: str) -> None:
        self._source = source
        self._annotator = annotator
