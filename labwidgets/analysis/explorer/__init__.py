"""The engine behind a table of errors: a million rows sorted, filtered and searched in the kernel."""

from labwidgets.analysis.explorer.query import Bin, Column, Condition, RowQuery
from labwidgets.analysis.explorer.table import ErrorTable

__all__ = ["Bin", "Column", "Condition", "ErrorTable", "RowQuery"]
