"""Kaldi, Lhotse, Common Voice, Parquet: read as they are, and read by their tools."""

from __future__ import annotations

import json
from dataclasses import replace

import lhotse
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from labwidgets.audio import probe
from labwidgets.corpus.converting import convert, write_transcript
from labwidgets.corpus.formats.registry import format_of, read_transcript
from labwidgets.errors import SourceError
from labwidgets.records import AudioRef, TranscribedSpan, Transcript, Word

TALK = (
    TranscribedSpan(
        AudioRef("talk.wav", 2.0, 16_000, 1),
        text="he said नमस्ते",
        start_s=0.5,
        end_s=1.75,
        speaker="Anna",
        language="en",
        words=(Word("he", 0.0, 0.5, 0.9), Word("said", 0.6, 1.0)),
        flags=("noise",),
        metadata={"gender": "f", "take": 3},
    ),
    TranscribedSpan(AudioRef("talk.wav", 2.0, 16_000, 1), text="yes", start_s=1.0, end_s=1.5, speaker="Al"),
)


def write(name, path, spans=TALK):
    return write_transcript(Transcript(spans), path, format_of(name))


def lost(report):
    return {loss.field: loss.count for loss in report.losses}


# ---- Kaldi ---------------------------------------------------------------------------------------------


def test_a_kaldi_directory_is_one_that_its_checks_let_pass(tmp_path):
    report = write("kaldi", tmp_path / "data")
    files = {path.name: path.read_text("utf-8").splitlines() for path in (tmp_path / "data").iterdir()}
    assert files["wav.scp"] == ["talk talk.wav"]
    assert files["segments"] == [
        "Al-talk-0001000-0001500 talk 1 1.5",
        "Anna-talk-0000500-0001750 talk 0.5 1.75",
    ]
    assert files["text"][1] == "Anna-talk-0000500-0001750 he said नमस्ते"
    assert files["spk2gender"] == ["Anna f"]
    assert files["reco2dur"] == ["talk 2"]
    # What utils/validate_data_dir.sh looks at: order by bytes, speakers as prefixes, both maps the same.
    for lines in files.values():
        assert lines == sorted(lines, key=str.encode)
    pairs = [line.split() for line in files["utt2spk"]]
    assert all(utterance.startswith(speaker) for utterance, speaker in pairs)
    assert [speaker for _, speaker in pairs] == sorted(speaker for _, speaker in pairs)
    assert {
        (utterance, line.split()[0]) for line in files["spk2utt"] for utterance in line.split()[1:]
    } == set(map(tuple, pairs))
    assert lost(report) == {
        "sample_rate_hz": 2,
        "n_channels": 2,
        "flags": 1,
        "metadata.take": 1,
        "words": 2,
    }


def test_a_kaldi_directory_without_segments_and_with_commands(tmp_path):
    (tmp_path / "wav.scp").write_text("b sox x.wav -t wav - |\na sub dir/a.wav\n")
    (tmp_path / "text").write_text("a नमस्ते\nb\nz lost\n", "utf-8")
    (tmp_path / "utt2spk").write_text("a spk\nb b\n")
    found = read_transcript(tmp_path)
    assert [(span.audio.name, span.text, span.speaker) for span in found.spans] == [
        ("sox x.wav -t wav - |", "", None),
        ("sub dir/a.wav", "नमस्ते", "spk"),
    ]
    assert [item.source for item in found.refused] == ["text: z"]
    assert found.notes == ("1 recordings are commands, which are not run",)
    (tmp_path / "segments").write_text("u1 a 0.5 -1\nu2 c 0 1\nu3 a x 1\n")
    found = read_transcript(tmp_path)
    assert [(span.id, span.start_s, span.end_s) for span in found.spans] == [("u1", 0.5, None)]
    assert len(found.refused) == 2 + 3


def test_a_folder_that_is_no_kaldi_directory_is_refused(tmp_path):
    with pytest.raises(SourceError, match="no Kaldi directory"):
        read_transcript(tmp_path, "kaldi")
    (tmp_path / "elsewhere").write_text("a a.wav\n")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "wav.scp").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SourceError, match="a file lies outside its folder"):
        read_transcript(tmp_path / "data")


# ---- Lhotse --------------------------------------------------------------------------------------------


