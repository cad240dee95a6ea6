"""The engine behind a table of errors: a million rows sorted, filtered and searched in the kernel."""

from labwidgets.analysis.explorer.export import EXPORTS, export_rows
from labwidgets.analysis.explorer.opening import open_errors
from labwidgets.analysis.explorer.query import Bin, Column, Condition, RowQuery
from labwidgets.analysis.explorer.table import ErrorTable

__all__ = ["EXPORTS", "Bin", "Column", "Condition", "ErrorTable", "RowQuery", "export_rows", "open_errors"]
