"""Finding and replacing in many texts."""

from __future__ import annotations

from collections.abc import Sequence

from labwidgets.records import FindPage, Replace, Replaced, Replacement, Restored, Wanted
from labwidgets.store import finding, replacing, restoring
from labwidgets.store.faces.transactions import Transactions


class Replaces(Transactions):
    """What stands where in the texts that nobody reviewed, and what is put in its place."""

    def find(self, wanted: Wanted, *, annotator: str, after: str | None = None, limit: int = 50) -> FindPage:
        """Return the next segments whose text shows what is wanted, in the order of adding.

        Args:
            wanted: What is looked for.
            annotator: Whose own texts it may be in too.
            after: From the page before; None begins.
            limit: About how many segments, at most 200.

        Raises:
            MessageError: ``after`` is not from an earlier page.
            TextError: It cannot be looked for.
        """
        return self._read(
            lambda connection: finding.find(connection, wanted, annotator=annotator, after=after, limit=limit)
        )

    def begin_replace(self, wanted: Wanted, *, annotator: str) -> str:
        """Keep that a person began to replace something and return the id of it."""
        return self._write(lambda connection: replacing.begin(connection, wanted, annotator=annotator))

    def replace(self, job: Replace, items: Sequence[Replacement]) -> tuple[Replaced, ...]:
        """Replace places of some segments; on disk when this returns.

        What cannot be done (the text changed, somebody submitted, the place was not played) is told in the
        answer; the rest is done.

        Raises:
            DiskFullError: No room left.
            TextError: The replacement may not be stored.
        """
        return self._write(lambda connection: replacing.replace_places(connection, job, items))

    def undo_replace(self, replace_id: str, *, annotator: str, limit: int = 100) -> Restored:
        """Bring back some texts as they were before a replace; call it until none is left.

        Raises:
            NotFoundError: This person has no such replace.
        """
        return self._write(
            lambda connection: restoring.undo(connection, replace_id, annotator=annotator, limit=limit)
        )

    def newest_replace(self, *, annotator: str) -> str | None:
        """Return the id of a person's newest replace, if it changed something and was not taken back."""
        return self._read(lambda connection: restoring.newest(connection, annotator=annotator))
