"""Commands that answer to the people who speak."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from labwidgets.cli.output import Folder, Json, show
from labwidgets.project import Project

app = typer.Typer()


@app.command()
def consent(
    folder: Folder,
    speaker: Annotated[list[str] | None, typer.Option(help="Pseudonym; may be given several times.")] = None,
    licence: Annotated[str | None, typer.Option(help="SPDX id, or the words of the form.")] = None,
    scope: Annotated[list[str] | None, typer.Option(help="share, commercial, voice-cloning.")] = None,
    form: Annotated[str, typer.Option(help="Version of the form that was signed.")] = "",
    note: Annotated[str, typer.Option(help="Where the proof lies; stays in the project.")] = "",
    as_json: Json = False,
) -> None:
    """Put on record what speakers agreed to; without a speaker: list what is on record."""
    with Project.open(folder) as project:
        if speaker:
            project.consent(
                *speaker, licence=licence or "", scope=tuple(scope or ("share",)), form=form, note=note
            )
        known = project.consents()
    lines = [f"{one.speaker or '(taken back)':20} {one.licence:16} {', '.join(one.scope)}" for one in known]
    text = "\n".join(lines) or "No consent is on record."
    show({"consents": [asdict(one) for one in known]}, as_json=as_json, text=text)


@app.command()
def withdraw(
    folder: Folder,
    speaker: Annotated[str, typer.Option(help="Pseudonym of who takes consent back.")],
    as_json: Json = False,
) -> None:
    """Take a speaker out for good: sound, texts, names, rows of saved data sets. There is no way back."""
    with Project.open(folder) as project:
        report = project.withdraw(speaker)
    show(asdict(report), as_json=as_json, text=str(report))
