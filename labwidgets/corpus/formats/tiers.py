"""Transcripts as tiers, which TextGrid and EAF files are made of: one a speaker, more for words and layers.

Marks on one tier do not overlap: what a speaker says at the same time goes to a further tier, ``Anna #2``.
Words stand on ``Anna - words`` and a layer on ``Anna - normalised``, as the Montreal Forced Aligner does it.
A tier of segments that names nobody is called ``text``.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from labwidgets.corpus.formats.carrying import Spans, moved, only, placed, seconds
from labwidgets.records import AudioRef, TranscribedSpan, Word

NOBODY = "text"
WORDS = "words"
TIER = "tier"
"""Key in the metadata of a tier's name that says what it holds, but nobody's name."""

_OF_NOBODY = re.compile(
    r"text|texts|utterances?|sentences?|segments?|transcripts?|transcriptions?|ort|orthography|ipus?",
    re.IGNORECASE,
)
_WORDS = re.compile(r"words?|tokens?|ort-mau", re.IGNORECASE)
_PHONES = re.compile(r"phones?|phonemes?|mau|segments-mau|syllables?", re.IGNORECASE)
_NAME = re.compile(r"(?P<main>.*?)(?: - (?P<layer>[^#]+?))?", re.DOTALL)
_MAIN = re.compile(r"(?P<speaker>.*?)(?: #(?P<number>\d+))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Mark:
    """A label with its times."""

    start_s: float
    end_s: float
    text: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Tier:
    """Marks that do not overlap.

    Attributes:
        name: Of the tier.
        marks: In order.
        speaker: Whose tier it is, where the file says so.
        parent: Name of the tier of segments that this one says more about.
    """

    name: str
    marks: tuple[Mark, ...]
    speaker: str | None = None
    parent: str | None = None


# ---- from tiers ----------------------------------------------------------------------------------------


def spans_of(tiers: Sequence[Tier], audio: AudioRef) -> tuple[list[TranscribedSpan], tuple[str, ...]]:
    """Return what tiers say, and which of them were not taken."""
    segments = [one.name for one in tiers if not _is_of_parts(one)]
    only_one = segments[0] if len(segments) == 1 else None
    tiers = [replace(tier, parent=_parent(tier, only_one)) for tier in tiers]
    below: dict[str | None, list[Tier]] = {}
    for tier in tiers:
        below.setdefault(tier.parent, []).append(tier)
    times = {tier.name: set(map(_times, tier.marks)) for tier in reversed(tiers) if tier.name in below}
    are_main = [_is_main(tier, times) for tier in tiers]
    mains = {tier.name for tier, is_main in zip(tiers, are_main, strict=True) if is_main}
    spans, notes = list[TranscribedSpan](), list[str]()
    for tier, is_main in zip(tiers, are_main, strict=True):
        kind = _part(tier)
        if is_main:
            spans += _main(tier, below.get(tier.name, ()), audio)
        elif _PHONES.fullmatch(kind):
            notes.append(f"tier {tier.name!r} ({len(tier.marks)} labels) was not taken")
        elif tier.parent not in mains:
            spans += _alone(tier, audio) if _WORDS.fullmatch(kind) else _main(tier, (), audio)
    return spans, tuple(notes)


def _is_main(tier: Tier, times: Mapping[str, set[tuple[float, float]]]) -> bool:
    if _is_of_parts(tier):
        return False
    above = None if tier.parent is None else times.get(tier.parent)
    # What its times do not tie to a tier of segments has segments of its own.
    return above is None or not set(map(_times, tier.marks)) <= above


def _is_of_parts(tier: Tier) -> bool:
    kind = _part(tier)
    return bool(_WORDS.fullmatch(kind) or _PHONES.fullmatch(kind))


def _parent(tier: Tier, only_one: str | None) -> str | None:
    if tier.parent is not None:
        return tier.parent
    found = _NAME.fullmatch(tier.name)
    if found is not None and found["layer"]:
        return found["main"]
    # A tier called "words" alone belongs to the only other one.
    return only_one if _WORDS.fullmatch(tier.name) else None


def _part(tier: Tier) -> str:
    """Return what a tier holds, by the last part of its name."""
    found = _NAME.fullmatch(tier.name)
    return (found and found["layer"]) or tier.name


def _times(mark: Mark) -> tuple[float, float]:
    return seconds(mark.start_s), seconds(mark.end_s)


def _main(tier: Tier, others: Sequence[Tier], audio: AudioRef) -> list[TranscribedSpan]:
    spoken = [mark for other in others if _WORDS.fullmatch(_part(other)) for mark in other.marks]
    spoken.sort(key=_middle)
    layers = {
        _part(other): {_times(mark): mark.text for mark in other.marks}
        for other in others
        if not _WORDS.fullmatch(_part(other))
    }
    speaker, extra = _speaker(tier)
    return [
        TranscribedSpan(
            audio,
            text=mark.text,
            start_s=mark.start_s,
            end_s=mark.end_s,
            id=mark.id,
            speaker=speaker,
            layers={name: texts[_times(mark)] for name, texts in layers.items() if _times(mark) in texts},
            words=_words(mark, spoken),
            metadata=extra,
        )
        for mark in tier.marks
    ]


def _speaker(tier: Tier) -> tuple[str | None, dict[str, str]]:
    found = _MAIN.fullmatch(tier.name)
    name = found["speaker"] if found is not None else tier.name
    if tier.speaker:
        return tier.speaker, {}
    if not _OF_NOBODY.fullmatch(name):
        return name or None, {}
    return None, {} if name == NOBODY else {TIER: name}


def _middle(mark: Mark) -> float:
    return (mark.start_s + mark.end_s) / 2


def _words(mark: Mark, spoken: Sequence[Mark]) -> tuple[Word, ...]:
    first = bisect_left(spoken, mark.start_s, key=_middle)
    inside = spoken[first : bisect_right(spoken, mark.end_s, key=_middle)]
    return moved((Word(one.text, one.start_s, one.end_s) for one in inside), -mark.start_s)


def _alone(tier: Tier, audio: AudioRef) -> list[TranscribedSpan]:
    """Return words without segments as one span."""
    if not tier.marks:
        return []
    first, last = tier.marks[0].start_s, tier.marks[-1].end_s
    found = _NAME.fullmatch(tier.name)
    main = found["main"] if found is not None and found["layer"] else None
    return [
        TranscribedSpan(
            audio,
            text=" ".join(mark.text for mark in tier.marks),
            start_s=first,
            end_s=last,
            speaker=tier.speaker or main,
            words=moved((Word(mark.text, mark.start_s, mark.end_s) for mark in tier.marks), -first),
        )
    ]


# ---- to tiers ------------------------------------------------------------------------------------------


def tiers_of(spans: Spans) -> list[Tier]:
    """Return fitted spans of one recording as tiers."""
    tiers: list[Tier] = []
    for (name, speaker), some in _tracks(spans).items():
        tiers.append(Tier(name, tuple(_mark(span, span.text or "") for span in some), speaker))
        spoken = [word for span in some for word in moved(span.words, span.start_s or 0.0)]
        if spoken:
            marks = tuple(Mark(word.start_s, word.end_s, word.text) for word in spoken)
            tiers.append(Tier(f"{name} - {WORDS}", marks, speaker, name))
        for layer in dict.fromkeys(layer for span in some for layer in span.layers):
            marks = tuple(_mark(span, span.layers[layer]) for span in some if layer in span.layers)
            tiers.append(Tier(f"{name} - {layer}", marks, speaker, name))
    return tiers


def _mark(span: TranscribedSpan, text: str) -> Mark:
    return Mark(span.start_s or 0.0, span.end_s or 0.0, text, span.id)


def _tracks(spans: Spans) -> Mapping[tuple[str, str | None], list[TranscribedSpan]]:
    """Return spans by the tier that they go to, with its speaker, so that none on it overlap."""
    tracks: dict[tuple[str, str | None], list[TranscribedSpan]] = {}
    for span in sorted(spans, key=lambda span: (span.start_s or 0.0, span.end_s or 0.0)):
        name, number = span.speaker or str(span.metadata.get(TIER, NOBODY)), 1
        while True:
            key = (name if number == 1 else f"{name} #{number}", span.speaker)
            track = tracks.setdefault(key, [])
            if not track or (track[-1].end_s or 0.0) <= (span.start_s or 0.0):
                track.append(span)
                break
            number += 1
    return tracks


def fitted(span: TranscribedSpan, *, decimals: int) -> TranscribedSpan | None:
    """Return what tiers can hold of a span: speaker, times, text, layers, and words that lie in it."""
    there = placed(span)
    text = (span.text or "").strip()
    if there is None or not text:
        return None
    left = only(there, "start_s", "end_s", decimals=decimals)
    start_s, end_s = left.start_s or 0.0, left.end_s or 0.0
    if end_s <= start_s:
        return None
    speaker = _plain(span.speaker)
    tier = span.metadata.get(TIER)
    keeps_tier = speaker is None and isinstance(tier, str) and tier != NOBODY and _OF_NOBODY.fullmatch(tier)
    return replace(
        left,
        text=text,
        speaker=speaker,
        layers=_fitted_layers(span.layers),
        words=moved(_fitted_words(span, start_s, end_s, decimals), -start_s),
        metadata={TIER: tier} if keeps_tier else {},
    )


def _plain(speaker: str | None) -> str | None:
    """Return a speaker's name without what a tier's name has a meaning for."""
    name = re.sub(r"\s*#|(?:^|\s+)-(?=\s|$)\s*", "_", " ".join((speaker or "").split()))
    is_taken = any(kind.fullmatch(name) for kind in (_OF_NOBODY, _WORDS, _PHONES))
    return (f"_{name}" if is_taken else name) or None


def _fitted_layers(layers: Mapping[str, str]) -> dict[str, str]:
    return {
        name: text.strip()
        for name, text in layers.items()
        if text.strip()
        and name == " ".join(name.split())
        and not re.search(r"#| - |^- | -$|^-$", name)
        and not any(kind.fullmatch(name) for kind in (_WORDS, _PHONES))
    }


def _fitted_words(span: TranscribedSpan, start_s: float, end_s: float, decimals: int) -> list[Word]:
    """Return the words, from the start of the recording, that lie in the span one behind the other."""
    kept, last_s = list[Word](), start_s
    for word in moved(span.words, span.start_s or 0.0):
        first, last = (seconds(time_s, decimals=decimals) for time_s in (word.start_s, word.end_s))
        text = word.text.strip()
        if text and last_s <= first < last <= end_s:
            kept.append(Word(text, first, last))
            last_s = last
    return kept
