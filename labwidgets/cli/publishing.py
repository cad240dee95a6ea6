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
    gated: Annotated[
        str | None, typer.Option(help="auto or manual: readers agree to terms before they may load it.")
    ] = None,
    tag: Annotated[str | None, typer.Option(help="Name for this state, for example v1.0.")] = None,
    message: Annotated[str, typer.Option(help="Of the commit.")] = "Update the data set",
    snapshot: Annotated[str | None, typer.Option(help="A saved one instead of what is finished now.")] = None,
    history: Annotated[bool, typer.Option("--history", help="Drafts and revisions go along.")] = False,
    without_consent: Annotated[
        str | None,
        typer.Option(help="Why it may go although something is not on record; goes into the card."),
    ] = None,
    clean_history: Annotated[
        bool, typer.Option("--clean-history", help="Delete all older revisions there for good.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Send the finished data set to the Hub, in one commit."""
    with Project.open(folder) as project:
        report = project.push_to_hub(
            repo,
            private=private,
            gated=gated,
            dry_run=dry_run,
            tag=tag,
            message=message,
            snapshot=snapshot,
            history=history,
            without_consent=without_consent,
            clean_history=clean_history,
            progress=terminal_progress("pushing"),
        )
    result = {name: getattr(report, name) for name in ("commit", "files", "bytes_sent", "bytes_known")}
    show(result, as_json=as_json, text=str(report))


@app.command()
def save(
    folder: Folder,
    name: Annotated[str | None, typer.Argument(help="Default: the time.", show_default=False)] = None,
    as_json: Json = False,
) -> None:
    """Freeze the finished segments as a snapshot."""
    with Project.open(folder) as project:
        saved = project.save(name, progress=terminal_progress("saving"))
    result = {"name": saved.name, "rows": saved.n_rows, "path": saved.path, "digest": saved.digest}
    show(result, as_json=as_json, text=str(saved))
