"""Formats of transcripts: what their own tools say of them, and what people have in them."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pysubs2
import pytest

from labwidgets.corpus.converting import convert, write_transcript
from labwidgets.corpus.formats.carrying import Reading, losses
from labwidgets.corpus.formats.registry import format_of, read_transcript
from labwidgets.errors import SourceError
from labwidgets.records import AudioRef, TranscribedSpan, Transcript, Word

TALK = (
    TranscribedSpan(
        AudioRef("talk.wav", 9.0, 16_000, 1),
        text="it's <lang:hi>नमस्ते</lang> {uh}",
        start_s=0.5,
        end_s=2.25,
        id="a",
        speaker="Anna B",
        language="en",
        words=(Word("it's", 0.0, 0.5, 0.9), Word("<lang:hi>नमस्ते</lang>", 0.6, 1.25)),
        flags=("noise",),
        metadata={"take": 3},
    ),
    TranscribedSpan(AudioRef("talk.wav", 9.0), text="& so\nit goes", start_s=2.25, end_s=4.0, speaker="B"),
)


def write(name, path, spans=TALK):
    return write_transcript(Transcript(spans), path, format_of(name))


def texts(path, name=None, **how):
    return [span.text for span in read_transcript(path, name, how=Reading(**how)).spans]


# ---- the tools they are for ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["srt", "vtt"])
def test_a_player_reads_the_subtitles(name, tmp_path):
    write(name, tmp_path / f"talk.{name}")
    kept = {"keep_unknown_html_tags": True} if name == "srt" else {"keep_html_tags": True}
    first, second = pysubs2.load(str(tmp_path / f"talk.{name}"), **kept)
    assert (first.start, first.end, second.start, second.end) == (500, 2250, 2250, 4000)
    assert "नमस्ते" in first.text
    assert second.text.replace("&amp;", "&").replace("<v B>", "").replace("</v>", "") == "& so\\Nit goes"


def nemo_item(line, folder):
    """What NeMo's ``manifest.py`` makes of a line: the keys it asks for, and how it looks for the file."""
    item = json.loads(line)
    assert {"audio_filepath", "duration"} <= set(item)
    path = Path(item["audio_filepath"])
    assert (path if path.is_absolute() or len(str(path)) >= 255 else folder / path).is_file()
    assert isinstance(item["duration"], float)
    return item.get("text", ""), item.get("offset"), item["duration"], item.get("speaker"), item.get("lang")


def test_nemo_reads_the_manifest(tone_wav, tmp_path):
    tone_wav("in/talk.wav")
    write("jsonl", tmp_path / "in" / "talk.jsonl")
    convert(tmp_path / "in" / "talk.jsonl", tmp_path / "out" / "talk.json", to="nemo")
    lines = (tmp_path / "out" / "talk.json").read_text("utf-8").splitlines()
    assert [nemo_item(line, tmp_path / "out") for line in lines] == [
        ("it's <lang:hi>नमस्ते</lang> {uh}", 0.5, 1.75, "Anna B", "en"),
        ("& so\nit goes", 2.25, 1.75, "B", None),
    ]
    assert "\\u" not in lines[0]


# ---- what is lost --------------------------------------------------------------------------------------


def test_the_report_counts_what_a_format_cannot_carry(tmp_path):
    report = write("srt", tmp_path / "talk.srt")
    found = {loss.field: (loss.count, loss.example) for loss in report.losses}
    assert found == {
        "audio": (2, "talk.wav → talk"),
        "duration_s": (2, "9.0"),
        "sample_rate_hz": (1, "16000"),
        "n_channels": (1, "1"),
        "id": (1, "a"),
        "speaker": (2, "Anna B"),
        "language": (1, "en"),
        "flags": (1, "noise"),
        "metadata.take": (1, "3"),
        "words": (2, "it's at 0 s"),
    }
    assert str(report).startswith("2 segments as srt in ")
    assert "lost: speaker, 2 times, such as Anna B" in str(report)


def test_nothing_lost_is_said_too(tmp_path):
    assert "nothing is lost" in str(write("jsonl", tmp_path / "talk.jsonl"))


def test_a_segment_without_times_is_no_subtitle(tmp_path):
    bare = TranscribedSpan(AudioRef("b.wav"), text="no times")
    report = write("vtt", tmp_path / "talk.vtt", (*TALK, bare))
    assert report.segments == 2
    assert [(loss.count, loss.example) for loss in report.losses if loss.field == "segment"] == [
        (1, "b.wav at 0 s")
    ]
    with pytest.raises(SourceError, match="nothing of it can be written as srt"):
        write("srt", tmp_path / "bare.srt", (bare,))


def test_a_text_in_words_of_a_line_says_what_changed():
    spans = (TranscribedSpan(AudioRef("a"), text="one\ntwo", start_s=0.0, end_s=1.0, speaker="Mr X"),)
    found = {loss.field: loss.example for loss in losses(spans, format_of("stm").fit(spans))}
    assert found == {"text": "one two → one two", "speaker": "Mr X → Mr_X"}


# ---- several recordings --------------------------------------------------------------------------------


