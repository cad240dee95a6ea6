"""Recordings of a project that hold the same sound, though not the same bytes."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from labwidgets.audio import fingerprints
from labwidgets.errors import LabError
from labwidgets.records import Progress, Recording, Refusal, Samples, in_words

LONGER_S = 0.25
"""Encoders add silence at the ends: so much longer may the same sound be."""

MOST_DIFFERENT = 0.33
"""Share of differing bits up to which two are the same sound; another sound differs in nearly half."""

Kind = Literal["same", "encoded again"]
ReadSound = Callable[[Recording], Samples]


@dataclass(frozen=True, slots=True)
class DuplicateGroup:
    """Recordings of one sound, the first added first.

    Attributes:
        kind: ``same`` where every sample is, ``encoded again`` where it only sounds so.
        recordings: Two or more.
        difference: Largest share of bits in which a fingerprint differs; 0 for ``same``.
    """

    kind: Kind
    recordings: tuple[Recording, ...]
    difference: float


@dataclass(frozen=True, slots=True)
class DuplicatesReport:
    """What is there more than once.

    Attributes:
        compared: Recordings that were looked at.
        groups: Of one sound each.
        refused: Recordings that could not be looked at, and why.
    """

    compared: int
    groups: tuple[DuplicateGroup, ...]
    refused: tuple[Refusal, ...] = ()

    _repr_pretty_ = in_words

    def __str__(self) -> str:
        spare = sum(len(group.recordings) - 1 for group in self.groups)
        lines = [f"{self.compared} recordings: {spare} are there once more, in {len(self.groups)} groups."]
        for group in self.groups:
            how = (
                "the same sound"
                if group.kind == "same"
                else f"encoded again ({group.difference:.0%} differs)"
            )
            lines += [f"  {how}:", *(f"    {one.source}" for one in group.recordings)]
        return "\n".join([*lines, *(f"  {item.source}: {item.reason}" for item in self.refused)])


def find_duplicates(
    recordings: Iterable[Recording], read: ReadSound, *, progress: Progress | None = None
) -> DuplicatesReport:
    """Return which recordings hold the same sound.

    Those of equal samples are known by their hash. For the others the first minute is listened to, and only
    those of about the same length are compared.

    Args:
        recordings: Decoded ones.
        read: Returns the beginning of one at ``fingerprints.RATE_HZ``, mono.
        progress: Called as it goes.
    """
    ordered = list(recordings)
    by_sound: dict[str, list[Recording]] = defaultdict(list)
    for one in ordered:
        by_sound[one.sound_sha256 or one.id].append(one)
    heads, prints, refused = list[Recording](), list[fingerprints.Bits](), list[Refusal]()
    for done, (head, *_) in enumerate(by_sound.values(), start=1):
        try:
            prints.append(fingerprints.fingerprint(read(head)))
            heads.append(head)
        except LabError as error:
            refused.append(Refusal(head.source, str(error)))
        if progress is not None:
            progress(done, len(by_sound), "listening")
    alike = _alike(heads, prints)
    place = {one.id: number for number, one in enumerate(ordered)}
    groups = [_group(members, by_sound, place) for members in alike]
    told = {one.id for members in alike for one, _ in members}
    groups += [
        DuplicateGroup("same", tuple(some), 0.0)
        for some in by_sound.values()
        if len(some) > 1 and some[0].id not in told
    ]
    groups.sort(key=lambda group: place[group.recordings[0].id])
    return DuplicatesReport(len(ordered), tuple(groups), tuple(refused))


Members = list[tuple[Recording, float]]


def _alike(heads: Sequence[Recording], prints: Sequence[fingerprints.Bits]) -> list[Members]:
    """Return groups of recordings that sound alike, each with its difference from the first of them."""
    order = sorted(range(len(heads)), key=lambda place: heads[place].duration_s)
    lengths = [heads[place].duration_s for place in order]
    first_of = dict.fromkeys(range(len(heads)), -1)
    groups: dict[int, Members] = {}
    for at, place in enumerate(order):
        if first_of[place] >= 0:
            continue
        last = bisect_left(lengths, lengths[at] + LONGER_S)
        near = [other for other in order[at + 1 : last] if first_of[other] < 0]
        found = fingerprints.differences(prints[place], [prints[other] for other in near])
        for other, share in zip(near, found, strict=True):
            if share <= MOST_DIFFERENT:
                first_of[other] = place
                groups.setdefault(place, [(heads[place], 0.0)]).append((heads[other], share))
    return list(groups.values())


def _group(members: Members, by_sound: dict[str, list[Recording]], place: dict[str, int]) -> DuplicateGroup:
    everyone = [one for head, _ in members for one in by_sound[head.sound_sha256 or head.id]]
    everyone.sort(key=lambda one: place[one.id])
    return DuplicateGroup("encoded again", tuple(everyone), max(share for _, share in members))
