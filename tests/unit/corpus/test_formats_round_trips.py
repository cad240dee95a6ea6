"""Transcripts of real talk go into every format and come back as the report of losses says."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from labwidgets.corpus.converting import write_transcript
from labwidgets.corpus.formats.carrying import losses, moved
from labwidgets.corpus.formats.registry import FORMATS, format_of, read_transcript
from labwidgets.records import AudioRef, TranscribedSpan, Transcript, Word

TALKS = (
    "conversation_2spk/gecko_demo.json",
    "conversation_2spk/gecko_demo.segments.tsv",
    "conversation_2spk/gecko_demo1.ctm",
    "conversation_2spk/gecko_demo2.ctm",
    "conversation_2spk/mfa_michaelandsickmichael.TextGrid",
    "conversation_2spk/pyannote_sample.stm",
    "conversation_2spk/transcripts.tsv",
    "multilingual_small/transcripts.tsv",
)


def of_tokens(path: Path) -> Transcript:
    """A call of Earnings-21: a token a line, some with times; the turns of a speaker are the segments."""
    spans, turn = list[TranscribedSpan](), list[dict[str, str]]()
    with path.open(encoding="utf-8", newline="") as file:
        for row in [*csv.DictReader(file, delimiter="|", quoting=csv.QUOTE_NONE), None]:
            if turn and (row is None or row["speaker"] != turn[0]["speaker"]):
                spans.append(of_turn(path.stem, len(spans), turn))
                turn = []
            turn += [row] if row else []
    return Transcript(tuple(spans))


def of_turn(call: str, number: int, rows: list[dict[str, str]]) -> TranscribedSpan:
    said = [row["token"] + (row.get("punctuation") or "") for row in rows]
    timed = [(text, row) for text, row in zip(said, rows, strict=True) if row.get("ts") and row.get("endTs")]
    # References have no times: a turn then lasts a second.
    start_s = float(timed[0][1]["ts"]) if timed else float(number)
    words = [Word(text, float(row["ts"]), float(row["endTs"])) for text, row in timed]
    return TranscribedSpan(
        AudioRef(call),
        text=" ".join(said),
        start_s=start_s,
        end_s=max([word.end_s for word in words], default=start_s + 1.0),
        speaker=f"spk{rows[0]['speaker']}",
        words=moved(words, -start_s),
        metadata={"entities": [row["tags"] for row in rows if row.get("tags") not in (None, "", "[]")][:3]},
    )


def talks(folder: Path) -> dict[str, Transcript]:
    found = {name: read_transcript(folder / name) for name in TALKS}
    return found | {
        str(path.relative_to(folder)): of_tokens(path)
        for part in ("output/google", "transcripts/nlp_references")
        for path in sorted(folder.glob(f"earnings21_asr/{part}/4366893.nlp"))
    }


def heard(span: TranscribedSpan) -> TranscribedSpan:
    """The span with what the header of its recording would say."""
    return replace(span, audio=AudioRef(span.audio.name, 10_000.0, 16_000, 1))


def row(span: TranscribedSpan) -> str:
    return repr(
        replace(span, audio=replace(span.audio, name=""), metadata=dict(sorted(span.metadata.items())))
    )


@pytest.fixture(scope="module")
def real(speech):
    return talks(speech)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in FORMATS if name != "audiofolder"])
def test_real_talk_comes_back_as_the_report_says(name, real, tmp_path):
    chosen = format_of(name)
    for number, (source, transcript) in enumerate(real.items()):
        if chosen.needs_sound:
            transcript = Transcript(tuple(heard(span) for span in transcript.spans))  # noqa: PLW2901
        fitted = [span for span in chosen.fit(transcript.spans) if span is not None]
        assert losses(fitted, chosen.fit(fitted)) == (), source
        if not fitted:
            # Words without times are no ctm, parts of recordings no Common Voice.
            assert name in ("ctm", "commonvoice") or transcript.spans[0].end_s is None, source
            continue
        out = tmp_path / f"{number}" / ("x" if chosen.layout != "file" else f"x{chosen.endings[0]}")
        write_transcript(transcript, out, chosen)
        back = list(read_transcript(out, name).spans)
        if name == "ctm":
            assert sum(len(span.words) for span in back) == sum(len(span.words) for span in fitted), source
        else:
            assert sorted(map(row, back)) == sorted(map(row, fitted)), source


def test_the_reports_on_real_talk_are_those_that_a_person_would_write(speech, tmp_path):
    """Read by a person: the file, what the format has no place for, and how often that is in the file."""
    found = {}
    for source, name in [
        ("conversation_2spk/pyannote_sample.stm", "srt"),
        ("conversation_2spk/pyannote_sample.stm", "vtt"),
        ("conversation_2spk/gecko_demo.json", "textgrid"),
        ("conversation_2spk/gecko_demo.json", "ctm"),
        ("conversation_2spk/gecko_demo1.ctm", "eaf"),
        ("conversation_2spk/mfa_michaelandsickmichael.TextGrid", "vtt"),
        ("multilingual_small/transcripts.tsv", "trn"),
    ]:
        transcript = read_transcript(speech / source)
        report = write_transcript(transcript, tmp_path / name / "x", format_of(name))
        found[Path(source).name, name] = {loss.field: (loss.count, loss.example) for loss in report.losses}
    assert found == {
        ("pyannote_sample.stm", "srt"): {"channel": (13, "0"), "speaker": (13, "Diane")},
        ("pyannote_sample.stm", "vtt"): {"channel": (13, "0")},
        ("gecko_demo.json", "textgrid"): {},
        ("gecko_demo.json", "ctm"): {
            "segments": (62, "0.03 to 5.55 s, joined with those after it"),
            "speaker": (62, "Roger"),
        },
        ("gecko_demo1.ctm", "eaf"): {"channel": (63, "0"), "words.confidence": (3, "0.9")},
        ("mfa_michaelandsickmichael.TextGrid", "vtt"): {
            "duration_s": (7, "52.440828"),
            "start_s": (7, "1.059223 → 1.059"),
            "end_s": (7, "7.541484 → 7.541"),
        },
        # The speaker of a trn line is its id up to the first _ or -, which their names hold.
        ("transcripts.tsv", "trn"): {
            "audio": (16, "audio/13697_11991_000000.opus"),
            "speaker": (16, "mls_es → mls"),
            "metadata.accent_language": (16, "es (MLS)"),
        },
    }
