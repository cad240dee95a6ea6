"""Transcripts that come in broken, packed, in any encoding, or as no files at all."""

from __future__ import annotations

import gzip
import json
import os

import pytest

from labwidgets.corpus.converting import write_transcript
from labwidgets.corpus.formats.carrying import Reading
from labwidgets.corpus.formats.registry import format_of, read_transcript
from labwidgets.errors import SourceError
from labwidgets.records import AudioRef, TranscribedSpan, Transcript

TALK = Transcript(
    (
        TranscribedSpan(AudioRef("talk.wav", 9.0), text="it's & {uh}", start_s=0.5, end_s=2.25),
        TranscribedSpan(AudioRef("talk.wav", 9.0), text="so it goes", start_s=2.25, end_s=4.0),
    )
)


def write(name, path):
    return write_transcript(TALK, path, format_of(name))


def texts(path, name=None, **how):
    return [span.text for span in read_transcript(path, name, how=Reading(**how)).spans]


CUE = "1\n00:00:00,000 --> 00:00:01,000\nà नमस्ते\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_encodings_that_show_are_read(encoding, tmp_path):
    (tmp_path / "a.srt").write_bytes(CUE.encode(encoding))
    assert texts(tmp_path / "a.srt") == ["à नमस्ते"]
    (tmp_path / "a.csv").write_bytes('audio,text\r\na.wav,"à, b"\r\n'.encode(encoding))
    assert texts(tmp_path / "a.csv") == ["à, b"]


def test_an_encoding_that_does_not_show_is_asked_for(tmp_path):
    path = tmp_path / "a.srt"
    path.write_bytes("1\n00:00:00,000 --> 00:00:01,000\nvoilà\n".encode("latin-1"))
    with pytest.raises(SourceError, match=r"the file is not in UTF-8.*Name its encoding, such as latin-1"):
        read_transcript(path)
    assert texts(path, encoding="latin-1") == ["voilà"]
    with pytest.raises(SourceError, match="no such encoding: 'klingon'"):
        read_transcript(path, how=Reading(encoding="klingon"))


