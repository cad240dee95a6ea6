"""Commands that look over what was collected."""

from __future__ import annotations

from dataclasses import asdict

import typer

from labwidgets.cli.output import Folder, Json, plain, show
from labwidgets.jobs import terminal_progress
from labwidgets.project import Project

app = typer.Typer()


@app.command()
def coverage(folder: Folder, as_json: Json = False) -> None:
    """Show how much speech there is of each source, language, accent and speaker."""
    with Project.open(folder) as project:
        found = project.coverage()
    result = {"hours": found.hours, "recordings": found.n}
    shares = {part: [asdict(one) for one in some] for part, some in found.shares.items()}
    show(result | shares, as_json=as_json, text=repr(found))


@app.command()
def duplicates(folder: Folder, as_json: Json = False) -> None:
    """Show recordings that hold the same sound, also when it was encoded again."""
    with Project.open(folder) as project:
        report = project.duplicates(progress=terminal_progress("listening"))
    groups = [
        {
            "kind": group.kind,
            "difference": group.difference,
            "recordings": [{"id": one.id, "source": one.source} for one in group.recordings],
        }
        for group in report.groups
    ]
    result = {"compared": report.compared, "groups": groups, "refused": plain(list(report.refused))}
    show(result, as_json=as_json, text=str(report), partial=bool(report.refused))
