"""``labwidgets.score``: how far hypotheses are from references."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from labwidgets.analysis.alignment import Packed, align_ids
from labwidgets.analysis.characters import character_edits, grapheme_edits
from labwidgets.analysis.encoding import Vocabulary, joined, said_words
from labwidgets.analysis.pairing import Pairs, pair
from labwidgets.analysis.results import COLUMNS, Numbers, Score
from labwidgets.analysis.variants import variants
from labwidgets.text import Normalisation, Normalise, normalisation

_CHUNK = 50_000

VariantsGiven = Iterable[Iterable[str]] | str | Path


def score(
    references: object,
    hypotheses: object,
    *,
    normalize: Normalise = "basic",
    variants: VariantsGiven | None = None,
    columns: Mapping[str, Sequence[Any]] | None = None,
) -> Score:
    """Return the errors of ``hypotheses``, with the counts of NIST's sclite.

    Both sides by order, or by id where both have ids. A reference ``the { cat / kitten }`` accepts either
    wording. An empty reference counts as one word: nothing heard is a WER of 0, three words are one of 3.

    Args:
        references: Texts; a mapping from id to text; rows with a text and perhaps an id, a speaker, …
            (a list of dicts, a table, a ``Dataset``); or a file of them.
        hypotheses: Of the same number or with the same ids; as ``references``.
        normalize: ``basic`` (tags, letter case, punctuation, composed characters: safe for every script),
            ``none``, ``sclite`` (letter case), ``whisper``, steps joined with ``+``, or a function.
        variants: Phrases that count as the same: ``[["okay", "ok"], …]``, or a file with one group a line.
        columns: What else is known of each reference, such as ``speaker``, by which intervals are resampled.

    Raises:
        SourceError: The two sides do not fit together, or a side cannot be read.
        ConfigError: There is no such normalisation.

    >>> score(["the cat"], ["the hat"]).wer
    0.5
    """
    chain = normalisation(normalize)
    pairs = pair(references, hypotheses, columns=columns or {})
    found = score_pairs(pairs, chain, accepted=variants)
    if not chain.is_lossy:
        return found
    safe = score_pairs(pairs, normalisation("basic"), accepted=variants)
    return replace(found, warnings=(*found.warnings, *hidden(found, safe)))


def hidden(found: Score, safe: Score) -> list[str]:
    """Say what a lossy normalisation makes of the errors that a safe one counts."""
    gone = int(((safe.edits > 0) & (found.edits == 0)).sum())
    if found.wer == safe.wer and not gone:
        return []
    gone_too = f" and hides every error of {gone} utterances" if gone else ""
    name = found.normalisation.name
    said = f"the normalisation {name} says WER {found.wer:.2%} where basic says {safe.wer:.2%}{gone_too}"
    return [f"{said}: it deletes marks that are part of words in many scripts"]


def score_pairs(pairs: Pairs, chain: Normalisation, *, accepted: VariantsGiven | None = None) -> Score:
    """Return the errors of texts that stand side by side."""
    known = None if accepted is None else variants(accepted, chain)
    vocabulary = Vocabulary()
    words, heard, characters = [], [], []
    for first in range(0, max(1, len(pairs.ids)), _CHUNK):
        rows = slice(first, first + _CHUNK)
        both = said_words(pairs.references[rows], pairs.hypotheses[rows], chain, known)
        (some, reference), (other, hypothesis) = map(vocabulary.encode, both)
        words.append(some)
        heard.append(other)
        characters.append(_characters(reference, hypothesis))
    packed, packed_heard = joined(words), joined(heard)
    ops = align_ids(packed, packed_heard)
    table = np.concatenate([_word_counts(ops), np.concatenate(characters)], axis=1)
    return Score(
        ids=pairs.ids,
        references=pairs.references,
        hypotheses=pairs.hypotheses,
        table=table,
        columns=pairs.columns,
        normalisation=chain,
        words=packed,
        heard=packed_heard,
        ops=ops,
        vocabulary=vocabulary,
        refused=pairs.refused,
        warnings=pairs.notes,
    )


def _characters(references: list[str], hypotheses: list[str]) -> Numbers:
    """Return counts of characters and grapheme clusters, int64[n_utterances, 4]."""
    edits = character_edits(references, hypotheses)
    n_clusters, cluster_edits = grapheme_edits(references, hypotheses, edits)
    n_characters = np.fromiter(map(len, references), dtype=np.int64, count=len(references))
    return np.stack([n_characters, edits, n_clusters, cluster_edits], axis=1)


def _word_counts(ops: Packed) -> Numbers:
    """Return hits, substitutions, deletions and insertions, int64[n_utterances, 4]."""
    utterance = np.repeat(np.arange(len(ops)), ops.lengths())
    flat = np.bincount(utterance * 4 + ops.values, minlength=len(ops) * 4)
    return flat.reshape(len(ops), len(COLUMNS) - 4)
