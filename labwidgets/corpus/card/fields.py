"""The card's YAML: what the Hub filters by and what `datasets` loads by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from labwidgets.corpus.card.facts import Facts
from labwidgets.corpus.card.licence import hub_licence
from labwidgets.records import MACHINE

HUMAN = ("typed", "corrected", "confirmed", "adjudicated")
HISTORY = "history"

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def size_category(n_rows: int) -> str:
    """Return the Hub's name for a size.

    >>> size_category(999), size_category(1000), size_category(5_000_000)
    ('n<1K', '1K<n<10K', '1M<n<10M')
    """
    return next((name for bound, name in _SIZES if n_rows < bound), "1M<n<10M")


def card_fields(facts: Facts, name: str, *, schema: Any, history: Sequence[str] = ()) -> dict[str, Any]:
    """Return all fields of the card's head.

    Args:
        facts: Counted while the files were written.
        name: Title.
        schema: Of the shards, with the features of ``datasets`` in it.
        history: Splits of the second config; empty for none.
    """
    from huggingface_hub import DatasetCardData

    data = DatasetCardData(**_described(facts, name))
    _add_structure(data, facts, schema, history)
    fields: dict[str, Any] = data.to_dict()
    return fields


def _described(facts: Facts, name: str) -> dict[str, Any]:
    tags = sorted(facts.languages)
    codes = sorted({tag.split("-")[0].lower() for tag in tags} - {"und"})
    creators = (
        ["expert-generated"] * any(facts.origins[origin] for origin in HUMAN)
        + ["machine-generated"] * any(facts.origins[origin] for origin in MACHINE)
        + ["found"] * bool(facts.origins["imported"])
    )
    fields: dict[str, Any] = {
        "pretty_name": " ".join(name.split()),
        "language": codes,
        "language_details": tags if any("-" in tag for tag in tags) else None,
        **hub_licence(facts.licences),
        "task_categories": ["automatic-speech-recognition"],
        "size_categories": [size_category(facts.rows.total())],
        "annotations_creators": creators,
        "language_creators": ["found"],
        "multilinguality": ["multilingual" if len(codes) > 1 else "monolingual"],
        "source_datasets": ["original"],
        "tags": ["audio", "speech", "labwidgets"],
    }
    return {key: value for key, value in fields.items() if value}


def _add_structure(data: Any, facts: Facts, schema: Any, history: Sequence[str]) -> None:
    from datasets import DatasetInfo, Features, SplitDict, SplitInfo
    from datasets.info import DatasetInfosDict
    from datasets.utils.metadata import MetadataConfigs

    names = facts.split_names()
    splits = SplitDict()
    for name in names:
        splits.add(SplitInfo(name=name, num_bytes=facts.table_bytes[name], num_examples=facts.rows[name]))
    info = DatasetInfo(
        features=Features.from_arrow_schema(schema),
        splits=splits,
        download_size=sum(shard.n_bytes for shard in facts.shards),
        dataset_size=sum(facts.table_bytes.values()),
    )
    DatasetInfosDict({"default": info}).to_dataset_card_data(data)
    configs = {"default": _data_files("data", names)}
    if history:
        configs[HISTORY] = _data_files(HISTORY, history)
    MetadataConfigs(configs).to_dataset_card_data(data)


def _data_files(folder: str, splits: Iterable[str]) -> dict[str, Any]:
    return {"data_files": [{"split": name, "path": f"{folder}/{name}-*"} for name in splits]}
