"""Commands that check and copy the store."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from labwidgets.cli.output import Folder, Json, show
from labwidgets.project import Project

app = typer.Typer()


@app.command()
def verify(folder: Folder, as_json: Json = False) -> None:
    """Rebuild everything from the events and compare it with what is stored."""
    with Project.open(folder) as project:
        report = project.verify()
    result = {"events": report.events, "ok": report.ok, "differences": list(report.differences)}
    show(result, as_json=as_json, text=str(report), partial=not report.ok)


@app.command()
def backup(
    folder: Folder,
    file: Annotated[Path, typer.Argument(help="New file.", show_default=False)],
    as_json: Json = False,
) -> None:
    """Copy the live store to a new file."""
    with Project.open(folder) as project:
        n_events = project.backup(file)
    show({"path": str(file), "events": n_events}, as_json=as_json, text=f"{n_events} events in {file}.")


@app.command()
def prune(
    folder: Folder,
    days: Annotated[float, typer.Option(help="A training that was cut short stays so long.")] = 7.0,
    delete: Annotated[bool, typer.Option("--delete", help="Delete it; else it is only told.")] = False,
    as_json: Json = False,
) -> None:
    """Tell what trainings left behind and nothing refers to, and how large it is."""
    with Project.open(folder) as project:
        report = project.prune_runs(days=days, delete=delete)
    result = {**asdict(report), "n_bytes": report.n_bytes}
    show(result, as_json=as_json, text=str(report))
