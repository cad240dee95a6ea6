"""What a card says that is not in the rows."""

from __future__ import annotations

from dataclasses import dataclass

from labwidgets.records import Consent


@dataclass(frozen=True, slots=True)
class Version:
    """One published state: its tag, its day (ISO 8601), its rows and hours."""

    tag: str
    day: str
    n_rows: int
    hours: float


@dataclass(frozen=True, slots=True)
class CardContext:
    """Where and how a data set is published.

    Attributes:
        name: Title.
        repo_id: ``owner/name``; None while it lies on a disk only.
        consents: On record, of the speakers in it.
        override: Why it goes out although consent or a licence is missing; None where nothing is.
        missing: What is missing, in words.
        versions: Published states with a tag, oldest first, this one too.
        guidelines: Text or address of what the annotators were told.
        has_history: Whether the history of edits goes along.
        n_withdrawn: Speakers who were taken out.
        columns: Of the data set.
    """

    name: str
    repo_id: str | None = None
    consents: tuple[Consent, ...] = ()
    override: str | None = None
    missing: tuple[str, ...] = ()
    versions: tuple[Version, ...] = ()
    guidelines: str = ""
    has_history: bool = False
    n_withdrawn: int = 0
    columns: tuple[str, ...] = ()
