"""Readers of references and hypotheses: files of many forms, tables, data sets, what is in Python already."""

from labwidgets.analysis.inputs.files import FORMATS, read_texts
from labwidgets.analysis.inputs.rows import Role
from labwidgets.analysis.inputs.sides import side

__all__ = ["FORMATS", "Role", "read_texts", "side"]
