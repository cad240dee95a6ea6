"""Commands that store a label and look at the work."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any, cast

import typer

from labwidgets.cli.output import Folder, Json, pairs, show
from labwidgets.errors import SourceError
from labwidgets.project import Project
from labwidgets.records import QUEUE_FILTERS, QUEUE_ORDERS, QueueFilter, QueueOrder, QueueQuery

app = typer.Typer()


@app.command()
def submit(
    folder: Folder,
    segment: Annotated[str, typer.Argument(help="Segment id.", show_default=False)],
    text: Annotated[str, typer.Option(help="The transcript.")],
    annotator: Annotated[str, typer.Option(help="Pseudonym.")],
    base_revision: Annotated[int, typer.Option(help="Newest revision you know of your own thread.")] = 0,
    active_s: Annotated[float, typer.Option(help="Seconds of work, without pauses.")] = 0.0,
    as_json: Json = False,
) -> None:
    """Store a transcript of one segment; it is on disk when this returns."""
    given: dict[str, Any] = {"annotator": annotator, "base_revision": base_revision, "active_s": active_s}
    with Project.open(folder) as project:
        ack = project.submit_text(segment, text, **given)
    result = {"segment": ack.segment_id, "revision": ack.revision}
    show(result, as_json=as_json, text=f"{ack.segment_id} is at revision {ack.revision}.")


@app.command()
def queue(
    folder: Folder,
    which: Annotated[str, typer.Option("--filter", help=", ".join(QUEUE_FILTERS))] = "open",
    order: Annotated[str, typer.Option(help=", ".join(QUEUE_ORDERS))] = "added",
    search: Annotated[str, typer.Option(help="Part of the text.")] = "",
    offset: Annotated[int, typer.Option(min=0, help="Segments before the first.")] = 0,
    n: Annotated[int, typer.Option("-n", "--number", min=1, help="How many segments to list.")] = 100,
    as_json: Json = False,
) -> None:
    """List segments with their ids: those that are open, audits, what a model decided, and so on."""
    # The store says what is allowed.
    query = QueueQuery(order=cast("QueueOrder", order), filter=cast("QueueFilter", which), search=search)
    with Project.open(folder) as project:
        page = project.queue(query, offset=offset, limit=n)
    lines = [f"{row.segment_id}  {row.duration_s:6.1f} s  {row.state:7}  {row.text}" for row in page.rows]
    head = f"{len(page.rows)} of {page.total} segments."
    show(dataclasses.asdict(page), as_json=as_json, text="\n".join([head, *lines]))


@app.command()
def status(folder: Folder, as_json: Json = False) -> None:
    """Print the project in numbers."""
    with Project.open(folder) as project:
        found = project.status()
    show(dataclasses.asdict(found), as_json=as_json, text=str(found))


@app.command(name="next")
def what_next(
    folder: Folder,
    n: Annotated[int, typer.Option("-n", "--number", help="How many segments to show.")] = 10,
    refresh: Annotated[bool, typer.Option("--refresh", help="Rank all open segments anew first.")] = False,
    weight: Annotated[
        list[str] | None,
        typer.Option(help="With --refresh: what counts how much, such as coverage=2 or accent:Indian=3."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what is most worth a minute of labelling, and why: errors, new words, rare kinds of speech."""
    with Project.open(folder) as project:
        weights = _weights(weight or [])
        report = project.refresh_queue(weights=weights) if refresh or weights else None
        found = project.what_next(n)
    result = dataclasses.asdict(found) | {"ranked": None if report is None else dataclasses.asdict(report)}
    show(result, as_json=as_json, text=str(found))


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
    show({"events": events}, as_json=as_json, text="\n".join(lines))


def _weights(given: list[str]) -> dict[str, float]:
    form = "NAME=NUMBER, for example coverage=2"
    found = pairs(given, "--weight", form)
    try:
        return {name: float(value) for name, value in found.items()}
    except ValueError as error:
        raise SourceError("a weight is no number", value=", ".join(given), allowed=form) from error
