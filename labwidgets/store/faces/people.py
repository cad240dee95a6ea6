"""Who speaks, and what they allow."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from labwidgets.records import Consent, Recording
from labwidgets.store import candidates, people, takes
from labwidgets.store.faces.transactions import Transactions
from labwidgets.store.people import Withdrawn


class People(Transactions):
    """Consent, given and taken back."""

    def give_consent(self, consent: Consent, *, actor: str | None = None) -> Consent:
        """Put a consent on record and return it with its id and time.

        Raises:
            TextError: The name or the note may not be stored.
        """
        return self._write(lambda connection: people.give_consent(connection, consent, actor=actor))

    def consents(self) -> list[Consent]:
        """Return all consents, oldest first; of those taken back only that they were."""
        return self._read(people.consents)

    def belongings(self, speaker: str) -> Withdrawn:
        """Return the recordings in which a speaker is heard, and all their segments.

        Raises:
            NotFoundError: On a speaker of whom nothing is known.
        """
        return self._read(lambda connection: people.belongings(connection, speaker))

    def withdraw(self, speaker: str, *, actor: str | None = None) -> Withdrawn:
        """Take a speaker out and return what belonged to them; the events stay and still replay.

        Raises:
            NotFoundError: On a speaker of whom nothing is known.
        """
        return self._write(lambda connection: people.withdraw(connection, speaker, actor=actor))

    def withdrawn_bytes(self, hashes: Sequence[str]) -> set[str]:
        """Return those SHA-256 hashes (of encoded bytes) whose recordings were taken out."""
        return self._read(lambda connection: people.withdrawn_bytes(connection, hashes))

    def gone(self, segment_ids: Collection[str]) -> set[str]:
        """Return which of some segments belong to somebody who took consent back."""
        return self._read(lambda connection: candidates.withdrawn(connection, list(segment_ids)))

    def n_withdrawals(self) -> int:
        """Return how many speakers were taken out."""
        return self._read(people.n_withdrawals)

    def recordings_of(self, speaker: str) -> list[Recording]:
        """Return the recordings of a speaker that are still worked with, oldest first."""
        return self._read(lambda connection: takes.recordings_of(connection, speaker))

    def retire_recording(self, recording_id: str) -> int:
        """Take all segments of a recording out of the work, and return how many they were."""
        return self._write(lambda connection: takes.retire_recording(connection, recording_id))
