"""Tables of errors from whatever people have: files, lists, data sets with a column a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from labwidgets.analysis.explorer.table import ErrorTable
from labwidgets.analysis.inputs import opened, side
from labwidgets.analysis.pairing import pair
from labwidgets.analysis.scoring import VariantsGiven
from labwidgets.text import Normalise


def open_errors(
    references: object,
    hypotheses: Mapping[str, object] | Sequence[str],
    *,
    reference: str | None = None,
    normalize: Normalise = "basic",
    variants: VariantsGiven | None = None,
) -> ErrorTable:
    """Return a table of errors.

    Args:
        references: As for :func:`labwidgets.score`.
        hypotheses: By model, each as for :func:`labwidgets.score`; or names of columns of ``references``, one
            a model.
        reference: Column of the references, where there are columns; default: by its name.
        normalize: As for :func:`labwidgets.score`.
        variants: As for :func:`labwidgets.score`.

    Raises:
        SourceError: A side cannot be read, or they do not fit together.
    """
    source = opened(references)
    texts = side(source, role="reference", column=reference)
    if isinstance(hypotheses, Mapping):
        given = {
            # A manifest with both sides is read once.
            name: side(source if _is_same(one, references) else one, role="hypothesis")
            for name, one in hypotheses.items()
        }
    else:
        given = {name: side(source, role="hypothesis", column=name) for name in hypotheses}
    paired = {name: pair(texts, one, columns={}) for name, one in given.items()}
    first = next(iter(paired.values()), None)
    if first is None:
        return ErrorTable([], [], {})
    rest = {name: values for name, values in first.columns.items() if name not in given}
    said = {
        name: [
            text if key not in one.missing else None
            for key, text in zip(one.ids, one.hypotheses, strict=True)
        ]
        for name, one in paired.items()
    }
    return ErrorTable(first.ids, first.references, said, columns=rest, normalize=normalize, variants=variants)


def _is_same(one: object, other: object) -> bool:
    return isinstance(one, str | Path) and isinstance(other, str | Path) and Path(one) == Path(other)
