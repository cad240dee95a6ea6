"""What rounds came to, worked out from the store each time: labels, audits and decisions go on changing."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from labwidgets.errors import LabError, ModelError
from labwidgets.project.round_stands import STOPPED, Stand, audits_wait, labels_wait
from labwidgets.project.round_tests import TestSet, first_model
from labwidgets.records import Amount, AuditPool, KeptRound, RoundSettings, Worked
from labwidgets.training.runs import MODELS

if TYPE_CHECKING:
    from labwidgets.analysis.loop import Forecast, Pace, Round, Rounds
    from labwidgets.project.round_steps import Hooks
    from labwidgets.project.rounding import Rounding


@dataclass(frozen=True, slots=True)
class Chosen:
    """The model that is used from now on, what was measured of it, and what to know."""

    noted: dict[str, Any]
    notes: list[str] = field(default_factory=list)


class Views:
    """Looks at the rounds of a project.

    Args:
        project: Whose.
    """

    def __init__(self, project: Rounding) -> None:
        self._project = project
        self._store = project.store

    # ---- models --------------------------------------------------------------------------------------

    def drafting_model(self, kept: KeptRound) -> tuple[str | None, list[str]]:
        """Return the model that drafts in a round, None for the project's own, and what to know of it."""
        notes: list[str] = []
        for before in reversed([one for one in self._store.rounds() if one.number < kept.number]):
            run = before.noted.get("in_use")
            if run is None or self._is_there(run):
                return run or kept.settings.model, notes
            notes.append(f"{run} is gone from the folder {MODELS}: an earlier model drafts")
        return kept.settings.model, notes

    def in_use_before(self, kept: KeptRound) -> str:
        """Return the model in use until a round ends; empty where there is none."""
        model, _ = self.drafting_model(kept)
        return model or str(kept.noted.get("drafted_by", ""))

    def measured_before(self, model: str) -> float | None:
        """Return the WER that a model had on the test set when a round ended with it; None for none."""
        ends = [one.noted for one in self._store.rounds() if one.noted.get("model") == model]
        return ends[-1].get("wer") if ends else None

    def own_model(self) -> str:
        """Return the name of the model that the project drafts with; empty where its language has none."""
        from labwidgets.asr.sources import embedded_for

        try:
            return self._project.settings.model or embedded_for(self._project.settings.language)
        except ModelError:
            return ""

    def _is_there(self, run: str) -> bool:
        return (self._project.folder / MODELS / run).is_dir()

    # ---- what people do ------------------------------------------------------------------------------

    def left_to_label(self, kept: KeptRound) -> dict[str, float]:
        """Return segments that people have still to label in a round, with their lengths in seconds."""
        waiting = self._store.open_segments()
        wanted = Amount.of(kept.settings.label)
        if wanted == Amount():
            return waiting
        done = [one for one in self._worked(kept) if not one.is_audit]
        left_n = len(waiting) if wanted.segments is None else max(0, wanted.segments - len(done))
        left_s = float("inf")
        if wanted.minutes is not None:
            left_s = 60 * wanted.minutes - sum(one.duration_s for one in done)
        found: dict[str, float] = {}
        for key, duration_s in waiting.items():
            if len(found) >= left_n or left_s <= 0:
                break
            found[key] = duration_s
            left_s -= duration_s
        return found

    def _worked(self, kept: KeptRound) -> list[Worked]:
        return self._store.worked(after=kept.after, before=kept.before)

    # ---- audits --------------------------------------------------------------------------------------

    def pools(self, kept: KeptRound) -> list[AuditPool]:
        """Return the pools of a round's drafts, oldest first."""
        opened = set(self._store.pools_opened(after=kept.after, before=kept.before))
        drafter = kept.noted.get("drafter")
        return [pool for pool in self._store.pools() if pool.id in opened and pool.model == drafter]

    # ---- rounds --------------------------------------------------------------------------------------

    def standing(self, kept: KeptRound, stand: Stand) -> Round:
        """Return a round that goes on, and where it stands."""
        known = self._store.rounds()
        tests = TestSet(self._project, known)
        return self._round(kept, stand, tests, pace=self._pace(known, tests))

    def unbegun(self, settings: RoundSettings) -> Round:
        """Return the first round as it was asked for and stopped before it was begun; it is not kept."""
        from labwidgets.analysis.loop import Round

        return Round(1, "draft", "a call", STOPPED, settings, began_us=round(1e6 * time.time()))

    def last(self, kept: Sequence[KeptRound]) -> Round:
        """Return the newest round."""
        return self.all(kept)[-1]

    def final(self, kept: Sequence[KeptRound], settings: RoundSettings) -> Round | None:
        """Return the newest round where such another one is forecast not to pay; else None."""
        last = self.all(kept, ahead=settings)[-1]
        is_over = last.forecast is not None and last.forecast.verdict == "does not pay"
        return last if is_over else None

    def all(
        self, kept: Sequence[KeptRound], *, slice_by: str = "accent", ahead: RoundSettings | None = None
    ) -> Rounds:
        """Return all rounds; what is forecast of another one goes by ``ahead``, else as in the last one."""
        from labwidgets.analysis.loop import Rounds

        if not kept:
            return Rounds((), slice_by)
        tests = TestSet(self._project, kept, slice_by=slice_by)
        pace = self._pace(kept, tests)
        found = [self._round(one, self._stand(one), tests, pace=pace) for one in kept]
        if kept[-1].ended_us is not None:
            from labwidgets.project.round_forecasts import forecast_of

            settings = ahead or kept[-1].settings
            forecast = forecast_of(self._project, kept, found, settings=settings, tests=tests)
            found[-1] = replace(found[-1], forecast=forecast, to_do=_next(forecast))
        return Rounds(tuple(found), slice_by, tests.rate(first_model(kept)))

    def _stand(self, kept: KeptRound) -> Stand:
        if kept.ended_us is not None:
            return Stand("done", "", "")
        if "drafter" not in kept.noted:
            return Stand("draft", "a call", "project.round() goes on.")
        pools = self.pools(kept)
        waiting = sum(row.state == "open" for pool in pools[-1:] for row in self._store.audits(pool.id))
        if waiting:
            return Stand("audit", "people", audits_wait(waiting))
        if kept.settings.audits and kept.noted["drafter"] and not pools and "no_audits" not in kept.noted:
            return Stand("audit", "a call", "project.round() goes on.")
        left = self.left_to_label(kept)
        if left:
            wanted = kept.settings.label
            return Stand("label", "people", labels_wait(len(left), sum(left.values()) / 3600, wanted))
        return Stand("train", "a call", "project.round() goes on.")

    def _pace(self, kept: Sequence[KeptRound], tests: TestSet) -> Pace | None:
        from labwidgets.project.round_forecasts import pace

        return pace(self._store, kept, tests)

    def _round(self, kept: KeptRound, stand: Stand, tests: TestSet, *, pace: Pace | None) -> Round:
        from labwidgets.analysis.loop import Round
        from labwidgets.project.round_decisions import decided

        noted, worked, pools = kept.noted, self._worked(kept), self.pools(kept)
        audits = [one for one in worked if one.is_audit]
        in_use = str(noted["model"]) if "model" in noted else self.in_use_before(kept)
        trained = noted.get("run")
        return Round(
            number=kept.number,
            step=stand.step,
            waits_for=stand.waits_for,
            to_do=stand.to_do,
            settings=kept.settings,
            began_us=kept.began_us,
            ended_us=kept.ended_us,
            drafter=str(noted.get("drafter", "")),
            trained=trained,
            in_use=in_use,
            snapshot=noted.get("snapshot"),
            **(decided(self._store, pools[-1], audits, pace=pace) if pools else {}),
            labelled=sum(one.is_labelled for one in worked),
            labelled_open=len(self.left_to_label(kept)) if stand.step in ("audit", "label") else 0,
            hours=sum(one.duration_s for one in worked if one.is_labelled) / 3600,
            minutes=_minutes(worked),
            audit_minutes=_minutes(audits),
            rate=tests.rate(in_use),
            new_rate=None if trained is None else tests.rate(trained),
            measured_wer=noted.get("wer"),
            notes=tuple(noted.get("notes", ())),
        )

    # ---- the end of one ------------------------------------------------------------------------------

    def hear(self, hooks: Hooks) -> list[str]:
        """Let the models of all rounds hear what they did not hear of the test set; return what failed."""
        known = self._store.rounds()
        tests = TestSet(self._project, known)
        notes = []
        start = known[0].settings.model
        runs = dict.fromkeys(str(one.noted["run"]) for one in known if "run" in one.noted)
        for model in (start, *filter(self._is_there, runs)):
            name = first_model(known) if model == start else str(model)
            missing = tests.unheard_by(name)
            if not missing or not name:
                continue
            try:
                self._project.draft_some(missing, model, progress=hooks.progress, stopped=hooks.stopped)
            except LabError as error:
                notes.append(f"{name} is not measured on all of the test set: {error}")
        return notes

    def chosen(self, kept: KeptRound) -> Chosen:
        """Return the model in use from the end of a round on: the new one, unless it is worse."""
        known = self._store.rounds()
        tests, before = TestSet(self._project, known), self.in_use_before(kept)
        new = kept.noted.get("run")
        old_run, _ = self.drafting_model(kept)
        in_use, notes = (new if new is not None else self._own(old_run)), []
        rates = {name: tests.rate(name) for name in (before, new) if name}
        old_rate, new_rate = rates.get(before), rates.get(new or "")
        if new and old_rate is not None and new_rate is not None and new_rate.wer > old_rate.wer:
            in_use = self._own(old_run)
            rates_said = f"{new} has a WER of {new_rate.wer:.1%}, {before} one of {old_rate.wer:.1%}"
            notes.append(f"{rates_said}: {before} stays in use")
        rate = rates.get(in_use or before)
        measured = {} if rate is None else {"wer": rate.wer, "n_words": rate.n_words}
        return Chosen({"in_use": in_use, "model": in_use or before, **measured}, notes)

    def _own(self, model: str | None) -> str | None:
        """Return a model of this project's own; None for the one that the first round began with."""
        return model if model is not None and self._is_there(model) else None


def _minutes(worked: Sequence[Worked]) -> float | None:
    active_s = sum(one.active_s for one in worked)
    return active_s / 60 if active_s else None


def _next(forecast: Forecast) -> str:
    if forecast.verdict == "does not pay":
        return f"{forecast} project.round(again=True) begins one all the same."
    return f"{forecast} project.round() begins it."