def test_each_recording_gets_a_file_of_its_own(tmp_path):
    other = TranscribedSpan(AudioRef("b/talk.wav"), text="x", start_s=0.0, end_s=1.0)
    with pytest.raises(SourceError, match="a srt file holds one recording"):
        write("srt", tmp_path / "both.srt", (*TALK, other))
    report = write("srt", tmp_path / "out", (*TALK, other))
    assert [file.rpartition("/")[2] for file in report.files] == ["talk.srt", "talk-2.srt"]
    assert len(read_transcript(tmp_path / "out").spans) == 3
    with pytest.raises(SourceError, match="one file holds one recording"):
        format_of("vtt").write((*TALK, other), tmp_path / "x.vtt")


def test_a_length_that_the_format_needs_comes_from_the_file(tone_wav, tmp_path):
    tone_wav("clip.wav", duration_s=1.5)
    (tmp_path / "clips.csv").write_text("file,sentence\nclip.wav,hello\n", "utf-8")
    report = convert(tmp_path / "clips.csv", tmp_path / "clip.srt", to="srt")
    assert report.notes == ("column 'file' taken as the audio", "column 'sentence' taken as the text")
    assert (tmp_path / "clip.srt").read_text("utf-8") == "1\n00:00:00,000 --> 00:00:01,500\nhello\n"


def test_a_file_is_not_converted_into_itself(tmp_path):
    write("csv", tmp_path / "a.csv")
    with pytest.raises(SourceError, match="cannot be converted into itself"):
        convert(tmp_path / "a.csv", tmp_path / "a.csv", to="csv")
    report = convert(tmp_path / "a.csv", tmp_path, to="tsv")
    assert report.files == (str(tmp_path / "a.tsv"),)


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SourceError, match="the place cannot be written to"):
        write("jsonl", tmp_path / "file" / "x.jsonl")


# ---- what people have ----------------------------------------------------------------------------------


def test_marks_of_subtitles_are_kept_beside_the_text(tmp_path):
    path = tmp_path / "film.srt"
    path.write_text(
        "1\n00:00:01,000 --> 00:00:02,500\n{\\an8}<i>Who's</i> there?\n\n\n"
        "2\n0:00:03.5 --> 0:00:04.000 X1:10\n42\n3\n00:00:05,000 --> 00:00:06,000\n- No\n\n- one\n",
        "utf-8",
    )
    spans = read_transcript(path).spans
    assert [span.text for span in spans] == ["Who's there?", "42", "- No\n- one"]
    assert [span.start_s for span in spans] == [1.0, 3.5, 5.0]
    assert spans[0].metadata == {"markup": "{\\an8}<i>Who's</i> there?"}
    write("srt", path, spans)
    assert "{\\an8}<i>Who's</i> there?" in path.read_text("utf-8")


@pytest.mark.parametrize("name", ["srt", "vtt"])
def test_marks_that_mark_nothing_are_not_kept(name, tmp_path):
    bare = [
        TranscribedSpan(AudioRef("a"), text=text, start_s=0.0, end_s=1.0, metadata={"markup": text})
        for text in ("x", "")
    ]
    write(name, tmp_path / f"a.{name}", bare)
    assert [span.metadata for span in read_transcript(tmp_path / f"a.{name}").spans] == [{}, {}]


@pytest.mark.parametrize(
    ("name", "cue"),
    [
        pytest.param("srt", "x" + 60_000 * "\n" + "y", id="blank lines"),
        pytest.param("vtt", "<v" + 60_000 * " " + "y", id="a voice that does not end"),
        pytest.param("vtt", 60_000 * "<v " + "y", id="voices that do not end"),
        pytest.param("vtt", 60_000 * "<v.a" + "> y", id="classes of voices"),
    ],
)
def test_subtitles_are_read_in_time(name, cue, tmp_path):
    times = "00:00:0{0}.000 --> 00:00:0{1}.000" + (" a" + 60_000 * " " + "b" if name == "vtt" else "")
    head = "WEBVTT\n\n" if name == "vtt" else "1\n"
    path = tmp_path / f"a.{name}"
    path.write_text(f"{head}{times.format(0, 1)}\n{cue}\n\n{times.format(1, 2)}\nz\n", "utf-8")
    began_s = time.process_time()
    assert [span.text for span in read_transcript(path).spans][-1] == "z"
    # What looks at each letter from each other takes minutes.
    assert time.process_time() - began_s < 20


def test_hours_of_thousands_of_digits_are_no_time(tmp_path):
    (tmp_path / "a.vtt").write_text(f"WEBVTT\n\n{'9' * 5000}:00:00.000 --> 00:00:01.000\nx\n")
    with pytest.raises(SourceError, match="nothing in the file can be read"):
        read_transcript(tmp_path / "a.vtt")


