"""In which manner texts are spelt: capitals, punctuation; pure and light."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence


def spelt_apart(references: Sequence[str], drafts: Sequence[str]) -> str:
    """Say how most drafts are spelt otherwise than most references; empty where they are not.

    >>> spelt_apart(["THE CAT", "OH NO"], ["The cat sat.", "No!"])
    'references are in capitals, drafts in capitals and small letters with punctuation'
    """
    manners = [_manner(texts) for texts in (references, drafts)]
    if not all(manners) or manners[0] == manners[1]:
        return ""
    return "references are in {}, drafts in {}".format(*manners)


def _manner(texts: Sequence[str]) -> str:
    def is_in_most(has: Callable[[str], bool]) -> bool:
        return 2 * sum(any(map(has, text)) for text in texts) > len(texts)

    cases = (("capitals", str.isupper), ("small letters", str.islower))
    names = " and ".join(name for name, has in cases if is_in_most(has))
    marks = (
        " with punctuation"
        if is_in_most(lambda one: unicodedata.category(one) == "Po" and one != "'")
        else ""
    )
    return names + marks if names else ""
