"""What is worth labelling next."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from labwidgets.records import DoneItem, JudgedDraft, WorkItem
from labwidgets.store import worth
from labwidgets.store.events import chunks
from labwidgets.store.faces.transactions import Transactions


class Worth(Transactions):
    """What the order "most worth it first" goes by."""

    def open_items(self) -> list[WorkItem]:
        """Return the segments that wait for a person, in order of adding."""
        return self._read(worth.open_items)

    def referred_items(self) -> list[WorkItem]:
        """Return the segments that have a reference, with its text, in order of adding."""
        return self._read(worth.referred_items)

    def done_items(self) -> list[DoneItem]:
        """Return what people submitted of each segment first, with the time that it took."""
        return self._read(worth.done_items)

    def judged_drafts(self) -> list[JudgedDraft]:
        """Return what each model said last of the segments that people labelled, in order of adding."""
        return self._read(worth.judged_drafts)

    def rank(
        self,
        places: Mapping[str, float],
        known: Mapping[str, Any],
        drafts: Mapping[str, Any],
        *,
        min_per_s: float,
    ) -> None:
        """Give open segments their places in the order of worth; the lowest comes first.

        They are stored some at a time, so that a save that comes meanwhile need not wait for all of them.

        Args:
            places: By segment.
            known: What they came from, JSON values: ``ranking`` returns it.
            drafts: What is known of drafts, JSON values: ``drafts_known`` returns it.
            min_per_s: Minutes of work for a second of sound that is still open.
        """
        for some in chunks(list(places)):
            self._write(partial(worth.set_places, places={key: places[key] for key in some}))
        self._write(lambda connection: worth.keep(connection, known, drafts, min_per_s))

    def still_open(self, segment_ids: list[str]) -> list[str]:
        """Return those of some segments that wait for a person and were not drawn as audits since."""
        return self._read(lambda connection: worth.still_open(connection, segment_ids))

    def ranking(self) -> dict[str, Any] | None:
        """Return what the places came from; None where nothing was ranked yet."""
        return self._read(worth.kept)

    def drafts_known(self) -> dict[str, Any] | None:
        """Return what the last ranking found of drafts; None where nothing was ranked yet."""
        return self._read(worth.drafts_known)