def test_voices_ids_settings_and_word_times_of_webvtt(tmp_path):
    path = tmp_path / "film.vtt"
    path.write_text(
        "WEBVTT - a film\nKind: captions\nLanguage: en\n\nNOTE a remark\nof two lines\n\nSTYLE\n::cue {}\n\n"
        "intro\n00:01.000 --> 00:03.000 line:0 align:start\n"
        "<v.loud Anna>Never <00:02.000><c>drink &amp; drive</c>\n\n"
        "00:03.000 --> 00:04.000\n<v Bob>Why?</v> <v Anna>Because</v>\n",
        "utf-8",
    )
    found = read_transcript(path)
    first, second, third = found.spans
    assert (first.id, first.speaker, first.text, first.language) == (
        "intro",
        "Anna",
        "Never drink & drive",
        "en",
    )
    assert first.metadata["settings"] == "line:0 align:start"
    assert [(word.text, word.start_s, word.estimated) for word in first.words] == [
        ("Never", 0.0, False),
        ("drink", 1.0, True),
        ("&", 1.333333, True),
        ("drive", 1.666667, True),
    ]
    assert [(span.speaker, span.text, span.start_s) for span in (second, third)] == [
        ("Bob", "Why?", 3.0),
        ("Anna", "Because", 3.0),
    ]
    assert found.notes == ("2 blocks of notes, styles or regions were not taken",)


def test_scoring_files_keep_labels_and_what_is_not_scored(tmp_path):
    path = tmp_path / "a.stm"
    path.write_text(
        ";; a comment\nrec A spk 0 1.5 <o,f0,male> {a / b / @} (uh)\n"
        "rec B spk 2 3 ignore_time_segment_in_scoring\nrec left <NA> 3 x\nrec 3 <NA> 3 4\n",
        "utf-8",
    )
    found = read_transcript(path)
    assert [(span.text, span.channel, span.speaker) for span in found.spans] == [
        ("{a / b / @} (uh)", 0, "spk"),
        (None, 1, "spk"),
        ("", 2, None),
    ]
    assert [item.source for item in found.refused] == ["a.stm:4"]
    write("stm", tmp_path / "b.stm", found.spans)
    assert (tmp_path / "b.stm").read_text("utf-8").splitlines() == [
        "rec 3 <NA> 3 4",
        "rec A spk 0 1.5 <o,f0,male> {a / b / @} (uh)",
        "rec B spk 2 3 IGNORE_TIME_SEGMENT_IN_SCORING",
    ]


def test_words_of_a_ctm_file_make_one_span_a_channel(tmp_path):
    path = tmp_path / "a.ctm"
    path.write_text(
        "rec 1 1.5 0.5 there -1.00\nrec 1 1.0 0.5 hello 0.25\nrec 2 0 1 x\nrec 1 * * <ALT>\n", "utf-8"
    )
    found = read_transcript(path)
    assert [(span.text, span.start_s, span.end_s) for span in found.spans] == [
        ("hello there", 1.0, 2.0),
        ("x", 0.0, 1.0),
    ]
    assert [word.confidence for word in found.spans[0].words] == [0.25, None]
    assert found.notes == ("1 confidences outside of 0 to 1 taken as none",)
    assert len(found.refused) == 1


def test_ids_of_trn_lines_begin_with_the_speaker(tmp_path):
    bare = TranscribedSpan(AudioRef("x/clip.wav"), text="b", speaker="Spk1")
    write("trn", tmp_path / "a.trn", (*TALK[:1], bare))
    assert (tmp_path / "a.trn").read_text("utf-8") == (
        "it's <lang:hi>नमस्ते</lang> {uh} (a)\nb (Spk1-000002)\n"
    )
    assert [span.speaker for span in read_transcript(tmp_path / "a.trn").spans] == [None, "Spk1"]


def test_columns_are_guessed_and_mapped(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_text(
        'path\tsaid\toffset\tduration\tvotes\na.wav\t"hi"\t1.5\t0.5\t3\nb.wav\tx\tlate\t1\t\nc.wav\n'
    )
    found = read_transcript(path, how=Reading(columns={"text": "said"}))
    [span] = found.spans
    assert (span.audio.name, span.text, span.start_s, span.end_s) == ("a.wav", '"hi"', 1.5, 2.0)
    assert span.metadata == {"votes": "3"}
    assert "column 'offset' taken as the start" in found.notes
    assert [item.reason for item in found.refused] == [
        "1 cells where the header has 5",
        "the start is no number: 'late'.",
    ]


def test_a_spreadsheet_runs_nothing_of_it_and_the_report_says_what_was_changed(tmp_path):
    source = tmp_path / "talk.jsonl"
    rows = [{"audio": "a.wav", "text": "=1+1", "speaker": "@x"}, {"audio": "b.wav", "text": "1 = 1"}]
    source.write_text("".join(f"{json.dumps(one)}\n" for one in rows), encoding="utf-8")
    report = convert(source, tmp_path / "talk.csv", to="spreadsheet")
    assert {loss.field: (loss.count, loss.example) for loss in report.losses} == {
        "text": (1, "=1+1 → '=1+1"),
        "speaker": (1, "@x → '@x"),
    }
    assert [span.text for span in read_transcript(tmp_path / "talk.csv").spans] == ["'=1+1", "1 = 1"]
    assert convert(source, tmp_path / "exact.csv", to="csv").losses == ()
