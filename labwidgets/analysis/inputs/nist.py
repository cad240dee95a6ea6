"""The forms of NIST's scoring tools: TRN (texts), STM (segments), CTM (words with times).

References:
    NIST SCTK, ``doc/infmts.htm``, https://github.com/usnistgov/SCTK.
"""

from __future__ import annotations

import math
import re

from labwidgets.analysis.texts import Texts, TimedWord
from labwidgets.errors import SourceError
from labwidgets.records import Refusal

IGNORED = "IGNORE_TIME_SEGMENT_IN_SCORING"
"""Text of an STM segment that is not scored."""

_ID = re.compile(r"\(([^()\s]+)\)\s*$")
_SPEAKER = re.compile(r"[-_]")


def read_trn(content: str, name: str) -> Texts:
    """Return lines of ``text (speaker-number)`` as texts; up to the first ``-`` or ``_`` is the speaker.

    Raises:
        SourceError: No line ends with an id in parentheses.
    """
    texts, ids, speakers = list[str | None](), list[str](), list[str | None]()
    refused: list[Refusal] = []
    for number, line in _lines(content):
        found = _ID.search(line)
        if found is None:
            refused.append(Refusal(f"{name}:{number}", "no id in parentheses at its end"))
            continue
        key = found.group(1)
        texts.append(line[: found.start()].strip())
        # sclite folds the case of ids as well.
        ids.append(key.lower())
        parts = _SPEAKER.split(key.lower(), maxsplit=1)
        speakers.append(parts[0] if len(parts) > 1 else None)
    _require(texts, name, refused)
    columns = {"speaker": speakers} if any(speakers) else {}
    return Texts(texts, ids, columns, tuple(refused))


def read_stm(content: str, name: str) -> Texts:
    """Return lines of ``file channel speaker start end [<labels>] text`` as texts, without ignored ones.

    Raises:
        SourceError: No line is such a one.
    """
    texts, ids, refused = list[str | None](), list[str](), list[Refusal]()
    rows: list[tuple[str, str, str, float, float, str]] = []
    for number, line in _lines(content):
        parts = line.split(maxsplit=5)
        times = _times(*parts[3:5]) if len(parts) >= 5 else None
        if times is None:
            refused.append(Refusal(f"{name}:{number}", "no line of file, channel, speaker, start and end"))
            continue
        rest = parts[5] if len(parts) > 5 else ""
        labels, text = rest.split(">", 1) if rest.startswith("<") and ">" in rest else ("", rest)
        text = text.strip()
        if IGNORED in text.upper():
            continue
        texts.append(text)
        ids.append(f"{parts[0]}-{parts[1]}-{times[0]:.3f}-{times[1]:.3f}")
        rows.append((parts[0], parts[1], parts[2], *times, labels.removeprefix("<").strip()))
    _require(texts, name, refused)
    names = ("recording", "channel", "speaker", "start_s", "end_s", "labels")
    columns = {key: [row[place] for row in rows] for place, key in enumerate(names)}
    columns["duration"] = [row[4] - row[3] for row in rows]
    return Texts(texts, ids, columns, tuple(refused))


def read_ctm(content: str, name: str) -> Texts:
    """Return lines of ``file channel start duration word [confidence]``: words, and a text a channel.

    Raises:
        SourceError: No line is such a one.
    """
    words: list[TimedWord] = []
    refused: list[Refusal] = []
    for number, line in _lines(content):
        parts = line.split()
        if len(parts) > 2 and parts[2] == "*":
            refused.append(Refusal(f"{name}:{number}", "alternatives in a CTM file are not read"))
            continue
        times = _times(*parts[2:4]) if len(parts) >= 5 else None
        if times is None:
            refused.append(Refusal(f"{name}:{number}", "no line of file, channel, start, duration and word"))
            continue
        words.append(TimedWord(parts[0], parts[1], times[0], times[0] + times[1], parts[4]))
    _require(words, name, refused)
    words.sort(key=lambda word: (word.recording, word.channel, word.start_s))
    channels: dict[tuple[str, str], list[str]] = {}
    for word in words:
        channels.setdefault((word.recording, word.channel), []).append(word.text)
    return Texts(
        [" ".join(said) for said in channels.values()],
        [f"{recording}-{channel}" for recording, channel in channels],
        {"recording": [recording for recording, _ in channels]},
        tuple(refused),
        tuple(words),
    )


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


def _require(found: object, name: str, refused: list[Refusal]) -> None:
    if not found:
        why = f"{refused[0].source}: {refused[0].reason}" if refused else "The file is empty"
        raise SourceError("nothing in the file can be read", value=name, remedy=why)
