"""Commands that count errors, of files or of a project."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from labwidgets.cli.output import Folder, Json, show
from labwidgets.errors import SourceError

app = typer.Typer()

Normalize = Annotated[
    str,
    typer.Option(help="basic, none, sclite, indic, whisper, or steps joined with +, as basic+numbers:en."),
]
Form = Annotated[str | None, typer.Option("--format", help="Of all files; default: by their endings.")]
Column = Annotated[str | None, typer.Option(help="Column of the texts, where there are columns.")]
VariantFile = Annotated[
    Path | None, typer.Option(help="File of wordings that count as the same, as okay / ok, one group a line.")
]
Reference = Annotated[Path, typer.Argument(metavar="REF", help="References.", show_default=False)]


@app.command()
def score(
    reference: Reference,
    hypothesis: Annotated[Path, typer.Argument(metavar="HYP", help="Hypotheses.", show_default=False)],
    normalize: Normalize = "basic",
    by: Annotated[str | None, typer.Option(help="Column to group by, for example speaker.")] = None,
    per_utterance: Annotated[bool, typer.Option(help="Each utterance with its alignment.")] = False,
    variants: VariantFile = None,
    cp: Annotated[
        bool, typer.Option("--cp", help="cpWER: several speakers, names that mean nothing.")
    ] = False,
    form: Form = None,
    ref_column: Column = None,
    hyp_column: Column = None,
    as_json: Json = False,
) -> None:
    """Count the errors of hypotheses: NeMo manifest, trn, stm, ctm, csv, tsv, jsonl, txt, Parquet."""
    from labwidgets.analysis import scoring
    from labwidgets.analysis.inputs import read_texts

    references = read_texts(reference, role="reference", form=form, column=ref_column)
    hypotheses = read_texts(hypothesis, role="hypothesis", form=form, column=hyp_column)
    if cp:
        from labwidgets.analysis.meetings import cp_score

        meetings = cp_score(references, hypotheses, normalize=normalize)
        show(meetings.to_dict(), as_json=as_json, text=repr(meetings).strip("<>"))
        return
    found = scoring.score(references, hypotheses, normalize=normalize, variants=variants)
    _warn(found.warnings)
    result = found.to_dict(per_utterance=per_utterance, by=by)
    lines = [repr(found).strip("<>"), *_group_lines(result.get("by", []))]
    show(result, as_json=as_json, text="\n".join(lines), partial=bool(found.refused))


@app.command()
def compare(
    reference: Reference,
    hypotheses: Annotated[list[Path], typer.Argument(metavar="HYP_A HYP_B …", show_default=False)],
    normalize: Normalize = "basic",
    variants: VariantFile = None,
    form: Form = None,
    ref_column: Column = None,
    hyp_column: Column = None,
    as_json: Json = False,
) -> None:
    """Compare models on the same references, and say which differences are more than chance."""
    from labwidgets.analysis import comparing
    from labwidgets.analysis.inputs import read_texts

    found = comparing.compare(
        read_texts(reference, role="reference", form=form, column=ref_column),
        {
            name: read_texts(path, role="hypothesis", form=form, column=hyp_column)
            for name, path in _named(hypotheses).items()
        },
        normalize=normalize,
        variants=variants,
    )
    _warn(found.warnings)
    is_partial = any(one.refused for one in found.scores.values())
    show(found.to_dict(), as_json=as_json, text=repr(found), partial=is_partial)


@app.command()
def report(
    folder: Folder,
    file: Annotated[Path, typer.Argument(metavar="OUT.html", help="The page.", show_default=False)],
    model: Annotated[list[str] | None, typer.Option(help="Only these models.")] = None,
    normalize: Normalize = "basic",
    as_json: Json = False,
) -> None:
    """Write a page that says how the models of a project do and where they fail."""
    from labwidgets.project import Project

    with Project.open(folder) as project:
        path = project.report(file, model, normalize=normalize)
    show({"path": str(path)}, as_json=as_json, text=f"Written: {path}")


def _named(paths: list[Path]) -> dict[str, Path]:
    """Return the files by their names, or by as much of their paths as tells them apart."""
    for name in (lambda path: path.stem, lambda path: path.name, str):
        found = {name(path): path for path in paths}
        if len(found) == len(paths):
            return found
    raise SourceError("the same file twice", value=", ".join(map(str, paths)), allowed="files that differ")


def _warn(warnings: tuple[str, ...]) -> None:
    for warning in warnings:
        print(f"warning: {warning}", file=sys.stderr)


def _group_lines(groups: list[dict[str, Any]]) -> list[str]:
    return [
        f"{group['name'] or '(none)':20} WER {group['wer']:.2%}, {group['n_words']} words" for group in groups
    ]
