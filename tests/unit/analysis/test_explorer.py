"""The table of errors: sorted, filtered, searched, marked and mended in the kernel."""

from __future__ import annotations

import csv
import io

import pytest

from labwidgets.analysis.explorer import EXPORTS, Condition, ErrorTable, RowQuery, export_rows, open_errors
from labwidgets.analysis.inputs import read_texts
from labwidgets.analysis.scoring import score
from labwidgets.errors import ConfigError, NotFoundError, SourceError

REFERENCES = ["The cat sat", "a dog", "the end", "", "Über <b/>uns<b/>"]
ONE = ["the hat sat", "a dog", "end", "ghost", "über uns"]
TWO = ["the cat sat", "a fog", None, "", "über b uns b"]


@pytest.fixture
def table() -> ErrorTable:
    return ErrorTable(
        [f"u{number}" for number in range(5)],
        REFERENCES,
        {"one": ONE, "two": TWO},
        columns={"speaker": ["s1", "s2", "s1", None, "s2"], "snr": [10.0, 20.5, None, 5.0, float("nan")]},
    )


def ids(table, query):
    return [row["id"] for row in table.page(query)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (RowQuery(), ["u0", "u1", "u2", "u3", "u4"]),
        (RowQuery(sort="wer:one", descending=True), ["u3", "u2", "u4", "u0", "u1"]),
        (RowQuery(sort="wer:two"), ["u0", "u3", "u4", "u1", "u2"]),
        (RowQuery(sort="snr", descending=True), ["u1", "u0", "u3", "u2", "u4"]),
        (RowQuery(where=(Condition("speaker", "is", "s1"),)), ["u0", "u2"]),
        (RowQuery(where=(Condition("speaker", "is", ("s1", "s2")),)), ["u0", "u1", "u2", "u4"]),
        (RowQuery(where=(Condition("speaker", "is_not", "s1"),)), ["u1", "u3", "u4"]),
        (RowQuery(where=(Condition("speaker", "missing"),)), ["u3"]),
        (RowQuery(where=(Condition("speaker", "contains", "S2"),)), ["u1", "u4"]),
        (RowQuery(where=(Condition("snr", "at_least", 10), Condition("snr", "below", 20))), ["u0"]),
        (RowQuery(where=(Condition("wer:two", "missing"),)), ["u2"]),
        (RowQuery(search="ÜBER"), ["u4"]),
        (RowQuery(search="fog"), ["u1"]),
        (RowQuery(search="U3"), ["u3"]),
        (RowQuery(search="%"), []),
        (RowQuery(search="'; DROP TABLE rows; --"), []),
        (RowQuery(confusion=("one", "cat", "hat")), ["u0"]),
        (RowQuery(confusion=("one", "the", "")), ["u2"]),
        (RowQuery(confusion=("one", "", "ghost")), ["u3"]),
        (RowQuery(confusion=("one", "no", "such")), []),
    ],
)
def test_rows_are_found_in_the_wanted_order(table, query, expected):
    assert ids(table, query) == expected


def test_a_page_is_a_part_with_figures_and_alignments(table):
    [row] = table.page(RowQuery(sort="wer:one", descending=True), offset=3, limit=1)
    assert (row["id"], row["reference"], row["n_words"], row["mark"]) == ("u0", "The cat sat", 3, None)
    assert row["wer:one"] == pytest.approx(1 / 3)
    assert (row["wer:two"], row["speaker"], row["snr"]) == (0.0, "s1", 10.0)
    assert row["alignments"]["one"] == [(0, "the", "the"), (1, "cat", "hat"), (0, "sat", "sat")]
    assert table.page(RowQuery(), offset=99) == []
    assert "two" not in table.page(RowQuery(), offset=2, limit=1)[0]["alignments"]


def test_sums_follow_the_query(table):
    counts, interval = table.totals(RowQuery(where=(Condition("speaker", "is", "s1"),)), "one")
    assert (counts.substitutions, counts.deletions, counts.n_words) == (1, 1, 5)
    assert interval is None  # one speaker
    assert table.totals(RowQuery(), "two")[1] is not None
    assert table.totals(RowQuery(search="nowhere"), "one") == (type(counts)(), None)
    assert table.confusions(RowQuery(), "one") == [("cat", "hat", 1)]
    assert table.values("speaker", RowQuery()) == [("s1", 2), ("s2", 2), (None, 1)]


