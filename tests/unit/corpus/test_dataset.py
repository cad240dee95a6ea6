"""From labelled rows to a data set, with audio that comes back byte for byte."""

from __future__ import annotations

import io

import numpy as np
import pyarrow.parquet as pq
import pytest
import soundfile

from labwidgets.analysis.shards import place_rows
from labwidgets.audio import encode_flac
from labwidgets.corpus.dataset import ExportOptions, build_dataset, load_parquet, write_disk, write_parquet
from labwidgets.corpus.table import FIXED_COLUMNS
from labwidgets.errors import AudioError, ProjectError


@pytest.fixture
def export(tmp_path, sounds):
    def run(rows, *, folder="out", write=write_parquet, read=sounds, **options):
        return write(iter(rows), read, tmp_path / folder, options=ExportOptions(**options))

    return run


def undecoded(dataset):
    """All rows of a split with the audio as its bytes."""
    from datasets import Audio

    return dataset.cast_column("audio", Audio(decode=False)).to_list()


def whole(splits):
    return {name: undecoded(part) for name, part in splits.items()}


def test_every_column_of_the_contract_is_there(export, make_row, tmp_path):
    export([make_row(n) for n in range(4)])
    columns = load_parquet(tmp_path / "out", cache=tmp_path / "c")["train"].column_names
    assert columns[:3] == ["audio", "text", "words"]
    assert set(columns) == {"audio", "words", "flags", "take", *FIXED_COLUMNS}


def test_no_name_of_a_file_goes_along(export, make_row, tmp_path):
    rows = [make_row(n, recording={"collection": [None, "radio"][n % 2], "speaker": "s"}) for n in range(4)]
    export(rows)
    part = load_parquet(tmp_path / "out", cache=tmp_path / "c")["train"]
    assert part["source"][:] == [None, "radio", None, "radio"]
    assert not [
        path for path in (tmp_path / "out").rglob("*") if path.is_file() and b".wav" in path.read_bytes()
    ]
    card = (tmp_path / "out" / "README.md").read_text()
    assert "| not stated | 2 | 50.0% |" in card


def test_the_audio_is_the_sound_of_the_segment_as_flac(export, make_row, sounds, tmp_path):
    export([make_row(n) for n in range(4)])
    splits = whole(load_parquet(tmp_path / "out", cache=tmp_path / "c"))
    for row in (row for rows in splits.values() for row in rows):
        samples, rate_hz = soundfile.read(io.BytesIO(row["audio"]["bytes"]), dtype="float32")
        wanted = sounds(row["audio"]["path"].removesuffix(".flac"))
        assert rate_hz == 16_000
        assert np.abs(samples - wanted).max() <= 1 / 32_768  # FLAC of 16 bits
        assert row["audio"]["bytes"] == encode_flac(wanted, 16_000)


def test_parquet_disk_and_loaders_all_agree(export, make_row, tmp_path):
    from datasets import load_dataset, load_from_disk

    rows = [make_row(n) for n in range(8)]
    report = export(rows)
    built = whole(load_parquet(tmp_path / "out", cache=tmp_path / "c"))
    loaded = load_dataset(str(tmp_path / "out"), cache_dir=str(tmp_path / "hf"))
    export(rows, folder="disk", write=write_disk)
    assert whole(loaded) == built
    assert whole(load_from_disk(str(tmp_path / "disk"))) == built
    assert {name: part.features for name, part in loaded.items()} == dict.fromkeys(
        built, loaded["train"].features
    )
    assert {name: len(rows) for name, rows in built.items()} == report.splits


def test_the_same_rows_give_the_same_bytes(export, make_row):
    rows = [make_row(n) for n in range(6)]
    first, second = export(rows), export(rows, folder="again")
    assert [shard.sha256 for shard in first.shards] == [shard.sha256 for shard in second.shards]


def test_no_speaker_is_in_two_splits(export, make_row, tmp_path):
    export([make_row(n) for n in range(20)])
    splits = load_parquet(tmp_path / "out", cache=tmp_path / "c")
    speakers = [set(part["speaker"]) for part in splits.values()]
    assert len(speakers) == 3
    assert sum(map(len, speakers)) == len(set.union(*speakers)) == 4


def test_membership_that_was_decided_stays(export, make_row):
    rows = [make_row(n) for n in range(8)]
    kept = {"spk0": "test", "spk1": "train"}
    assert kept.items() <= export(rows, splits=kept).membership.items()


def test_one_speaker_makes_train_alone_with_a_warning(export, make_row):
    report = export([make_row(n, recording={"speaker": "ana"}) for n in range(3)])
    assert report.splits == {"train": 3}
    assert any("one speaker only" in warning for warning in report.warnings)


def test_segments_without_a_label_are_left_out_and_counted(export, make_row):
    report = export([make_row(n, labelled=n % 2 == 0) for n in range(8)])
    assert (sum(report.splits.values()), report.unlabelled) == (4, 4)
    assert report.hours == pytest.approx(4 * 0.5 / 3600)


def test_a_segment_whose_sound_is_gone_is_left_out_and_said(export, make_row, sounds):
    def read(segment_id):
        if segment_id == "seg_1":
            raise AudioError("gone")
        return sounds(segment_id)

    report = export([make_row(n) for n in range(4)], read=read)
    assert sum(report.splits.values()) == 3
    assert [refusal.source for refusal in report.refused] == ["seg_1"]


