"""The card says what the files hold, in YAML that the Hub's own reader takes."""

from __future__ import annotations

import pytest
from huggingface_hub import DatasetCard

from labwidgets.corpus.card import hub_licence, render_card, size_category
from labwidgets.corpus.dataset import ExportOptions, write_parquet


@pytest.fixture
def export(tmp_path, make_row, sounds):
    def run(*rows, **options):
        rows = rows or tuple(make_row(n) for n in range(8))
        return write_parquet(rows, sounds, tmp_path / "out", options=ExportOptions(**options))

    return run


def card_of(export):
    return DatasetCard((export.folder / "README.md").read_text())


def test_the_yaml_equals_the_files(export):
    report = export(name="Voices of Awadh")
    data = card_of(report).data.to_dict()
    assert data["pretty_name"] == "Voices of Awadh"
    assert (data["language"], data["license"]) == (["en"], "cc0-1.0")
    assert data["task_categories"] == ["automatic-speech-recognition"]
    assert data["size_categories"] == ["n<1K"]
    splits = {item["name"]: item["num_examples"] for item in data["dataset_info"]["splits"]}
    assert splits == report.splits
    assert data["dataset_info"]["download_size"] == sum(shard.n_bytes for shard in report.shards)
    assert data["dataset_info"]["features"][0] == {
        "name": "audio",
        "dtype": {"audio": {"sampling_rate": 16000}},
    }
    assert [item["path"] for item in data["configs"][0]["data_files"]] == [
        f"data/{name}-*" for name in splits
    ]


def test_the_text_has_the_figures(export):
    text = card_of(export()).text
    assert "8 segments" in text
    assert "| a model's draft, corrected by a person | 8 | 100.0% |" in text
    assert "1 annotator, named by pseudonym" in text
    assert "No speaker is in two splits" in text


def test_names_from_outside_cannot_become_markup(export, make_row):
    row = make_row(0, recording={"collection": "<script>alert(1)</script> | x\n# y", "accent": "a|b"})
    text = card_of(export(row)).text
    assert "<script>" not in text
    assert "\n# y" not in text


def test_a_loading_line_names_the_repository(export):
    assert 'load_dataset("org/name")' in render_card(export().facts, "x", repo_id="org/name")


@pytest.mark.parametrize(
    ("licences", "fields"),
    [
        ([None], {"license": "unknown"}),
        (["CC BY 4.0"], {"license": "cc-by-4.0"}),
        (["Acme terms v2"], {"license": "other", "license_name": "acme-terms-v2"}),
        (["MIT", None], {"license": "other", "license_name": "several-licences"}),
        (["MIT", "mit "], {"license": "other", "license_name": "several-licences"}),
    ],
)
def test_licences_become_ids_that_the_hub_knows(licences, fields):
    assert hub_licence(licences) == fields


def test_sizes_have_the_names_of_the_hub():
    assert [size_category(n) for n in (1, 1_000, 99_999, 100_000)] == [
        "n<1K",
        "1K<n<10K",
        "10K<n<100K",
        "100K<n<1M",
    ]
