"""Files and tables of texts: every form read, bad rows told with their lines, the two sides joined."""

from __future__ import annotations

import gzip
import json

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from labwidgets.analysis.inputs import opened, read_texts, side
from labwidgets.analysis.scoring import score
from labwidgets.errors import SourceError


def write(path, content):
    path.write_text(content, encoding="utf-8")
    return path


def test_a_nemo_manifest_holds_both_sides(tmp_path):
    rows = [
        {
            "audio_filepath": "/a/1.wav",
            "duration": 2.5,
            "text": "the cat",
            "pred_text": "the hat",
            "speaker": "s1",
        },
        {"audio_filepath": "/a/1.wav", "offset": 2.5, "duration": float("nan"), "text": "", "pred_text": "x"},
    ]
    path = write(tmp_path / "m.json", "\n".join(json.dumps(row) for row in rows))
    found = score(path, path)
    assert found.ids == ["/a/1.wav", "/a/1.wav@2.5"]
    assert (found.substitutions, found.insertions) == (1, 1)
    assert found.columns["duration"] == [2.5, None]
    assert found.columns["speaker"] == ["s1", None]


def test_broken_lines_are_told_with_their_numbers_and_the_rest_counts(tmp_path):
    path = write(
        tmp_path / "r.jsonl",
        '{"id": "a", "text": "x"}\n{broken\n\n[1]\n{"id": "b", "text": 7}\n{"text": "z"}\n',
    )
    found = read_texts(path, role="reference")
    assert (found.ids, found.texts) == (["a"], ["x"])
    assert [one.source for one in found.refused] == ["r.jsonl:2", "r.jsonl:4", "r.jsonl:5", "r.jsonl:6"]
    assert [one.reason.split(":")[0] for one in found.refused] == [
        "no JSON",
        "no JSON object",
        "its text is no text but of type int",
        "there is no id",
    ]


def test_rows_that_know_different_things_become_columns_with_gaps(tmp_path):
    lines = ['{"id": "a", "text": "x"}', '{"id": "b", "text": "y", "room": "r", "n": 1}']
    lines += ['{"n": 2, "text": "z", "id": "c"}', '{"id": "d", "text": "", "room": null} ']
    found = read_texts(write(tmp_path / "r.jsonl", "\n".join(lines)), role="reference")
    assert (found.ids, found.texts) == (["a", "b", "c", "d"], ["x", "y", "z", ""])
    assert found.columns == {"room": [None, "r", None, None], "n": [None, 1, 2, None]}


def test_what_stands_behind_an_object_in_a_line_is_refused(tmp_path):
    path = write(tmp_path / "r.jsonl", '{"text": "x"} {"text": "y"}\n{"text": "z"}\n')
    [refused] = read_texts(path, role="reference").refused
    assert (refused.source, refused.reason[:19]) == ("r.jsonl:1", "no JSON: Extra data")


def test_a_file_of_both_sides_is_read_once_for_all_of_them(tmp_path):
    path = write(tmp_path / "m.csv", "id,text,one,two\nu1,a b,a c,\nu2,,b,7\n")
    read = opened(path)
    path.unlink()
    assert side(read, role="reference").texts == ["a b", ""]
    assert [side(read, role="hypothesis", column=name).texts for name in ("one", "two")] == [
        ["a c", "b"],
        ["", "7"],
    ]


