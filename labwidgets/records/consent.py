"""What speakers allowed."""

from __future__ import annotations

from dataclasses import dataclass

SHARE = "share"
SCOPES = (SHARE, "commercial", "voice-cloning")
"""What a speaker can allow: that recordings are passed on, used to earn money, used to imitate the voice."""


@dataclass(frozen=True, slots=True)
class Consent:
    """What one speaker agreed to.

    Attributes:
        id: Of this record.
        speaker: Pseudonym.
        licence: Under which the recordings may be passed on.
        scope: Out of ``SCOPES``.
        text_version: Which form the speaker signed.
        note: Where the proof lies; stays in the project.
        at_us: When it was put on record, microseconds since 1970.
        is_withdrawn: True when the speaker took it back.
    """

    id: str
    speaker: str
    licence: str
    scope: tuple[str, ...]
    text_version: str
    note: str
    at_us: int
    is_withdrawn: bool = False
