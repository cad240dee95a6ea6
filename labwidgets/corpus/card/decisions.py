"""What stands behind texts that a model decided alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from labwidgets.corpus.card.facts import Facts
from labwidgets.corpus.card.markdown import code, table
from labwidgets.records import StoredDecision


def rules_of(decisions: Sequence[StoredDecision]) -> dict[str, Mapping[str, Any]]:
    """Return what a card tells of decisions, by id, as plain values."""
    names = ("max_wer", "risk", "audited")
    return {one.id: {name: getattr(one, name) for name in names} for one in decisions}


def decided_part(facts: Facts) -> Iterator[str]:
    """Give the limits that decided texts keep to, and what that rests on."""
    known = [(key, n, facts.rules[key]) for key, n in sorted(facts.decisions.items()) if key in facts.rules]
    if not known:
        return
    rows = [
        (code(key), str(n), f"{rule['max_wer']:.1%}", f"{1 - rule['risk']:.0%}", str(rule["audited"]))
        for key, n, rule in known
    ]
    head = ("decided by a model (`decision_id`)", "segments", "WER at most", "confidence", "audits")
    yield table(head, rows)
    yield (
        "Each limit holds with that confidence for the drafts that its decision accepted, taken together: "
        "people labelled a random sample of the drafts without seeing them. Errors of one segment count up "
        "to a cap. Of a part of them, or of other segments, nothing is said."
    )
