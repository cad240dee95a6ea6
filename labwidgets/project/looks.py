"""One look at a pool: what it goes by, and what it says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from labwidgets.errors import ConfigError
from labwidgets.records import AuditPool, AuditRow, Decision, PoolUnit, StoredDecision, TakenDraft
from labwidgets.store import Store
from labwidgets.text import Normalise

if TYPE_CHECKING:
    from labwidgets.analysis.decision.pool import Laid
    from labwidgets.analysis.decision.testing import Audited, Taken, Verdict, Wish


@dataclass(frozen=True, slots=True)
class Heard:
    """What people labelled of drafts that had been accepted, and how many errors the drafts had."""

    n: int = 0
    edits: int = 0
    words: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """All that one look at a pool goes by."""

    pool: AuditPool
    wish: Wish
    normalize: str
    laid: Laid
    audited: Audited
    taken: Taken
    n_open: int
    heard: Heard

    @property
    def counted(self) -> tuple[int, int]:
        """Edits that count at most, of the shortest draft and of the longest."""
        caps = self.audited.stakes.caps
        return (int(caps.min()), int(caps.max())) if len(caps) else (0, 0)

    def verdict(self) -> Verdict:
        """Return what may be accepted."""
        from labwidgets.analysis.decision.testing import decide

        return decide(self.laid.grid, self.audited, self.wish, taken=self.taken)

    def count(self, threshold: float) -> int:
        """Return how many drafts of the pool a threshold accepts."""
        grid = self.laid.grid
        return int(grid.counts[grid.thresholds >= threshold].max(initial=0))

    def decision(
        self,
        stored: StoredDecision | None,
        verdict: Verdict | None,
        *,
        accepted: int,
        note: str,
        revoked: int = 0,
    ) -> Decision:
        """Return the look as people see it."""
        return Decision(
            id=None if stored is None else stored.id,
            accepted=accepted,
            threshold=None if verdict is None else verdict.threshold,
            bound=None if verdict is None else verdict.bound,
            audited=len(self.audited),
            audits_needed=None if verdict is None else verdict.need.n,
            audits_open=self.n_open,
            wer=None if verdict is None else verdict.wer,
            max_wer=self.wish.max_wer,
            risk=self.wish.risk,
            max_edits=self.wish.max_edits,
            counted=self.counted,
            model=self.pool.model,
            revoked=revoked,
            note=note,
        )


def wish_of(look: StoredDecision, pool: AuditPool) -> Wish:
    """Return what was asked for at a look at a pool."""
    from labwidgets.analysis.decision.testing import Wish

    return Wish(look.max_wer, look.risk, look.max_edits, pool.n_words)


def refuse_another(look: StoredDecision, wish: Wish, normalize: str) -> None:
    """Refuse to ask the audits of a pool a second question.

    Raises:
        ConfigError: With the question that they answer to.
    """
    asked = (wish.max_wer, wish.risk, wish.max_edits, normalize)
    before = (look.max_wer, look.risk, look.max_edits, look.normalize)
    if asked != before:
        raise ConfigError(
            "the audits of this pool answer to another question, and only to that one",
            value=f"max_wer={asked[0]}, risk={asked[1]}, max_edits={asked[2]}, normalize={asked[3]}",
            allowed=f"max_wer={before[0]}, risk={before[1]}, max_edits={before[2]}, normalize={before[3]}",
            remedy="Draw new ones for another: project.audit(n, fresh=True)",
        )


def look_at(
    store: Store, pool: AuditPool, wish: Wish, *, normalize: str, units: Sequence[PoolUnit] | None = None
) -> Look:
    """Return a pool as it is now, with what people said of it.

    Args:
        store: Open store.
        pool: On record, or not yet: then nobody said anything.
        wish: What is asked for.
        normalize: How texts are spelt before they are compared.
        units: Its drafts; default: as they are on record.
    """
    from labwidgets.analysis.decision.pool import audited, known_taken, lay_out, usable

    laid = lay_out(pool, store.pool_units(pool.id) if units is None else units)
    rows = store.audits(pool.id) if pool.id else []
    draws = store.audit_draws(pool.id) if pool.id else []
    drafts = store.taken(pool.id) if pool.id else []
    used = usable(rows)
    said = errors(used, normalize, wish=wish, laid=laid)
    made = errors_of_taken(drafts, normalize)
    again = [made[one.segment_id] for one in drafts if one.was_accepted and one.text is not None]
    return Look(
        pool,
        wish,
        normalize,
        laid,
        audited(laid, draws, used, errors=said, wish=wish),
        known_taken(laid, drafts, errors=made),
        sum(row.state == "open" for row in rows),
        Heard(len(again), sum(edits for edits, _ in again), sum(words for _, words in again)),
    )


def why_broken(look: Look, looks: Sequence[StoredDecision]) -> str:
    """Return why what was accepted no longer holds; empty where it does, or nothing was."""
    from labwidgets.analysis.decision.watching import watch

    for last in reversed(looks):
        if last.threshold is not None:
            count = look.count(last.threshold)
            if _is_refuted(look, count, last.bound):
                return "people have found more errors in what was accepted than was proved that there are"
            return watch(look.audited, n_before=last.audited, count=count, wish=look.wish).reason
    return ""


def _is_refuted(look: Look, count: int, bound: float | None) -> bool:
    """Return whether the errors that are known are too many, if all that nobody heard were right."""
    audited, taken = look.audited, look.taken
    is_drawn, is_taken = (audited.draws.ranks < count) & (audited.words > 0), taken.ranks < count
    edits = audited.counted[is_drawn].sum() + taken.counted(audited.stakes)[is_taken].sum()
    unheard = look.laid.lengths[:count].copy()
    unheard[audited.draws.ranks[is_drawn]] = unheard[taken.ranks[is_taken]] = 0.0
    words = audited.words[is_drawn].sum() + taken.words[is_taken].sum() + unheard.sum()
    return bound is not None and bool(edits > bound * words)


def since_then(look: Look) -> str:
    """Return what people who labelled accepted drafts found, where that is more than may be; else nothing."""
    heard = look.heard
    if heard.edits <= look.wish.max_wer * heard.words:
        return ""
    return (
        f"People labelled {heard.n} of the accepted drafts since, which had {heard.edits} errors in "
        f"{heard.words} words. They may have looked for such; audits tell how the rest is: project.audit(n)."
    )


def too_few_drafts(look: Look, verdict: Verdict) -> str:
    """Return what to do where audits that decide something are as many as all drafts; else nothing."""
    n, needed = len(look.laid), verdict.need.n
    if verdict.n_accepted or needed is None or len(look.audited) + needed < n:
        return ""
    return f"That is as many as there are drafts, {n}: label them all, or allow more errors."


def errors(
    rows: Sequence[AuditRow], normalize: Normalise, *, wish: Wish, laid: Laid
) -> dict[str, tuple[int, int]]:
    """Return edits and words of each audit that was labelled.

    One that was answered more than once counts by the answer that speaks most against its draft: a second
    look at a text may have seen the draft.

    Args:
        rows: The audits.
        normalize: How texts are spelt.
        wish: What is asked for.
        laid: The pool.
    """
    labelled = [row for row in rows if row.state == "labelled"]
    pairs = [(row.segment_id, text, row.draft) for row in labelled for text in dict.fromkeys(row.answers)]
    found: dict[str, tuple[int, int]] = {}

    stakes = laid.stakes(wish)

    def excess(key: str, one: tuple[int, int]) -> float:
        rank, edits, words = np.array([laid.ranks[key]]), np.array([one[0]]), np.array([one[1]])
        return float(stakes.counted(rank, edits, words)[0]) - wish.max_wer * one[1]

    for key, counted in _counted(pairs, normalize):
        found[key] = max(found.get(key, counted), counted, key=partial(excess, key))
    return found


def errors_of_taken(drafts: Sequence[TakenDraft], normalize: Normalise) -> dict[str, tuple[int, int]]:
    """Return edits and words of the drafts that people took; the fewest there can be where none is known."""
    return dict(
        _counted(
            [(one.segment_id, one.draft if one.text is None else one.text, one.draft) for one in drafts],
            normalize,
        )
    )


def _counted(
    pairs: Sequence[tuple[str, str, str]], normalize: Normalise
) -> Iterator[tuple[str, tuple[int, int]]]:
    """Give the keys of (key, reference, draft) with edits and words."""
    from labwidgets.analysis.scoring import score

    if not pairs:
        return
    keys, references, drafts = zip(*pairs, strict=True)
    found = score(references, drafts, normalize=normalize)
    for key, edits, n_words in zip(keys, found.edits, found.lengths, strict=True):
        yield key, (int(edits), int(n_words))
