"""Commands that let a model decide what it has proved to be good at."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from labwidgets.cli.output import Folder, Json, show
from labwidgets.project import Project

app = typer.Typer()

Model = Annotated[str | None, typer.Option(help="Whose drafts; default: the model with the most.")]


@app.command()
def audit(
    folder: Folder,
    n: Annotated[int, typer.Argument(help="How many segments to draw.", show_default=False)],
    model: Model = None,
    score: Annotated[str | None, typer.Option(help="confidence, or agreement with other models.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Out of a new pool of drafts.")] = False,
    as_json: Json = False,
) -> None:
    """Draw segments at random to be labelled without a draft: what a model may decide is proved by them."""
    with Project.open(folder) as project:
        report = project.audit(n, model=model, score=score, fresh=fresh)
    show(asdict(report), as_json=as_json, text=str(report))


@app.command()
def decide(
    folder: Folder,
    max_wer: Annotated[float, typer.Option(help="Most errors a word in what is accepted.")],
    risk: Annotated[float, typer.Option(help="Chance that this is broken.")],
    max_edits: Annotated[int | None, typer.Option(help="Most edits of one draft that count.")] = None,
    model: Model = None,
    as_json: Json = False,
) -> None:
    """Let drafts count without a person, as many as the audits allow; or say how many audits are missing."""
    with Project.open(folder) as project:
        found = project.decide(max_wer, risk, max_edits=max_edits, model=model)
    show(asdict(found), as_json=as_json, text=str(found))


@app.command()
def calibration(
    folder: Folder,
    model: Model = None,
    unit: Annotated[str, typer.Option(help="word or segment.")] = "word",
    as_json: Json = False,
) -> None:
    """Say what a model's confidences are worth, held against what people heard."""
    with Project.open(folder) as project:
        report = project.calibration(model, unit=unit)
    show(report.to_dict(), as_json=as_json, text=str(report))


@app.command()
def revoke(
    folder: Folder,
    decision: Annotated[str, typer.Argument(help="Id of the decision.", show_default=False)],
    reason: Annotated[str, typer.Option(help="Why.")] = "by hand",
    as_json: Json = False,
) -> None:
    """Withdraw a decision: what it accepted, and no person labelled since, is queued again."""
    with Project.open(folder) as project:
        n = project.revoke(decision, reason=reason)
    show({"decision": decision, "revoked": n}, as_json=as_json, text=f"{n} segments are queued again.")
