"""Commands for long recordings: cut them, say who speaks, put a transcript onto them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from labwidgets.cli.output import Folder, Json, as_worker, json_object, show
from labwidgets.errors import SourceError
from labwidgets.jobs import WorkerChannel, terminal_progress
from labwidgets.project import Project
from labwidgets.records import AlignReport, SegmentReport, SpeakersReport

if TYPE_CHECKING:
    from labwidgets.audio.speakers import VoiceMethod

app = typer.Typer()

IsJob = Annotated[bool, typer.Option("--job", hidden=True)]


@app.command()
def segment(
    folder: Folder,
    settings: Annotated[str | None, typer.Option(help="Segmentation settings as a JSON object.")] = None,
    job: IsJob = False,
    as_json: Json = False,
) -> None:
    """Cut long recordings into segments where people pause (`segmentation` in project.yaml says how)."""
    given = None if settings is None else json_object(settings)

    def work(**told: Any) -> SegmentReport:
        with Project.open(folder) as project:
            return project.segment_here(settings=given, **told)

    _go(work, "segmenting", as_json=as_json, is_job=job)


@app.command()
def speakers(
    folder: Folder,
    recording: Annotated[str | None, typer.Option(help="Id of one; default: all with segments.")] = None,
    n: Annotated[int | None, typer.Option(help="How many people speak; default: guessed.")] = None,
    method: Annotated[str, typer.Option(help="dvector, or mfcc, which is far less sure.")] = "dvector",
    job: IsJob = False,
    as_json: Json = False,
) -> None:
    """Propose who speaks in each segment; names that people gave stay. Run it again to resume."""
    way = cast("VoiceMethod", method)

    def work(**told: Any) -> SpeakersReport:
        with Project.open(folder) as project:
            return project.find_speakers_here(recording, n=n, method=way, **told)

    _go(work, "telling speakers apart", as_json=as_json, is_job=job)


@app.command()
def align(
    folder: Folder,
    transcript: Annotated[Path | None, typer.Argument(help="File with what is said, in order.")] = None,
    recording: Annotated[str | None, typer.Option(help="Id; not needed where there is one only.")] = None,
    name: Annotated[str, typer.Option(help="To call the transcript by, among the models.")] = "transcript",
    encoding: Annotated[str | None, typer.Option(help="Of the file; default: UTF-8.")] = None,
    job: IsJob = False,
    as_json: Json = False,
) -> None:
    """Put a transcript without times onto a recording, as drafts. Run it again to resume."""

    def work(text: str, **told: Any) -> AlignReport:
        with Project.open(folder) as project:
            return project.align_here(text, recording, name=name, **told)

    def work_for(channel: WorkerChannel) -> dict[str, Any]:
        is_told = "text" in channel.given
        report = work(channel.given["text"], **_told(channel)) if is_told else AlignReport(0, 0, ())
        return dataclasses.asdict(report)

    if job:
        as_worker(work_for, is_given=True)
        return
    _go(partial(work, _text_of(transcript, encoding)), "aligning", as_json=as_json)


def _go(
    work: Callable[..., AlignReport | SegmentReport | SpeakersReport],
    title: str,
    *,
    as_json: bool,
    is_job: bool = False,
) -> None:
    """Do the work for the job that waits for it, or for whoever typed the command."""
    if is_job:
        as_worker(lambda channel: dataclasses.asdict(work(**_told(channel))))
        return
    report = work(progress=terminal_progress(title))
    show(dataclasses.asdict(report), as_json=as_json, text=str(report), partial=bool(report.refused))


def _text_of(transcript: Path | None, encoding: str | None) -> str:
    from labwidgets.corpus.formats.files import read_text

    if transcript is None:
        raise SourceError("no transcript is named", remedy="labwidgets align FOLDER transcript.txt")
    return read_text(transcript, encoding=encoding)


def _told(channel: WorkerChannel) -> dict[str, Any]:
    return {"progress": channel.progress, "stopped": channel.stopped}
