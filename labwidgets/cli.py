"""The ``labwidgets`` command: a thin skin on ``Project``.

With ``--json`` one object goes to standard output; progress and logs go to standard error. Exit codes: 0
done, 1 done but some things were refused, 2 nothing done, with the reason.
"""

from __future__ import annotations

import dataclasses
import errno
import io
import json
import logging
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from labwidgets.config import SETTINGS_FILE
from labwidgets.errors import DiskFullError, LabError, SourceError
from labwidgets.jobs import WorkerChannel, error_to_json, terminal_progress
from labwidgets.project import Project
from labwidgets.records import AddReport, DraftReport, Refusal, TextUse

app = typer.Typer(
    name="labwidgets",
    help="Label speech: collect it, draft it, correct it in JupyterLab, publish it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

logger = logging.getLogger(__name__)

_INTERRUPTED = 128 + signal.SIGINT

Folder = Annotated[Path, typer.Argument(help="The project's folder.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


def main() -> NoReturn:
    """Run the command line and leave with its exit code."""
    as_json = "--json" in sys.argv
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # File names need not be Unicode, and JSON is UTF-8 whatever the terminal speaks.
            stream.reconfigure(encoding="utf-8" if as_json else None, errors="backslashreplace")
    try:
        code = app(standalone_mode=False)
    except LabError as error:
        _fail(error_to_json(error), as_json=as_json)
    except typer.Exit as stop:
        code = stop.exit_code
    except (typer.Abort, KeyboardInterrupt):
        code = _INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last door: nothing leaves it as a traceback
        usage = getattr(error, "format_message", None)
        if usage is None:
            _fail(error_to_json(_unforeseen(error)), as_json=as_json)
        _fail({"code": "usage", "message": usage()}, as_json=as_json)
    if code == _INTERRUPTED:
        message = "Stopped. What was done is kept; run it again."
        _fail({"code": "aborted", "message": message}, as_json=as_json)
    sys.exit(code if isinstance(code, int) else 0)


def _fail(error: Mapping[str, str], *, as_json: bool) -> NoReturn:
    print(f"labwidgets: {error['message']}", file=sys.stderr)
    try:
        if as_json:
            print(json.dumps({"error": error}, ensure_ascii=False))
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        # Nobody can hear it; without this the interpreter would try again, and complain, as it leaves.
        sys.stdout = None
    sys.exit(2)


def _unforeseen(error: Exception) -> LabError:
    if isinstance(error, OSError):
        kind = DiskFullError if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) else LabError
        return kind(error.strerror or str(error), value=error.filename, remedy="What was saved is safe")
    logger.debug("unforeseen", exc_info=error)
    place = traceback.extract_tb(error.__traceback__)[-1]
    return LabError(
        f"this should not have happened ({type(error).__name__} in {Path(place.filename).name}, "
        f"line {place.lineno})",
        remedy="What was saved is safe; please report it",
    )


def _show(result: Mapping[str, Any], *, as_json: bool, text: str, partial: bool = False) -> None:
    print(json.dumps(result, ensure_ascii=False) if as_json else text)
    if partial:
        raise typer.Exit(1)


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
    _show(result, as_json=as_json, text=f"New project {project.name} in {folder}.")


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
        "refused": _plain(list(report.refused)),
        "hours": report.hours,
    }
    _show(result, as_json=as_json, text=f"{path}: {report}", partial=bool(report.refused))


@app.command()
def add(
    folder: Folder,
    sources: Annotated[list[str], typer.Argument(help="Files, folders or globs.", show_default=False)],
    text: Annotated[str | None, typer.Option(help="Column of transcripts.")] = None,
    text_as: Annotated[str, typer.Option(help="reference, draft or metadata.")] = "reference",
    column: Annotated[list[str] | None, typer.Option(help="NAME=COLUMN, for example text=sentence.")] = None,
    speaker: Annotated[str | None, typer.Option(help="Pseudonym, or its column.")] = None,
    accent: Annotated[str | None, typer.Option(help="Accent, or its column.")] = None,
    language: Annotated[str | None, typer.Option(help="BCP-47, or its column.")] = None,
    licence: Annotated[str | None, typer.Option(help="SPDX id, or its column.")] = None,
    collection: Annotated[str | None, typer.Option(help="Name of this source.")] = None,
    as_json: Json = False,
) -> None:
    """Take recordings into the project."""
    if text_as not in ("reference", "draft", "metadata"):
        raise SourceError("no such use of a text", value=text_as, allowed="reference, draft, metadata")
    use: TextUse = text_as  # type: ignore[assignment]  # checked above; mypy does not narrow by `in`
    options: dict[str, str | None] = {
        "text": text,
        "speaker": speaker,
        "accent": accent,
        "language": language,
        "licence": licence,
    } | _columns(column or [])
    added = known = 0
    hours, refused, notes, unusable = 0.0, list[Refusal](), list[str](), list[SourceError]()
    with Project.open(folder) as project:
        for source in sources:
            try:
                report = project.add(
                    source,
                    text=options["text"],
                    text_as=use,
                    speaker=options["speaker"],
                    accent=options["accent"],
                    language=options["language"],
                    licence=options["licence"],
                    collection=collection,
                    progress=terminal_progress("adding"),
                )
            except SourceError as error:
                refused.append(Refusal(source, str(error)))
                unusable.append(error)
                continue
            added, known, hours = added + report.added, known + report.known, hours + report.hours
            refused.extend(report.refused)
            notes.extend(report.notes)
    if len(unusable) == len(sources):
        raise unusable[0]
    result = {"added": added, "known": known, "refused": _plain(refused), "hours": hours}
    text = str(AddReport(added, known, tuple(refused), hours, tuple(notes)))
    _show(result, as_json=as_json, text=text, partial=bool(refused))


@app.command()
def models(
    action: Annotated[str | None, typer.Argument(help="get", show_default=False)] = None,
    name: Annotated[str | None, typer.Argument(help="Embedded model.", show_default=False)] = None,
    as_json: Json = False,
) -> None:
    """List the embedded draft models, or fetch one: labwidgets models get NAME."""
    from labwidgets.asr.sources import get, listing

    if action is not None:
        if action != "get" or name is None:
            raise SourceError("what to do with models", value=action, allowed="models, models get NAME")
        get(name, progress=terminal_progress(name))
    found = [dataclasses.asdict(model) for model in listing() if name in (None, model.name)]
    lines = [f"{model['name']:10} {model['size_mb']:6.0f} MB  {model['where']}" for model in found]
    _show({"models": found}, as_json=as_json, text="\n".join(lines))


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
    decoding = None if settings is None else _json_object(settings)
    if job:
        _as_worker(
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
    _show(_draft_result(report), as_json=as_json, text=str(report), partial=bool(report.failed))


@app.command()
def submit(
    folder: Folder,
    segment: Annotated[str, typer.Argument(help="Segment id.", show_default=False)],
    text: Annotated[str, typer.Option(help="The transcript.")],
    annotator: Annotated[str, typer.Option(help="Pseudonym.")],
    base_revision: Annotated[int, typer.Option(help="Newest revision you know of your own thread.")] = 0,
    as_json: Json = False,
) -> None:
    """Store a transcript of one segment; it is on disk when this returns."""
    with Project.open(folder) as project:
        ack = project.submit_text(segment, text, annotator=annotator, base_revision=base_revision)
    result = {"segment": ack.segment_id, "revision": ack.revision}
    _show(result, as_json=as_json, text=f"{ack.segment_id} is at revision {ack.revision}.")


@app.command()
def status(folder: Folder, as_json: Json = False) -> None:
    """Print the project in numbers."""
    with Project.open(folder) as project:
        found = project.status()
    _show(dataclasses.asdict(found), as_json=as_json, text=str(found))


@app.command()
def history(
    folder: Folder,
    segment: Annotated[str, typer.Argument(help="Segment id.", show_default=False)],
    as_json: Json = False,
) -> None:
    """Print what happened to a segment."""
    with Project.open(folder) as project:
        events = [dataclasses.asdict(event) for event in project.history(segment)]
    lines = [f"{event['seq']:8} {event['kind']:24} {event['actor'] or ''}" for event in events]
    _show({"events": events}, as_json=as_json, text="\n".join(lines))


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
    _show(result, as_json=as_json, text=f"{out}: {rows} rows, {report.hours:.2f} h.")


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
    _show(result, as_json=as_json, text=str(report))


@app.command()
def verify(folder: Folder, as_json: Json = False) -> None:
    """Rebuild everything from the events and compare it with what is stored."""
    with Project.open(folder) as project:
        report = project.verify()
    result = {"events": report.events, "ok": report.ok, "differences": list(report.differences)}
    _show(result, as_json=as_json, text=str(report), partial=not report.ok)


@app.command()
def backup(
    folder: Folder,
    file: Annotated[Path, typer.Argument(help="New file.", show_default=False)],
    as_json: Json = False,
) -> None:
    """Copy the live store to a new file."""
    with Project.open(folder) as project:
        n_events = project.backup(file)
    _show({"path": str(file), "events": n_events}, as_json=as_json, text=f"{n_events} events in {file}.")


def _open_and_draft(folder: Path, **arguments: Any) -> DraftReport:
    with Project.open(folder) as project:
        return project.draft_here(**arguments)


def _as_worker(work: Callable[[WorkerChannel], Mapping[str, Any]]) -> None:
    channel = WorkerChannel()
    try:
        channel.result(work(channel))
    except LabError as error:
        channel.error(error)
    except Exception as error:
        channel.error(_unforeseen(error))
        raise


def _draft_result(report: DraftReport) -> dict[str, Any]:
    return {
        "drafted": report.drafted,
        "cached": report.cached,
        "failed": [{"segment": item.source, "reason": item.reason} for item in report.failed],
        "rtfx": report.rtfx,
        "model": report.model,
    }


def _columns(pairs: list[str]) -> dict[str, str | None]:
    allowed = ("text", "speaker", "accent", "language", "licence")
    columns: dict[str, str | None] = {}
    for pair in pairs:
        name, found, column = pair.partition("=")
        if not found or name not in allowed or not column:
            raise SourceError(
                "malformed --column", value=pair, allowed=f"NAME=COLUMN with NAME one of {', '.join(allowed)}"
            )
        columns[name] = column
    return columns


def _json_object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise SourceError("--settings is no JSON", value=text, remedy=str(error)) from error
    if not isinstance(value, dict):
        raise SourceError("--settings is no JSON object", value=text)
    return value


def _plain(refused: list[Refusal]) -> list[dict[str, str]]:
    return [{"source": item.source, "reason": item.reason} for item in refused]
