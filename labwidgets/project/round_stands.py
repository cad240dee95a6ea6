"""Where a round can stop, and what people are told to do there."""

from __future__ import annotations

from dataclasses import dataclass

from labwidgets.records import Amount, RoundStep, length

STOPPED = "It was stopped; project.round() goes on."


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a round stops, what it waits for, and what to do."""

    step: RoundStep
    waits_for: str
    to_do: str


def audits_wait(n: int) -> str:
    """Return what to do about audits that nobody labelled yet."""
    return (
        f"{n} audits wait to be labelled by ear, without a draft: lw.Labeller(project, annotator=…, "
        "filter='audits'); then project.round()."
    )


def labels_wait(n: int, hours: float, wanted: int | str) -> str:
    """Return what to do about segments that nobody labelled yet."""
    which = "" if Amount.of(wanted) == Amount() else ", any of those that are open"
    return (
        f"{n} segments wait to be labelled ({length(hours)}){which}: lw.Labeller(project, annotator=…, "
        "order='value'); then project.round()."
    )


def training_failed(error: Exception, in_use: str) -> str:
    """Return what to do when no model came out."""
    stays = f" {in_use} stays in use." if in_use else ""
    return (
        f"No model was trained: {error}{stays} Mend that and call project.round(), or end the round without: "
        "project.round(train=False)."
    )
