"""What nobody has labelled yet, and what models say of it."""

from __future__ import annotations

from collections.abc import Sequence

from labwidgets.records import Hypothesis, PseudoClip, UnlabelledSegment
from labwidgets.store import unlabelled
from labwidgets.store.faces.transactions import Transactions


class Unlabelled(Transactions):
    """Drafts that could be learned from without being references."""

    def unlabelled_segments(self) -> list[UnlabelledSegment]:
        """Return the segments of which no person said anything, in order of adding, audits aside."""
        return self._read(unlabelled.segments)

    def unlabelled_models(self) -> list[str]:
        """Return the models that said something of such segments, the one that said most first."""
        return self._read(unlabelled.models)

    def unlabelled_drafts(self, model: str) -> dict[str, Hypothesis]:
        """Return what a model said last of each such segment, whether labellers see it or not."""
        return self._read(lambda connection: unlabelled.drafts(connection, model))

    def pseudo_clips(self, draft_ids: Sequence[str]) -> dict[str, PseudoClip]:
        """Return drafts with their segments as they are now, by id; those that are gone are missing."""
        return self._read(lambda connection: unlabelled.clips(connection, draft_ids))
