"""What a format says that it holds of a span is what comes back from its files, for any span."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labwidgets.corpus.formats.carrying import losses, moved
from labwidgets.corpus.formats.registry import FORMATS, format_of, read_transcript
from labwidgets.records import AudioRef, TranscribedSpan, Word

ODD = """नमस्ते|வணக்கம்|مرحبا|真っ昼間|it's|a --> b|<lang:en>x</lang>|[noise]|{uh}|"q"|&amp;|a\nb|a\n\n b|\t|1|
00:00:01,000 --> 00:00:02,000|NOTE x|;;|(x)|<i>|\\N|'| |\r|item [1]:|<b>y</b>|]]>|a\u2028b|,|;"""
SCRIPTS = st.sampled_from(ODD.split("|"))
TEXTS = st.lists(
    SCRIPTS | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
)
TEXT = TEXTS.map(" ".join)
NAME = st.sampled_from(["Anna", "Dr. No", "spk_1", "अ", "B-2", "<NA>"])
TIME = st.integers(0, 4_000_000_000).map(lambda us: us / 1e6)
SHARE = st.integers(0, 1000).map(lambda n: n / 1000)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | SHARE | TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=3,
)
KEYS = st.sampled_from(
    ["gender", "text", "start", "labels", "markup", "ignored", "x y", "settings", "metadata"]
)


@st.composite
def words(draw: Any) -> tuple[Word, ...]:
    text = SCRIPTS | st.text(st.characters(categories=["L", "M", "P"]), min_size=1, max_size=6)
    rows = draw(st.lists(st.tuples(text, TIME, SHARE, st.none() | SHARE, st.booleans()), max_size=4))
    return tuple(
        Word(text, start, round(start + long, 6), sure, guess) for text, start, long, sure, guess in rows
    )


@st.composite
def spans(draw: Any, audio: str = "talk.wav") -> TranscribedSpan:
    start, long = draw(st.none() | TIME), draw(st.none() | TIME)
    return TranscribedSpan(
        AudioRef(
            audio, draw(st.none() | TIME), draw(st.none() | st.just(16_000)), draw(st.none() | st.just(2))
        ),
        text=draw(st.none() | TEXT),
        start_s=start,
        end_s=None if long is None else round((start or 0.0) + long, 6),
        channel=draw(st.none() | st.integers(0, 3)),
        id=draw(st.none() | NAME),
        speaker=draw(st.none() | NAME),
        language=draw(st.none() | st.sampled_from(["en", "hi-IN"])),
        accent=draw(st.none() | NAME),
        licence=draw(st.none() | st.just("CC0-1.0")),
        layers=draw(st.dictionaries(st.sampled_from(["normalised", "verbatim"]), TEXT, max_size=2)),
        words=draw(words()),
        confidence=draw(st.none() | SHARE),
        flags=tuple(draw(st.lists(st.sampled_from(["noise", "pii"]), unique=True))),
        metadata=draw(st.dictionaries(KEYS, JSON, max_size=3)),
    )


def row(span: TranscribedSpan) -> str:
    """All of a span but the recording's name, which some files do not say, to sort and compare by."""
    return repr(
        replace(span, audio=replace(span.audio, name=""), metadata=dict(sorted(span.metadata.items())))
    )


def written(name: str, items: list[TranscribedSpan], folder: Path) -> list[TranscribedSpan]:
    chosen = format_of(name)
    path = folder if chosen.layout == "folder" else folder / f"talk{chosen.endings[0]}"
    chosen.write(items, path)
    return list(read_transcript(path, name).spans)


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in ("ctm", "audiofolder")])
@settings(max_examples=40)
@given(items=st.lists(spans(), min_size=1, max_size=4))
def test_what_comes_back_is_what_was_said_to_be_left(name, items, tmp_path_factory):
    fitted = [span for span in format_of(name).fit(items) if span is not None]
    if fitted:
        back = written(name, fitted, tmp_path_factory.mktemp("formats"))
        assert sorted(map(row, back)) == sorted(map(row, fitted))


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=40)
@given(items=st.lists(spans(), min_size=1, max_size=4))
def test_what_is_left_fits_without_a_loss(name, items):
    chosen = format_of(name)
    fitted = [span for span in chosen.fit(items) if span is not None]
    assert losses(fitted, chosen.fit(fitted)) == ()


@settings(max_examples=40)
@given(items=st.lists(spans(), min_size=1, max_size=4))
def test_a_ctm_file_keeps_every_word_of_a_channel(items, tmp_path_factory):
    fitted = [span for span in format_of("ctm").fit(items) if span is not None]
    if fitted:
        back = written("ctm", fitted, tmp_path_factory.mktemp("formats"))
        assert sorted(spoken(back), key=repr) == sorted(spoken(fitted), key=repr)


def spoken(items: list[TranscribedSpan]) -> list[tuple[int | None, Word]]:
    return [(span.channel, word) for span in items for word in moved(span.words, span.start_s or 0.0)]


@pytest.mark.parametrize("name", ["jsonl", "nemo"])
@settings(max_examples=40)
@given(items=st.lists(spans(), min_size=1, max_size=4))
def test_rows_of_json_lose_nothing(name, items):
    lengths = [replace(span, audio=replace(span.audio, duration_s=9e9)) for span in items]
    assert losses(lengths, format_of(name).fit(lengths)) == ()
