"""WhisperX's JSON: Whisper's segments with speakers, and words with scores.

Holds what ``whisper`` does, and the speaker. Words that its aligner gave no time (numbers, signs) lie between
their neighbours and are marked as estimated. A word's own speaker is not kept beside that of its segment.

References:
    https://github.com/m-bain/whisperX
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from labwidgets.corpus.formats.carrying import Spans, moved
from labwidgets.corpus.formats.files import json_text, text_format
from labwidgets.corpus.formats.subtitles import in_order
from labwidgets.corpus.formats.whisper import fit_segments, parse_segments, render_segments, word_row
from labwidgets.records import TranscribedSpan, Transcript

_SCORE = "score"


def parse(content: str, name: str, audio: str) -> Transcript:
    """Return what a file holds.

    Raises:
        SourceError: It is none of WhisperX's, or no segment can be read.
    """
    found = parse_segments(content, name, audio, score=_SCORE)
    strangers = sum(
        word.get("speaker") not in (None, segment.get("speaker"))
        for segment in json.loads(content)["segments"]
        if isinstance(segment, dict)
        for word in segment.get("words") or ()
        if isinstance(word, dict)
    )
    notes = (f"{strangers} words are of another speaker than their segment, whose they are taken for",)
    return replace(found, notes=notes if strangers else ())


def render(spans: Spans) -> str:
    """Return spans of one recording as a file."""
    value = json.loads(render_segments(spans, score=_SCORE, segment=_segment))
    words = [
        word_row(word, _SCORE) for span in in_order(spans) for word in moved(span.words, span.start_s or 0.0)
    ]
    return json_text(
        {"segments": value["segments"], "word_segments": words, "language": value["language"]}, indent=2
    )


def _segment(span: TranscribedSpan, _number: int) -> dict[str, Any]:
    return {"text": span.text or "", **({"speaker": span.speaker} if span.speaker else {})}


def fit(spans: Spans) -> list[TranscribedSpan | None]:
    """Return what is left of each span; None where its times are not known."""
    return fit_segments(spans, "speaker")


FORMAT = text_format("whisperx", (".json",), parse=parse, render=render, fit=fit, layout="file-each")