def test_doubled_ids_count_once_and_are_told():
    found = score([{"id": "a", "text": "x"}, {"id": "a", "text": "y"}], [{"id": "a", "pred": "x"}])
    assert found.wer == 0.0
    assert [(one.source, one.reason) for one in found.refused] == [
        ("a", "the reference with this id is there more than once: the first counts")
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("r.csv", 'id,text,speaker\nu1,"hello, you",s1\nu2,,s2\n'),
        ("r.tsv", "utt\tsentence\tspeaker\nu1\thello, you\ts1\nu2\t\ts2\n"),
        (
            "r.json",
            '[{"id": "u1", "text": "hello, you", "spk": "s1"}, {"id": "u2", "text": "", "spk": "s2"}]',
        ),
        (
            "r.jsonl",
            '{"key": "u1", "text": "hello, you", "spk": "s1"}\r\n{"key": "u2", "text": "", "spk": "s2"}\n',
        ),
        ("columns.json", '{"id": ["u1", "u2"], "ref": ["hello, you", ""], "speaker": ["s1", "s2"]}'),
    ],
)
def test_tables_of_every_form_say_the_same(tmp_path, name, content):
    found = read_texts(write(tmp_path / name, content), role="reference")
    assert (found.ids, found.texts, found.refused) == (["u1", "u2"], ["hello, you", ""], ())
    assert found.columns == {"speaker": ["s1", "s2"]}


@pytest.mark.parametrize(
    ("name", "form", "content", "ids"),
    [
        ("r.trn", None, "hello, you (s1-U1)\n;; a comment\n(s2-u2)\n", ["s1-u1", "s2-u2"]),
        ("text", "kaldi", "u1 hello, you\nu2\n", ["u1", "u2"]),
        ("r.txt", None, "hello, you\n\n", None),
        ("map.json", None, '{"u1": "hello, you", "u2": ""}', ["u1", "u2"]),
        (
            "r.stm",
            None,
            "f 1 s1 0.0 1.5 <o,f0> hello, you\nf 1 s2 2 3\n",
            ["f-1-0.000-1.500", "f-1-2.000-3.000"],
        ),
    ],
)
def test_lines_of_every_form_say_the_same(tmp_path, name, form, content, ids):
    found = read_texts(write(tmp_path / name, content), role="reference", form=form)
    assert (found.ids, list(found.texts)) == (ids, ["hello, you", ""])


def test_a_packed_file_is_unpacked(tmp_path):
    (tmp_path / "r.txt.gz").write_bytes(gzip.compress(b"one\ntwo\n"))
    assert read_texts(tmp_path / "r.txt.gz", role="reference").texts == ["one", "two"]


def test_tables_in_files_and_in_memory_say_the_same(tmp_path):
    from datasets import Audio, Dataset

    table = pa.table({"id": ["u1", "u2"], "text": ["a", "b"], "sound": [{"bytes": b"x", "path": "p"}] * 2})
    pq.write_table(table, tmp_path / "r.parquet")
    Dataset(table).save_to_disk(tmp_path / "saved")
    sources = [
        tmp_path / "r.parquet",
        tmp_path / "saved",
        table,
        table.to_pandas(),
        Dataset(table).cast_column("sound", Audio(16_000)),
        Dataset(table).select([0, 1]),
        table.to_pylist(),
    ]
    for source in sources:
        found = side(source, role="reference")
        assert (found.ids, found.texts) == (["u1", "u2"], ["a", "b"])


def test_words_with_times_go_into_the_segments_that_they_lie_in(tmp_path):
    stm = write(
        tmp_path / "r.stm",
        "f 1 ann 0.0 2.0 hello there\nf 1 bob 2.0 4.0 good day\nf 1 x 9 10 ignore_time_segment_in_scoring\n",
    )
    ctm = write(
        tmp_path / "h.ctm",
        "f 1 2.1 0.3 good 0.9\nf 1 0.1 0.3 hello\nf 1 1.9 0.3 dear\nf 1 7.0 0.2 ghost\nbad line\n",
    )
    found = score(stm, ctm)
    assert list(found.hypotheses) == ["hello", "dear good"]
    assert [one.name for one in found.by("speaker")] == ["bob", "ann"]
    assert found.warnings == ("1 words lie outside all segments and are not scored",)
    assert [one.source for one in found.refused] == ["h.ctm:5"]


