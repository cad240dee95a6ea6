"""Commands of the loop."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from labwidgets.cli.output import Folder, Json, as_worker, json_object, show
from labwidgets.jobs import terminal_progress
from labwidgets.project import Project

if TYPE_CHECKING:
    from labwidgets.analysis.loop import Round

app = typer.Typer()


@app.command(name="round")
def go_round(
    folder: Folder,
    max_wer: Annotated[float | None, typer.Option(help="Most errors a word in what is decided.")] = None,
    risk: Annotated[float | None, typer.Option(help="Chance that this is broken.")] = None,
    audits: Annotated[int | None, typer.Option(help="Most audits to draw.")] = None,
    label: Annotated[str | None, typer.Option(help="all, a number of segments, or such as '30 min'.")] = None,
    model: Annotated[str | None, typer.Option(help="That trainings begin with.")] = None,
    method: Annotated[str | None, typer.Option(help="full or lora.")] = None,
    recipe: Annotated[str | None, typer.Option(help="A file in configs/training.")] = None,
    settings: Annotated[str | None, typer.Option(help="What to change of it, as a JSON object.")] = None,
    train: Annotated[bool | None, typer.Option(help="Whether the round ends with a training.")] = None,
    compute_minutes: Annotated[
        float | None, typer.Option(help="What computing is worth, in minutes of work.")
    ] = None,
    again: Annotated[bool, typer.Option(help="Even where it is forecast not to pay.")] = False,
    given: Annotated[str | None, typer.Option(hidden=True)] = None,
    job: Annotated[bool, typer.Option("--job", hidden=True)] = False,
    as_json: Json = False,
) -> None:
    """Take the round that goes on as far as it goes without people, or begin the next one."""
    asked: dict[str, Any] = {
        "max_wer": max_wer,
        "risk": risk,
        "audits": audits,
        "label": label,
        "model": model,
        "method": method,
        "recipe": recipe,
        "settings": None if settings is None else json_object(settings),
        "train": train,
        "compute_minutes": compute_minutes,
        **({} if given is None else json_object(given)),
        "again": again,
    }
    if job:
        as_worker(
            lambda channel: _open_and_go(
                folder,
                **asked,
                progress=channel.progress,
                stopped=channel.stopped,
                point=channel.point,
            ).to_dict()
        )
        return
    found = _open_and_go(folder, **asked, progress=terminal_progress("round"))
    show(found.to_dict(), as_json=as_json, text="\n".join([str(found), *_in_a_shell(found, folder)]))


def _in_a_shell(found: Round, folder: Path) -> list[str]:
    """Return by which commands it goes on; what a round says to do is said to notebooks."""
    if found.is_done:
        return []
    which = {"audit": "audits", "label": "open"}.get(found.step)
    look = f"labwidgets queue {folder} --filter {which}; then " if which else ""
    return [f"In a shell: {look}labwidgets round {folder}"]


@app.command()
def rounds(
    folder: Folder,
    slice_by: Annotated[str, typer.Option(help="Column by which errors are told as well.")] = "accent",
    as_json: Json = False,
) -> None:
    """Say what all rounds came to."""
    with Project.open(folder) as project:
        found = project.rounds(slice_by=slice_by)
    show({"rounds": [one.to_dict() for one in found]}, as_json=as_json, text=repr(found))


def _open_and_go(folder: Path, **asked: Any) -> Round:
    with Project.open(folder) as project:
        return project.round_here(**asked)
