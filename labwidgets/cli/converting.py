"""Commands that turn one format of transcripts into another."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from labwidgets.cli.output import Json, pairs, plain, show
from labwidgets.project import Project

app = typer.Typer()


@app.command()
def convert(
    source: Annotated[Path, typer.Argument(help="File or folder; a project's folder: what is finished.")],
    out: Annotated[Path, typer.Argument(help="File, or a folder for one file for each recording.")],
    to: Annotated[str, typer.Option(help="Format to write, for example srt, nemo, textgrid.")],
    given: Annotated[str | None, typer.Option("--from", help="Format to read; default: guessed.")] = None,
    encoding: Annotated[str | None, typer.Option(help="Of the text; default: UTF-8.")] = None,
    audio: Annotated[str | None, typer.Option(help="Recording of a file that names none.")] = None,
    column: Annotated[list[str] | None, typer.Option(help="FIELD=COLUMN, for example text=said.")] = None,
    as_json: Json = False,
) -> None:
    """Write transcripts in another format and say what it cannot carry."""
    from labwidgets.config import SETTINGS_FILE
    from labwidgets.corpus.converting import convert as write
    from labwidgets.corpus.formats.carrying import Reading

    if given is None and (source / SETTINGS_FILE).is_file():
        with Project.open(source) as project:
            report = project.export(out, format=to)
    else:
        how = Reading(encoding, audio, pairs(column or [], "--column", "FIELD=COLUMN"))
        report = write(source, out, to=to, given=given, how=how)
    result = {
        "segments": report.segments,
        "losses": [asdict(loss) for loss in report.losses],
        "files": list(report.files),
        "refused": plain(list(report.refused)),
        "notes": list(report.notes),
    }
    show(result, as_json=as_json, text=str(report), partial=bool(report.refused))