def test_words_of_a_channel_are_one_text_without_segments(tmp_path):
    ctm = write(tmp_path / "h.ctm", "f A 1.0 0.1 b\nf A 0.0 0.1 a\nf B * * <ALT>\n")
    found = read_texts(ctm, role="hypothesis")
    assert (found.ids, found.texts) == (["f-A"], ["a b"])
    assert found.refused[0].reason == "alternatives in a CTM file are not read"


def test_ids_of_two_machines_meet_by_the_name_of_the_file():
    references = [{"audio_filepath": "/data/x/u1.wav", "text": "a"}]
    assert score(references, {"u1": "a"}).wer == 0.0
    assert score(references, [{"audio_filepath": "C/u1.wav", "pred_text": "a"}]).wer == 0.0


def test_ragged_rows_are_told(tmp_path):
    found = read_texts(write(tmp_path / "r.csv", "id,text\nu1,a\nu2,b,c\n"), role="reference")
    assert found.ids == ["u1"]
    assert [(one.source, one.reason) for one in found.refused] == [
        ("r.csv:3", "3 fields where the header has 2")
    ]


def test_fields_of_numbers_are_numbers(tmp_path):
    path = write(tmp_path / "r.csv", "id,text,snr,place\nu1,a,3.5,7a\nu2,b,nan,8\nu3,c,,9\n")
    found = read_texts(path, role="reference")
    assert found.columns == {"snr": [3.5, None, None], "place": ["7a", "8", "9"]}


def test_a_named_column_is_taken(tmp_path):
    path = write(tmp_path / "r.csv", "id,text,raw\nu1,a,b\n")
    assert read_texts(path, role="reference", column="raw").texts == ["b"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("r.csv", "id,words spoken\nu1,a\n", "no column of reference texts.*id, words spoken"),
        ("r.csv", "id,text\n", "the table has no rows"),
        ("r.jsonl", "{broken\n", r"no line is a JSON object.*r\.jsonl:1"),
        ("r.json", "3", "no line is a JSON object|this JSON holds no rows"),
        ("r.trn", "no id here\n", r"nothing in the file can be read.*r\.trn:1: no id in parentheses"),
        ("r.stm", "f 1 s x y\n", r"nothing in the file can be read.*no line of file"),
        ("r.ctm", "", "nothing in the file can be read.*The file is empty"),
        ("r.parquet", "nonsense", "no table can be read here"),
        ("r.wav", "RIFF", "no such form of texts"),
    ],
)
def test_a_file_without_texts_says_why(tmp_path, name, content, message):
    with pytest.raises(SourceError, match=message):
        read_texts(write(tmp_path / name, content), role="reference")


@pytest.mark.parametrize("name", ["none.csv", "latin.csv", "cut.txt.gz", "x" * 5000, "nul\0.csv"])
def test_a_file_that_cannot_be_read_says_why(tmp_path, name):
    (tmp_path / "latin.csv").write_bytes(b"id,text\nu1,caf\xe9\n")
    (tmp_path / "cut.txt.gz").write_bytes(gzip.compress(b"one\ntwo\n")[:-9])
    with pytest.raises(SourceError, match="the texts cannot be read"):
        read_texts(tmp_path / name, role="reference")


def test_a_text_in_the_place_of_a_list_is_told():
    with pytest.raises(SourceError, match=r"there is no such file: 'the cat'.*Texts themselves go in a list"):
        score("the cat", "the hat")


def test_a_data_set_of_several_splits_asks_for_one():
    from datasets import Dataset, DatasetDict

    splits = DatasetDict({"train": Dataset.from_dict({"text": ["a"]})})
    with pytest.raises(SourceError, match=r'several splits.*Choose one, as in data\["test"\]'):
        side(splits, role="reference")


def test_a_data_frame_with_missing_values_is_taken():
    frame = pd.DataFrame({"id": ["a", None], "text": ["x", "y"]})
    found = side(frame, role="reference")
    assert (found.ids, found.texts) == (["a"], ["x"])
    assert [(one.source, one.reason) for one in found.refused] == [("row 2", "there is no id")]