def test_nothing_labelled_is_an_error_and_leaves_nothing(export, make_row, tmp_path):
    with pytest.raises(ProjectError, match="no finished segments"):
        export([make_row(0, labelled=False)])
    assert list(tmp_path.iterdir()) == []


def test_no_readable_sound_is_an_error(export, make_row, tmp_path):
    def read(_):
        raise AudioError("gone")

    with pytest.raises(ProjectError, match="no segment's sound"):
        export([make_row(0)], read=read)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_in_it_is_left_alone(export, make_row, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("x")
    with pytest.raises(ProjectError, match="is taken"):
        export([make_row(0)])
    assert [path.name for path in tmp_path.rglob("*.*")] == ["thesis.txt"]


def test_columns_from_the_source_get_one_type_each(export, make_row, tmp_path):
    values = [{"a": 1, "b": "x", "c": [1], "d": None}, {"a": 2.5, "b": 7, "c": {"k": 2}, "e": True}]
    export([make_row(n, recording={"metadata": values[n % 2], "speaker": "s"}) for n in range(2)])
    part = load_parquet(tmp_path / "out", cache=tmp_path / "c")["train"]
    assert part["a"][:] == [1.0, 2.5]
    assert part["b"][:] == ['"x"', "7"]
    assert part["c"][:] == ["[1]", '{"k": 2}']
    assert part["d"][:] == [None, None]
    assert part["e"][:] == [None, True]


def test_a_source_column_with_our_name_is_kept_under_another(export, make_row, tmp_path):
    metadata = {"duration": "long", "text": "old", "verbatim": "m"}
    row = make_row(
        0, recording={"metadata": metadata}, reference={"layers": {"verbatim": "uh", "text": "t2"}}
    )
    export([row])
    (item,) = load_parquet(tmp_path / "out", cache=tmp_path / "c")["train"].remove_columns("audio").to_list()
    assert (item["text"], item["duration"]) == ("text 0", 0.5)
    assert (item["verbatim"], item["layer_text"]) == ("uh", "t2")
    assert (item["source_duration"], item["source_text"], item["source_verbatim"]) == ("long", "old", "m")


def test_words_keep_their_times(export, make_row, make_words, tmp_path):
    words = make_words("two words", end_s=0.5)
    export([make_row(0, reference={"words": words})])
    (item,) = load_parquet(tmp_path / "out", cache=tmp_path / "c")["train"]["words"][:]
    assert [(word["text"], word["start_s"], word["end_s"]) for word in item] == [
        (word.text, word.start_s, word.end_s) for word in words
    ]


def test_no_path_of_this_machine_leaves_it(export, make_row, tmp_path):
    export([make_row(n) for n in range(4)])
    for path in (tmp_path / "out").rglob("*.*"):
        assert b"/home/ana" not in path.read_bytes()
        assert str(tmp_path).encode() not in path.read_bytes()


def test_shards_are_cut_by_length_and_named_with_their_number(export, make_row, tmp_path):
    rows = [make_row(n, recording={"speaker": "s"}) for n in range(9)]
    report = export(rows, place=lambda wanted: place_rows(wanted, {}, max_shard_s=2.0))
    names = [shard.path for shard in report.shards]
    assert names == [f"data/train-0000{number}.parquet" for number in range(3)]
    assert [shard.n_rows for shard in report.shards] == [4, 4, 1]
    assert len(load_parquet(tmp_path / "out", cache=tmp_path / "c")["train"]) == 9


def test_a_changed_text_changes_one_shard_and_no_other_row_moves(export, make_row):
    places = {}

    def place(wanted):
        places.update(place_rows(wanted, places, max_shard_s=2.0))
        return places

    rows = [make_row(n, recording={"speaker": "s"}) for n in range(12)]
    first = export(rows, place=place)
    edited = [make_row(12, recording={"speaker": "s"}), *rows]
    edited[6] = make_row(5, recording={"speaker": "s"}, reference={"text": "mended"})
    second = export(edited, folder="again", place=place)
    same = [a.sha256 == b.sha256 for a, b in zip(first.shards, second.shards, strict=False)]
    assert same == [True, False, True]
    assert [shard.n_rows for shard in second.shards] == [4, 4, 4, 1]


def test_shards_have_small_row_groups_and_plain_audio(export, make_row, tmp_path):
    export([make_row(n, recording={"speaker": "s"}) for n in range(150)])
    (path,) = (tmp_path / "out" / "data").glob("*.parquet")
    metadata = pq.ParquetFile(path).metadata
    assert [metadata.row_group(n).num_rows for n in range(metadata.num_row_groups)] == [100, 50]
    columns = {
        metadata.row_group(0).column(n).path_in_schema: metadata.row_group(0).column(n) for n in range(9)
    }
    assert columns["audio.bytes"].compression == "UNCOMPRESSED"
    assert columns["text"].compression == "SNAPPY"
    assert columns["text"].has_offset_index


def test_the_built_data_set_is_ready_to_use(make_row, sounds, tmp_path):
    splits, report = build_dataset([make_row(n) for n in range(4)], sounds, tmp_path / "out")
    assert {name: part.num_rows for name, part in splits.items()} == report.splits
    assert splits["train"].features["audio"].sampling_rate == 16_000


def test_progress_is_told(export, make_row):
    seen = []
    export([make_row(n) for n in range(3)], progress=lambda *args: seen.append(args[:2]))
    assert seen == [(1, 3), (2, 3), (3, 3)]
