"""The steps of a round, each of which can be begun again at any time: what is done stays done."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from labwidgets.config import training_recipe
from labwidgets.errors import ConfigError, ModelError, ProjectError, TrainingError
from labwidgets.project.round_stands import STOPPED, Stand, audits_wait, labels_wait, training_failed
from labwidgets.project.round_views import Views
from labwidgets.records import Decision, KeptRound, Progress
from labwidgets.training.material import SPLITS

if TYPE_CHECKING:
    from labwidgets.analysis.loop import Round
    from labwidgets.project.rounding import Rounding

_AT_ONCE = 60
"""Up to so many audits are drawn at once; more in two parts, the second where the first says."""

_NO_AUDITS = "no audits drawn"

_CHEAP = 0.1
"""Once something is accepted, more audits are drawn up to this part of what is not."""


@dataclass(frozen=True, slots=True)
class Hooks:
    """Who is told how far it is, and who may stop it."""

    progress: Progress | None = None
    stopped: Callable[[], bool] | None = None
    point: Callable[[Mapping[str, float]], None] | None = None


class Steps:
    """Takes a round through its steps.

    Args:
        project: Whose.
        kept: The round, which goes on.
        hooks: Who is told.
    """

    def __init__(self, project: Rounding, kept: KeptRound, hooks: Hooks) -> None:
        self._project = project
        self._store = project.store
        self._kept = kept
        self._hooks = hooks
        self._views = Views(project)

    def go(self) -> Round:
        """Go as far as it goes and return where the round stands."""
        for step in (self._draft, self._audit, self._label, self._train, self._report):
            stand = step()
            if stand is not None:
                return self._views.standing(self._kept, stand)
        return self._views.last(self._store.rounds())

    def _note(self, *, is_end: bool = False, **noted: Any) -> None:
        self._kept = self._store.note_round(self._kept.number, noted=noted, is_end=is_end)

    # ---- draft ---------------------------------------------------------------------------------------

    def _draft(self) -> Stand | None:
        if "drafter" in self._kept.noted:
            return None
        wanted, notes = self._views.drafting_model(self._kept)
        try:
            report = self._project.draft_some(
                list(self._store.open_segments()),
                wanted,
                progress=self._hooks.progress,
                stopped=self._hooks.stopped,
            )
        except ModelError as error:
            if self._kept.settings.train:
                raise
            # It is to end: then it ends without.
            notes.append(f"nothing was drafted: {error}")
            self._note(drafter="", drafted_by="", notes=notes)
            return None
        if self._is_stopped():
            return Stand("draft", "a call", STOPPED)
        if report.failed:
            notes.append(f"{len(report.failed)} segments have no draft: {report.failed[0].reason}")
        known = self._store.drafting_models()
        drafter = wanted if wanted in known else next(iter(known), "")
        self._note(drafter=drafter, drafted_by=report.model or self._views.own_model(), notes=notes)
        return None

    # ---- audit and decide ----------------------------------------------------------------------------

    def _audit(self) -> Stand | None:
        wish, drafter = self._kept.settings, str(self._kept.noted["drafter"])
        if not wish.audits or not drafter:
            return None
        pools = self._views.pools(self._kept)
        # A kill can come between the two: then there is a pool, and nothing was drawn from it.
        if not pools or not self._store.audit_draws(pools[-1].id):
            n = self._first_audits()
            if not n:
                self._pass_audits()
                return None
            self._draw(n, is_first=True)
        while True:
            pool = self._views.pools(self._kept)[-1]
            rows = self._store.audits(pool.id)
            waiting = sum(row.state == "open" for row in rows)
            if waiting:
                return Stand("audit", "people", audits_wait(waiting))
            if pool.is_closed:
                return None
            decision = self._project.decide(wish.max_wer, wish.risk, model=pool.model)
            more = self._more_audits(decision, n_drawn=len(rows), n_pool=pool.n)
            if decision.revoked or not more or not self._project.can_draw(pool.model):
                return None
            self._draw(more, is_first=False)

    def _first_audits(self) -> int:
        """Return how many audits to draw first; none where so many cannot decide anything."""
        wish, drafter = self._kept.settings, str(self._kept.noted["drafter"])
        try:
            n_pool, needed = self._project.audits_for(
                wish.max_wer, wish.risk, model=drafter, expected_wer=self._views.measured_before(drafter)
            )
        except ProjectError as error:
            self._remark(f"{_NO_AUDITS}: {error}")
            return 0
        if not n_pool:
            return 0
        if needed >= n_pool or needed > 2 * wish.audits:
            self._remark(
                f"{_NO_AUDITS}: it takes about {needed} of {n_pool} drafts to decide anything, and "
                f"{wish.audits} are allowed"
            )
            return 0
        return wish.audits if wish.audits <= _AT_ONCE else math.ceil(wish.audits / 2)

    def _pass_audits(self) -> None:
        if "no_audits" not in self._kept.noted:
            self._note(no_audits=True)

    def _remark(self, said: str) -> None:
        before = list(self._kept.noted.get("notes", ()))
        notes = [*(note for note in before if not note.startswith(_NO_AUDITS)), said]
        if notes != before:
            self._note(notes=notes)

    def _more_audits(self, decision: Decision, *, n_drawn: int, n_pool: int) -> int:
        """Return how many audits to draw in addition: where they are likely to change something."""
        left = self._kept.settings.audits - n_drawn
        if left <= 0 or decision.audits_needed is None:
            return 0
        if decision.accepted:
            return left if left <= _CHEAP * (n_pool - n_drawn - decision.accepted) else 0
        return min(left, decision.audits_needed) if decision.audits_needed <= 2 * left else 0

    def _draw(self, n: int, *, is_first: bool) -> None:
        drafter = str(self._kept.noted["drafter"])
        self._project.audit(n, model=drafter, fresh=is_first and not self._views.pools(self._kept))

    # ---- label ---------------------------------------------------------------------------------------

    def _label(self) -> Stand | None:
        left = self._views.left_to_label(self._kept)
        if not left:
            return None
        self._project.refresh_queue(progress=self._hooks.progress)
        n, hours = len(left), sum(left.values()) / 3600
        return Stand("label", "people", labels_wait(n, hours, self._kept.settings.label))

    # ---- train ---------------------------------------------------------------------------------------

    def _train(self) -> Stand | None:
        wish = self._kept.settings
        if not wish.train or "run" in self._kept.noted:
            return None
        try:
            report = self._project.train_here(
                None if self._is_from_nothing() else wish.model,
                method=wish.method,
                recipe=wish.recipe,
                settings=wish.settings,
                progress=self._hooks.progress,
                stopped=self._hooks.stopped,
                point=self._hooks.point,
            )
        except (TrainingError, ModelError, ConfigError, ProjectError) as error:
            return Stand("train", "people", training_failed(error, self._views.in_use_before(self._kept)))
        if report.state != "trained":
            return Stand("train", "a call", STOPPED)
        self._spend(report.run)
        self._note(run=report.run, snapshot=report.snapshot)
        return None

    def _is_from_nothing(self) -> bool:
        wish = self._kept.settings
        recipe = None if wish.recipe is None else training_recipe(wish.recipe, wish.settings)
        return recipe is not None and recipe.architecture is not None

    def _spend(self, run: str) -> None:
        """Say that the audits which this run learned from, or was chosen by, prove nothing any more.

        The decisions in their pools stand: those drafts were there before the audits were drawn. What must
        not be is that they speak for drafts of a model that they made. Pools are closed whole, as nobody can
        tell how much of a model came from which of its clips.
        """
        segments = self._project.run_segments(run)
        used = {key for split in SPLITS for key in segments[split]}
        pools = [pool for pool in self._store.pools() if not pool.is_closed]
        drawn = {pool.model: set[str]() for pool in pools}
        for pool in pools:
            drawn[pool.model].update(key for one in self._store.audit_draws(pool.id) for key in one.chances)
        for model, keys in drawn.items():
            if keys & used:
                self._project.spend_audits(model)

    # ---- report --------------------------------------------------------------------------------------

    def _report(self) -> Stand | None:
        notes = list(self._kept.noted.get("notes", ()))
        notes += self._views.hear(self._hooks)
        if self._is_stopped():
            return Stand("report", "a call", STOPPED)
        found = self._views.chosen(self._kept)
        self._note(is_end=True, **found.noted, notes=[*notes, *found.notes])
        return None

    def _is_stopped(self) -> bool:
        return self._hooks.stopped is not None and self._hooks.stopped()
