"""Rounds of the loop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labwidgets.records import KeptRound, RoundSettings, Worked
from labwidgets.store import rounds
from labwidgets.store.faces.transactions import Transactions


class Rounds(Transactions):
    """What is kept of rounds, and what happened in them."""

    def rounds(self) -> list[KeptRound]:
        """Return all rounds, oldest first."""
        return self._read(rounds.rounds)

    def begin_round(self, settings: RoundSettings, *, number: int, actor: str | None = None) -> KeptRound:
        """Begin the round of that number, unless one goes on or it was begun before; return the newest."""
        return self._write(lambda connection: rounds.begin(connection, settings, number=number, actor=actor))

    def note_round(
        self,
        number: int,
        *,
        settings: Mapping[str, Any] | None = None,
        noted: Mapping[str, Any] | None = None,
        is_end: bool = False,
    ) -> KeptRound:
        """Keep what came out in the round that goes on, what is asked of it from now on, or that it ended.

        Raises:
            StoreError: It goes on no longer.
        """
        return self._write(
            lambda connection: rounds.note(
                connection, number, settings=settings or {}, noted=noted or {}, is_end=is_end
            )
        )

    def worked(self, *, after: int, before: int | None = None) -> list[Worked]:
        """Return what people did between two events, by segment."""
        return self._read(lambda connection: rounds.worked(connection, after=after, before=before))

    def pools_opened(self, *, after: int, before: int | None = None) -> list[str]:
        """Return the ids of the pools of drafts that were opened between two events, in order."""
        return self._read(lambda connection: rounds.pools_opened(connection, after=after, before=before))

    def open_segments(self) -> dict[str, float]:
        """Return the segments that wait for a label, with their lengths in seconds, in order of adding."""
        return self._read(rounds.open_segments)

    def audited(self) -> set[str]:
        """Return the segments that were ever drawn to be labelled blind and are still there."""
        return self._read(rounds.audited)
