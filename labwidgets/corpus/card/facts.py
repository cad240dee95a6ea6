"""What a card says, counted while the data set is written, and kept beside it."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from labwidgets.corpus.shards import Shard

FACTS_FILE = ".facts.json"
SPLIT_ORDER = ("train", "validation", "test")
HEARD_WHOLE = 0.95
"""Share of a segment that counts as listened to in full: people skip the silence at its ends."""

_COUNTERS = (
    "rows",
    "languages",
    "accents",
    "licences",
    "sources",
    "origins",
    "models",
    "decisions",
    "flags",
    "heard",
)
_SETS = ("groups", "speakers")
_HOURS = ("hours", "language_hours")


@dataclass(slots=True)
class Facts:
    """Counts of one data set. What has a name but no value is counted under ``""``.

    Attributes:
        hours: By split.
        rows: By split.
        groups: By split: speakers, and recordings whose speaker is not known.
        speakers: By split.
        languages: Rows by tag.
        language_hours: By tag.
        decisions: Rows that a model decided alone, by decision.
        rules: By decision: what its texts keep to (see ``card.decisions``).
        heard: ``whole``, ``part`` and ``unknown``: how much of it the annotator listened to.
        n_compared: Rows with two opinions or more.
        agreements: Sum of the agreement of those rows that have one, and their number.
        n_hidden: Rows in which something personal was hidden.
        hidden_s: Sound that was silenced.
        drafts: By kind of text, model and group: word errors of drafts, and words (see ``card.drafts``).
        example: One row, without its sound.
    """

    hours: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    rows: Counter[str] = field(default_factory=Counter)
    groups: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    speakers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    languages: Counter[str] = field(default_factory=Counter)
    language_hours: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    accents: Counter[str] = field(default_factory=Counter)
    licences: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    origins: Counter[str] = field(default_factory=Counter)
    models: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    decisions: Counter[str] = field(default_factory=Counter)
    rules: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    heard: Counter[str] = field(default_factory=Counter)
    annotators: set[str] = field(default_factory=set)
    n_compared: int = 0
    agreements: tuple[float, int] = (0.0, 0)
    n_hidden: int = 0
    hidden_s: float = 0.0
    drafts: dict[str, dict[str, dict[str, list[int]]]] = field(default_factory=dict)
    example: dict[str, Any] | None = None
    shards: tuple[Shard, ...] = ()
    table_bytes: Mapping[str, int] = field(default_factory=dict)

    def see(self, item: Mapping[str, Any], split: str) -> None:
        """Count one row, as ``corpus.spool`` wrote it."""
        row, group = item["row"], item["group"]
        self.rows[split] += 1
        self.hours[split] += row["duration"] / 3600
        self.groups[split].add(group)
        self.languages[row["language"]] += 1
        self.language_hours[row["language"]] += row["duration"] / 3600
        self.licences[row["licence"] or ""] += 1
        self.sources[row["source"] or ""] += 1
        self.origins[row["label_origin"]] += 1
        self.flags.update(row["flags"])
        if row["speaker"]:
            self.speakers[split].add(row["speaker"])
        if row["accent"]:
            self.accents[row["accent"]] += 1
        if row["model"]:
            self.models[row["model"]] += 1
        if row["decision_id"]:
            self.decisions[row["decision_id"]] += 1
        if row["annotator"]:
            self.annotators.add(row["annotator"])
            heard = row["heard"]
            self.heard["unknown" if not heard else "whole" if heard >= HEARD_WHOLE else "part"] += 1
        self.n_compared += row["n_opinions"] > 1
        if row["agreement"] is not None:
            self.agreements = (self.agreements[0] + row["agreement"], self.agreements[1] + 1)
        self._see_texts(item)

    def _see_texts(self, item: Mapping[str, Any]) -> None:
        row, silent = item["row"], item["silent"]
        self.n_hidden += bool(silent)
        self.hidden_s += sum(end_s - start_s for start_s, end_s in silent)
        if self.example is None and not silent:
            self.example = {"segment": item["segment"], **row}

    def unsee(self, row: Mapping[str, Any], split: str) -> None:
        """Take one row out of the counts again; its group is left to :meth:`forget`."""
        one = Facts()
        one.see({"row": row, "group": "", "silent": (), "segment": ""}, split)
        for name in _COUNTERS:
            setattr(self, name, getattr(self, name) - getattr(one, name))
        for name in _HOURS:
            for key, hours in getattr(one, name).items():
                getattr(self, name)[key] = max(0.0, getattr(self, name)[key] - hours)
        self.n_compared -= one.n_compared
        self.agreements = (
            self.agreements[0] - one.agreements[0],
            self.agreements[1] - one.agreements[1],
        )
        if self.example is not None and self.example.get("text") == row["text"]:
            self.example = None

    def forget(self, groups: AbstractSet[str]) -> None:
        """Take speakers (or unnamed recordings) out of all that is counted by them."""
        for name in _SETS:
            for members in getattr(self, name).values():
                members.difference_update(groups)
        for by_model in self.drafts.values():
            for by_group in by_model.values():
                for group in groups & by_group.keys():
                    del by_group[group]

    def finish(self, shards: Sequence[Shard], table_bytes: Mapping[str, int]) -> None:
        """Take in what is known only when all files are written."""
        self.shards = tuple(shards)
        self.table_bytes = dict(table_bytes)

    def split_names(self) -> list[str]:
        """Return the splits in their usual order."""
        return [name for name in SPLIT_ORDER if self.rows[name]] + sorted(set(self.rows) - set(SPLIT_ORDER))

    def save(self, folder: Path) -> None:
        """Write the counts into ``folder``."""
        data: dict[str, Any] = {item.name: getattr(self, item.name) for item in fields(self)}
        data["shards"] = [asdict(shard) for shard in self.shards]
        for name in _SETS:
            data[name] = {key: sorted(members) for key, members in data[name].items()}
        data["annotators"] = sorted(self.annotators)
        text = json.dumps(data, ensure_ascii=False, indent=1)
        (folder / FACTS_FILE).write_text(text, encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Facts:
        """Return the counts that :meth:`save` wrote into ``folder``."""
        data = json.loads((folder / FACTS_FILE).read_text(encoding="utf-8"))
        for name in _COUNTERS:
            # Files of before there were decisions in a card know none.
            data[name] = Counter(data.get(name, {}))
        for name in _SETS:
            data[name] = defaultdict(set, {key: set(members) for key, members in data[name].items()})
        for name in _HOURS:
            data[name] = defaultdict(float, data[name])
        data["annotators"] = set(data["annotators"])
        data["agreements"] = tuple(data["agreements"])
        data["shards"] = tuple(Shard(**shard) for shard in data["shards"])
        return cls(**data)
