"""One look at a pool: what it goes by, and what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from labwidgets.errors import ConfigError
from labwidgets.records import AuditPool, AuditRow, Decision, StoredDecision
from labwidgets.text import Normalise

if TYPE_CHECKING:
    from labwidgets.analysis.decision.pool import Laid
    from labwidgets.analysis.decision.testing import Audited, Verdict, Wish


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """All that one look at a pool goes by."""

    pool: AuditPool
    wish: Wish
    normalize: str
    laid: Laid
    audited: Audited
    n_open: int

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
            model=self.pool.model,
            revoked=revoked,
            note=note,
        )


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


def why_broken(look: Look, looks: Sequence[StoredDecision]) -> str:
    """Return why what was accepted no longer holds; empty where it does, or nothing was."""
    from labwidgets.analysis.decision.watching import watch

    grid = look.laid.grid
    for last in reversed(looks):
        if last.threshold is not None:
            counts = grid.counts[grid.thresholds >= last.threshold]
            found = watch(
                look.audited, n_before=last.audited, count=int(counts.max(initial=0)), wish=look.wish
            )
            return found.reason
    return ""


def errors(rows: Sequence[AuditRow], normalize: Normalise) -> dict[str, tuple[int, int]]:
    """Return edits and words of each audit that was labelled."""
    from labwidgets.analysis.scoring import score

    labelled = {row.segment_id: row for row in rows if row.state == "labelled"}
    if not labelled:
        return {}
    texts = {key: row.text or "" for key, row in labelled.items()}
    drafts = {key: row.draft for key, row in labelled.items()}
    found = score(texts, drafts, normalize=normalize)
    return {
        key: (int(edits), int(words))
        for key, edits, words in zip(found.ids, found.edits, found.lengths, strict=True)
    }
