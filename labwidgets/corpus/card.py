"""The data set's card: YAML that the Hub understands, and the facts in plain words."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from labwidgets.corpus.shards import Shard

MARKER = "<!-- card written by labwidgets -->"
SPLIT_ORDER = ("train", "validation", "test")

HUB_LICENCES = frozenset({
    "apache-2.0", "mit", "unlicense", "odbl", "pddl", "odc-by", "cc", "cc0-1.0", "cc-by-2.0", "cc-by-2.5",
    "cc-by-3.0", "cc-by-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0", "cc-by-nc-2.0", "cc-by-nc-3.0", "cc-by-nc-4.0",
    "cc-by-nd-4.0", "cc-by-nc-nd-3.0", "cc-by-nc-nd-4.0", "cc-by-nc-sa-2.0", "cc-by-nc-sa-3.0",
    "cc-by-nc-sa-4.0", "cdla-sharing-1.0", "cdla-permissive-1.0", "cdla-permissive-2.0", "c-uda",
    "gfdl", "gpl-3.0", "lgpl-3.0", "agpl-3.0", "bsd-3-clause", "bsd-2-clause", "other", "unknown",
})  # fmt: skip
_ALIASES = {"cc-zero": "cc0-1.0", "cc0": "cc0-1.0", "public-domain": "cc0-1.0", "odc-by-1.0": "odc-by"}
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))

_ORIGINS = {
    "imported": "came with the recordings",
    "typed": "typed by a person",
    "corrected": "a model's draft, corrected by a person",
    "confirmed": "a model's draft, confirmed by a person",
    "adjudicated": "chosen between several people's transcripts",
    "auto_accepted": "a model's draft, accepted by a rule with a proven error bound",
    "pseudo": "a model's draft, not looked at",
}


@dataclass(slots=True)
class Facts:
    """What a card says, counted while the data set is written. Hours and rows are by split."""

    hours: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    rows: Counter[str] = field(default_factory=Counter)
    groups: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    n_speakers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    languages: Counter[str] = field(default_factory=Counter)
    accents: Counter[str] = field(default_factory=Counter)
    licences: Counter[str | None] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    origins: Counter[str] = field(default_factory=Counter)
    models: Counter[str] = field(default_factory=Counter)
    annotators: set[str] = field(default_factory=set)
    shards: tuple[Shard, ...] = ()
    table_bytes: Mapping[str, int] = field(default_factory=dict)
    schema: Any = None

    def see(self, row: Mapping[str, Any], *, split: str, group: str) -> None:
        """Count one row of the data set."""
        self.hours[split] += row["duration"] / 3600
        self.rows[split] += 1
        self.groups[split].add(group)
        if row["speaker"]:
            self.n_speakers[split].add(row["speaker"])
        self.languages[row["language"]] += 1
        self.licences[row["licence"]] += 1
        self.sources[row["source"]] += 1
        self.origins[row["label_origin"]] += 1
        for name, counter in (("accent", self.accents), ("model", self.models)):
            if row[name]:
                counter[row[name]] += 1
        if row["annotator"]:
            self.annotators.add(row["annotator"])

    def finish(self, shards: Sequence[Shard], table_bytes: Mapping[str, int], schema: Any) -> None:
        """Take in what is known only when all files are written."""
        self.shards = tuple(shards)
        self.table_bytes = dict(table_bytes)
        self.schema = schema

    def split_names(self) -> list[str]:
        """Return the splits in their usual order."""
        return [name for name in SPLIT_ORDER if self.rows[name]] + sorted(set(self.rows) - set(SPLIT_ORDER))


def hub_licence(licences: Iterable[str | None]) -> dict[str, str]:
    """Return the card's licence fields for the licences of the recordings.

    One licence that the Hub knows stands by its id; none at all is ``unknown``; anything else is ``other``
    with a name, and the text says which.

    >>> hub_licence(["CC-BY-4.0"])
    {'license': 'cc-by-4.0'}
    >>> hub_licence(["MIT", "CC0-1.0"])
    {'license': 'other', 'license_name': 'several-licences'}
    """
    found = {licence.strip() for licence in licences if licence and licence.strip()}
    if not found:
        return {"license": "unknown"}
    if len(found) > 1 or None in set(licences):
        return {"license": "other", "license_name": "several-licences"}
    name = found.pop()
    slug = re.sub(r"[^a-z0-9.]+", "-", name.lower()).strip("-.")
    slug = _ALIASES.get(slug, slug)
    if slug in HUB_LICENCES:
        return {"license": slug}
    return {"license": "other", "license_name": slug or "other"}


def size_category(n_rows: int) -> str:
    """Return the Hub's name for a size.

    >>> size_category(999), size_category(1000), size_category(5_000_000)
    ('n<1K', '1K<n<10K', '1M<n<10M')
    """
    return next((name for bound, name in _SIZES if n_rows < bound), "1M<n<10M")


def render_card(facts: Facts, name: str, *, repo_id: str | None = None) -> str:
    """Return the card of a data set as Markdown with a YAML head."""
    from huggingface_hub import DatasetCardData

    data = DatasetCardData(**_yaml_fields(facts, name))
    _add_structure(data, facts)
    return f"---\n{data.to_yaml()}\n---\n\n{MARKER}\n\n{_text(facts, name, repo_id)}"


def _yaml_fields(facts: Facts, name: str) -> dict[str, Any]:
    tags = sorted(facts.languages)
    codes = sorted({tag.split("-")[0].lower() for tag in tags} - {"und"})
    human = any(facts.origins[origin] for origin in ("typed", "corrected", "confirmed", "adjudicated"))
    model = any(facts.origins[origin] for origin in ("auto_accepted", "pseudo"))
    creators = (
        ["expert-generated"] * human
        + ["machine-generated"] * model
        + ["found"] * bool(facts.origins["imported"])
    )
    fields: dict[str, Any] = {
        "pretty_name": " ".join(name.split()),
        "language": codes,
        **hub_licence(facts.licences),
        "task_categories": ["automatic-speech-recognition"],
        "size_categories": [size_category(facts.rows.total())],
        "annotations_creators": creators,
        "multilinguality": ["multilingual" if len(codes) > 1 else "monolingual"],
        "source_datasets": ["original"],
        "tags": ["audio", "speech", "labwidgets"],
    }
    if any("-" in tag for tag in tags):
        fields["language_bcp47"] = tags
    return {key: value for key, value in fields.items() if value}


def _add_structure(data: Any, facts: Facts) -> None:
    from datasets import DatasetInfo, Features, SplitDict, SplitInfo
    from datasets.info import DatasetInfosDict
    from datasets.utils.metadata import MetadataConfigs

    names = facts.split_names()
    splits = SplitDict()
    for name in names:
        splits.add(SplitInfo(name=name, num_bytes=facts.table_bytes[name], num_examples=facts.rows[name]))
    info = DatasetInfo(
        features=Features.from_arrow_schema(facts.schema),
        splits=splits,
        download_size=sum(shard.n_bytes for shard in facts.shards),
        dataset_size=sum(facts.table_bytes.values()),
    )
    DatasetInfosDict({"default": info}).to_dataset_card_data(data)
    files = [{"split": name, "path": f"data/{name}-*"} for name in names]
    MetadataConfigs({"default": {"data_files": files}}).to_dataset_card_data(data)


def _text(facts: Facts, name: str, repo_id: str | None) -> str:
    total_h = sum(facts.hours.values())
    languages = ", ".join(map(_inline, sorted(facts.languages)))
    summary = (
        f"{facts.rows.total()} segments of speech with transcripts, {_hours(total_h)} of audio, "
        f"16 kHz mono FLAC. Languages: {languages}."
    )
    parts = [
        f"# {_inline(name)}",
        summary,
        "## Splits",
        _splits_table(facts),
        _split_rule(facts),
        "## How it was labelled",
        _table(("how the text came to be", "segments", "share"), _shares(facts.origins, _ORIGINS)),
        _labelled_by(facts),
        "## Sources and licences",
        _table(("source", "segments", "share"), _shares(facts.sources)),
        _table(("licence", "segments", "share"), _shares(facts.licences, {None: "not stated"})),
    ]
    if facts.accents:
        parts += ["## Accents", _table(("accent", "segments", "share"), _shares(facts.accents))]
    if repo_id:
        parts += ["## Load it", f'```python\nimport datasets\n\ndatasets.load_dataset("{repo_id}")\n```']
    return "\n\n".join(parts) + "\n"


def _splits_table(facts: Facts) -> str:
    rows = [
        (name, str(facts.rows[name]), _hours(facts.hours[name]), str(len(facts.n_speakers[name])))
        for name in facts.split_names()
    ]
    return _table(("split", "segments", "audio", "named speakers"), rows)


def _split_rule(facts: Facts) -> str:
    if len(facts.split_names()) == 1:
        return "There is one split only, since there is one speaker (or recording) only."
    return "No speaker is in two splits; where the speaker is not known, no recording is."


def _labelled_by(facts: Facts) -> str:
    n_people = len(facts.annotators)
    people = (
        f"{n_people} annotator{'s' * (n_people != 1)}, named by pseudonym" if n_people else "No annotator"
    )
    models = ", ".join(f"`{_inline(model)}`" for model in sorted(facts.models)) or "none"
    return f"{people}. Models that wrote drafts: {models}."


def _shares(counts: Counter[Any], names: Mapping[Any, str] | None = None) -> list[tuple[str, str, str]]:
    total = counts.total()
    named = [((names or {}).get(key, str(key)), n) for key, n in counts.most_common()]
    return [(_inline(label), str(n), f"{n / total:.1%}") for label, n in named]


def _hours(hours: float) -> str:
    return f"{hours:.1f} h" if hours >= 1 else f"{hours * 60:.1f} min"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _inline(text: str) -> str:
    # Names come from outside: they may not open HTML, a table cell or a heading.
    flat = " ".join(text.split())
    return flat.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|").replace("`", "'")
