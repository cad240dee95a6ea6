"""What a model may decide alone, as far as blind audits prove that it can."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from labwidgets.errors import ConfigError, NotFoundError, ProjectError, StoreError
from labwidgets.project.calibrating import Calibrating
from labwidgets.project.looks import (
    Look,
    look_at,
    refuse_another,
    since_then,
    too_few_drafts,
    why_broken,
    wish_of,
)
from labwidgets.records import (
    AuditDraw,
    AuditPool,
    AuditReport,
    Decision,
    NewDecision,
    PoolUnit,
    StoredDecision,
)
from labwidgets.records.numbers import checked_count, checked_share
from labwidgets.text import normalisation
from labwidgets.training.material import SPLITS
from labwidgets.training.runs import MODELS, Runs

if TYPE_CHECKING:
    from labwidgets.analysis.decision.pool import Laid
    from labwidgets.analysis.decision.testing import Verdict

SAFE = "basic"
"""How drafts and audits are spelt before they are compared."""

_SEED_BITS = 63
_TRIES = 3

Done = TypeVar("Done")


class Deciding(Calibrating):
    """The part of a project in which models take decisions."""

    def audit(
        self, n: int, *, model: str | None = None, score: str | None = None, fresh: bool = False
    ) -> AuditReport:
        """Draw segments to be labelled blind, and keep on record that they were drawn.

        Half of its chance a draft has like any other, half grows with its words: long ones count for more.
        The first draw fixes the pool: the drafts of one model whose segments nobody touched. Later draws
        come from the same pool; once a decision was asked for, out of the part that it is about. Where people
        worked on drafts of the pool meanwhile, or its permission was withdrawn, a new pool is opened: audit
        and decide first, then label the rest.

        Args:
            n: How many.
            model: Whose drafts; default: the model with the most.
            score: What orders them: ``confidence``, or ``agreement`` with other models; default: confidence
                where there is any. Fixed with the pool.
            fresh: Open a new pool.

        Raises:
            ConfigError: ``n`` is under 1.
            ProjectError: No drafts are left, or nothing orders them.
            StoreError: Somebody began to work on one of them just now: call it again.
        """
        checked_count("n", n)
        name = self._model(model)
        if fresh:
            self._open_pool(name, score)
        return _again(lambda: self._draw(n, name, score=score))

    def _draw(self, n: int, model: str, *, score: str | None) -> AuditReport:
        from labwidgets.analysis.decision.drawing import draw
        from labwidgets.analysis.decision.pool import chances, lay_out

        pool = self._drawable(model) or self._open_pool(model, score)
        laid = lay_out(pool, self.store.pool_units(pool.id))
        draws = self.store.audit_draws(pool.id)
        region = self._region(pool, laid)
        weights, seed = laid.weights(region), secrets.randbits(_SEED_BITS)
        weights[[laid.ranks[key] for one in draws for key in one.chances if key in laid.ranks]] = 0.0
        drawn = [laid.segment_ids[rank] for rank in draw(weights, n, seed=seed)]
        made = AuditDraw(region, seed, dict.fromkeys(drawn, 1.0))
        known = chances(laid, [*draws, made])
        made = AuditDraw(region, seed, {key: float(known[laid.ranks[key]]) for key in drawn})
        self.store.draw_audits(pool.id, made, n_draws=len(draws))
        waiting = sum(row.state == "open" for row in self.store.audits(pool.id))
        return AuditReport(len(drawn), pool.id, pool.n, region, model, pool.score, waiting)

    def decide(
        self,
        max_wer: float,
        risk: float,
        *,
        max_edits: int | None = None,
        model: str | None = None,
        normalize: str = SAFE,
    ) -> Decision:
        """Let drafts count without a person, as many as the audits of their pool allow.

        With a chance of at most ``risk``, over all looks at a pool together, the drafts that it accepts have
        more than ``max_wer`` errors a word, audits among them counted. That is said of this pool only, of the
        drafts as they were when it was opened, without those that people labelled meanwhile. Accepted drafts
        are references of origin ``auto_accepted``. A later look, after more audits, may accept more; or it
        withdraws what was accepted, which then is queued again: so it does where people find more errors in
        what was accepted than the audits allow.

        An audit that nobody could label counts as the worst there can be, and so does one labelled with a
        draft on the screen; of one that was answered more than once the worst answer counts.

        Args:
            max_wer: Most errors a word, for example 0.05.
            risk: Chance that this is broken, for example 0.05.
            max_edits: A draft with more edits counts as one with so many: what is beyond it is not
                promised. Default: 2, and four times what the limit allows for the words of the draft, but
                not more than these, rounded up: with a limit of 0.05, 5 in a draft of 14 words, 42 in one
                of 200. As at the first look at the pool.
            model: Whose drafts; default: the model with the most, or the one that was audited last.
            normalize: How texts are spelt before they are compared, by name.

        Raises:
            ConfigError: A number is out of range, or the audits of this pool answer to another one.
            ProjectError: There is no pool, and there are no drafts.
        """
        checked_share("max_wer", max_wer)
        checked_share("risk", risk)
        if not isinstance(normalize, str):
            raise ConfigError(
                "a spelling that cannot be kept",
                value=normalize,
                allowed="names, joined with +, such as basic+digits",
            )
        # Here, as a look without audits would keep it unseen, and the audits would answer to it.
        normalisation(normalize)
        return _again(
            lambda: self._look(max_wer, risk, max_edits=max_edits, model=model, normalize=normalize)
        )

    def _look(
        self, max_wer: float, risk: float, *, max_edits: int | None, model: str | None, normalize: str
    ) -> Decision:
        from labwidgets.analysis.decision.testing import Wish

        pool, units = self._decidable(model)
        looks = [one for one in self.store.decisions() if one.pool_id == pool.id]
        usual = looks[0].max_edits if looks else self._most_edits(pool, units)
        wish = Wish(max_wer, risk, usual if max_edits is None else max_edits, pool.n_words)
        for before in looks:
            refuse_another(before, wish, normalize)
        look = look_at(self.store, pool, wish, normalize=normalize, units=units)
        broken = why_broken(look, looks)
        if broken:
            return self._withdraw(look, looks, broken)
        return self._keep(look, looks, look.verdict())

    def decisions(self) -> list[StoredDecision]:
        """Return every look at a pool and what came of it, oldest first."""
        return self.store.decisions()

    def revoke(self, decision: str | Decision | StoredDecision, *, reason: str = "by hand") -> int:
        """Withdraw a decision: what it accepted, and no person labelled since, is queued again.

        All looks at its pool go with it, as they rest on the same audits, and nothing more is decided there:
        the next :meth:`audit` opens a new pool.

        Args:
            decision: What :meth:`decide` returned, one of :meth:`decisions`, or its id, as rows of the data
                set bear it in ``decision_id``.
            reason: Kept on record.

        Returns:
            How many segments went back.

        Raises:
            NotFoundError: There is no such decision.
        """
        wanted = getattr(decision, "id", decision)
        known = self.store.decisions()
        pool = next((one.pool_id for one in known if one.id == wanted), None)
        if pool is None:
            raise NotFoundError(
                "no such decision",
                value=wanted,
                allowed=", ".join(one.id for one in known if one.accepted) or "none accepts anything",
            )
        return sum(self.store.revoke(one.id, reason=reason) for one in known if one.pool_id == pool)

    def spend_audits(self, model: str) -> int:
        """Say that the audits of a model's drafts chose or trained it, and return how many pools close.

        Nothing more is decided with them: they no longer speak for a model that was made to fit them.
        """
        pools = [one for one in self.store.pools() if one.model == model and not one.is_closed]
        for pool in pools:
            self.store.spend_audits(pool.id, model=model)
        return len(pools)

    def can_draw(self, model: str) -> bool:
        """Return whether more audits can be drawn from the newest pool of a model, as nobody touched it."""
        return self._drawable(model) is not None

    def audits_for(
        self, max_wer: float, risk: float, *, model: str, expected_wer: float | None = None
    ) -> tuple[int, int]:
        """Return how many drafts a new pool would hold, and how many audits of them it would take, about.

        Args:
            max_wer: As in :meth:`decide`.
            risk: As in :meth:`decide`.
            model: Whose drafts.
            expected_wer: What was measured of this model elsewhere; a forecast rests on it, no decision does.

        Raises:
            ConfigError: A number is out of range.
        """
        from labwidgets.analysis.decision.pool import audited, lay_out
        from labwidgets.analysis.decision.testing import Wish
        from labwidgets.analysis.decision.testing import decide as find

        pool, units = self._new_pool(model, None)
        if not units:
            return 0, 0
        wish = Wish(max_wer, risk, None, pool.n_words, expected_wer)
        laid = lay_out(pool, units)
        needed = find(laid.grid, audited(laid, [], [], errors={}, wish=wish), wish).need.n
        return len(units), len(units) if needed is None else needed

    def _most_edits(self, pool: AuditPool, units: Sequence[PoolUnit]) -> int | None:
        """Return how many edits of any draft count in a pool that has no rule for it; else None."""
        from labwidgets.analysis.decision.stakes import most_edits

        if pool.by_size is not None:
            return None
        return most_edits(self.store.draft_words([unit.draft_id for unit in units]))

    # ---- pools ---------------------------------------------------------------------------------------

    def _model(self, model: str | None) -> str:
        known = self.store.drafting_models()
        open_pools = [one.model for one in self.store.pools() if not one.is_closed]
        if model is None and known:
            return known[0]
        if model is None and open_pools:
            return open_pools[-1]
        if model is None:
            raise ProjectError("no drafts", remedy="Draft first: project.draft()")
        if model not in known and model not in open_pools:
            raise NotFoundError(
                "this model drafted nothing that is open", value=model, allowed=", ".join(known)
            )
        return model

    def _newest(self, model: str) -> AuditPool | None:
        pools = [one for one in self.store.pools() if one.model == model and not one.is_closed]
        return pools[-1] if pools else None

    def _drawable(self, model: str) -> AuditPool | None:
        """Return the pool to draw more from; None where people worked on what is left of it."""
        pool = self._newest(model)
        if pool is None:
            return None
        drawn = {key for one in self.store.audit_draws(pool.id) for key in one.chances}
        units = self.store.pool_units(pool.id)
        left = [unit.segment_id for unit in units if unit.is_there and unit.segment_id not in drawn]
        return None if not left or self.store.touched(left) else pool

    def _open_pool(self, model: str, score: str | None) -> AuditPool:
        return self.store.open_pool(*self._new_pool(model, score))

    def _new_pool(self, model: str, score: str | None) -> tuple[AuditPool, list[PoolUnit]]:
        from labwidgets.analysis.decision.grid import STARTS, STEP
        from labwidgets.analysis.decision.scores import mean_words, n_words, scored
        from labwidgets.analysis.decision.stakes import BY_SIZE

        learned = self._learned(model)
        candidates = [one for one in self.store.candidates(model) if one.segment_id not in learned]
        name, scores = scored(candidates, score, normalize=SAFE)
        starts = tuple(STARTS.items())
        units = [
            PoolUnit(one.segment_id, one.draft_id, scores[one.segment_id], words=n_words(one))
            for one in candidates
        ]
        return AuditPool("", model, name, len(units), mean_words(candidates), STEP, starts, BY_SIZE), units

    def _learned(self, model: str) -> set[str]:
        """Return the segments whose labels made a model of this project, or one that it began with.

        They can be open again, when a decision was withdrawn after its drafts were learned from. What a model
        makes of its own lessons says nothing of the rest. Drafts learned from as pseudo labels stay: what is
        true of them was told to no model.
        """
        runs, found = Runs(self.folder / MODELS), set[str]()
        bases = {report.run: report.base for report in runs.reports()}
        while model in bases:
            segments = runs.segments(model)
            found.update(key for split in SPLITS for key in segments.get(split, ()))
            model = bases.pop(model)
        return found

    def _decidable(self, model: str | None) -> tuple[AuditPool, list[PoolUnit]]:
        """Return the pool to decide on; one that is on record nowhere where nothing was audited yet."""
        name = self._model(model)
        pool = self._newest(name)
        if pool is None and model is None:
            # What it accepted is open no more, so that another model may have the most by now.
            known = self.store.drafting_models()
            pools = [one for one in self.store.pools() if not one.is_closed and one.model in known]
            pool = pools[-1] if pools else None
        if pool is not None:
            return pool, self.store.pool_units(pool.id)
        pool, units = self._new_pool(name, None)
        if not units:
            raise ProjectError(
                "no drafts to decide on", value=name, remedy="Draft more, or name another model"
            )
        return pool, units

    def _region(self, pool: AuditPool, laid: Laid) -> int:
        """Return how many of the best drafts the next audits come from: the part that may be accepted."""
        looks = [one for one in self.store.decisions() if one.pool_id == pool.id]
        if not looks:
            return pool.n
        last = looks[-1]
        look = look_at(self.store, pool, wish_of(last, pool), normalize=last.normalize)
        region = look.verdict().need.region
        return pool.n if region >= len(laid) else int(laid.before[region - 1]) + 1

    # ---- looks ---------------------------------------------------------------------------------------

    def _keep(self, look: Look, looks: Sequence[StoredDecision], verdict: Verdict) -> Decision:
        pool, last = look.pool, looks[-1] if looks else None
        if pool.id:
            new = NewDecision(
                pool_id=pool.id,
                max_wer=look.wish.max_wer,
                risk=look.wish.risk,
                max_edits=look.wish.max_edits,
                normalize=look.normalize,
                threshold=verdict.threshold,
                bound=verdict.bound,
                audited=verdict.audited,
                segment_ids=look.laid.segment_ids[: verdict.n_accepted],
            )
            if last is None or last.audited != new.audited or self.store.would_accept(new):
                last = self.store.decide(new, n_looks=len(looks))
        accepted = sum(one.accepted for one in self.store.decisions() if one.pool_id == pool.id)
        note = since_then(look) if pool.id else "No audits are drawn yet: project.audit(n)."
        note = too_few_drafts(look, verdict) or note
        if not len(look.laid):
            note = "All speakers of this pool took consent back: nothing is left to decide on."
        return look.decision(last, verdict, accepted=accepted, note=note)

    def _withdraw(self, look: Look, looks: Sequence[StoredDecision], reason: str) -> Decision:
        gone = sum(self.store.revoke(one.id, reason=reason) for one in looks)
        note = f"Withdrawn: {reason}; {gone} segments are queued again. The next audit opens a new pool."
        return look.decision(looks[-1], None, accepted=0, note=note, revoked=gone)


def _again(work: Callable[[], Done]) -> Done:
    """Return what ``work`` does; once more where somebody else was faster.

    Raises:
        StoreError: Somebody else was faster each time.
    """
    for _ in range(_TRIES - 1):
        try:
            return work()
        except StoreError:
            continue
    return work()
