"""Commands that write data sets and send them to the Hub."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from labwidgets.cli.output import Folder, Json, show
from labwidgets.jobs import terminal_progress
from labwidgets.project import Project

app = typer.Typer()


@app.command()
def dataset(
    folder: Folder,
    out: Annotated[Path, typer.Argument(help="New folder.", show_default=False)],
    to: Annotated[str, typer.Option(help="parquet or disk.")] = "parquet",
    as_json: Json = False,
) -> None:
    """Write the finished segments as a data set."""
    with Project.open(folder) as project:
        report = project.export(out, to=to, progress=terminal_progress("writing"))
    result = {"splits": dict(report.splits), "hours": report.hours}
    rows = ", ".join(f"{name} {n_rows}" for name, n_rows in report.splits.items())
    show(result, as_json=as_json, text=f"{out}: {rows} rows, {report.hours:.2f} h.")


@app.command()
def push(
    folder: Folder,
    repo: Annotated[str, typer.Argument(help="org/name", show_default=False)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go; send nothing.")] = False,
    private: Annotated[bool, typer.Option("--private", help="Make a new repository private.")] = False,
    as_json: Json = False,
) -> None:
    """Send the finished data set to the Hub, in one commit."""
    with Project.open(folder) as project:
        report = project.push_to_hub(
            repo, private=private, dry_run=dry_run, progress=terminal_progress("pushing")
        )
    result = {name: getattr(report, name) for name in ("commit", "files", "bytes_sent", "bytes_known")}
    show(result, as_json=as_json, text=str(report))
