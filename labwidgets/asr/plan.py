"""Says which model drafts which segments, before any model is fetched or loaded; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from labwidgets.asr.sources import embedded_for
from labwidgets.errors import ModelError
from labwidgets.records import Recording, Refusal, Segment


@dataclass(frozen=True, slots=True)
class Lot:
    """The segments that one model drafts; ``model`` as ``resolve`` takes it."""

    model: str
    pairs: tuple[tuple[Segment, Recording], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Lots in the order of their first segments, and what cannot be drafted, with the reason."""

    lots: tuple[Lot, ...]
    refused: tuple[Refusal, ...] = ()

    @property
    def n_segments(self) -> int:
        """Of all lots, and refused."""
        return sum(len(lot.pairs) for lot in self.lots) + len(self.refused)


def plan_drafts(
    pairs: Iterable[tuple[Segment, Recording]],
    *,
    model: str | None = None,
    undecoded: Sequence[Refusal] = (),
) -> Plan:
    """Return who drafts what.

    Args:
        pairs: Every live segment with its recording.
        model: For all of them, with a lot even when there are none; None takes the embedded model that fits
            each recording's language, and refuses languages that none knows.
        undecoded: Recordings that could not be decoded, by their source.
    """
    reasons = {refusal.source: refusal.reason for refusal in undecoded}
    told: set[str] = set()
    lots: dict[str, list[tuple[Segment, Recording]]] = {model: []} if model is not None else {}
    refused: list[Refusal] = []
    for segment, recording in pairs:
        try:
            name = model if model is not None else embedded_for(recording.language)
        except ModelError as error:
            refused.append(Refusal(segment.id, str(error)))
            continue
        finally:
            told.add(recording.source)
        if recording.sound_sha256 is None:
            reason = reasons.get(recording.source) or recording.reason
            refused.append(Refusal(segment.id, reason or "the recording was never decoded"))
        else:
            lots.setdefault(name, []).append((segment, recording))
    # A broken recording has no segment to draft any more, and must not go by unseen.
    refused += [refusal for refusal in undecoded if refusal.source not in told]
    return Plan(tuple(Lot(name, tuple(found)) for name, found in lots.items()), tuple(refused))
