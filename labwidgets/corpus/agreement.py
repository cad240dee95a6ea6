"""How far people agree who transcribed the same segment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, islice

from labwidgets.records import LabelledRow
from labwidgets.store.edits import Edit

_BATCH = 500

ReadEdits = Callable[[Sequence[str]], Sequence[Edit]]


def with_agreement(rows: Iterable[LabelledRow], read_edits: ReadEdits) -> Iterator[LabelledRow]:
    """Give the rows again; those with two annotators or more say how far these agree.

    Args:
        rows: Any number; some hundred are held at a time.
        read_edits: Returns the edits of some segments, oldest first.
    """
    rest = iter(rows)
    while some := list(islice(rest, _BATCH)):
        shared = [row.segment.id for row in some if row.n_opinions > 1]
        found = agreements(_newest(read_edits(shared))) if shared else {}
        for row in some:
            yield replace(row, agreement=found[row.segment.id]) if row.segment.id in found else row


def agreements(texts: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """Return for each key the share of words that two texts have in common, the mean over all pairs.

    Words count as common where the texts are aligned with the fewest edits, letter case and punctuation
    aside; two empty texts agree. A single text agrees with nobody: it has no figure.

    >>> agreements({"a": ["the cat sat", "The cat sits."], "b": ["", ""], "c": ["alone"]})
    {'a': 0.6666666666666666, 'b': 1.0}
    """
    from labwidgets.analysis.scoring import score

    pairs = [(key, *pair) for key, said in texts.items() for pair in combinations(said, 2)]
    if not pairs:
        return {}
    keys, first, second = zip(*pairs, strict=True)
    found: dict[str, list[float]] = defaultdict(list)
    counts = score(list(first), list(second)).table[:, :4].tolist()
    for key, (hits, substitutions, deletions, insertions) in zip(keys, counts, strict=True):
        n_words = 2 * (hits + substitutions) + deletions + insertions
        found[key].append(2 * hits / n_words if n_words else 1.0)
    return {key: sum(shares) / len(shares) for key, shares in found.items()}


def _newest(edits: Sequence[Edit]) -> dict[str, list[str]]:
    """Return the newest text of each annotator by segment, without segments that were passed over."""
    newest: dict[str, dict[str, Edit]] = defaultdict(dict)
    for edit in edits:
        if edit.kind == "opinion":
            newest[edit.segment_id][edit.by] = edit
    return {key: [one.text for one in by.values() if not one.is_skip] for key, by in newest.items()}
