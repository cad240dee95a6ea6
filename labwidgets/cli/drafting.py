"""Commands of draft models and of drafting."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated, Any

import typer

from labwidgets.cli.output import Folder, Json, as_worker, json_object, show
from labwidgets.errors import SourceError
from labwidgets.jobs import terminal_progress
from labwidgets.project import Project
from labwidgets.records import DraftReport

app = typer.Typer()


@app.command()
def models(
    action: Annotated[str | None, typer.Argument(help="get", show_default=False)] = None,
    name: Annotated[str | None, typer.Argument(help="Embedded model.", show_default=False)] = None,
    project: Annotated[Path | None, typer.Option(help="List what this project trained, too.")] = None,
    as_json: Json = False,
) -> None:
    """List the draft models, or fetch an embedded one: labwidgets models get NAME."""
    from labwidgets.asr.sources import get, listing

    if action is not None:
        if action != "get" or name is None:
            raise SourceError("what to do with models", value=action, allowed="models, models get NAME")
        get(name, progress=terminal_progress(name))
    if project is None:
        listed = listing()
    else:
        with Project.open(project) as opened:
            listed = opened.models()
    found = [dataclasses.asdict(model) for model in listed if name in (None, model.name)]
    lines = [f"{model['name']:10} {model['size_mb']:6.0f} MB  {model['where']}" for model in found]
    show({"models": found}, as_json=as_json, text="\n".join(lines))


@app.command()
def draft(
    folder: Folder,
    model: Annotated[str | None, typer.Option(help="Hub id, folder or embedded name.")] = None,
    settings: Annotated[str | None, typer.Option(help="Decoding settings as a JSON object.")] = None,
    force: Annotated[bool, typer.Option(help="Draft again what is drafted.")] = False,
    job: Annotated[bool, typer.Option("--job", hidden=True)] = False,
    as_json: Json = False,
) -> None:
    """Write drafts for all segments that have none of this model; run it again to resume."""
    decoding = None if settings is None else json_object(settings)
    if job:
        as_worker(
            lambda channel: _draft_result(
                _open_and_draft(
                    folder,
                    model=model,
                    settings=decoding,
                    force=force,
                    progress=channel.progress,
                    stopped=channel.stopped,
                )
            )
        )
        return
    report = _open_and_draft(
        folder, model=model, settings=decoding, force=force, progress=terminal_progress("drafting")
    )
    show(_draft_result(report), as_json=as_json, text=str(report), partial=bool(report.failed))


def _open_and_draft(folder: Path, **arguments: Any) -> DraftReport:
    with Project.open(folder) as project:
        return project.draft_here(**arguments)


def _draft_result(report: DraftReport) -> dict[str, Any]:
    return {
        "drafted": report.drafted,
        "cached": report.cached,
        "failed": [{"segment": item.source, "reason": item.reason} for item in report.failed],
        "rtfx": report.rtfx,
        "model": report.model,
    }
