"""What a model may decide alone."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import sqlalchemy as sa

from labwidgets.records import (
    AuditDraw,
    AuditPool,
    AuditRow,
    Candidate,
    HeardDraft,
    NewDecision,
    PoolUnit,
    StoredDecision,
    TakenDraft,
)
from labwidgets.store import candidates, deciding, heard
from labwidgets.store.events import chunks
from labwidgets.store.faces.transactions import Transactions


class Decisions(Transactions):
    """Pools, audits and decisions."""

    def drafting_models(self) -> list[str]:
        """Return the models of the drafts of open segments, the one with the most first."""
        return self._read(candidates.models)

    def candidates(self, model: str) -> list[Candidate]:
        """Return the drafts of a model whose segments nobody touched, in order of adding."""
        return self._read(lambda connection: candidates.candidates(connection, model))

    def draft_words(self, draft_ids: Sequence[str]) -> list[int]:
        """Return how many words each of some drafts has, in no order; those that are gone are missing."""
        return self._read(lambda connection: candidates.n_words(connection, draft_ids))

    def touched(self, segment_ids: list[str]) -> set[str]:
        """Return which of some segments a person labelled, skipped, typed into, holds, or took apart."""
        return self._read(lambda connection: candidates.touched(connection, segment_ids))

    def open_pool(self, pool: AuditPool, units: Sequence[PoolUnit], *, actor: str | None = None) -> AuditPool:
        """Keep which drafts form a pool and return it with its id and size.

        Raises:
            ProjectError: There are none.
        """
        return self._write(lambda connection: deciding.open_pool(connection, pool, units, actor=actor))

    def pools(self) -> list[AuditPool]:
        """Return all pools, oldest first."""
        return self._read(deciding.pools)

    def pool_units(self, pool_id: str) -> list[PoolUnit]:
        """Return the drafts of a pool.

        Raises:
            NotFoundError: There is no such pool.
        """
        return self._read(lambda connection: deciding.pool_units(connection, pool_id))

    def draw_audits(
        self, pool_id: str, drawn: AuditDraw, *, n_draws: int | None = None, actor: str | None = None
    ) -> None:
        """Keep which segments were drawn, in order; durable on return.

        Args:
            pool_id: Of the pool.
            drawn: The draw.
            n_draws: How many there were before it, as far as it knows; None where that does not matter.
            actor: Who draws.

        Raises:
            StoreError: Somebody touched one of them, or drew or closed the pool meanwhile; nothing is drawn.
        """
        self._write(
            lambda connection: deciding.add_audits(connection, pool_id, drawn, n_draws=n_draws, actor=actor)
        )

    def audit_draws(self, pool_id: str) -> list[AuditDraw]:
        """Return the draws of a pool, in order."""
        return self._read(lambda connection: deciding.draws(connection, pool_id))

    def audits(self, pool_id: str) -> list[AuditRow]:
        """Return what became of a pool's audits, in the order drawn."""

        def reading(connection: sa.Connection) -> list[AuditRow]:
            drafts = {unit.segment_id: unit.draft_id for unit in deciding.pool_units(connection, pool_id)}
            return candidates.audit_rows(connection, deciding.draws(connection, pool_id), drafts)

        return self._read(reading)

    def taken(self, pool_id: str) -> list[TakenDraft]:
        """Return the drafts of a pool, but for its audits, that people took out of the model's hands."""
        return self._read(lambda connection: deciding.taken(connection, pool_id))

    def spend_audits(self, pool_id: str, *, model: str, actor: str | None = None) -> None:
        """Keep that a pool's audits trained or chose a model: nothing more is decided with them."""
        self._write(lambda connection: deciding.spend(connection, pool_id, model=model, actor=actor))

    def heard_drafts(self, model: str) -> list[HeardDraft]:
        """Return what a model said last of each segment that a person labelled, beside what was heard."""
        return self._read(lambda connection: heard.heard_drafts(connection, model))

    def decide(
        self, new: NewDecision, *, n_looks: int | None = None, actor: str | None = None
    ) -> StoredDecision:
        """Keep a look at a pool, and let the drafts count that it accepts and nobody touched.

        They are stored some at a time, so that a save that comes meanwhile need not wait for all of them.

        Args:
            new: The look.
            n_looks: How many there were at this pool before, as far as it knows; None where that does not
                matter.
            actor: Who looks.

        Raises:
            StoreError: Somebody looked at the pool or closed it meanwhile; nothing is decided.
        """
        drafts = self._read(lambda connection: deciding.wanted_drafts(connection, new))
        made = self._write(
            lambda connection: deciding.add_decision(connection, new, n_looks=n_looks, actor=actor)
        )
        for some in chunks(list(drafts.items())):
            self._write(partial(deciding.accept, decision_id=made, drafts=dict(some)))
        return next(one for one in self.decisions() if one.id == made)

    def would_accept(self, new: NewDecision) -> int:
        """Return how many drafts a decision would accept that do not count yet."""
        return self._read(lambda connection: deciding.would_accept(connection, new))

    def decisions(self) -> list[StoredDecision]:
        """Return all looks, oldest first."""
        return self._read(deciding.decisions)

    def revoke(self, decision_id: str, *, reason: str, actor: str | None = None) -> int:
        """Withdraw a decision and return how many segments went back into the queue.

        Raises:
            NotFoundError: There is no such decision.
        """
        return self._write(
            lambda connection: deciding.revoke(connection, decision_id, reason=reason, actor=actor)
        )
