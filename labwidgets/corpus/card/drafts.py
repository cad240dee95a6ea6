"""How wrong the drafts were, against the texts that count now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from labwidgets.corpus.card.facts import Facts
from labwidgets.corpus.card.fields import HUMAN
from labwidgets.corpus.card.markdown import code, table

HERE, ALONG = "made or corrected here", "that came along"
"""Texts by people of the project, and texts that came with the recordings."""

_BATCH = 5_000


def compared_with(origin: str) -> str | None:
    """Return what a draft of a segment is compared with; None where no person stands behind its text."""
    return HERE if origin in HUMAN else ALONG if origin == "imported" else None


class DraftErrors:
    """Counts word errors of drafts into ``facts``, some thousand rows at a time."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._rows: list[tuple[tuple[str, str, str], str, str]] = []

    def see(self, item: Mapping[str, Any]) -> None:
        """Take one row, as ``corpus.spool`` wrote it."""
        kind = compared_with(item["row"]["label_origin"])
        if item["draft"] is None or kind is None or item["silent"]:
            return
        key = (kind, item["row"]["model"], item["group"])
        self._rows.append((key, item["row"]["text"], item["draft"]))
        if len(self._rows) >= _BATCH:
            self.close()

    def close(self) -> None:
        """Count what is left."""
        from labwidgets.analysis.scoring import score

        if not self._rows:
            return
        keys, references, drafts = zip(*self._rows, strict=True)
        found = score(references, drafts)
        for (kind, model, group), edits, n_words in zip(keys, found.edits, found.lengths, strict=True):
            counts = self._facts.drafts.setdefault(kind, {}).setdefault(model, {}).setdefault(group, [0, 0])
            counts[0] += int(edits)
            counts[1] += int(n_words)
        self._rows = []


def model_name(model: str) -> str:
    """Return what wrote a draft, in Markdown; who sent drafts along may not have said."""
    return "what came with the recordings" if model == "imported" else code(model)


def draft_part(facts: Facts) -> Iterator[str]:
    """Give the table of word error rates, with intervals by speaker."""
    rows = [
        (model_name(model), kind, *_rate(groups))
        for kind, by_model in sorted(facts.drafts.items())
        for model, groups in sorted(by_model.items())
    ]
    if rows:
        yield table(("drafts by", "against texts", "WER", "95 % interval", "words", "speakers"), rows)
        yield (
            "Letter case and punctuation aside; the interval is by resampling speakers (recordings where the "
            "speaker is not known)."
        )


def _rate(groups: Mapping[str, list[int]]) -> tuple[str, str, str, str]:
    import numpy as np

    from labwidgets.analysis.resampling import Groups, rate_interval

    edits, words = np.array(list(groups.values())).T
    limits = rate_interval(edits, words, Groups(np.arange(len(edits)), len(edits), "speaker"))
    shown = "one speaker only" if limits is None else f"{limits[0]:.1%} to {limits[1]:.1%}"
    rate = edits.sum() / max(1, words.sum())
    return f"{rate:.1%}", shown, str(words.sum()), str(len(groups))
