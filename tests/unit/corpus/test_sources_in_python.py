"""What ``add`` makes of bytes, arrays, recorders and data sets."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pytest

from labwidgets.errors import SourceError


def test_bytes_are_copied_into_the_project(take, clip, tmp_path):
    (recording,) = take(clip.read_bytes()).good
    assert recording.copied
    assert (tmp_path / "project" / recording.source).read_bytes() == clip.read_bytes()
    assert not list((tmp_path / "project").rglob(".tmp-*"))


def test_files_are_copied_when_asked(take, clip, tmp_path):
    (recording,) = take(clip, copy=True).good
    assert (tmp_path / "project" / recording.source).read_bytes() == clip.read_bytes()


def test_a_recorder_gives_its_bytes(take, clip):
    recorder = SimpleNamespace(audio=SimpleNamespace(value=memoryview(clip.read_bytes())))
    assert take(recorder).good[0].copied


def test_a_list_takes_paths_bytes_and_arrays(take, clip):
    array = (0.1 * np.sin(np.arange(4000))).astype(np.float32)
    taken = take(
        [
            {"audio": clip, "text": "one", "speaker": "ana", "when": dt.date(2026, 1, 2)},
            {"audio": clip.read_bytes(), "text": "two"},
            {"audio": {"array": array, "sampling_rate": 8000}, "text": "three"},
            {"audio": {"bytes": None, "path": str(clip)}, "text": None},
            str(clip),
        ]
    )
    assert taken.bad == []
    assert [item.text for item in taken.good] == ["one", "two", "three", None, None]
    assert taken.good[0].metadata == {"when": "2026-01-02"}
    assert (taken.good[2].sample_rate_hz, taken.good[2].duration_s) == (8000, 0.5)


@pytest.mark.parametrize(
    ("audio", "reason"),
    [
        (None, "no audio"),
        (3, "unknown kind"),
        ({"path": None}, 'no "bytes"'),
        ("https://example.org/a.wav", "Download it first"),
        ({"array": [0.1, float("nan")], "sampling_rate": 8000}, "NaN"),
        ({"array": [], "sampling_rate": 8000}, "wrong shape"),
        ({"array": [[[0.1]]], "sampling_rate": 8000}, "wrong shape"),
        ({"array": "abc", "sampling_rate": 8000}, "not hold numbers"),
        ({"array": np.zeros(9, np.int64), "sampling_rate": 8000}, "wrong type"),
        ({"array": np.zeros((40, 40)), "sampling_rate": 8000}, "too many channels"),
        ({"array": [0.1], "sampling_rate": 0}, "bad sampling rate"),
        ({"array": [0.1]}, "bad sampling rate"),
    ],
)
def test_an_item_without_usable_audio_is_refused(take, audio, reason):
    assert reason in take([{"audio": audio}]).bad[0].reason


@pytest.mark.parametrize("scale", [1.0, 1.7], ids=["16 bits", "beyond full scale"])
def test_an_array_keeps_its_exact_values_and_the_same_hash(take, tmp_path, scale):
    import soundfile

    array = np.round(np.sin(np.arange(3000)) * 20_000) / 32_768 * scale
    array = array.astype(np.float32)
    first, again = (take([{"audio": {"array": array, "sampling_rate": 16_000}}]).good[0] for _ in range(2))
    stored, rate_hz = soundfile.read(tmp_path / "project" / first.source, dtype="float32")
    assert np.array_equal(stored, array)
    assert rate_hz == 16_000
    assert first.bytes_sha256 == again.bytes_sha256


def test_a_data_set_is_read_without_decoding_and_keeps_its_splits(take, clip):
    from datasets import Audio, Dataset, DatasetDict

    def part(text):
        rows = {"sound": [{"bytes": clip.read_bytes(), "path": "x.wav"}], "sentence": [text], "n": [1]}
        return Dataset.from_dict(rows).cast_column("sound", Audio(sampling_rate=16_000))

    taken = take(DatasetDict({"train": part("one"), "test": part("two")}))
    assert [(item.text, item.metadata["split"]) for item in taken.good] == [("one", "train"), ("two", "test")]
    assert taken.good[0].metadata["n"] == 1
    assert taken.good[0].bytes_sha256 == take(clip).good[0].bytes_sha256


def test_a_data_set_with_paths_points_at_the_files(take, clip):
    from datasets import Dataset

    (recording,) = take(Dataset.from_dict({"audio": [str(clip)]})).good
    assert (recording.source, recording.copied) == (str(clip), False)


@pytest.mark.parametrize("rows", [{"audio": []}, {"text": ["x"]}], ids=["empty", "no audio"])
def test_a_data_set_without_audio_is_an_error(take, rows):
    from datasets import Dataset

    with pytest.raises(SourceError, match=r"empty|no audio column"):
        take(Dataset.from_dict(rows))


def test_a_stream_is_read_row_by_row(take, clip):
    from datasets import Audio, Dataset, IterableDataset, IterableDatasetDict

    rows = Dataset.from_dict({"sound": [str(clip)], "sentence": ["x"]})
    typed = rows.cast_column("sound", Audio(decode=False)).to_iterable_dataset()
    (recording,) = take(typed).good
    assert recording.text == "x"
    (recording,) = take(IterableDatasetDict({"test": typed})).good
    assert recording.metadata == {"split": "test"}

    def broken():
        yield {"audio": {"bytes": clip.read_bytes(), "path": "a.wav"}, "text": "y"}
        raise OSError("the line is dead")

    taken = take(IterableDataset.from_generator(broken))
    assert [one.text for one in taken.good] == ["y"]
    assert [one.reason for one in taken.bad] == ["the data set ends here (the line is dead)"]


def test_a_stream_without_audio_or_rows_is_an_error(take):
    from datasets import IterableDataset

    for rows in ([{"text": "x"}], []):
        with pytest.raises(SourceError, match="no audio column"):
            take(IterableDataset.from_generator(lambda rows=rows: iter(rows)))

    def broken():
        raise OSError("gone")
        yield {}

    with pytest.raises(SourceError, match="the data set cannot be read"):
        take(IterableDataset.from_generator(broken))
    with pytest.raises(SourceError, match="this kind of data set cannot be added"):
        take(type("Odd", (dict,), {"__module__": "datasets.odd"})())


def test_a_data_set_of_the_hub_is_streamed(take, clip, monkeypatch):
    import datasets
    import fsspec

    from labwidgets.corpus.formats import dataset

    asked = []
    fsspec.filesystem("memory").pipe("/hub/a.wav", clip.read_bytes())
    rows = [{"audio": {"bytes": None, "path": f"memory://hub/{name}.wav"}} for name in ("a", "gone")]

    def load(*arguments, **options):
        asked.append((*arguments, options))
        return datasets.IterableDataset.from_generator(lambda: iter(rows))

    monkeypatch.setattr(datasets, "load_dataset", load)
    monkeypatch.setattr(dataset, "_REMOTE", "memory://")
    taken = take("hf://datasets/org/corpus?config=hi&split=test")
    (recording,) = taken.good
    assert (recording.collection, recording.copied) == ("org/corpus", True)
    assert ["its audio cannot be fetched" in one.reason for one in taken.bad] == [True]
    assert asked == [("org/corpus", "hi", {"split": "test", "streaming": True})]
    monkeypatch.setattr(dataset, "_MOST_BYTES", 10)
    assert ["the file is too large" in one.reason for one in take("hf://datasets/org/corpus").bad[:1]] == [
        True
    ]

    def refuse(*_, **__):
        raise ValueError("no such data set")

    monkeypatch.setattr(datasets, "load_dataset", refuse)
    with pytest.raises(SourceError, match="the data set cannot be loaded"):
        take("hf://datasets/org/corpus")
