"""What long work came to, and what happened when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


class _Printer(Protocol):
    def text(self, text: str, /) -> None: ...


def in_words(report: object, printer: _Printer, _cycle: bool) -> None:
    """Show a report in a notebook as its ``str``; set as ``_repr_pretty_``. ``repr`` keeps the fields."""
    # In each class itself: IPython takes the dataclass's own __repr__ before anything inherited.
    printer.text(str(report))


def work_time(minutes: float) -> str:
    """Return minutes of work as people say them.

    >>> work_time(0.4), work_time(25.2), work_time(90), work_time(6000)
    ('1 min', '25 min', '1.5 h', '100 h')
    """
    if minutes < 60:
        return f"{max(1, round(minutes))} min"
    hours = minutes / 60
    return f"{hours:.1f} h" if hours < 10 else f"{hours:.0f} h"


def from_to(shortest: int, longest: int) -> str:
    """Return what goes for drafts of all lengths, given what does for the shortest and the longest.

    >>> from_to(3, 3), from_to(3, 9)
    ('3', '3 (the shortest) to 9 (the longest)')
    """
    return f"{longest}" if shortest == longest else f"{shortest} (the shortest) to {longest} (the longest)"


def length(hours: float) -> str:
    """Return an amount of audio as people say it.

    >>> length(0.002), length(0.5), length(12.25)
    ('7 s', '30 min', '12.2 h')
    """
    if hours < 1 / 60:
        return f"{hours * 3600:.0f} s"
    return f"{hours * 60:.0f} min" if hours < 1 else f"{hours:.1f} h"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing out of a batch that was not taken, and why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class AddReport:
    """What ``add`` did: new recordings, ones known before, refused ones; hours of the new ones.

    ``notes``: what was guessed about the source, one line each.
    """

    added: int
    known: int
    refused: tuple[Refusal, ...]
    hours: float
    notes: tuple[str, ...] = ()

    _repr_pretty_ = in_words

    def __str__(self) -> str:
        counts = f"{self.added} added ({length(self.hours)}), {self.known} known before"
        return _listed(f"{counts}, {len(self.refused)} refused.", self.refused, self.notes)


@dataclass(frozen=True, slots=True)
class HypothesesReport:
    """What ``add_hypotheses`` did: texts that are new, ones known before, and what was refused."""

    model: str
    added: int
    known: int
    refused: tuple[Refusal, ...]

    _repr_pretty_ = in_words

    def __str__(self) -> str:
        counts = f"{self.model}: {self.added} texts added, {self.known} known before"
        return _listed(f"{counts}, {len(self.refused)} refused.", self.refused)


@dataclass(frozen=True, slots=True)
class DraftReport:
    """What ``draft`` did. ``rtfx``: seconds of audio drafted per second of work; None if none was."""

    drafted: int
    cached: int
    failed: tuple[Refusal, ...]
    rtfx: float | None
    model: str

    _repr_pretty_ = in_words

    def __str__(self) -> str:
        speed = "" if self.rtfx is None else f", {self.rtfx:.1f}x real time"
        counts = f"{self.drafted} drafted by {self.model}{speed}, {self.cached} drafted before"
        return _listed(f"{counts}, {len(self.failed)} failed.", self.failed)


@dataclass(frozen=True, slots=True)
class SegmentReport:
    """What ``segment`` did.

    Attributes:
        recordings: Long recordings that are cut now.
        segments: What they were cut into.
        speech_s: Seconds of speech in them.
        known: Of these recordings, those that were cut just so before.
        left: Segments that people have worked on, which stayed as they are.
        refused: Recordings that were not cut, and why: no speech, no sound.
    """

    recordings: int
    segments: int
    speech_s: float
    known: int = 0
    left: int = 0
    refused: tuple[Refusal, ...] = ()

    _repr_pretty_ = in_words

    def __str__(self) -> str:
        counts = f"{self.recordings} recordings in {self.segments} segments"
        speech = f"{length(self.speech_s / 3600)} of speech"
        left = f", {self.left} segments left as people have worked on them" if self.left else ""
        return _listed(f"{counts}, {speech}{left}, {len(self.refused)} not cut.", self.refused)


@dataclass(frozen=True, slots=True)
class SpeakersReport:
    """What ``find_speakers`` proposed.

    Attributes:
        recordings: That were listened to.
        speakers: How many were told apart, in all of them.
        assigned: Segments that got another name.
        parted: Segments that were cut where their speaker changes.
        mixed: Segments that seem to hold two speakers and were left whole, as people have worked on them.
        refused: Recordings that were left alone, and why.
        method: ``dvector``, or the far less sure ``mfcc``.
    """

    recordings: int
    speakers: int
    assigned: int
    parted: int
    mixed: tuple[str, ...]
    refused: tuple[Refusal, ...]
    method: str

    _repr_pretty_ = in_words

    def __str__(self) -> str:
        found = f"{self.speakers} speakers in {self.recordings} recordings"
        mixed = f", {self.parted} parted where it changes" if self.parted else ""
        mixed += f", {len(self.mixed)} seem to hold two" if self.mixed else ""
        sure = " By timbre alone, which is a guess at best." if self.method == "mfcc" else ""
        line = f"{found}: {self.assigned} segments named{mixed}, {len(self.refused)} not done.{sure}"
        return _listed(line, self.refused)


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A word of a transcript that is not heard where it should be: in this segment."""

    segment_id: str
    text: str