def test_lhotse_loads_the_cuts_and_their_sound(tone_wav, tmp_path):
    tone_wav("in/talk.wav", duration_s=2.0)
    bare = [{"audio": "talk.wav", "text": "all of it"}, {"audio": "gone.wav", "text": "x"}]
    (tmp_path / "in" / "talk.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in bare))
    report = convert(tmp_path / "in" / "talk.jsonl", tmp_path / "in" / "bare.jsonl.gz", to="lhotse")
    assert lost(report) == {"segment": 1}
    write("lhotse", tmp_path / "in" / "cuts.jsonl.gz")
    [whole] = lhotse.CutSet.from_file(tmp_path / "in" / "bare.jsonl.gz")
    assert (whole.duration, whole.supervisions[0].text) == (2.0, "all of it")
    first, second = lhotse.CutSet.from_file(tmp_path / "in" / "cuts.jsonl.gz")
    lhotse.validate(first)
    assert (first.start, first.duration, first.recording.sampling_rate) == (0.5, 1.25, 16_000)
    [said] = first.supervisions
    assert (said.text, said.speaker, said.language) == ("he said नमस्ते", "Anna", "en")
    assert [(item.symbol, item.start, item.end, item.score) for item in said.alignment["word"]] == [
        ("he", 0.0, 0.5, 0.9),
        ("said", 0.6, 1.0, None),
    ]
    assert second.with_recording_path_prefix(tmp_path / "in").load_audio().shape == (1, 8000)


def test_cuts_as_lhotse_writes_them(tmp_path):
    recording = lhotse.Recording(
        "r", [lhotse.AudioSource("file", [0, 1], "a.wav")], 8000, 80_000, 10.0, [0, 1]
    )
    supervisions = [
        lhotse.SupervisionSegment(
            "s1", "r", 0.5, 1.0, [0, 1], text="a", speaker="X", gender="f", custom={"snr": 3}
        ),
        lhotse.SupervisionSegment("s2", "r", 2.0, 1.0, [0, 1], text="b").with_alignment(
            "word", [lhotse.supervision.AlignmentItem("b", 2.25, 0.5, 0.5)]
        ),
    ]
    cut = lhotse.MultiCut("c", 1.0, 5.0, [0, 1], supervisions, recording=recording)
    lhotse.CutSet.from_cuts([cut]).to_file(tmp_path / "cuts.jsonl")
    with (tmp_path / "cuts.jsonl").open("a") as file:
        file.write('{"recording": {}, "start": 0, "duration": 1}\n')
    found = read_transcript(tmp_path / "cuts.jsonl", "lhotse")
    first, second = found.spans
    assert first.audio == AudioRef("a.wav", 10.0, 8000, 2)
    assert (first.id, first.start_s, first.end_s, first.channel) == ("s1", 1.5, 2.5, None)
    assert first.metadata == {"snr": 3, "gender": "f"}
    assert second.words == (Word("b", 0.25, 0.75, 0.5),)
    assert [item.reason for item in found.refused] == ["no cut of one recording (KeyError)"]


# ---- Common Voice --------------------------------------------------------------------------------------

HEADER = "client_id\tpath\tsentence\tup_votes\tage\taccents\tlocale\tsegment\n"


def test_a_release_of_common_voice(tmp_path):
    (tmp_path / "clips").mkdir()
    (tmp_path / "train.tsv").write_text(f'{HEADER}c1\ta.mp3\tsay "hi"\t2\ttwenties\tIndia\ten\t\n', "utf-8")
    rows = 'c1\ta.mp3\tsay "hi"\t2\ttwenties\tIndia\ten\t\n'
    rows += "c2\tb.mp3\tनमस्ते\t3\t\t\thi\t\nc3\t\tno clip\t\t\t\t\t\nx\n"
    (tmp_path / "validated.tsv").write_text(HEADER + rows, "utf-8")
    (tmp_path / "clip_durations.tsv").write_text("clip\tduration\na.mp3\t1000\n")
    found = read_transcript(tmp_path)
    first, second = found.spans
    assert (first.audio.name, first.text, first.speaker, first.accent) == (
        "clips/a.mp3",
        'say "hi"',
        "c1",
        "India",
    )
    assert first.metadata == {"up_votes": "2", "age": "twenties", "split": "train"}
    assert (second.language, second.metadata["split"]) == ("hi", "validated")
    assert [item.reason for item in found.refused] == [
        "the row names no clip",
        "1 cells where the header has 8",
    ]
    report = write("commonvoice", tmp_path / "out.tsv", (*found.spans, *TALK))
    assert report.losses[-1].field == "segment"
    assert [span.text for span in read_transcript(tmp_path / "out.tsv").spans] == ['say "hi"', "नमस्ते"]
    with pytest.raises(SourceError, match="no tables of Common Voice there"):
        read_transcript(tmp_path / "clips", "commonvoice")


# ---- Parquet -------------------------------------------------------------------------------------------


def test_a_data_set_of_the_hub_is_read_without_its_sound(tmp_path):
    audio = [{"bytes": b"RIFF", "path": "a.wav"}, {"bytes": b"x", "path": None}]
    table = pa.table({"audio": audio, "sentence": ["नमस्ते", "b"], "age": [30, None], "raw": [b"1", b"2"]})
    pq.write_table(table, tmp_path / "a.parquet")
    found = read_transcript(tmp_path / "a.parquet")
    [span] = found.spans
    assert (span.audio.name, span.text, span.metadata) == ("a.wav", "नमस्ते", {"age": 30})
    assert [item.reason for item in found.refused] == ["the row names no audio."]


def test_columns_keep_their_kind(tmp_path):
    report = write("parquet", tmp_path / "a.parquet")
    assert report.losses == ()
    clashing = [replace(TALK[0], metadata={"text": 1}), replace(TALK[1], metadata={"start": 2, "end": None})]
    write("parquet", tmp_path / "c.parquet", clashing)
    assert [span.metadata for span in read_transcript(tmp_path / "c.parquet").spans] == [
        {"text": 1},
        {"start": 2},
    ]
    columns = pq.read_table(tmp_path / "a.parquet").to_pydict()
    assert columns["take"] == [3, None]
    assert columns["words"][0][0]["text"] == "he"
    (tmp_path / "b.parquet").write_bytes(b"PAR1")
    with pytest.raises(SourceError, match="the file is no Parquet"):
        read_transcript(tmp_path / "b.parquet")


# ---- audiofolder ---------------------------------------------------------------------------------------


def test_parts_of_recordings_become_clips_that_datasets_loads(tone_wav, tmp_path):
    tone_wav("in/talk.wav", duration_s=2.0, n_channels=2)
    tone_wav("in/whole.wav", duration_s=0.5)
    spans = (
        *TALK,
        replace(TALK[1], channel=1, text="left"),
        TranscribedSpan(AudioRef("whole.wav"), text="all"),
    )
    write("jsonl", tmp_path / "in" / "talk.jsonl", spans)
    report = convert(tmp_path / "in" / "talk.jsonl", tmp_path / "out", to="audiofolder")
    assert report.losses[-1].field == "start_s"
    assert (report.losses[-1].count, report.losses[-1].example) == (3, "0.5 s of ../in/talk.wav, cut out")
    found = read_transcript(tmp_path / "out")
    assert [(span.text, span.start_s, span.audio.duration_s) for span in found.spans] == [
        ("he said नमस्ते", None, 1.25),
        ("yes", None, 0.5),
        ("left", None, 0.5),
        ("all", None, 0.5),
    ]
    assert found.spans[0].words == TALK[0].words
    heads = [probe(tmp_path / "out" / span.audio.name) for span in found.spans]
    assert [(head.duration_s, head.n_channels) for head in heads] == [(1.25, 2), (0.5, 2), (0.5, 1), (0.5, 1)]
    assert (tmp_path / "out" / found.spans[3].audio.name).read_bytes() == (
        tmp_path / "in" / "whole.wav"
    ).read_bytes()
    with pytest.raises(SourceError, match="not an empty folder"):
        convert(tmp_path / "in" / "talk.jsonl", tmp_path / "out", to="audiofolder")


def test_clips_of_recordings_that_are_not_here_are_refused(tmp_path):
    with pytest.raises(SourceError, match="the recording of a segment is not here"):
        write("audiofolder", tmp_path / "out")
    (tmp_path / "talk.wav").write_bytes(b"RIFFnothing")
    with pytest.raises(SourceError, match="the recording of a segment cannot be read"):
        write(
            "audiofolder",
            tmp_path / "new",
            [replace(TALK[0], audio=replace(TALK[0].audio, name="../talk.wav"))],
        )
    with pytest.raises(SourceError, match="no metadata in the folder"):
        read_transcript(tmp_path, "audiofolder")


def test_metadata_may_not_leave_its_folder(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "x.wav").write_bytes(b"x")
    rows = [{"file_name": "../x.wav"}, {"file_name": "a.wav", "text": "good"}, {"text": "no file"}]
    (tmp_path / "in" / "metadata.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    found = read_transcript(tmp_path / "in")
    assert [span.audio.name for span in found.spans] == ["a.wav"]
    assert len(found.refused) == 2


def test_an_utterance_that_is_called_like_a_speaker_is_nobody_s(tmp_path):
    named = TranscribedSpan(AudioRef("a.wav"), text="x", id="Anna", start_s=0.0, end_s=1.0)
    said = replace(named, id="Anna-1", speaker="Anna", metadata={"gender": "f"})
    write("kaldi", tmp_path, (named, said))
    found = {span.id: (span.speaker, span.metadata) for span in read_transcript(tmp_path).spans}
    assert found == {"Anna": (None, {}), "Anna-1": ("Anna", {"gender": "f"})}
