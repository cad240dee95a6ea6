"""The engine behind a table of errors: a million rows sorted, filtered and searched in the kernel."""

from labwidgets.analysis.explorer.bars import Bar, bars
from labwidgets.analysis.explorer.drawing import SliceChart, slice_chart
from labwidgets.analysis.explorer.export import EXPORTS, export_rows
from labwidgets.analysis.explorer.opening import open_errors
from labwidgets.analysis.explorer.query import Bin, Column, Condition, RowQuery
from labwidgets.analysis.explorer.table import ErrorTable
from labwidgets.analysis.explorer.times import WordTime, reference_times, word_times

__all__ = [
    "EXPORTS",
    "Bar",
    "Bin",
    "Column",
    "Condition",
    "ErrorTable",
    "RowQuery",
    "SliceChart",
    "WordTime",
    "bars",
    "export_rows",
    "open_errors",
    "reference_times",
    "slice_chart",
    "word_times",
]
