"""The forms of NIST's scoring tools: TRN (texts), STM (segments), CTM (words with times).

References:
    NIST SCTK, ``doc/infmts.htm``, https://github.com/usnistgov/SCTK.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from labwidgets.analysis.texts import Texts, TimedWord
from labwidgets.errors import SourceError
from labwidgets.records import Refusal

IGNORED = "IGNORE_TIME_SEGMENT_IN_SCORING"
"""Text of an STM segment that is not scored."""

Line = TypeVar("Line")
"""Of one of the forms."""

_ID = re.compile(r"\(([^()\s]+)\)\s*$")
_SPEAKER = re.compile(r"[-_]")


@dataclass(frozen=True, slots=True)
class TrnLine:
    """A text with its id, in the case that the file has it in."""

    id: str
    text: str

    @property
    def speaker(self) -> str | None:
        """The id up to its first ``-`` or ``_``; None where it has neither."""
        parts = _SPEAKER.split(self.id, maxsplit=1)
        return parts[0] if len(parts) > 1 else None


@dataclass(frozen=True, slots=True)
class StmLine:
    """A segment: times in seconds, labels without their brackets, None where there are none."""

    recording: str
    channel: str
    speaker: str
    start_s: float
    end_s: float
    labels: str | None
    text: str

    @property
    def is_ignored(self) -> bool:
        """Whether it is not to be scored."""
        return IGNORED in self.text.upper()


@dataclass(frozen=True, slots=True)
class CtmLine:
    """A word with its place; ``confidence`` is None where the line ends before it or has no number there."""

    recording: str
    channel: str
    start_s: float
    duration_s: float
    word: str
    confidence: float | None


def trn_lines(content: str, name: str) -> Iterator[TrnLine | Refusal]:
    """Yield what each line of ``text (speaker-number)`` says, or why it says nothing."""
    for number, line in _lines(content):
        found = _ID.search(line)
        if found is None:
            yield Refusal(f"{name}:{number}", "no id in parentheses at its end")
        else:
            yield TrnLine(found.group(1), line[: found.start()].strip())


def stm_lines(content: str, name: str) -> Iterator[StmLine | Refusal]:
    """Yield what each line of ``file channel speaker start end [<labels>] text`` says."""
    for number, line in _lines(content):
        parts = line.split(maxsplit=5)
        times = _times(*parts[3:5]) if len(parts) >= 5 else None
        if times is None:
            yield Refusal(f"{name}:{number}", "no line of file, channel, speaker, start and end")
            continue
        rest = parts[5] if len(parts) > 5 else ""
        labels, text = rest[1:].split(">", 1) if rest.startswith("<") and ">" in rest else (None, rest)
        yield StmLine(parts[0], parts[1], parts[2], *times, labels, text.strip())


def ctm_lines(content: str, name: str) -> Iterator[CtmLine | Refusal]:
    """Yield what each line of ``file channel start duration word [confidence]`` says."""
    for number, line in _lines(content):
        parts = line.split()
        if len(parts) > 2 and parts[2] == "*":
            yield Refusal(f"{name}:{number}", "alternatives in a CTM file are not read")
            continue
        times = _times(*parts[2:4]) if len(parts) >= 5 else None
        if times is None:
            yield Refusal(f"{name}:{number}", "no line of file, channel, start, duration and word")
            continue
        confidence = _times(parts[5], "0") if len(parts) > 5 else None
        yield CtmLine(parts[0], parts[1], *times, parts[4], None if confidence is None else confidence[0])


def read_trn(content: str, name: str) -> Texts:
    """Return lines of ``text (speaker-number)`` as texts; up to the first ``-`` or ``_`` is the speaker.

    Raises:
        SourceError: No line ends with an id in parentheses.
    """
    lines, refused = _sorted_out(trn_lines(content, name), name)
    # sclite folds the case of ids.
    folded = [replace(line, id=line.id.lower()) for line in lines]
    speakers = [line.speaker for line in folded]
    columns = {"speaker": speakers} if any(speakers) else {}
    return Texts([line.text for line in folded], [line.id for line in folded], columns, refused)


def read_stm(content: str, name: str) -> Texts:
    """Return lines of ``file channel speaker start end [<labels>] text`` as texts, without ignored ones.

    Raises:
        SourceError: No line is such a one.
    """
    found, refused = _sorted_out(stm_lines(content, name), name)
    lines = [line for line in found if not line.is_ignored]
    _require(lines, name, refused)
    ids = [f"{line.recording}-{line.channel}-{line.start_s:.3f}-{line.end_s:.3f}" for line in lines]
    names = ("recording", "channel", "speaker", "start_s", "end_s")
    columns: dict[str, list[Any]] = {key: [getattr(line, key) for line in lines] for key in names}
    columns["labels"] = [(line.labels or "").strip() for line in lines]
    columns["duration"] = [line.end_s - line.start_s for line in lines]
    return Texts([line.text for line in lines], ids, columns, refused)


def read_ctm(content: str, name: str) -> Texts:
    """Return lines of ``file channel start duration word [confidence]``: words, and a text a channel.

    Raises:
        SourceError: No line is such a one.
    """
    lines, refused = _sorted_out(ctm_lines(content, name), name)
    words = [
        TimedWord(line.recording, line.channel, line.start_s, line.start_s + line.duration_s, line.word)
        for line in lines
    ]
    words.sort(key=lambda word: (word.recording, word.channel, word.start_s))
    channels: dict[tuple[str, str], list[str]] = {}
    for word in words:
        channels.setdefault((word.recording, word.channel), []).append(word.text)
    return Texts(
        [" ".join(said) for said in channels.values()],
        [f"{recording}-{channel}" for recording, channel in channels],
        {"recording": [recording for recording, _ in channels]},
        refused,
        tuple(words),
    )


def _sorted_out(items: Iterable[Line | Refusal], name: str) -> tuple[list[Line], tuple[Refusal, ...]]:
    """Return lines and refusals apart, sure that there is a line."""
    lines, refused = list[Line](), list[Refusal]()
    for item in items:
        if isinstance(item, Refusal):
            refused.append(item)
        else:
            lines.append(item)
    _require(lines, name, refused)
    return lines, tuple(refused)


def _lines(content: str) -> list[tuple[int, str]]:
    """Return the lines that say something, with their numbers."""
    numbered = ((number, line.strip()) for number, line in enumerate(content.split("\n"), 1))
    return [(number, line) for number, line in numbered if line and not line.startswith(";;")]


def _times(first: str, second: str) -> tuple[float, float] | None:
    try:
        times = float(first), float(second)
    except ValueError:
        return None
    return times if all(map(math.isfinite, times)) else None


def _require(found: object, name: str, refused: Sequence[Refusal]) -> None:
    if not found:
        why = f"{refused[0].source}: {refused[0].reason}" if refused else "The file is empty"
        raise SourceError("nothing in the file can be read", value=name, remedy=why)
