"""TRN: a line a text, its id in parentheses behind it, for NIST's scoring tools.

Holds id and text on one line; the speaker is the id up to its first ``-`` or ``_``.

References:
    NIST SCTK, ``doc/infmts.htm``, https://github.com/usnistgov/SCTK.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from labwidgets.analysis.inputs.nist import TrnLine, trn_lines
from labwidgets.corpus.formats.carrying import Spans, one_line, only, stem
from labwidgets.corpus.formats.files import require, text_format
from labwidgets.corpus.formats.nist_lines import COMMENT, apart
from labwidgets.records import AudioRef, TranscribedSpan, Transcript

_NOT_IN_IDS = re.compile(r"[()\s]+")


def parse(content: str, name: str, audio: str) -> Transcript:
    """Return what a file holds; all of it is said to be of one recording, since it does not say.

    Raises:
        SourceError: No line of it can be read.
    """
    lines, refused = apart(trn_lines(content, name))
    ref = AudioRef(audio)
    spans = tuple(TranscribedSpan(ref, text=line.text, id=line.id, speaker=line.speaker) for line in lines)
    return require(Transcript(spans, refused), name)


def render(spans: Spans) -> str:
    """Return spans as lines."""
    return "".join(f"{span.text} ({span.id})\n" for span in spans)


def fit(spans: Spans) -> list[TranscribedSpan | None]:
    """Return what is left of each span; one without an id gets one that begins with its speaker."""
    used = Counter(_bare(span.id) for span in spans if span.id)
    return [_fit(span, number, used) for number, span in enumerate(spans, start=1)]


def _fit(span: TranscribedSpan, number: int, used: Counter[str]) -> TranscribedSpan:
    bare = _bare(span.id) if span.id else ""
    if not bare or used[bare] > 1:
        bare = f"{_bare(span.speaker or stem(span.audio.name))}-{number:06}"
    text = one_line(span.text or "")
    return replace(
        only(span),
        audio=AudioRef(""),
        text=f"_{text}" if text.startswith(COMMENT) else text,
        id=bare,
        speaker=TrnLine(bare, "").speaker,
    )


def _bare(name: str | None) -> str:
    return _NOT_IN_IDS.sub("_", (name or "").strip())


FORMAT = text_format("trn", (".trn",), parse=parse, render=render, fit=fit)
