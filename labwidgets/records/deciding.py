"""What a model may decide alone: pools of drafts, blind audits of them, and decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from labwidgets.records.cards import Fact, Look, card
from labwidgets.records.labels import Word
from labwidgets.records.reports import from_to, in_words

AUDIT = "audit"
"""How a task is marked that was drawn to be labelled blind."""

ScoreKind = Literal["confidence", "agreement"]

AuditState = Literal["open", "labelled", "skipped", "retired", "spoilt"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A draft that no person touched yet, and what models say of it.

    Attributes:
        segment_id: The segment.
        draft_id: The hypothesis.
        text: Of the draft.
        confidence: Of the draft; None where its model gave none.
        others: What other models said of the segment last, by model.
    """

    segment_id: str
    draft_id: str
    text: str
    confidence: float | None
    others: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PoolUnit:
    """A draft in a pool, of so many words; ``is_there``: False once its speaker was taken out."""

    segment_id: str
    draft_id: str
    score: float
    is_there: bool = True
    words: int = 0


@dataclass(frozen=True, slots=True)
class SizeRule:
    """How drafts of unequal length count, fixed with their pool.

    Attributes:
        evenly: Part of its chance to be audited that a draft has like any other; the rest follows its words.
        spare: So many edits of a draft count in any case.
        times: Beyond these count so many times the edits that the limit allows for its words, rounded up.
    """

    evenly: float
    spare: int
    times: float


