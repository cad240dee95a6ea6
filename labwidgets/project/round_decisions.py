"""What a model decided in a round, how right that is, and what it saved people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from labwidgets.project.looks import Look, look_at, wish_of
from labwidgets.records import AuditPool, StoredDecision, Worked
from labwidgets.store import Store

if TYPE_CHECKING:
    from labwidgets.analysis.loop import Pace


def decided(store: Store, pool: AuditPool, audits: Sequence[Worked], *, pace: Pace | None) -> dict[str, Any]:
    """Return the fields of a ``Round`` that tell of its pool, audits and decisions.

    Args:
        store: Of the project.
        pool: The newest one of the round.
        audits: What people did to its audits.
        pace: How long people take.
    """
    rows = store.audits(pool.id)
    looks = [one for one in store.decisions() if one.pool_id == pool.id]
    found: dict[str, Any] = {
        "pool": pool.id,
        "n_pool": pool.n,
        "audits": len(rows),
        "audits_open": sum(row.state == "open" for row in rows),
    }
    accepting = [one for one in looks if one.threshold is not None and not one.is_revoked]
    if not accepting:
        return found
    last, accepted_hours = accepting[-1], sum(one.accepted_s for one in accepting) / 3600
    seen = look_at(store, pool, wish_of(last, pool), normalize=last.normalize)
    wer, pool_wer = _audited_wers(seen, last)
    return found | {
        "accepted": sum(one.accepted for one in accepting),
        "accepted_hours": accepted_hours,
        "decision": last.id,
        "bound": last.bound,
        "counted": seen.counted,
        "audited_wer": wer,
        "saved_minutes": _saved(accepted_hours, (wer, pool_wer), audits, pace),
    }


def _audited_wers(seen: Look, look: StoredDecision) -> tuple[float | None, float | None]:
    """Return what the audits say, as of now, of the accepted part of a pool and of all of it."""
    from labwidgets.analysis.decision.testing import estimated_wer

    count = 0 if look.threshold is None else seen.count(look.threshold)
    return (
        estimated_wer(seen.audited, count, taken=seen.taken),
        estimated_wer(seen.audited, len(seen.laid), taken=seen.taken),
    )


def _saved(
    hours: float, wers: tuple[float | None, float | None], audits: Sequence[Worked], pace: Pace | None
) -> float | None:
    from labwidgets.analysis.loop import Decided, saved_minutes

    wer, pool_wer = wers
    audit_s = sum(one.active_s for one in audits)
    if wer is None or pool_wer is None or not audit_s:
        return None
    audit_hours = sum(one.duration_s for one in audits) / 3600
    return saved_minutes(pace, Decided(hours, wer, audit_hours, audit_s / 60, pool_wer))
