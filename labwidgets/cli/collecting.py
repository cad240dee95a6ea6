"""Commands that make a project and take recordings in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from labwidgets.cli.output import Folder, Json, plain, show
from labwidgets.config import SETTINGS_FILE
from labwidgets.corpus.columns import SPAN_FIELDS
from labwidgets.corpus.importing import SAY_LICENCE
from labwidgets.errors import SourceError
from labwidgets.jobs import terminal_progress
from labwidgets.project import Project
from labwidgets.records import AddReport, Refusal, TextUse

app = typer.Typer()


@app.command()
def init(
    folder: Folder,
    language: Annotated[str, typer.Option(help="BCP-47, for example en, hi or ta-IN.")],
    name: Annotated[str | None, typer.Option(help="Shown to people; default: the folder's name.")] = None,
    store: Annotated[str, typer.Option(help="sqlite, a database URL, or ${VARIABLE}.")] = "sqlite",
    as_json: Json = False,
) -> None:
    """Make a new project."""
    with Project.create(folder, language=language, name=name, store=store) as project:
        result = {"project": project.name, "store": project.settings.store}
    show(result, as_json=as_json, text=f"New project {project.name} in {folder}.")


@app.command()
def sample(
    folder: Annotated[Path, typer.Argument(help="A project, or a new folder.", show_default=False)],
    language: Annotated[list[str] | None, typer.Option(help="Only these, for example en.")] = None,
    as_json: Json = False,
) -> None:
    """Add the sample clips (27 in 9 languages, MIT) to a project, or lay them into a folder of their own."""
    from labwidgets.corpus.sample import fetch_sample, sample_report

    is_project = (folder / SETTINGS_FILE).is_file()
    target = folder / "sample" if is_project else folder
    was_there = target.is_dir()
    path = fetch_sample(target, progress=terminal_progress("sample"), languages=language)
    if is_project:
        with Project.open(folder) as project:
            report = project.add(path, collection="sample", progress=terminal_progress("adding"))
    else:
        report = sample_report(language, known=was_there)
    result = {
        "added": report.added,
        "known": report.known,
        "refused": plain(list(report.refused)),
        "hours": report.hours,
    }
    show(result, as_json=as_json, text=f"{path}: {report}", partial=bool(report.refused))


@app.command()
def add(
    folder: Folder,
    sources: Annotated[
        list[str], typer.Argument(help="Files, folders, globs, archives, URLs.", show_default=False)
    ],
    text: Annotated[str | None, typer.Option(help="Column of transcripts.")] = None,
    text_as: Annotated[str, typer.Option(help="reference, draft or metadata.")] = "reference",
    column: Annotated[list[str] | None, typer.Option(help="NAME=COLUMN, for example text=sentence.")] = None,
    speaker: Annotated[str | None, typer.Option(help="Pseudonym, or its column.")] = None,
    accent: Annotated[str | None, typer.Option(help="Accent, or its column.")] = None,
    language: Annotated[str | None, typer.Option(help="BCP-47, or its column.")] = None,
    licence: Annotated[str | None, typer.Option(help="SPDX id, or its column.")] = None,
    collection: Annotated[
        str | None, typer.Option("--collection", "--source", help="Name of this source.")
    ] = None,
    given: Annotated[str | None, typer.Option("--format", help="Of transcripts; default: guessed.")] = None,
    audio: Annotated[str | None, typer.Option(help="File or folder of their recordings.")] = None,
    encoding: Annotated[str | None, typer.Option(help="Of transcripts; default: UTF-8.")] = None,
    allow_local: Annotated[
        bool, typer.Option("--allow-local", help="Also fetch file: URLs and from this machine's network.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Take recordings into the project."""
    if text_as not in ("reference", "draft", "metadata"):
        raise SourceError("no such use of a text", value=text_as, allowed="reference, draft, metadata")
    use: TextUse = text_as  # type: ignore[assignment]  # checked above; mypy does not narrow by `in`
    named = {"text": text, "speaker": speaker, "accent": accent, "language": language, "licence": licence}
    spare = _columns(column or [])
    wish: dict[str, Any] = named | {name: spare.pop(name) for name in list(spare) if name in named}
    wish |= {"text_as": use, "collection": collection, "format": given, "columns": spare}
    wish |= {
        "allow_local": allow_local,
        "audio": audio,
        "encoding": encoding,
        "progress": terminal_progress("adding"),
    }
    added = known = 0
    hours, refused, notes, unusable = 0.0, list[Refusal](), list[str](), list[SourceError]()
    with Project.open(folder) as project:
        is_asked = not as_json and _answers()
        if is_asked and collection is None:
            wish["collection"] = _asked("Name of this source", "as the files say")
        for source in sources:
            try:
                report = project.add(source, **wish)
            except SourceError as error:
                refused.append(Refusal(source, str(error)))
                unusable.append(error)
                continue
            added, known, hours = added + report.added, known + report.known, hours + report.hours
            refused.extend(report.refused)
            notes.extend(report.notes)
        if is_asked and added:
            notes = _licensed(project, notes)
    notes = [note.replace(SAY_LICENCE, f"labwidgets licence {folder} CC-BY-4.0") for note in notes]
    if len(unusable) == len(sources):
        raise unusable[0]
    result = {"added": added, "known": known, "refused": plain(refused), "hours": hours}
    text = str(AddReport(added, known, tuple(refused), hours, tuple(notes)))
    show(result, as_json=as_json, text=text, partial=bool(refused))


@app.command()
def licence(
    folder: Folder,
    stated: Annotated[str, typer.Argument(metavar="LICENCE", help="SPDX id, for example CC-BY-4.0.")],
    collection: Annotated[
        str | None, typer.Option("--collection", "--source", help="Only what came from this source.")
    ] = None,
    as_json: Json = False,
) -> None:
    """State the licence of recordings that came without one."""
    with Project.open(folder) as project:
        n_stated = project.state_licence(stated, collection=collection)
    show({"recordings": n_stated}, as_json=as_json, text=f"{stated}: {n_stated} recordings.")


def _answers() -> bool:
    """Return whether somebody sits there who can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def _asked(question: str, otherwise: str) -> str | None:
    answer: str = typer.prompt(f"{question} (Enter: {otherwise})", default="", show_default=False, err=True)
    return answer.strip() or None


def _licensed(project: Project, notes: list[str]) -> list[str]:
    """Ask for the licence of what came without one; return what is left to say."""
    n_bare = sum(project.unlicensed().values())
    stated = _asked(f"Licence of {n_bare} recordings, such as CC-BY-4.0", "later") if n_bare else None
    if stated is None:
        return notes
    project.state_licence(stated)
    return [note for note in notes if SAY_LICENCE not in note]


def _columns(pairs: list[str]) -> dict[str, str]:
    allowed = ("audio", "text", "speaker", "accent", "language", "licence", *SPAN_FIELDS)
    columns: dict[str, str] = {}
    for pair in pairs:
        name, found, column = pair.partition("=")
        if not found or name not in allowed or not column:
            raise SourceError(
                "malformed --column", value=pair, allowed=f"NAME=COLUMN with NAME one of {', '.join(allowed)}"
            )
        columns[name] = column
    return columns
