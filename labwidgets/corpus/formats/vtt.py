"""WebVTT: cues with times in milliseconds, ids, voices and settings.

Holds one recording: start, end, id, speaker (as a voice), text, and the language where it is the same
throughout. Marks for italics, rubies and times of words are kept as they stand in ``metadata["markup"]``;
times of words are read. Blocks of notes and styles are not taken.

References:
    https://www.w3.org/TR/webvtt1/
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise, takewhile

from labwidgets.corpus.formats.carrying import Spans, one_line, only, placed, seconds, stem, throughout
from labwidgets.corpus.formats.files import require, text_format
from labwidgets.corpus.formats.subtitles import (
    DECIMALS,
    MARKUP,
    TIME,
    TIMING,
    Cue,
    clock,
    cues,
    in_order,
    kept_markup,
    lines_of,
    timestamp,
)
from labwidgets.errors import SourceError
from labwidgets.records import AudioRef, TranscribedSpan, Transcript, Word

SETTINGS = "settings"

_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?\s+([^>]*)>")
_TAG = re.compile(r"<[^<>]*>")
_CLOCK = re.compile(rf"<{TIME}>")
_BLOCKS = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|$)")


def parse(content: str, name: str, audio: str) -> Transcript:
    """Return what a file holds; a cue of several voices is one span for each.

    Raises:
        SourceError: It is no WebVTT, or has no cues.
    """
    lines = content.split("\n")
    if not lines[0].startswith("WEBVTT"):
        raise SourceError("the file is no WebVTT", value=name, allowed="WEBVTT in the first line")
    language, ref = _language(lines), AudioRef(audio)
    spans = [span for cue in cues(lines) for span in _spans(cue, ref, language)]
    n_blocks = sum(
        _BLOCKS.match(line) is not None and not before.strip()
        for before, line in pairwise(lines)
        if TIMING.fullmatch(line) is None
    )
    notes = (f"{n_blocks} blocks of notes, styles or regions were not taken",) if n_blocks else ()
    return require(Transcript(tuple(spans), (), notes), name)


def _language(lines: list[str]) -> str | None:
    for line in lines[1:]:
        if not line.strip():
            break
        name, colon, value = line.partition(":")
        if colon and name.strip().lower() == "language":
            return value.strip() or None
    return None


def _spans(cue: Cue, ref: AudioRef, language: str | None) -> Iterator[TranscribedSpan]:
    payload = "\n".join(takewhile(str.strip, cue.text.split("\n"))).strip()
    plain = payload.replace("</v>", "")
    # Behind the last > no tag ends, and each that begins there would be looked through to the end of it all.
    end = plain.rfind(">") + 1
    pieces = _VOICE.split(plain[:end])
    pieces[-1] += plain[end:]
    voices = [("", pieces[0]), *zip(pieces[1::2], pieces[2::2], strict=True)]
    spoken = [(voice, markup) for voice, markup in voices if markup.strip()] or voices[-1:]
    for voice, markup in spoken:
        kept = lines_of(markup)
        text, words = _read(kept, cue.start_s, cue.end_s)
        extra = ({MARKUP: kept} if _marked(kept, text) else {}) | (
            {SETTINGS: cue.settings} if cue.settings else {}
        )
        yield TranscribedSpan(
            ref,
            text=text,
            start_s=cue.start_s,
            end_s=cue.end_s,
            id=cue.before or None,
            speaker=one_line(html.unescape(voice)) or None,
            language=language,
            words=words,
            metadata=extra,
        )


def _marked(markup: str, text: str) -> bool:
    return markup != _escaped(text)


def _read(markup: str, start_s: float, end_s: float) -> tuple[str, tuple[Word, ...]]:
    """Return the text of a cue without its marks, and its words where there are times for them."""
    text = lines_of(html.unescape(_TAG.sub("", markup)))
    pieces = _CLOCK.split(markup)
    if len(pieces) == 1:
        return text, ()
    starts = [start_s, *(clock(pieces[place : place + 4]) for place in range(1, len(pieces), 5))]
    ends = [*starts[1:], end_s]
    words: list[Word] = []
    for piece, first_s, last_s in zip(pieces[::5], starts, ends, strict=True):
        said = html.unescape(_TAG.sub("", piece)).split()
        step_s = max(0.0, last_s - first_s) / max(1, len(said))
        for place, word in enumerate(said):
            at_s = first_s + place * step_s - start_s
            words.append(Word(word, seconds(at_s), seconds(at_s + step_s), estimated=len(said) > 1))
    return text, tuple(words)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def render(spans: Spans) -> str:
    """Return spans of one recording as a file."""
    languages = {span.language for span in spans}
    [language] = languages if len(languages) == 1 else [None]
    head = ["WEBVTT", *([f"Language: {language}"] if language else []), ""]
    return "\n".join([*head, *(_cue(span) for span in in_order(spans))])


def _cue(span: TranscribedSpan) -> str:
    times = " --> ".join(timestamp(time_s or 0.0, point=".") for time_s in (span.start_s, span.end_s))
    settings = span.metadata.get(SETTINGS)
    text = span.metadata.get(MARKUP) or _escaped(span.text or "")
    voice = f"<v {_escaped(span.speaker)}>{text}</v>" if span.speaker else text
    lines = ([span.id] if span.id else []) + [f"{times} {settings}" if settings else times, voice]
    return "\n".join(lines) + "\n"


def fit(spans: Spans) -> list[TranscribedSpan | None]:
    """Return what is left of each span; None where its times are not known."""
    languages = throughout(spans, "language")
    return [_fit(span, languages.get(span.audio.name)) for span in spans]


def _fit(span: TranscribedSpan, language: str | None) -> TranscribedSpan | None:
    there = placed(span)
    if there is None:
        return None
    left = only(there, "start_s", "end_s", decimals=DECIMALS)
    plain = lines_of(span.text)
    markup = _markup(span, plain)
    _, words = _read(markup.get(MARKUP, ""), left.start_s or 0.0, left.end_s or 0.0)
    return replace(
        left,
        audio=AudioRef(stem(span.audio.name)),
        text=plain,
        id=_id(span.id),
        speaker=one_line(span.speaker or "") or None,
        language=one_line(language or "") or None,
        words=words,
        metadata=markup | _settings(span),
    )


def _markup(span: TranscribedSpan, plain: str) -> dict[str, str]:
    kept = kept_markup(span)
    fits = bool(kept) and "<v" not in kept[MARKUP] and "</v" not in kept[MARKUP]
    return (
        dict(kept)
        if fits and _marked(kept[MARKUP], plain) and _read(kept[MARKUP], 0.0, 0.0)[0] == plain
        else {}
    )


def _settings(span: TranscribedSpan) -> dict[str, str]:
    settings = span.metadata.get(SETTINGS)
    if isinstance(settings, str) and settings and settings == one_line(settings) and "-->" not in settings:
        return {SETTINGS: settings}
    return {}


def _id(name: str | None) -> str | None:
    plain = one_line(name or "").replace("-->", "→")
    return plain if plain and not _BLOCKS.match(plain) else None


FORMAT = text_format("vtt", (".vtt",), parse=parse, render=render, fit=fit, layout="file-each")
