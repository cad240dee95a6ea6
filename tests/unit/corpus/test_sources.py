"""What ``add`` makes of the things that people hand it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from labwidgets.errors import SourceError


def with_metadata(folder: Path, text: str) -> Path:
    (folder / "metadata.csv").write_text(text, encoding="utf-8")
    return folder


def test_a_file_is_hashed_and_its_header_read(take, clip):
    (recording,) = take(clip).good
    assert (recording.source, recording.codec) == (str(clip), "pcm_s16le")
    assert (recording.n_bytes, recording.n_channels) == (clip.stat().st_size, 1)
    assert recording.duration_s == pytest.approx(0.3)
    assert len(recording.bytes_sha256) == 64
    assert not recording.copied


def test_a_folder_gives_its_audio_sorted_without_hidden_and_other_files(take, tone_wav, tmp_path):
    for name in ("f/b/2.wav", "f/a/9.wav", "f/1.WAV", "f/.hidden.wav", "f/.git/x.wav"):
        tone_wav(name, duration_s=0.2)
    (tmp_path / "f" / "notes.txt").write_text("no audio")
    taken = take(str(tmp_path / "f"))
    assert [Path(item.source).name for item in taken.good] == ["1.WAV", "9.wav", "2.wav"]
    assert taken.bad == []
    assert taken.good[0].collection == "f"


def test_a_headerless_file_is_refused_and_counted(take, clip):
    clip.with_name("x.raw").write_bytes(b"\0" * 100)
    taken = take(clip.parent)
    assert len(taken.good) == 1
    assert "convert it to WAV or FLAC" in taken.bad[0].reason


def test_a_glob_goes_into_folders(take, tone_wav, tmp_path):
    tone_wav("g/one/a.wav", duration_s=0.2)
    tone_wav("g/two/b.wav", duration_s=0.2)
    assert len(take(str(tmp_path / "g/**/*.wav")).good) == 2


def test_names_with_blanks_newlines_quotes_and_any_script_work(take, tone_wav):
    names = ["a b.wav", "new\nline.wav", 'it\'s "q".wav', "नमस्ते.wav", "[x]*.wav"]
    for name in names:
        take_one = take(str(tone_wav(f"names/{name}", duration_s=0.2)))
        assert Path(take_one.good[0].source).name == name


def test_a_name_that_is_no_unicode_is_refused(take, clip):
    clip.rename(os.fsdecode(os.fsencode(clip.parent) + b"/\xff.wav"))
    (refusal,) = take(clip.parent).bad
    assert "not valid Unicode" in refusal.reason
    refusal.source.encode()


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda folder: folder / "none", "no such file or folder"),
        (lambda folder: folder / "*.flac", "no audio files there"),
        (lambda folder: folder, "no audio files there"),
        (lambda _: "https://example.org/a.wav", "the URL cannot be fetched"),
        (lambda _: "", "not a path"),
        (lambda _: 7, "this cannot be added"),
        (lambda _: [], "the list is empty"),
        (lambda _: [{"sound": b"x"}], "no audio column"),
        (lambda _: SimpleNamespace(audio=SimpleNamespace(value=b"")), "holds no recording"),
    ],
)
def test_a_source_with_nothing_in_it_is_an_error(take, tmp_path, make, match):
    with pytest.raises(SourceError, match=match):
        take(make(tmp_path) if not isinstance(make(tmp_path), Path) else str(make(tmp_path)))


@pytest.mark.parametrize(
    ("data", "match"),
    [(b"", "empty"), (b"just words, no sound at all", "not a sound file"), (b"RIFF\x10\0\0\0WAVE", "")],
    ids=["empty", "text", "cut"],
)
def test_a_bad_file_is_refused_and_the_rest_goes_on(take, clip, data, match):
    clip.with_name("bad.wav").write_bytes(data)
    taken = take(clip.parent)
    assert len(taken.good) == 1
    assert match in taken.bad[0].reason


# ---- metadata ------------------------------------------------------------------------------------------


def test_metadata_fills_the_fields_and_the_rest_is_kept(take, clip):
    folder = with_metadata(
        clip.parent,
        "file_name,sentence,client_id,accents,locale,license,age\na.wav,नमस्ते,spk7,Awadhi,hi-IN,CC0-1.0,40\n",
    )
    taken = take(folder)
    (recording,) = taken.good
    assert (recording.text, recording.text_as) == ("नमस्ते", "reference")
    assert (recording.speaker, recording.accent) == ("spk7", "Awadhi")
    assert (recording.language, recording.licence) == ("hi-IN", "CC0-1.0")
    assert recording.metadata["age"] == "40"
    assert "column 'sentence' taken as the text" in taken.notes


@pytest.mark.parametrize("ending", ["jsonl", "parquet"])
def test_metadata_may_be_jsonl_or_parquet(take, clip, ending):
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [{"file_name": "a.wav", "text": "hello", "snr": float("nan"), "take": 3}]
    path = clip.parent / f"metadata.{ending}"
    if ending == "jsonl":
        path.write_text("\n".join(map(json.dumps, rows)))
    else:
        pq.write_table(pa.Table.from_pylist(rows), path)
    (recording,) = take(clip.parent).good
    assert recording.text == "hello"
    assert dict(recording.metadata) == {"snr": None, "take": 3}


def test_files_that_no_metadata_lists_are_added_bare_and_said(take, clip, tone_wav):
    tone_wav("clips/b.wav", duration_s=0.2)
    taken = take(with_metadata(clip.parent, "file_name,text\na.wav,hello\n"))
    assert [item.text for item in taken.good] == ["hello", None]
    assert any("not listed" in note for note in taken.notes)


@pytest.mark.parametrize("name", ["../outside.wav", "{tmp}/outside.wav", "link.wav", "sub/../../outside.wav"])
def test_metadata_may_not_name_files_outside_its_folder(take, clip, tone_wav, tmp_path, name):
    outside = tone_wav("outside.wav", duration_s=0.2)
    (clip.parent / "sub").mkdir()
    (clip.parent / "link.wav").symlink_to(outside)
    folder = with_metadata(clip.parent, f"file_name,text\n{name.format(tmp=tmp_path)},secret\n")
    taken = take(folder)
    assert not [item for item in taken.good if item.text == "secret"]
    assert any("outside its folder" in item.reason for item in taken.bad)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("file_name,text\nmissing.wav,hello\n", "no such file"),
        ("file_name,text\na.wav,one\na.wav,two\n", "more than once"),
        ("file_name,text\na.wav,one,too,many\n", "more or fewer fields"),
        ("file_name,text\n,one\n", "no file_name"),
    ],
)
def test_a_bad_line_is_refused_alone(take, clip, content, reason):
    assert any(reason in item.reason for item in take(with_metadata(clip.parent, content)).bad)


@pytest.mark.parametrize(
    ("content", "match"),
    [(b"name,text\na.wav,x\n", "no column 'file_name'"), ("file_name\nй".encode("utf-16"), "not UTF-8")],
)
def test_metadata_that_cannot_be_used_is_an_error(take, clip, content, match):
    (clip.parent / "metadata.csv").write_bytes(content)
    with pytest.raises(SourceError, match=match):
        take(clip.parent)


def test_metadata_that_is_no_parquet_is_an_error(take, clip):
    (clip.parent / "metadata.parquet").write_bytes(b"PAR0 nothing")
    with pytest.raises(SourceError, match="not Parquet"):
        take(clip.parent)


def test_a_text_with_a_null_character_is_refused(take, clip):
    line = json.dumps({"file_name": "a.wav", "text": "a\0b"})
    (clip.parent / "metadata.jsonl").write_text(line)
    assert "U+0000" in take(clip.parent).bad[0].reason


# ---- options -------------------------------------------------------------------------------------------


def test_an_option_names_a_column_if_there_is_one_and_is_the_value_otherwise(take, clip):
    folder = with_metadata(clip.parent, "file_name,who,text\na.wav,ana,hello\n")
    assert take(folder, speaker="who").good[0].speaker == "ana"
    assert take(folder, speaker="spk1").good[0].speaker == "spk1"


def test_a_value_wins_over_a_guessed_column_which_is_kept(take, clip):
    folder = with_metadata(clip.parent, "file_name,speaker\na.wav,ana\n")
    (recording,) = take(folder, speaker="x").good
    assert (recording.speaker, recording.metadata) == ("x", {"speaker": "ana"})


def test_defaults_count_only_where_the_row_says_nothing(take, clip, tone_wav):
    tone_wav("clips/b.wav", duration_s=0.2)
    folder = with_metadata(clip.parent, "file_name,language,licence\na.wav,hi,MIT\nb.wav,,\n")
    good = take(folder, default_language="en", default_licence="CC0-1.0").good
    assert [(item.language, item.licence) for item in good] == [("hi", "MIT"), ("en", "CC0-1.0")]


def test_a_guessed_language_that_is_no_tag_does_not_count_but_is_kept(take, clip):
    folder = with_metadata(clip.parent, "file_name,language\na.wav,English (US)\n")
    (recording,) = take(folder, default_language="en").good
    assert recording.language == "en"
    assert recording.metadata["language"] == "English (US)"


def test_a_text_that_is_metadata_stays_in_its_column(take, clip):
    folder = with_metadata(clip.parent, "file_name,sentence\na.wav,hello\n")
    (recording,) = take(folder, text="sentence", text_as="metadata").good
    assert (recording.text, recording.metadata) == (None, {"sentence": "hello"})


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"text": "sentnce"}, "no such column: 'sentnce'. allowed: 'sentence'"),
        ({"columns": {"speaker": "who"}}, "no such column"),
        ({"columns": {"voice": "who"}}, "unknown field"),
        ({"text_as": "gold"}, "unknown use"),
        ({"language": "English, please"}, "not a language tag"),
        ({"default_language": "??"}, "not a language tag"),
    ],
)
def test_an_option_that_does_not_fit_is_an_error_that_says_what_does(take, clip, options, match):
    folder = with_metadata(clip.parent, "file_name,sentence\na.wav,hello\n")
    with pytest.raises(SourceError, match=match):
        take(folder, **options)


@pytest.mark.parametrize(
    "name", ["z" * 300, "z" * 300 + "/*.wav", "a/" * 3000, "~nobody-of-that-name/x.wav"], ids=len
)
def test_a_path_that_the_system_refuses_is_a_source_error(take, name):
    with pytest.raises(SourceError, match=r"cannot be used|nobody of that name"):
        take(name)


def test_a_metadata_file_that_is_a_pipe_or_a_device_is_not_waited_for(take, clip):
    metadata = clip.with_name("metadata.csv")
    os.mkfifo(metadata)
    with pytest.raises(SourceError, match="no regular file"):
        take(str(clip.parent))
    metadata.unlink()
    metadata.symlink_to("/dev/zero")
    with pytest.raises(SourceError, match="no regular file"):
        take(str(clip.parent))


def test_a_file_name_that_is_too_long_is_one_refusal(take, clip):
    with_metadata(clip.parent, f"file_name,text\n{'q' * 300}.wav,hi\na.wav,ok\n")
    taken = take(str(clip.parent))
    assert [item.text for item in taken.good] == ["ok"]
    assert [item.reason for item in taken.bad] == ["File name too long"]


def test_a_list_with_impossible_paths_and_endless_values_goes_on(take, clip):
    endless: list[object] = []
    endless.append(endless)
    paths = [{"audio": name} for name in ("~nobody-of-that-name/x.wav", "z" * 300, "a\0b")]
    array = {"array": np.zeros(1600, np.float32), "sampling_rate": 16_000, "path": "/"}
    taken = take([*paths, {"audio": str(clip), "more": endless}, {"audio": array}])
    assert len(taken.good) == 1
    assert len(taken.bad) == 4
    reasons = " ".join(item.reason for item in taken.bad)
    for part in ("nobody of that name", "File name too long", "not a path", "nested too deep"):
        assert part in reasons