@dataclass(frozen=True, slots=True)
class AuditPool:
    """Drafts of one model, fixed before the first of them was audited.

    Attributes:
        id: Of the pool.
        model: Whose drafts.
        score: What they are ordered by.
        n: How many there are.
        n_words: Of an average draft.
        step: Share of the pool from one threshold to the next.
        starts: Shares at which testing begins, each with its part of the risk.
        by_size: How unequal drafts count; None in older pools: drawn evenly, one cap of edits for all.
        is_closed: A permission was withdrawn, or its audits are spent: nothing more is decided here.
    """

    id: str
    model: str
    score: str
    n: int
    n_words: float
    step: float
    starts: tuple[tuple[float, float], ...]
    by_size: SizeRule | None = None
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class AuditDraw:
    """One draw out of a pool, in order.

    Attributes:
        region: Out of so many of the best drafts.
        seed: Of the draw: the same pool and seed give the same draw.
        chances: By segment, to be drawn, over all draws so far.
    """

    region: int
    seed: int
    chances: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One audit, in the order in which they were drawn.

    Attributes:
        segment_id: The segment.
        region: It was drawn out of so many of the best drafts.
        batch: Number of the draw.
        inclusion_p: Chance that it was drawn, with all draws so far.
        state: ``spoilt`` where a draft was on the screen.
        draft: What the model said.
        answers: What people heard, oldest first; empty unless it is labelled.
    """

    segment_id: str
    region: int
    batch: int
    inclusion_p: float
    state: AuditState
    draft: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TakenDraft:
    """A draft of a pool, no audit, that is no longer the model's to decide.

    Attributes:
        segment_id: The segment.
        draft: What the model said.
        text: What a person made of it; None where somebody skipped it, took it apart, or is at it.
        was_accepted: A decision had accepted it before.
    """

    segment_id: str
    draft: str
    text: str | None
    was_accepted: bool


@dataclass(frozen=True, slots=True)
class HeardDraft:
    """What a model said of a segment beside what a person heard.

    Attributes:
        segment_id: The segment.
        recording_id: Its recording.
        group: What is never parted between splits: its speaker, else its recording.
        draft: What the model said last.
        words: Of the draft, with their confidences.
        confidence: Of the draft.
        text: The reference, by a person.
        inclusion_p: Chance that the segment was chosen to be labelled.
        is_audit: It was drawn as an audit and labelled blind.
    """

    segment_id: str
    recording_id: str
    group: str
    draft: str
    words: tuple[Word, ...]
    confidence: float | None
    text: str
    inclusion_p: float
    is_audit: bool


@dataclass(frozen=True, slots=True)
class NewDecision:
    """A decision before it is stored; see ``Decision``."""

    pool_id: str
    max_wer: float
    risk: float
    max_edits: int | None
    normalize: str
    threshold: float | None
    bound: float | None
    audited: int
    segment_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """A look at a pool and what came of it; ``accepted`` counts what this look added, of ``accepted_s``."""

    id: str
    pool_id: str
    max_wer: float
    risk: float
    max_edits: int | None
    normalize: str
    threshold: float | None
    bound: float | None
    audited: int
    accepted: int
    is_revoked: bool
    accepted_s: float = 0.0


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What ``audit`` drew."""

    drawn: int
    pool: str
    n_pool: int
    region: int
    model: str
    score: str
    open: int

    _repr_pretty_ = in_words

    def __str__(self) -> str:
        where = "" if self.region >= self.n_pool else f", the {self.region} likeliest to be right"
        return (
            f"{self.drawn} audits drawn out of {self.n_pool} drafts by {self.model}{where}. {self.open} wait "
            "to be labelled, without a draft: the filter “audits” of the queue shows them."
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """What a model may decide alone in one pool of drafts.

    Attributes:
        id: Of the newest decision; None where nothing was ever decided.
        accepted: Segments whose draft counts now without a person.
        threshold: The score from which on; None where nothing is accepted.
        bound: Word error rate above which the audits refute all, at this threshold alone; what is promised is
            ``max_wer``.
        audited: Audits that were used.
        audits_needed: How many more it takes, about, until something can be accepted; 0 where something is,
            None where the audits so far speak against every threshold.
        audits_open: Drawn, and not labelled yet.
        wer: Estimate for what is accepted.
        max_wer, risk: What was asked for: with a chance of at most ``risk`` the accepted drafts of this pool
            have more than ``max_wer`` errors a word, of each draft as many counted as ``counted`` says.
        max_edits: Most edits of one draft that count; None where that follows its words.
        counted: Most edits that count of the shortest draft of the pool, and of the longest.
        model: Whose drafts.
        revoked: How many segments went back into the queue at this look.
        note: What to know.
    """

    id: str | None
    accepted: int
    threshold: float | None
    bound: float | None
    audited: int
    audits_needed: int | None
    audits_open: int
    wer: float | None
    max_wer: float
    risk: float
    max_edits: int | None
    counted: tuple[int, int]
    model: str
    revoked: int = 0
    note: str = ""

    _repr_pretty_ = in_words

    def __str__(self) -> str:
        limit = f"WER {self.max_wer:.1%} at a risk of {self.risk:.1%}"
        if self.threshold is not None and self.bound is not None:
            seen = "" if self.wer is None else f", estimate {self.wer:.1%}"
            said = (
                f"{self.accepted} drafts by {self.model} accepted for {limit}: upper bound "
                f"{self.bound:.1%}{seen}, {self.audited} audits. In one draft {self._counting}.\n"
                f"Take it back: project.revoke({self.id!r})."
            )
        elif self.audits_needed is None:
            said = f"Nothing accepted for {limit}: by {self.audited} audits no drafts are good enough."
        else:
            more = f"about {self.audits_needed} more needed"
            said = f"Nothing accepted for {limit}: {self.audited} audits used, {more}."
        waiting = f"\n{self.audits_open} drawn audits wait to be labelled." if self.audits_open else ""
        return said + waiting + (f"\n{self.note}" if self.note else "")

    @property
    def _counting(self) -> str:
        return f"at most {from_to(*self.counted)} errors count"

    def _repr_html_(self) -> str:
        is_decided = self.threshold is not None and self.bound is not None
        n = self.accepted if is_decided else "No"
        head = f"{n} drafts by {self.model} count without a person{'' if is_decided else ' yet'}"
        look: Look = "good" if is_decided else "waits" if self.audits_open else "plain"
        return card(head, facts=self._facts(), notes=[self.note] if self.note else (), look=look)

    def _facts(self) -> list[Fact]:
        """Return the decision as names and values in words."""
        kept = f"at most {self.max_wer:.1%} wrong words (WER), kept with a chance of {1 - self.risk:.1%}"
        facts = [("asked for", kept)]
        if self.bound is not None and self.threshold is not None:
            seen = "" if self.wer is None else f"; estimate {self.wer:.1%}"
            facts.append(("the audits say", f"upper bound {self.bound:.1%}{seen}"))
            facts.append(("in one draft", self._counting))
            facts.append(("to take it back", f"project.revoke({self.id!r})"))
        elif self.audits_needed is None:
            facts.append(("the audits say", "no drafts of this model are good enough for that"))
        else:
            facts.append(("still to prove it", f"about {self.audits_needed} more audits"))
        waiting = f", {self.audits_open} wait to be labelled by ear" if self.audits_open else ""
        facts.append(("audits", f"{self.audited} used{waiting}"))
        if self.revoked:
            facts.append(("taken back", f"{self.revoked} segments went back into the queue"))
        return facts
