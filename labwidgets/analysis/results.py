"""What a scoring found: totals, each utterance, groups of them, alignments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from labwidgets.analysis.alignment import AlignedWord, Op, Packed, spelt
from labwidgets.analysis.counts import Counts
from labwidgets.analysis.encoding import Vocabulary
from labwidgets.analysis.resampling import FEW_GROUPS, Groups, grouped, rate_interval, ungrouped
from labwidgets.errors import NotFoundError
from labwidgets.records import Refusal
from labwidgets.text import Folding, Normalisation

if TYPE_CHECKING:
    from labwidgets.analysis.slices import Slice

Numbers = npt.NDArray[np.int64]

COLUMNS = (
    "hits",
    "substitutions",
    "deletions",
    "insertions",
    "n_characters",
    "character_edits",
    "n_graphemes",
    "grapheme_edits",
)
"""The columns of the table of counts, in the order of the fields of :class:`Counts`."""

GROUPS = ("speaker", "recording")
"""Columns that tell which utterances belong together, the best first."""


@dataclass(frozen=True, slots=True)
class UtteranceScore:
    """One utterance: its texts as given, and its counts."""

    id: str
    reference: str
    hypothesis: str
    counts: Counts
    alignment: tuple[AlignedWord, ...]


@dataclass(frozen=True, slots=True)
class GroupScore:
    """Some utterances together."""

    name: str
    n_utterances: int
    counts: Counts
    interval: tuple[float, float] | None

    @property
    def wer(self) -> float:
        """Word error rate."""
        return self.counts.wer


@dataclass(frozen=True, eq=False, repr=False)
class Score:
    """The errors of one model against references.

    Attributes:
        ids: Of the utterances, in the order of the references.
        references: As given.
        hypotheses: As given; empty where there was none.
        table: int64[n_utterances, 8], counts of each utterance (see ``COLUMNS``).
        columns: What else is known of each utterance, by name.
        normalisation: What was done to both texts before they were compared.
        refused: What was not scored, and why.
        warnings: What to know before trusting the rate.
    """

    ids: Sequence[str]
    references: Sequence[str]
    hypotheses: Sequence[str]
    table: Numbers
    columns: Mapping[str, Sequence[Any]]
    normalisation: Normalisation
    words: Packed
    heard: Packed
    ops: Packed
    vocabulary: Vocabulary
    refused: tuple[Refusal, ...] = ()
    warnings: tuple[str, ...] = field(default=())

    # ---- totals --------------------------------------------------------------------------------------

    @cached_property
    def counts(self) -> Counts:
        """Totals over all utterances."""
        return Counts(*map(int, self.table.sum(axis=0)))

    @property
    def wer(self) -> float:
        """Word error rate: total edits over total words."""
        return self.counts.wer

    @property
    def cer(self) -> float:
        """Character error rate: total edits over total characters."""
        return self.counts.cer

    @property
    def ger(self) -> float:
        """Grapheme cluster error rate."""
        return self.counts.ger

    @property
    def n_utterances(self) -> int:
        """How many utterances were scored."""
        return len(self.ids)

    @property
    def n_words(self) -> int:
        """Words of the references."""
        return self.counts.n_words

    @property
    def hits(self) -> int:
        """Words heard as they are."""
        return self.counts.hits

    @property
    def substitutions(self) -> int:
        """Words heard as another."""
        return self.counts.substitutions

    @property
    def deletions(self) -> int:
        """Words not heard."""
        return self.counts.deletions

    @property
    def insertions(self) -> int:
        """Words heard where there is none."""
        return self.counts.insertions

    @cached_property
    def groups(self) -> Groups:
        """The utterances by speaker, else by recording, else each for itself."""
        for name in GROUPS:
            found = grouped(self.columns[name], by=name) if name in self.columns else None
            if found is not None and found.n > 1:
                return found
        return ungrouped(self.n_utterances)

    @cached_property
    def interval(self) -> tuple[float, float] | None:
        """Bootstrap interval of the WER at 95 %, resampled by :attr:`groups`; None for one utterance."""
        return rate_interval(self.edits, self.lengths, self.groups)

    # ---- arrays --------------------------------------------------------------------------------------

    @property
    def edits(self) -> Numbers:
        """Edits of each utterance, int64[n_utterances]."""
        edits: Numbers = self.table[:, 1:4].sum(axis=1)
        return edits

    @property
    def lengths(self) -> Numbers:
        """Words of each reference, int64[n_utterances]."""
        lengths: Numbers = self.table[:, 0:3].sum(axis=1)
        return lengths

    # ---- parts ---------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return self.n_utterances

    def __getitem__(self, index: int) -> UtteranceScore:
        index = range(self.n_utterances)[index]
        return UtteranceScore(
            self.ids[index],
            self.references[index],
            self.hypotheses[index],
            Counts(*self.table[index].tolist()),
            self.alignment(index),
        )

    def __iter__(self) -> Iterator[UtteranceScore]:
        return map(self.__getitem__, range(self.n_utterances))

    def alignment(self, index: int) -> tuple[AlignedWord, ...]:
        """Return the aligned words of utterance number ``index``, as they were compared."""
        words = self.vocabulary.words
        return spelt(
            self.ops[index],
            [words[number] for number in self.words[index]],
            [words[number] for number in self.heard[index]],
        )

    def by(self, column: str) -> list[GroupScore]:
        """Return the utterances grouped by a column, the worst first, each with its interval.

        Raises:
            NotFoundError: No such column.
        """
        if column not in self.columns:
            raise NotFoundError(
                "no such column", value=column, allowed=", ".join(self.columns) or "none is known"
            )
        values = np.array(
            ["" if value is None else str(value) for value in self.columns[column]], dtype=object
        )
        names, index = np.unique(values.astype(str), return_inverse=True)
        found = []
        for number, name in enumerate(names.tolist()):
            chosen = np.flatnonzero(index == number)
            _, group = np.unique(self.groups.index[chosen], return_inverse=True)
            groups = Groups(group, int(group.max()) + 1, self.groups.by)
            if groups.n < 2:
                groups = ungrouped(len(chosen))
            found.append(
                GroupScore(
                    name,
                    len(chosen),
                    Counts(*map(int, self.table[chosen].sum(axis=0))),
                    rate_interval(self.edits[chosen], self.lengths[chosen], groups),
                )
            )
        return sorted(found, key=lambda group: (-group.wer, group.name))

    def confusions(self, n: int | None = 100) -> list[tuple[str, str, int]]:
        """Return the words heard as another: reference, heard, how often; the most frequent first."""
        first, second = self._substituted()
        pairs, counts = np.unique(first.astype(np.int64) << 32 | second, return_counts=True)
        order = np.argsort(-counts, kind="stable")[:n]
        words = self.vocabulary.words
        return [
            (words[pairs[place] >> 32], words[pairs[place] & 0xFFFFFFFF], int(counts[place]))
            for place in order
        ]

    def _substituted(self) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        ops = self.ops.values
        in_reference, in_hypothesis = ops[ops != Op.INSERTION], ops[ops != Op.DELETION]
        return (
            self.words.values[in_reference == Op.SUBSTITUTION],
            self.heard.values[in_hypothesis == Op.SUBSTITUTION],
        )

    def confused(self, reference: str, heard: str) -> Numbers:
        """Return the utterances where a word of the reference was heard as another, in order.

        An empty word is nothing: ``confused("the", "")`` asks where ``the`` was left out.
        """
        numbers = self.vocabulary.numbers
        if any(word and word not in numbers for word in (reference, heard)):
            return np.zeros(0, dtype=np.int64)
        ops = self.ops.values
        wanted = Op.SUBSTITUTION if reference and heard else (Op.DELETION if reference else Op.INSERTION)
        at_word = np.cumsum(ops != Op.INSERTION) - 1
        at_heard = np.cumsum(ops != Op.DELETION) - 1
        steps = np.flatnonzero(ops == wanted)
        if reference:
            steps = steps[self.words.values[at_word[steps]] == numbers[reference]]
        if heard:
            steps = steps[self.heard.values[at_heard[steps]] == numbers[heard]]
        return np.unique(np.searchsorted(self.ops.offsets, steps, side="right") - 1)

    def worst_slices(self, n: int = 20) -> list[Slice]:
        """Return the kinds of utterances with the highest WER above the rest, the surest first."""
        from labwidgets.analysis.slices import worst_slices

        return worst_slices(self, n=n)

    def foldings(self) -> list[Folding]:
        """Return what the normalisation did to the words of both sides, the most frequent first."""
        return self.normalisation.foldings((*self.references, *self.hypotheses))

    # ---- shown ---------------------------------------------------------------------------------------

    def to_dict(self, *, per_utterance: bool = False, by: str | None = None) -> dict[str, Any]:
        """Return plain values, as ``labwidgets score --json`` prints them."""
        counts = self.counts
        found: dict[str, Any] = {
            "wer": counts.wer,
            "cer": counts.cer,
            "ger": counts.ger,
            "n_utterances": self.n_utterances,
            "n_words": counts.n_words,
            "hits": counts.hits,
            "substitutions": counts.substitutions,
            "deletions": counts.deletions,
            "insertions": counts.insertions,
            "interval": None if self.interval is None else list(self.interval),
            "interval_by": self.groups.by,
            "normalization": self.normalisation.name,
            "warnings": list(self.warnings),
            "refused": [{"source": one.source, "reason": one.reason} for one in self.refused],
        }
        if by is not None:
            found["by"] = [_group_dict(group) for group in self.by(by)]
        if per_utterance:
            found["utterances"] = [_utterance_dict(one) for one in self]
        return found

    def __repr__(self) -> str:
        """The rate with its interval and what it rests on."""
        between = "" if self.interval is None else f" [{self.interval[0]:.2%}, {self.interval[1]:.2%}]"
        few = " (few groups: rather wider)" if self.interval and self.groups.n < FEW_GROUPS else ""
        return (
            f"<Score WER {self.wer:.2%}{between}, CER {self.cer:.2%}: {self.n_words} words in "
            f"{self.n_utterances} utterances, {self.normalisation.name}{few}>"
        )


def _group_dict(group: GroupScore) -> dict[str, Any]:
    between = None if group.interval is None else list(group.interval)
    return {
        "name": group.name,
        "n_utterances": group.n_utterances,
        "n_words": group.counts.n_words,
        "wer": group.wer,
        "cer": group.counts.cer,
        "interval": between,
    }


def _utterance_dict(one: UtteranceScore) -> dict[str, Any]:
    counts = one.counts
    return {
        "id": one.id,
        "wer": counts.wer,
        "cer": counts.cer,
        "ger": counts.ger,
        "n_words": counts.n_words,
        "hits": counts.hits,
        "substitutions": counts.substitutions,
        "deletions": counts.deletions,
        "insertions": counts.insertions,
        "reference": one.reference,
        "hypothesis": one.hypothesis,
        "alignment": [[step.op.name.lower(), step.reference, step.hypothesis] for step in one.alignment],
    }
