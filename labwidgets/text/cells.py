"""Texts in the cells of a spreadsheet.

References:
    OWASP, "CSV Injection": https://owasp.org/www-community/attacks/CSV_Injection
"""

from __future__ import annotations

import re

_FORMULA = re.compile(r"\s*[=+\-@\t\r＝＋－＠]")  # noqa: RUF001 - wide signs begin a formula too
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?([eE][+-]?\d+)?")


def plain_cell(text: str) -> str:
    """Return a text as a spreadsheet shows it and does not run it: with an apostrophe before a formula.

    >>> plain_cell("=1+1"), plain_cell("- so he said"), plain_cell("-3.5"), plain_cell("a = b")
    ("'=1+1", "'- so he said", '-3.5', 'a = b')
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text