def test_a_histogram_counts_every_row_once(table):
    bins = table.histogram("snr", RowQuery(), n_bins=4)
    assert sum(one.n for one in bins) == 3
    assert (bins[0].low, bins[-1].high) == (5.0, 20.5)
    assert table.histogram("snr", RowQuery(search="nowhere")) == []


def test_a_mark_is_kept_and_the_view_does_not_jump(table):
    query = RowQuery(where=(Condition("mark", "missing"),))
    assert len(table.rows(query)) == 5
    table.mark(1, "reference-wrong")
    assert ids(table, query)[1] == "u1"
    assert table.at([1])[0]["mark"] == "reference-wrong"
    table.refresh()
    assert ids(table, query) == ["u0", "u2", "u3", "u4"]
    table.mark(1, None)
    assert table.at([1])[0]["mark"] is None


def test_a_mended_reference_is_counted_anew_everywhere(table):
    before = table.totals(RowQuery(), "one")[0].edits
    row = table.set_reference(0, "the hat sat")
    assert (row["reference"], row["wer:one"], row["wer:two"]) == ("the hat sat", 0.0, pytest.approx(1 / 3))
    assert table.totals(RowQuery(), "one")[0].edits == before - 1
    assert table.confusions(RowQuery(), "one") == []
    assert ids(table, RowQuery(confusion=("one", "cat", "hat"))) == []
    assert ids(table, RowQuery(confusion=("two", "hat", "cat"))) == ["u0"]
    assert table.score("one").substitutions == 0


def test_mending_equals_scoring_from_the_start(table):
    table.set_reference(1, "a fog or two")
    fresh = score(["The cat sat", "a fog or two", "the end", "", "Über <b/>uns<b/>"], ONE)
    assert table.score("one").to_dict(per_utterance=True)["utterances"][1]["wer"] == fresh[1].counts.wer
    assert table.totals(RowQuery(), "one")[0] == fresh.counts


def test_what_is_found_leaves_as_a_table(table):
    found = table.to_arrow(
        RowQuery(sort="wer:one", descending=True, where=(Condition("wer:one", "at_least", 0.3),))
    )
    assert found["id"].to_pylist() == ["u3", "u2", "u4", "u0"]
    assert "alignments" not in found.column_names


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (RowQuery(sort="snr; --"), "no such column: 'snr; --'"),
        (
            RowQuery(where=(Condition("snr", "is", "ten"),)),
            "the filter on snr needs another value: 'ten'.*a number",
        ),
        (RowQuery(where=(Condition("snr", "below", float("nan")),)), "needs another value"),
        (RowQuery(where=(Condition("speaker", "is", 7),)), "needs another value.*a text"),
        (RowQuery(where=(Condition("snr", "like", 1),)), "no such filter: 'like'"),  # type: ignore[arg-type]
        (RowQuery(confusion=("three", "a", "b")), "no such model: 'three'"),
    ],
)
def test_a_query_that_makes_no_sense_says_why(table, query, message):
    with pytest.raises(ConfigError, match=message):
        table.rows(query)


def test_the_table_says_what_is_not_there(table):
    with pytest.raises(ConfigError, match="no such mark: 'nice'"):
        table.mark(0, "nice")
    with pytest.raises(ConfigError, match="a histogram needs a column of numbers: 'speaker'"):
        table.histogram("speaker", RowQuery())
    with pytest.raises(NotFoundError, match="no such row: '9'"):
        table.set_reference(9, "x")
    with pytest.raises(NotFoundError, match="no such utterance: 'u9'"):
        table.number("u9")
    assert table.number("u4") == 4


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((["a"], ["x"], {}), "there are no hypotheses to look at"),
        ((["a", "a"], ["x", "y"], {"m": ["x", "y"]}), "an id is there more than once"),
        ((["a"], ["x"], {"m": []}), "the sides differ in length: 'm: 0'"),
        ((["a"], [], {"m": ["x"]}), "the sides differ in length: 'references: 0'"),
    ],
)
def test_sides_that_do_not_fit_make_no_table(given, message):
    with pytest.raises(SourceError, match=message):
        ErrorTable(*given)


def test_a_model_may_have_any_name():
    table = ErrorTable(["a"], ["x y"], {'we"ird; -- näme': ["x z"]})
    assert table.page(RowQuery(sort='wer:we"ird; -- näme'))[0]['wer:we"ird; -- näme'] == 0.5


