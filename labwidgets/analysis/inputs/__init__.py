"""Readers of references and hypotheses: files of many forms, tables, data sets, what is in Python already."""

from labwidgets.analysis.inputs.files import FORMATS, read_texts
from labwidgets.analysis.inputs.rows import Role
from labwidgets.analysis.inputs.sides import opened, side

__all__ = ["FORMATS", "Role", "opened", "read_texts", "side"]
