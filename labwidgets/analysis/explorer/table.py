"""References with what one or several models made of them, as a table that answers at once.

DuckDB keeps the rows in columns; the page asks for a screenful. A view (which rows, in which order) is worked
out once and kept as row numbers, so that paging through it costs next to nothing.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from labwidgets.analysis.alignment import Op
from labwidgets.analysis.counts import Counts
from labwidgets.analysis.explorer import build
from labwidgets.analysis.explorer.build import Rows
from labwidgets.analysis.explorer.query import Bin, RowQuery, condition_sql, known, quoted
from labwidgets.analysis.features import computed_columns
from labwidgets.analysis.pairing import Pairs
from labwidgets.analysis.resampling import Groups, rate_interval
from labwidgets.analysis.results import Score
from labwidgets.analysis.scoring import VariantsGiven, score_pairs
from labwidgets.analysis.slices import Slice, slices_by
from labwidgets.errors import ConfigError, NotFoundError
from labwidgets.records import MARKS
from labwidgets.text import Normalise, normalisation

_KEPT_VIEWS = 8
_MOST_ROWS = 500


class ErrorTable:
    """Rows of references and hypotheses with their errors.

    Args:
        ids: Of the utterances, each once.
        references: One for each id.
        hypotheses: By model, one for each id; None where the model said nothing of it.
        columns: What else is known, one value for each id.
        normalize: As for :func:`labwidgets.score`.
        variants: As for :func:`labwidgets.score`.

    Raises:
        SourceError: There is no model, or the sides differ in length.

    Attributes:
        models: In the order given.
        columns: By name.
    """

    def __init__(  # noqa: PLR0913 - two sides, and how they are compared
        self,
        ids: Sequence[str],
        references: Sequence[str],
        hypotheses: Mapping[str, Sequence[str | None]],
        *,
        columns: Mapping[str, Sequence[Any]] | None = None,
        normalize: Normalise = "basic",
        variants: VariantsGiven | None = None,
    ) -> None:
        build.check(ids, references, hypotheses)
        self.models = tuple(hypotheses)
        self._chain = normalisation(normalize)
        self._variants = variants
        self._lock = threading.Lock()
        self._views: OrderedDict[RowQuery, Rows] = OrderedDict()
        self._number = {key: row for row, key in enumerate(ids)}
        rest = {name: values for name, values in (columns or {}).items() if name not in build.RESERVED}
        given = build.Given(ids, references, hypotheses, rest)
        self._scores = build.scores(given, self._chain, variants)
        self._edited: set[int] = set()
        table = build.table(given, self._scores)
        self.columns = {one.name: one for one in build.described(table.schema, self.models)}
        self._database = duckdb.connect(":memory:", config={"enable_external_access": "false"})
        self._database.register("given", table)
        self._database.execute("CREATE TABLE rows AS SELECT * FROM given")
        self._database.unregister("given")

    def __len__(self) -> int:
        return len(self._number)

    def __repr__(self) -> str:
        return f"<ErrorTable {len(self)} rows, {', '.join(self.models)}>"

    # ---- rows ----------------------------------------------------------------------------------------

    def rows(self, query: RowQuery) -> Rows:
        """Return the numbers of the rows of a query, in its order, int32[n].

        The answer to one query stays the same while rows are marked and mended, so that none jumps away
        under the hand that works on it; :meth:`refresh` asks anew.

        Raises:
            ConfigError: The query names a column or a value that there is not.
        """
        with self._lock:
            if query in self._views:
                self._views.move_to_end(query)
                return self._views[query]
        found = self._ask(query)
        with self._lock:
            self._views[query] = found
            while len(self._views) > _KEPT_VIEWS:
                self._views.popitem(last=False)
        return found

    def refresh(self) -> None:
        """Forget all views: the next look at each sees marks and mended references."""
        with self._lock:
            self._views.clear()

    def _ask(self, query: RowQuery) -> Rows:
        words, values = condition_sql(query, self.columns)
        sort = known(query.sort, self.columns)
        order = f"{quoted(sort.name)} {'DESC' if query.descending else 'ASC'} NULLS LAST, row"
        found = self._fetch(f"SELECT row FROM rows WHERE {words} ORDER BY {order}", values)  # noqa: S608 - names are checked and quoted, values are apart
        rows: Rows = found["row"].to_numpy().astype(np.int32)
        if query.confusion is not None:
            rows = rows[np.isin(rows, self._confused(*query.confusion))]
        return rows

    def _fetch(
        self, words: str, values: Sequence[Any] = (), *, chosen: Rows | Sequence[int] | None = None
    ) -> pa.Table:
        """Run one query; ``chosen`` are row numbers that it knows as a table, each with its place."""
        with self._database.cursor() as cursor:
            if chosen is not None:
                places = {"row": pa.array(chosen, pa.int32()), "place": np.arange(len(chosen))}
                cursor.register("chosen", pa.table(places))
            return cursor.sql(words, params=list(values)).to_arrow_table()

    def page(self, query: RowQuery, *, offset: int = 0, limit: int = 50) -> list[dict[str, Any]]:
        """Return rows of a query with all their columns and, by model, the alignment.

        Args:
            query: Which rows, in which order.
            offset: Rows to skip.
            limit: Most rows to return, at most 500.
        """
        rows = self.rows(query)[max(0, offset) : max(0, offset) + min(max(0, limit), _MOST_ROWS)]
        return self.at(rows.tolist())

    def at(self, rows: Sequence[int]) -> list[dict[str, Any]]:
        """Return rows by their numbers, in the order given; unknown numbers are left out."""
        if not rows:
            return []
        found = self._fetch(f"SELECT * FROM rows WHERE row IN ({', '.join('?' * len(rows))})", rows)  # noqa: S608 - places only
        by_number = {row["row"]: row for row in found.to_pylist()}
        return [self._with_alignments(by_number[row]) for row in rows if row in by_number]

    def _with_alignments(self, row: dict[str, Any]) -> dict[str, Any]:
        said = {model: row[f"hypothesis:{model}"] for model in self.models}
        alignments = {}
        for model, text in said.items():
            if text is not None:
                steps = self._score_one(row["reference"], text).alignment(0)
                alignments[model] = [(int(one.op), one.reference, one.hypothesis) for one in steps]
        return {**row, "alignments": alignments}

    def lines(
        self, query: RowQuery, columns: Sequence[str], *, offset: int = 0, limit: int = 50
    ) -> list[dict[str, Any]]:
        """Return some columns of rows of a query, without alignments: what a long list shows.

        Raises:
            ConfigError: There is no such column.
        """
        names = dict.fromkeys(["row", "id", *(known(name, self.columns).name for name in columns)])
        rows = self.rows(query)[max(0, offset) : max(0, offset) + min(max(0, limit), _MOST_ROWS)]
        shown = ", ".join(f"rows.{quoted(name)}" for name in names)
        words = f"SELECT {shown} FROM rows JOIN chosen USING (row) ORDER BY place"  # noqa: S608 - checked and quoted
        found: list[dict[str, Any]] = self._fetch(words, chosen=rows).to_pylist()
        return found

    def fold(self, text: str) -> list[str]:
        """Return the words of a text as they are compared."""
        return self._chain(text).split()

    def number(self, key: str) -> int:
        """Return the number of the row with that id.

        Raises:
            NotFoundError: There is none.
        """
        if key not in self._number:
            raise NotFoundError("no such utterance", value=key, remedy="Look it up in the table")
        return self._number[key]

    # ---- sums ----------------------------------------------------------------------------------------

    def totals(self, query: RowQuery, model: str) -> tuple[Counts, tuple[float, float] | None]:
        """Return the errors of a model over the rows of a query, and the interval of its WER."""
        rows, score = self._score_of(model)
        is_wanted = np.zeros(len(self), dtype=np.bool_)
        is_wanted[self.rows(query)] = True
        chosen = np.flatnonzero(is_wanted[rows])
        table = score.table[chosen]
        counts = Counts(*map(int, table.sum(axis=0)))
        if not len(chosen):
            return counts, None
        _, index = np.unique(score.groups.index[chosen], return_inverse=True)
        groups = Groups(index, int(index.max()) + 1, score.groups.by)
        return counts, rate_interval(table[:, 1:4].sum(axis=1), table[:, 0:3].sum(axis=1), groups)

    def histogram(self, column: str, query: RowQuery, *, n_bins: int = 20) -> list[Bin]:
        """Return how the numbers of a column spread over the rows of a query; empty where there are none.

        Raises:
            ConfigError: There is no such column of numbers.
        """
        one = known(column, self.columns)
        if one.kind != "number":
            raise ConfigError("a histogram needs a column of numbers", value=column)
        values = self._fetch(f"SELECT {quoted(column)} AS v FROM rows")["v"].to_numpy()  # noqa: S608 - checked and quoted
        chosen = values[self.rows(query)].astype(np.float64)
        chosen = chosen[np.isfinite(chosen)]
        if not chosen.size:
            return []
        # One far value must not press all others into one bar.
        low, high = float(chosen.min()), float(np.quantile(chosen, 0.99))
        counts, edges = np.histogram(
            np.minimum(chosen, high), bins=max(1, n_bins), range=(low, max(high, low + 1e-9))
        )
        edges[-1] = max(edges[-1], chosen.max())
        return [
            Bin(float(low), float(high), int(n))
            for low, high, n in zip(edges[:-1], edges[1:], counts, strict=True)
        ]

    def values(self, column: str, query: RowQuery, *, n: int = 50) -> list[tuple[str | float | None, int]]:
        """Return the values of a column over the rows of a query and how often each is there, most first."""
        name = quoted(known(column, self.columns).name)
        words = (
            f"SELECT {name}, count(*) FROM rows JOIN chosen USING (row) GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?"  # noqa: S608 - checked and quoted
        )
        found = self._fetch(words, [n], chosen=self.rows(query))
        return list(zip(found.column(0).to_pylist(), found.column(1).to_pylist(), strict=True))

    def score(self, model: str, query: RowQuery | None = None) -> Score:
        """Return the score of a model over the rows of a query, or over all; for slices and reports."""
        rows, score = self._score_of(model)
        if query is None and not self._edited:
            return score
        wanted = self.rows(query) if query is not None else np.arange(len(self))
        chosen = self.at_texts(np.intersect1d(rows, wanted).tolist(), model)
        return score_pairs(chosen, self._chain, accepted=self._variants)

    def at_texts(self, rows: Sequence[int], model: str) -> Pairs:
        """Return the texts of some rows as they are now."""
        plain = [
            one.name
            for one in self.columns.values()
            if one.measure is None and one.name not in build.RESERVED
        ]
        names = ["id", "reference", f"hypothesis:{model}", *plain]
        words = ", ".join(f"rows.{quoted(name)}" for name in names)
        found = self._fetch(f"SELECT {words} FROM rows JOIN chosen USING (row) ORDER BY row", chosen=rows)  # noqa: S608 - checked and quoted
        lists = {name: found.column(place).to_pylist() for place, name in enumerate(names)}
        return Pairs(
            lists["id"],
            lists["reference"],
            lists[f"hypothesis:{model}"],
            {name: lists[name] for name in plain},
        )

    def slices(self, column: str, query: RowQuery, model: str, *, n_bins: int = 8) -> list[Slice]:
        """Return the rows of a query by the values or ranges of a column, each with its WER and interval.

        Raises:
            ConfigError: There is no such column or model.
        """
        known(column, self.columns)
        score = self.score(model, query)
        values = {**computed_columns(score), **score.columns}.get(column)
        if values is None:
            numbers = {self._number[key]: place for place, key in enumerate(score.ids)}
            found = self._fetch(f"SELECT row, {quoted(column)} AS v FROM rows").to_pydict()  # noqa: S608 - checked and quoted
            values = [None] * len(score)
            for row, value in zip(found["row"], found["v"], strict=True):
                if row in numbers:
                    values[numbers[row]] = value
        return slices_by(score, column, values, n_bins=n_bins)

    # ---- confusions ----------------------------------------------------------------------------------

    def confusions(self, query: RowQuery, model: str, *, n: int = 50) -> list[tuple[str, str, int]]:
        """Return the words heard as another over the rows of a query: reference, heard, how often."""
        return self.score(model, query).confusions(n)

    def _confused(self, model: str, reference: str, heard: str) -> Rows:
        rows, score = self._score_of(model)
        found = [row for row in self._edited if self._is_confused(row, model, reference, heard)]
        fresh = np.setdiff1d(rows[score.confused(reference, heard)], list(self._edited))
        return np.concatenate([fresh, np.array(found, dtype=np.int64)]).astype(np.int32)

    def _is_confused(self, row: int, model: str, reference: str, heard: str) -> bool:
        [now] = self.at([row])
        steps = now["alignments"].get(model, [])
        return any((one or "", two or "") == (reference, heard) for op, one, two in steps if op != Op.HIT)

    # ---- what people change --------------------------------------------------------------------------

    def mark(self, row: int, mark: str | None) -> None:
        """Keep what a person decided of a row, one of ``MARKS``; None takes it back.

        Raises:
            ConfigError: There is no such mark.
        """
        self.set_marks({row: mark})

    def set_marks(self, marks: Mapping[int, str | None]) -> None:
        """Keep many marks at once, by row number.

        Raises:
            ConfigError: There is no such mark.
        """
        for one in marks.values():
            if one is not None and one not in MARKS:
                raise ConfigError("no such mark", value=one, allowed=", ".join(MARKS))
        if marks:
            with self._lock, self._database.cursor() as cursor:
                cursor.executemany(
                    "UPDATE rows SET mark = ? WHERE row = ?", [[one, row] for row, one in marks.items()]
                )

    def set_reference(self, row: int, text: str) -> dict[str, Any]:
        """Put another reference into a row, count its errors anew, and return the row as it is now.

        Raises:
            NotFoundError: There is no such row.
        """
        found = self.at([row])
        if not found:
            raise NotFoundError("no such row", value=row, allowed=f"0 to {len(self) - 1}")
        change: dict[str, Any] = {"reference": text}
        for model in self.models:
            said = found[0][f"hypothesis:{model}"]
            if said is None:
                continue
            one = self._score_one(text, said)
            rows, score = self._scores[model]
            score.table[int(np.searchsorted(rows, row))] = one.table[0]
            change["n_words"] = one.n_words
            for measure, values in build.measures(one.table).items():
                change[f"{measure}:{model}"] = float(values[0])
        words = ", ".join(f"{quoted(name)} = ?" for name in change)
        with self._lock, self._database.cursor() as cursor:
            cursor.execute(f"UPDATE rows SET {words} WHERE row = ?", [*change.values(), row])  # noqa: S608 - checked and quoted
            self._edited.add(row)
        return self.at([row])[0]

    # ---- out -----------------------------------------------------------------------------------------

    def to_arrow(
        self, query: RowQuery, *, columns: Sequence[str] | None = None, is_ordered: bool = True
    ) -> pa.Table:
        """Return the rows of a query with some columns or all, in its order or in any."""
        names = [quoted(known(name, self.columns).name) for name in columns or self.columns]
        shown = ", ".join(f"rows.{name}" for name in names)
        rows = self.rows(query)
        if not is_ordered and len(rows) == len(self):
            return self._fetch(f"SELECT {shown} FROM rows")  # noqa: S608 - checked and quoted
        order = " ORDER BY place" if is_ordered else ""
        words = f"SELECT {shown} FROM rows JOIN chosen USING (row){order}"  # noqa: S608 - checked and quoted
        return self._fetch(words, chosen=rows)

    # ---- inside --------------------------------------------------------------------------------------

    def _score_of(self, model: str) -> tuple[Rows, Score]:
        if model not in self._scores:
            raise ConfigError("no such model", value=model, allowed=", ".join(self.models))
        return self._scores[model]

    def _score_one(self, reference: str, hypothesis: str) -> Score:
        return score_pairs(Pairs([""], [reference], [hypothesis], {}), self._chain, accepted=self._variants)
