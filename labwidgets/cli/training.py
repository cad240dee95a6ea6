"""Commands that train, and tell of trainings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from labwidgets.cli.output import Folder, Json, as_worker, json_object, show
from labwidgets.jobs import terminal_progress
from labwidgets.project import Project
from labwidgets.records import TrainReport

app = typer.Typer()


@app.command()
def train(
    folder: Folder,
    model: Annotated[str | None, typer.Option(help="Hub id, folder, embedded name or earlier run.")] = None,
    method: Annotated[str, typer.Option(help="full or lora.")] = "full",
    recipe: Annotated[str | None, typer.Option(help="A file in configs/training.")] = None,
    settings: Annotated[str | None, typer.Option(help="What to change of it, as a JSON object.")] = None,
    snapshot: Annotated[str | None, typer.Option(help="Labels to learn from; default: those of now.")] = None,
    pseudo: Annotated[
        str | None,
        typer.Option(
            help="Learn from drafts, too: filters as a JSON object, {} for the usual ones, or a run whose "
            "drafts are to be taken."
        ),
    ] = None,
    again: Annotated[bool, typer.Option(help="Train even what was trained before.")] = False,
    job: Annotated[bool, typer.Option("--job", hidden=True)] = False,
    as_json: Json = False,
) -> None:
    """Train a model on the labels; run it again to go on after a stop."""
    wanted: dict[str, Any] = {
        "model": model,
        "method": method,
        "recipe": recipe,
        "settings": None if settings is None else json_object(settings),
        "snapshot": snapshot,
        "pseudo": _pseudo(pseudo),
        "again": again,
    }
    if job:
        as_worker(
            lambda channel: _open_and_train(
                folder,
                **wanted,
                progress=channel.progress,
                stopped=channel.stopped,
                point=channel.point,
            ).to_dict()
        )
        return
    report = _open_and_train(folder, **wanted, progress=terminal_progress("training"))
    show(_result(report), as_json=as_json, text=str(report))


@app.command()
def runs(
    folder: Folder,
    names: Annotated[
        list[str] | None, typer.Argument(help="Only these, such as run-1; default: all.", show_default=False)
    ] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Let them hear the test set and test their differences.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Tell of finished trainings what they were made of and came to; or compare them, with paired tests."""
    with Project.open(folder) as project:
        if compare:
            wanted = names or [report.run for report in project.runs()]
            found = project.compare_runs(*wanted, progress=terminal_progress("hearing"))
            show(found.to_dict(), as_json=as_json, text=repr(found))
            return
        reports = [project.run(name) for name in names] if names else project.runs()
    text = "\n".join(map(str, reports)) or "No training is finished yet: labwidgets train."
    show({"runs": [_result(report) for report in reports]}, as_json=as_json, text=text)


@app.command()
def retrain(
    folder: Folder,
    run: Annotated[str, typer.Argument(help="Such as run-1.", show_default=False)],
    as_json: Json = False,
) -> None:
    """Make a finished training again, of the same base, settings, seed and labels, as a new one."""
    with Project.open(folder) as project:
        report = project.retrain_here(run, progress=terminal_progress("training"))
    show(_result(report), as_json=as_json, text=str(report))


def _pseudo(given: str | None) -> str | dict[str, Any] | None:
    """Return filters, or the name of a run: the one begins with a brace, the other does not."""
    if given is None or not given.lstrip().startswith(("{", "[")):
        return given
    return json_object(given, option="--pseudo")


def _open_and_train(folder: Path, **wanted: Any) -> TrainReport:
    with Project.open(folder) as project:
        return project.train_here(**wanted)


def _result(report: TrainReport) -> dict[str, Any]:
    data = report.to_dict()
    before, after = data.pop("before"), data.pop("after")
    return {"model": report.run, "metrics": {"before": before, "after": after}, **data}