@dataclass(frozen=True, slots=True)
class AlignReport:
    """What ``align`` did.

    Attributes:
        segments: That have their part of the transcript.
        placed: Words with times.
        unplaced: Words without, in order.
        refused: Segments that were cut, moved or deleted meanwhile.
    """

    segments: int
    placed: int
    unplaced: tuple[Unplaced, ...]
    refused: tuple[Refusal, ...] = ()

    _repr_pretty_ = in_words

    def __str__(self) -> str:
        some = " ".join(one.text for one in self.unplaced[:10])
        more = " …" if len(self.unplaced) > 10 else ""
        rest = f"not heard: {some}{more}" if self.unplaced else "all heard"
        n = self.placed + len(self.unplaced)
        line = f"{self.placed} of {n} words placed in {self.segments} segments, {rest}"
        return _listed(line, self.refused)


@dataclass(frozen=True, slots=True)
class Status:
    """The project in numbers.

    ``decided``: segments whose draft counts without a person; ``minutes_left``: of work on the open ones,
    predicted; None before the queue was ranked.
    """

    recordings: int
    segments: int
    drafted: int
    submitted: int
    flagged: int
    hours: float
    speakers: int
    languages: tuple[str, ...]
    decided: int = 0
    minutes_left: float | None = None

    _repr_pretty_ = in_words

    def __str__(self) -> str:
        size = f"{self.recordings} recordings, {self.segments} segments, {length(self.hours)}"
        who = f"{self.speakers} speakers, {', '.join(self.languages) or 'no language'}"
        done = f"{self.submitted} submitted" + (
            f", {self.decided} decided by a model" if self.decided else ""
        )
        left = f" About {work_time(self.minutes_left)} of work left." if self.minutes_left else ""
        return f"{size}, {who}: {self.drafted} drafted, {done}, {self.flagged} flagged.{left}"


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """Whether a rebuild from the events equals what is stored."""

    events: int
    ok: bool
    differences: tuple[str, ...]

    _repr_pretty_ = in_words

    def __str__(self) -> str:
        verdict = "all is as the events say." if self.ok else "\n  ".join(("differences:", *self.differences))
        return f"{self.events} events: {verdict}"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a project's history, ``at_us`` in microseconds since 1970."""

    seq: int
    event_id: str
    stream_id: str
    stream_version: int
    kind: str
    actor: str | None
    at_us: int
    client_at_us: int | None
    payload: Mapping[str, Any]


def _listed(head: str, refused: Sequence[Refusal], notes: Sequence[str] = ()) -> str:
    return "\n".join(
        [head, *(f"  {note}" for note in notes), *(f"  {item.source}: {item.reason}" for item in refused)]
    )