def test_packed_files_are_unpacked_to_a_limit(tmp_path, monkeypatch):
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"audio": "a.wav", "text": "x"}\n'))
    assert texts(path) == ["x"]
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(SourceError, match="the file cannot be read"):
        read_transcript(path)
    monkeypatch.setattr("labwidgets.corpus.formats.files.MOST_BYTES", 1000)
    path.write_bytes(gzip.compress(b" " * 1001))
    with pytest.raises(SourceError, match="the file is too large"):
        read_transcript(path)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        pytest.param({"audio": "a", "start": 2.0, "end": 1.0}, "the end lies before the start", id="order"),
        pytest.param({"audio": "a", "start": -1}, "no number of seconds from the start", id="negative"),
        pytest.param({"audio": "a", "start": 1e999}, "the start is no number", id="infinite"),
        pytest.param({"audio": "a", "text": "\0"}, "U\\+0000", id="zero"),
        pytest.param({"audio": "a", "text": "\ud800"}, "not valid Unicode", id="surrogate"),
        pytest.param({"audio": "a", "text": ["x"]}, "the text is no text: 'list'", id="list"),
        pytest.param({"audio": "a", "words": "[1"}, "a value is no JSON", id="json"),
        pytest.param({"audio": "a", "words": "none"}, "the words are no list", id="words"),
        pytest.param({"audio": "a", "words": [1]}, "a word is no object", id="word"),
        pytest.param({"audio": "a", "words": [{"text": "x"}]}, "the start of a word is no number", id="time"),
        pytest.param({"audio": "a", "layers": [1]}, "the layers are no texts by name", id="layers"),
        pytest.param({"audio": "a", "flags": 1}, "the flags are no list", id="flags"),
        pytest.param({"audio": {"bytes": 1}}, "the row names no audio", id="audio"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused_alone(row, reason, tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(f'{{"audio": "good.wav"}}\n{json.dumps(row)}\n[1]\nno json\n', "utf-8")
    found = read_transcript(path)
    assert [span.audio.name for span in found.spans] == ["good.wav"]
    assert len(found.refused) == 3
    with pytest.raises(AssertionError, match=reason):
        raise AssertionError(" ".join(item.reason for item in found.refused))


def test_words_without_proper_times_leave_the_text(tmp_path):
    row = {"audio": "a.wav", "text": "x y", "words": [{"text": "x", "start": 2, "end": 1}]}
    (tmp_path / "a.jsonl").write_text(json.dumps(row), "utf-8")
    found = read_transcript(tmp_path / "a.jsonl")
    assert (found.spans[0].text, found.spans[0].words) == ("x y", ())
    assert found.notes == ("1 words without proper times left without any",)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param("a.srt", "no cues", "nothing in the file can be read", id="srt"),
        pytest.param("a.vtt", "1\n00:00.000 --> 00:01.000\nx\n", "the file is no WebVTT", id="vtt"),
        pytest.param("a.stm", "x", "nothing in the file can be read.*a.stm:1", id="stm"),
        pytest.param("a.ctm", "", "The file is empty", id="ctm"),
        pytest.param("a.trn", "x", "no id in parentheses", id="trn"),
        pytest.param("a.csv", "", "nothing in the file can be read", id="csv"),
        pytest.param("a.csv", "audio,text,text\n", "a column stands twice", id="twice"),
        pytest.param("a.csv", "text\nx\n", "the source has no audio column.*allowed: 'text'", id="no audio"),
        pytest.param("a.csv", 'audio\n"a\0', "nothing in|no table|U\\+0000", id="zero"),
        pytest.param("a.jsonl", "[]", "nothing in the file can be read.*not a JSON object", id="jsonl"),
        pytest.param("a.xyz", "?", "the format cannot be told.*Name it, as in --from srt", id="unknown"),
        pytest.param("a.json", '{"x": 1}', "the format cannot be told", id="json"),
    ],
)
def test_a_file_that_holds_nothing_is_refused(name, content, message, tmp_path):
    (tmp_path / name).write_text(content, "utf-8")
    with pytest.raises(SourceError, match=message):
        read_transcript(tmp_path / name)


def test_names_that_do_not_exist_are_said(tmp_path):
    with pytest.raises(SourceError, match=r"no such format: 'doc'.*allowed: nemo"):
        format_of("doc")
    with pytest.raises(SourceError, match="no such file or folder"):
        read_transcript(tmp_path / "none.srt")
    with pytest.raises(SourceError, match="no such file"):
        format_of("srt").read(tmp_path / "none.srt", Reading())
    write("csv", tmp_path / "a.csv")
    with pytest.raises(SourceError, match="unknown field: 'txt'"):
        read_transcript(tmp_path / "a.csv", how=Reading(columns={"txt": "x"}))
    with pytest.raises(SourceError, match="the source has no such column: 'x'"):
        read_transcript(tmp_path / "a.csv", how=Reading(columns={"text": "x"}))


def test_a_folder_is_read_file_by_file_and_no_further(tmp_path):
    folder = tmp_path / "in"
    write("srt", folder / "a.srt")
    write("srt", folder / "deep" / "b.srt")
    assert {span.audio.name for span in read_transcript(folder).spans} == {"a", "b"}
    with pytest.raises(SourceError, match="no vtt files in the folder"):
        read_transcript(folder, "vtt")
    write("srt", tmp_path / "outside.srt")
    (folder / "link.srt").symlink_to(tmp_path / "outside.srt")
    with pytest.raises(SourceError, match="a file lies outside its folder"):
        read_transcript(folder)


def test_no_pipe_is_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.srt")
    with pytest.raises(SourceError, match="not a regular file"):
        read_transcript(tmp_path / "a.srt")
