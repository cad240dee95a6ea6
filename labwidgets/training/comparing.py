"""Several models on the test set that none of them learned from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from labwidgets.analysis.comparing import Comparison
from labwidgets.config import training_recipe
from labwidgets.errors import NotFoundError, TrainingError
from labwidgets.records import Drafter, TrainReport
from labwidgets.training import measuring
from labwidgets.training.material import TEST, Material
from labwidgets.training.runs import Runs
from labwidgets.training.steady import Hooks


def compared_on_test(
    drafters: Mapping[str, Drafter], runs: Runs, load: Callable[[str], Any], *, hooks: Hooks
) -> Comparison:
    """Return how models do on the clips that all runs among them were measured with.

    Args:
        drafters: By name, two or more.
        runs: Of the project.
        load: Gives the data set of a snapshot.
        hooks: Who is told.

    Raises:
        NotFoundError: None of the names is that of a run.
        TrainingError: The runs were measured with nothing in common.
    """
    known = runs.reports()
    chosen = [one for one in known if one.run in drafters]
    if not chosen:
        raise NotFoundError(
            "none of these is a training, whose test set could be heard",
            value=", ".join(drafters),
            allowed=", ".join(one.run for one in known) or "none yet",
        )
    # The newest one's labels: what was mended since an older one counts for both.
    newest = chosen[0]
    recipe = training_recipe(newest.recipe, newest.settings)
    material = Material(load(newest.snapshot), recipe)
    shared = _shared(chosen, runs)
    clips = [clip for clip in material.clips[TEST] if clip.id in shared]
    if not clips:
        raise TrainingError(
            "these trainings were measured with nothing in common",
            value=", ".join(one.run for one in chosen),
            remedy="Train one of them again: project.retrain",
        )
    said = {
        name: measuring.heard(
            drafter, clips, material.read, hooks=hooks, note=f"hearing the test set: {name}"
        )
        for name, drafter in drafters.items()
    }
    return measuring.compared(clips, said)


def _shared(chosen: Sequence[TrainReport], runs: Runs) -> set[str]:
    """Return the segments that all of the runs were measured with and none learned from."""
    used = [runs.segments(one.run) for one in chosen]
    shared = set.intersection(*(set(one[TEST]) for one in used))
    learned = {segment for one in used for name, ids in one.items() if name != TEST for segment in ids}
    return shared - learned
