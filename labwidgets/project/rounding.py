"""The loop: draft, let the model decide what it has proved, label the rest, train, look at what came out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from labwidgets.config import check_settings, plain_settings, training_recipe
from labwidgets.errors import ConfigError
from labwidgets.jobs import Job, turn
from labwidgets.project.choosing import Choosing
from labwidgets.project.deciding import Deciding
from labwidgets.project.drafting import Drafting
from labwidgets.project.training import Training, model_name
from labwidgets.records import KeptRound, Progress, RoundSettings, TrainingMethod
from labwidgets.widgets.job_start import start_job

if TYPE_CHECKING:
    from labwidgets.analysis.loop import Round, Rounds
    from labwidgets.project.round_views import Views

_FIXED = ("max_wer", "risk", "model")
"""What cannot be changed in a round that has drafted: its drafts and audits answer to them."""


class Rounding(Drafting, Choosing, Deciding, Training):
    """The part of a project that goes round and round."""

    def round(  # noqa: PLR0913 - all that a round is made of
        self,
        max_wer: float | None = None,
        risk: float | None = None,
        *,
        audits: int | None = None,
        label: int | str | None = None,
        model: str | None = None,
        method: TrainingMethod | None = None,
        recipe: str | None = None,
        settings: Mapping[str, Any] | None = None,
        train: bool | None = None,
        compute_minutes: float | None = None,
        again: bool = False,
    ) -> Job[Round]:
        """Take the round that goes on as far as it goes without people, or begin the next one.

        Open segments are drafted by the model in use; audits are drawn, and wait for people; the model
        decides what they prove; the rest waits for people; a model is trained on all labels, and measured on
        the test set. It stays out of use where it is worse. Each call goes on from where the round is, also
        after a kill; what it waits for, and what to do next, stands in what it returns.

        What is not given is as in this round so far, else as in the last one, else as said below. No round is
        begun that is forecast not to pay.

        The audits that a model learned from are spent: no later decision rests on them. They need not be
        kept out of its training, as the drafts that the new model makes are of other segments and get audits
        of their own; ``settings={"learn_audits": False}`` keeps them out all the same. Pseudo-labels are a
        setting as well: ``settings={"pseudo": {}}``.

        Args:
            max_wer: Most errors a word in what the model decides; 0.05.
            risk: Chance that this is broken; 0.05.
            audits: Most audits to draw; 150. None are drawn where so many cannot decide anything. With 0 the
                model decides nothing.
            label: What people label beside the audits: ``all``, a number of segments, or minutes of speech
                such as ``30 min``.
            model: That drafts in the first round, and that every training begins with unless its recipe
                begins from nothing; the project's.
            method: As in :meth:`train`; ``full``.
            recipe: As in :meth:`train`.
            settings: As in :meth:`train`.
            train: False ends this round without a training: the model in use stays.
            compute_minutes: What computing a round is worth, in minutes of a person's work; 0.
            again: Begin a round even where it is forecast not to pay.

        Returns:
            A job; its ``result()`` waits and returns a ``Round``.

        Raises:
            ConfigError: A setting is out of range, or cannot be changed while the round goes on.
        """
        given = {
            "max_wer": max_wer,
            "risk": risk,
            "audits": audits,
            "label": label,
            "model": None if model is None else model_name(model),
            "method": method,
            "recipe": recipe,
            "settings": None if settings is None else plain_settings(settings),
            "train": train,
            "compute_minutes": compute_minutes,
        }
        wanted = {name: value for name, value in given.items() if value is not None}
        self._asked(self.store.rounds(), wanted)
        from labwidgets.analysis.loop import Round

        arguments = ["round", str(self.folder.resolve()), "--given", json.dumps(wanted)]
        arguments += ["--again"] if again else []
        return start_job(arguments, title="round", parse=Round.from_dict)

    def round_here(  # noqa: PLR0913 - as round, and who is told
        self,
        max_wer: float | None = None,
        risk: float | None = None,
        *,
        again: bool = False,
        progress: Progress | None = None,
        stopped: Callable[[], bool] | None = None,
        point: Callable[[Mapping[str, float]], None] | None = None,
        **given: Any,
    ) -> Round:
        """Go round in this process: what :meth:`round` does in its worker. Two at once take turns.

        Raises:
            ConfigError: A setting is unknown or out of range, or cannot be changed while the round goes on.
            ModelError: The model that drafts is not there.
            DiskFullError: There is no room; the same call goes on.
        """
        from labwidgets.project.round_steps import Hooks, Steps

        wanted = {"max_wer": max_wer, "risk": risk, **given}
        wanted = {name: value for name, value in wanted.items() if value is not None}
        with turn(self.folder / ".round.lock", progress=progress, stopped=stopped) as is_ours:
            kept = self.store.rounds()
            settings = self._asked(kept, wanted)
            if not is_ours:
                return self._views.last(kept) if kept else self._views.unbegun(settings)
            going_on = kept[-1] if kept and kept[-1].ended_us is None else None
            if going_on is None:
                final = self._views.final(kept, settings) if kept and not again else None
                if final is not None:
                    return final
                number = kept[-1].number + 1 if kept else 1
                going_on = self.store.begin_round(settings, number=number)
            elif settings != going_on.settings:
                going_on = self.store.note_round(going_on.number, settings=settings.to_dict())
            return Steps(self, going_on, Hooks(progress, stopped, point)).go()

    def rounds(self, *, slice_by: str = "accent") -> Rounds:
        """Return all rounds, the first one first; a notebook shows a page of them.

        The WER of all models is told on the same segments: the test set as it is now, with its references
        as they are now.

        Args:
            slice_by: Column by which it is told as well: ``accent``, ``language``, ``speaker``, or any column
                of the source.
        """
        return self._views.all(self.store.rounds(), slice_by=slice_by)

    @property
    def _views(self) -> Views:
        from labwidgets.project.round_views import Views

        return Views(self)

    def _asked(self, kept: list[KeptRound], given: Mapping[str, Any]) -> RoundSettings:
        """Return the settings of the round that goes on, or of the next one.

        Raises:
            ConfigError: One is unknown, out of range, or cannot be changed any more.
        """
        unknown = sorted(set(given) - set(RoundSettings.__dataclass_fields__))
        if unknown:
            allowed = ", ".join(RoundSettings.__dataclass_fields__)
            raise ConfigError("no such setting of a round", value=unknown[0], allowed=allowed)
        last = kept[-1] if kept else None
        if last is None or last.ended_us is not None:
            # That one round ended without a training says nothing of the next.
            before = RoundSettings() if last is None else replace(last.settings, train=True)
        else:
            before = last.settings
            for name in _FIXED if "drafter" in last.noted else ():
                if name in given and given[name] != getattr(before, name):
                    raise ConfigError(
                        f"{name} cannot be changed while round {last.number} goes on",
                        value=given[name],
                        allowed=str(getattr(before, name)),
                        remedy="End it first: project.round(label=0, train=False)",
                    )
        if "settings" in given:
            given = {**given, "settings": plain_settings(given["settings"])}
        wanted = RoundSettings(**{**before.to_dict(), **given})
        if wanted.model is not None:
            model_name(wanted.model)
        if wanted.recipe is None:
            check_settings(wanted.settings)
        else:
            training_recipe(wanted.recipe, wanted.settings)
        return wanted
