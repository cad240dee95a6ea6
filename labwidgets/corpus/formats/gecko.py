"""Gecko's JSON: monologues of a speaker, made of words with times.

Holds one recording: speaker, start and end, words with confidence, and the text where it is that of the
words; else the text stands as one term. Further values of a monologue are kept. Punctuation is a term of its
own in the file and belongs to its word here.

References:
    https://github.com/gong-io/gecko
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from labwidgets.corpus.columns import json_value
from labwidgets.corpus.formats.carrying import Spans, moved, one_line, only, placed, seconds, stem
from labwidgets.corpus.formats.files import BROKEN, json_of, json_text, require, text_format
from labwidgets.corpus.formats.subtitles import in_order
from labwidgets.errors import SourceError
from labwidgets.records import AudioRef, Refusal, TranscribedSpan, Transcript, Word

_OWN = frozenset(["speaker", "start", "end", "terms"])
_CLOSING = frozenset(">])}")


def parse(content: str, name: str, audio: str) -> Transcript:
    """Return what a file holds.

    Raises:
        SourceError: It is none of Gecko's, or no monologue can be read.
    """
    value = json_of(content, name)
    monologues = value.get("monologues") if isinstance(value, dict) else None
    if not isinstance(monologues, list):
        raise SourceError("the file is none of Gecko's", value=name, allowed='an object with "monologues"')
    ref, spans, refused = AudioRef(audio), list[TranscribedSpan](), list[Refusal]()
    for number, monologue in enumerate(monologues, start=1):
        try:
            spans.append(_span(monologue, ref))
        except BROKEN as e:
            refused.append(Refusal(f"{name}, monologue {number}", f"it cannot be read ({type(e).__name__})"))
    return require(Transcript(tuple(spans), tuple(refused)), name)


def _span(monologue: Mapping[str, Any], ref: AudioRef) -> TranscribedSpan:
    terms = list(monologue.get("terms") or ())
    start_s = seconds(float(monologue["start"] if "start" in monologue else terms[0]["start"]))
    end_s = seconds(float(monologue["end"] if "end" in monologue else terms[-1]["end"]))
    words = _words(terms)
    is_one_text = len(words) == 1 and len(words[0].text.split()) > 1
    speaker = monologue.get("speaker") or {}
    return TranscribedSpan(
        ref,
        text=words[0].text if is_one_text else " ".join(word.text for word in words),
        start_s=start_s,
        end_s=end_s,
        speaker=str(speaker.get("name") or speaker.get("id") or "") or None,
        words=() if is_one_text else moved(words, -start_s),
        metadata={name: value for name, value in monologue.items() if name not in _OWN},
    )


def _words(terms: list[Mapping[str, Any]]) -> list[Word]:
    """Return the words, from the start of the recording, with the punctuation behind them."""
    words: list[Word] = []
    for term in terms:
        text = str(term.get("text") or "")
        if term.get("type") == "PUNCTUATION" and words:
            words[-1] = replace(words[-1], text=words[-1].text + text.strip())
        elif text.strip():
            sure = term.get("confidence")
            confidence = float(sure) if isinstance(sure, int | float) else None
            start_s, end_s = seconds(float(term["start"])), seconds(float(term["end"]))
            words.append(Word(text.strip(), start_s, end_s, confidence))
    return words


def render(spans: Spans) -> str:
    """Return spans of one recording as a file."""
    monologues = [
        {
            "speaker": {"name": span.speaker, "id": span.speaker},
            "start": span.start_s,
            "end": span.end_s,
            "terms": _terms(span),
            **span.metadata,
        }
        for span in in_order(spans)
    ]
    return json_text({"schemaVersion": "2.0", "monologues": monologues}, indent=2) + "\n"


def _terms(span: TranscribedSpan) -> list[dict[str, Any]]:
    start_s, end_s = span.start_s or 0.0, span.end_s or 0.0
    if not span.words:
        return [_term(Word(span.text, start_s, end_s), "WORD")] if span.text else []
    terms = []
    for word in moved(span.words, start_s):
        bare, marks = _apart(word.text)
        terms.append(_term(replace(word, text=bare), "WORD"))
        if marks:
            terms.append(_term(Word(marks, word.end_s, word.end_s), "PUNCTUATION"))
    return terms


def _apart(text: str) -> tuple[str, str]:
    """Return a word and the punctuation behind it; a vowel sign is none, and neither is the end of a tag."""
    length = len(text)
    while length and unicodedata.category(text[length - 1])[0] == "P" and text[length - 1] not in _CLOSING:
        length -= 1
    return (text[:length], text[length:]) if length else (text, "")


def _term(word: Word, kind: str) -> dict[str, Any]:
    sure = {} if word.confidence is None else {"confidence": word.confidence}
    return {"start": word.start_s, "end": word.end_s, "text": word.text, "type": kind, **sure}


def fit(spans: Spans) -> list[TranscribedSpan | None]:
    """Return what is left of each span; None where its times are not known."""
    return [_fit(span) for span in spans]


def _fit(span: TranscribedSpan) -> TranscribedSpan | None:
    there = placed(span)
    if there is None:
        return None
    left = only(there, "start_s", "end_s")
    start_s = left.start_s or 0.0
    words = [
        replace(word, text=one_line(word.text), estimated=False)
        for word in moved(span.words, span.start_s or 0.0)
        if word.text.strip()
    ]
    text = (span.text or "").strip()
    if not words or " ".join(word.text for word in words) != one_line(text) or len(words[0].text.split()) > 1:
        # One word that stands alone for a text is read as that word.
        words = [Word(text, start_s, left.end_s or 0.0)] if len(text.split()) == 1 else []
    else:
        text = one_line(text)
    return replace(
        left,
        audio=AudioRef(stem(span.audio.name)),
        text=text,
        speaker=span.speaker or None,
        words=moved(words, -start_s),
        metadata={name: json_value(value) for name, value in span.metadata.items() if name not in _OWN},
    )


FORMAT = text_format("gecko", (".json",), parse=parse, render=render, fit=fit, layout="file-each")