def test_slices_follow_the_query(table):
    found = table.slices("speaker", RowQuery(), "one")
    assert {one.value: (one.n_utterances, one.n_words) for one in found} == {"s1": (2, 5), "s2": (2, 6)}
    assert [one.value for one in table.slices("n_words", RowQuery(search="u"), "one", n_bins=9)] != []
    assert table.slices("edits:two", RowQuery(), "one")[0].n_utterances >= 1
    with pytest.raises(ConfigError, match="no such column: 'none'"):
        table.slices("none", RowQuery(), "one")


@pytest.mark.parametrize("form", EXPORTS)
def test_what_was_found_leaves_as_a_file_that_can_be_read_again(table, tmp_path, form):
    query = RowQuery(sort="wer:one", descending=True, where=(Condition("speaker", "is", "s2"),))
    path = tmp_path / f"out.{ {'nemo': 'jsonl', 'spreadsheet': 'csv'}.get(form, form) }"
    assert export_rows(table, query, path, form=form) == 2
    found = read_texts(path, role="reference")
    assert (list(found.ids), list(found.texts)) == (["u4", "u1"], ["Über <b/>uns<b/>", "a dog"])
    assert list(found.columns["speaker"]) == ["s2", "s2"]
    column = "pred_text_one" if form == "nemo" else "hypothesis:one"
    assert read_texts(path, role="hypothesis", column=column).texts == ["über uns", "a dog"]


def test_a_spreadsheet_runs_nothing_and_programs_get_every_sign(tmp_path):
    references = ["=HYPERLINK(1)", "- so he said", "+91 98", "@here", "-3.5", "it = that"]
    table = open_errors({str(at): text for at, text in enumerate(references)}, {"one": {"0": "\t=1"}})
    shown = {}
    for form in ("csv", "tsv", "spreadsheet"):
        export_rows(table, RowQuery(), tmp_path / form, form=form)
        content = (tmp_path / form).read_text(encoding="utf-8-sig")
        rows = csv.DictReader(io.StringIO(content), delimiter="\t" if form == "tsv" else ",")
        shown[form] = [row["reference"] for row in rows]
    assert shown["csv"] == shown["tsv"] == references
    assert shown["spreadsheet"] == [
        "'=HYPERLINK(1)",
        "'- so he said",
        "'+91 98",
        "'@here",
        "-3.5",
        "it = that",
    ]
    assert (tmp_path / "spreadsheet").read_bytes().startswith(b"\xef\xbb\xbf")
    assert "'\t=1" in (tmp_path / "spreadsheet").read_text(encoding="utf-8")


def test_an_export_says_what_is_wrong(table, tmp_path):
    with pytest.raises(ConfigError, match="no such form to export to: 'xlsx'"):
        export_rows(table, RowQuery(), tmp_path / "x", form="xlsx")
    with pytest.raises(SourceError, match="the rows cannot be written"):
        export_rows(table, RowQuery(), tmp_path / "no" / "folder.csv", form="csv")


def test_a_table_opens_from_a_data_set_with_a_column_a_model():
    from datasets import Dataset

    data = Dataset.from_dict(
        {
            "id": ["u1", "u2"],
            "text": ["a b", "c"],
            "small": ["a x", "c"],
            "large": ["a b", None],
            "room": ["r", "s"],
        }
    )
    opened = open_errors(data, ["small", "large"], reference="text")
    [first, second] = opened.page(RowQuery())
    assert (first["wer:small"], first["wer:large"], first["room"]) == (0.5, 0.0, "r")
    assert (second["hypothesis:large"], second["wer:large"]) == (None, None)
    assert "small" not in opened.columns


def test_a_table_opens_from_files_and_lists(tmp_path):
    (tmp_path / "r.trn").write_text("a b (s-1)\nc (s-2)\n", encoding="utf-8")
    opened = open_errors(tmp_path / "r.trn", {"m": {"s-2": "d", "s-1": "a b"}})
    assert [row["wer:m"] for row in opened.page(RowQuery())] == [0.0, 1.0]
    assert open_errors(["a"], {"m": ["b"]}).page(RowQuery())[0]["id"] == "0"
    with pytest.raises(SourceError, match="there are no hypotheses to look at"):
        open_errors(["a"], {})
