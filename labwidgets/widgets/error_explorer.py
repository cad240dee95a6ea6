"""The table of errors: where models and references differ, heard, marked and mended on the spot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from labwidgets.analysis.explorer import (
    ErrorTable,
    RowQuery,
    SliceChart,
    bars,
    export_rows,
    open_errors,
    slice_chart,
)
from labwidgets.analysis.inputs import opened, side
from labwidgets.analysis.scoring import VariantsGiven
from labwidgets.audio import WINDOW_S
from labwidgets.errors import ConfigError, LabError, SourceError
from labwidgets.text import Normalise, stored_text
from labwidgets.widgets import error_messages, messages
from labwidgets.widgets._base import Answer, LabWidget
from labwidgets.widgets.audio_player import page_settings
from labwidgets.widgets.error_desk import Analysed, LooseDesk, ProjectDesk
from labwidgets.widgets.labeller import checked_annotator
from labwidgets.widgets.protocol import PROTOCOL_VERSION

_MAX_BINS = 20_000
_FORMS = {".csv": "spreadsheet", ".tsv": "tsv", ".parquet": "parquet", ".jsonl": "nemo", ".json": "nemo"}


class ErrorExplorer(LabWidget):
    """References with what models made of them: sorted, filtered, heard, marked and mended.

    Args:
        source: A ``Project`` (all that models said of its references), or references: a ``Dataset``, rows, a
            mapping from id to text, a file; or an ``ErrorTable``.
        hypotheses: Names of a project's models or of a data set's columns; or, by name, whatever each model
            gave. Default: all models of a project.
        reference: Column of the references, where there are columns; default: by its name.
        annotator: Pseudonym under which marks and mended references go into a project.
        audio: Column of the sound; default: by its name.
        normalize: As for :func:`labwidgets.score`.
        variants: As for :func:`labwidgets.score`.

    Attributes:
        table: The rows, to ask more of in Python.
        query: What the page shows now.

    Raises:
        SourceError: A side cannot be read, or they do not fit together.
        ProjectError: The project has no references with hypotheses yet.
        ConfigError: The annotator's name is not usable.
    """

    slow = LabWidget.slow | {"rows", "totals", "bars", "utterance", "columns"}

    def __init__(  # noqa: PLR0913 - two sides, how they are read, and how they are compared
        self,
        source: object,
        hypotheses: Mapping[str, object] | Sequence[str] | None = None,
        *,
        reference: str | None = None,
        annotator: str | None = None,
        audio: str | None = None,
        normalize: Normalise | None = None,
        variants: VariantsGiven | None = None,
    ) -> None:
        person = None if annotator is None else checked_annotator(annotator)
        options: dict[str, Any] = {} if normalize is None else {"normalize": normalize}
        options["variants"] = variants
        self.query = RowQuery()
        self._desk: ProjectDesk | LooseDesk
        if isinstance(source, Analysed):
            models = None if hypotheses is None else list(hypotheses)
            self._desk = ProjectDesk(source, source.errors(models, **options), person)
        else:
            self._desk = _loose(source, hypotheses, reference=reference, audio=audio, options=options)
        self.table = self._desk.table
        super().__init__(kind="explorer")
        self.handlers |= {
            "ready": self._answer_ready,
            "columns": self._answer_columns,
            "rows": self._answer_rows,
            "totals": self._answer_totals,
            "bars": self._answer_bars,
            "utterance": self._answer_utterance,
            "mend": self._answer_mend,
            "mark": self._answer_mark,
            "peaks": self._answer_peaks,
            "spectrogram": self._answer_spectrogram,
            "window": self._answer_window,
        }

    def __repr__(self) -> str:
        """Short and stable, for notebooks."""
        return f"<ErrorExplorer {len(self.table)} rows, {', '.join(self.table.models)}>"

    def close(self) -> None:
        """Take the widget off the page and delete copies of sound."""
        super().close()
        if hasattr(self, "_desk"):
            self._desk.close()

    # ---- in Python -----------------------------------------------------------------------------------

    def filtered(self) -> Any:
        """Return the rows that the page shows, in its order, as an Arrow table."""
        return self.table.to_arrow(self.query)

    def dataset(self) -> Any:
        """Return the rows that the page shows, in its order, as a ``datasets.Dataset``.

        Its columns are those of :meth:`filtered`, the reference as ``text``, and ``audio`` where rows have
        sound. It lies in a temporary folder; ``save_to_disk`` or ``push_to_hub`` keep it.
        """
        from labwidgets.corpus.found import found_dataset

        return found_dataset(self.filtered(), self._desk.encoded if self._desk.has_sound else None)

    def chart(self, column: str, model: str | None = None) -> SliceChart:
        """Return the WER by the values or ranges of a column, over the rows that the page shows.

        Args:
            column: A column of the table.
            model: Whose errors; default: the first one's.

        Raises:
            ConfigError: There is no such column or model.
        """
        chosen = model or self.table.models[0]
        counts, _ = self.table.totals(self.query, chosen)
        return slice_chart(column, chosen, self.table.slices(column, self.query, chosen), counts.wer)

    def export(self, path: str | Path, *, form: str | None = None) -> int:
        """Write the rows that the page shows, in its order, and return how many they are.

        Args:
            path: A manifest (``.jsonl``), ``.csv``, ``.tsv`` or ``.parquet``; one that is there is written
                over.
            form: One of ``labwidgets.analysis.explorer.EXPORTS``; default: by the path's ending. A ``.csv``
                is for people, who open it in a spreadsheet: texts that this would run as formulas get an
                apostrophe in front; ``form="csv"`` keeps every sign.

        Raises:
            ConfigError: The ending tells no form, or there is no such form.
            SourceError: The file cannot be written.
        """
        chosen = form or _FORMS.get(Path(path).suffix.lower())
        if chosen is None:
            raise ConfigError(
                "the ending tells no form to export to", value=path, allowed=", ".join(sorted(_FORMS))
            )
        return export_rows(self.table, self.query, path, form=chosen)

    # ---- for the page --------------------------------------------------------------------------------

    def _answer_ready(self, _payload: dict[str, Any]) -> Answer:
        return {
            "version": PROTOCOL_VERSION,
            "project": self._desk.name,
            "project_id": self._desk.id,
            "annotator": getattr(self._desk, "annotator", None) or "",
            "settings": page_settings(autoplay=False),
            "clip": None,
        }, []

    def _answer_columns(self, _payload: dict[str, Any]) -> Answer:
        return {
            "n_rows": len(self.table),
            "models": list(self.table.models),
            "columns": [error_messages.column_payload(one) for one in self.table.columns.values()],
            "shown": error_messages.shown_columns(self.table),
            "charts": error_messages.chart_columns(self.table),
            "keeps": self._desk.keeps,
            "has_sound": self._desk.has_sound,
        }, []

    def _answer_rows(self, payload: dict[str, Any]) -> Answer:
        self.query = error_messages.row_query(payload["query"])
        columns = [*payload["columns"], "mark"]
        rows = self.table.lines(self.query, columns, offset=payload["offset"], limit=payload["limit"])
        return {
            "rows": [error_messages.line_payload(row, columns) for row in rows],
            "total": len(self.table.rows(self.query)),
            "offset": payload["offset"],
        }, []

    def _answer_totals(self, payload: dict[str, Any]) -> Answer:
        query = error_messages.row_query(payload["query"])
        totals = [error_messages.total_payload(self.table, query, model) for model in self.table.models]
        return {"n": len(self.table.rows(query)), "totals": totals}, []

    def _answer_bars(self, payload: dict[str, Any]) -> Answer:
        query, column = error_messages.row_query(payload["query"]), str(payload["column"])
        found = bars(self.table, column, query, str(payload["model"]))
        return {
            "column": column,
            "kind": self.table.columns[column].kind,
            "bars": [error_messages.bar_payload(bar) for bar in found],
        }, []

    def _answer_utterance(self, payload: dict[str, Any]) -> Answer:
        row = self._row(payload["row"])
        language, words, heard = self._desk.words(row["id"])
        clip, n_bins, audio_error = None, 0, None
        buffers: list[bytes] = []
        try:
            clip = self._desk.clip(row["row"], row["id"])
            if clip is not None:
                peaks = self._desk.sound.peaks(clip[0], n_bins=_bins(payload["n_bins"]))
                n_bins, buffers = peaks.n_bins, [peaks.data]
        except (LabError, OSError) as error:
            # The texts can still be compared and mended; the page says why there is no sound.
            clip, audio_error = None, str(error)
        duration_s = None if clip is None else clip[1]
        columns = [one.name for one in self.table.columns.values() if one.measure != "hypothesis"]
        return {
            **error_messages.line_payload(row, columns),
            "reference": row["reference"],
            "words": [messages.word_payload(word) for word in words],
            "language": language,
            "sides": error_messages.side_payloads(
                self.table, row, words=words, heard=heard, duration_s=duration_s
            ),
            "clip": None if clip is None else messages.clip_payload(*clip, WINDOW_S),
            "peaks_bins": n_bins,
            "audio_error": audio_error,
        }, buffers

    def _answer_mend(self, payload: dict[str, Any]) -> Answer:
        row = self._row(payload["row"])
        revision, counts = self._desk.mend(
            row["row"],
            row["id"],
            event_id=str(payload["event_id"]),
            text=stored_text(payload["text"]),
            words=tuple(messages.word_record(word) for word in payload["words"]),
        )
        return {"row": row["row"], "revision": revision, "counts": counts}, []

    def _answer_mark(self, payload: dict[str, Any]) -> Answer:
        row = self._row(payload["row"])
        self._desk.mark(row["row"], row["id"], payload["mark"])
        return {"row": row["row"], "mark": payload["mark"]}, []

    def _answer_peaks(self, payload: dict[str, Any]) -> Answer:
        peaks = self._desk.sound.peaks(str(payload["clip"]), n_bins=_bins(payload["n_bins"]))
        return {"clip": payload["clip"], "n_bins": peaks.n_bins}, [peaks.data]

    def _answer_spectrogram(self, payload: dict[str, Any]) -> Answer:
        clip, start_s, end_s = str(payload["clip"]), float(payload["start_s"]), float(payload["end_s"])
        picture = self._desk.sound.spectrogram(
            clip,
            start_s=start_s,
            end_s=end_s,
            n_columns=int(payload["n_columns"]),
            n_bands=int(payload["n_bands"]),
        )
        return messages.spectrogram_payload(picture, clip=clip, start_s=start_s, end_s=end_s), [picture.data]

    def _answer_window(self, payload: dict[str, Any]) -> Answer:
        clip, index = str(payload["clip"]), int(payload["index"])
        window = self._desk.sound.window(clip, index=index, codec=str(payload["codec"]))
        return messages.window_payload(window, clip=clip, index=index), [window.data]

    def _row(self, number: int) -> dict[str, Any]:
        found = self.table.at([number])
        if not found:
            raise SourceError("no such row", value=number, allowed=f"0 to {len(self.table) - 1}")
        return found[0]


def _loose(
    source: object,
    hypotheses: Mapping[str, object] | Sequence[str] | None,
    *,
    reference: str | None,
    audio: str | None,
    options: dict[str, Any],
) -> LooseDesk:
    if isinstance(source, ErrorTable):
        return LooseDesk(source, (), audio=audio, keys=())
    read = opened(source)
    texts = side(read, role="reference", column=reference)
    given: Mapping[str, object]
    if isinstance(hypotheses, Mapping):
        given = hypotheses
    else:
        said = {name: side(read, role="hypothesis", column=name) for name in hypotheses or ()}
        if texts.ids is None:
            texts = replace(texts, ids=[str(number) for number in range(len(texts.texts))])
        rest = {name: values for name, values in texts.columns.items() if name not in said}
        texts = replace(texts, columns=rest)
        given = {name: replace(one, ids=texts.ids) for name, one in said.items()}
    keys = texts.ids or [str(number) for number in range(len(texts.texts))]
    return LooseDesk(open_errors(texts, given, **options), source, audio=audio, keys=keys)


def _bins(value: Any) -> int:
    return min(_MAX_BINS, max(1, int(value)))
