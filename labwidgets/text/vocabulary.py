"""The commonest words of a language: of a project's own texts, and of the language at large."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache

from labwidgets.text.writing import is_fitting, own_words

_OWN = 100.0
"""How much more a share of the project's words says than one of the language's."""
_HALF_RANK = 20.0
_N_GENERAL = 20_000


def count_words(texts: Iterable[tuple[str, float]], language: str) -> dict[str, float]:
    """Return how often each word stands in the texts, each text with a weight; only words in fitting scripts.

    >>> count_words([("राम घर phone", 1.0), ("घर", 0.5)], "hi")
    {'राम': 1.0, 'घर': 1.5}
    """
    counts: defaultdict[str, float] = defaultdict(float)
    for text, weight in texts:
        for word in own_words(text):
            counts[word] += weight
    return {word: count for word, count in counts.items() if is_fitting(word, language)}


def common_words(own: Mapping[str, float], language: str, *, n: int) -> list[str]:
    """Return at most ``n`` words, the commonest first: the project's, and the language's where known.

    Args:
        own: Words of the project with their counts.
        language: BCP-47.
        n: At most so many.

    >>> common_words({"rare": 1.0, "often": 7.0}, "und", n=5)
    ['often', 'rare']
    """
    total = sum(own.values()) or 1.0
    shares = defaultdict(float, {word: _OWN * count / total for word, count in own.items()})
    for rank, word in enumerate(general_words(language)):
        shares[word] += 1 / (_HALF_RANK + rank)
    return heapq.nlargest(n, shares, key=shares.__getitem__)


@cache
def general_words(language: str) -> tuple[str, ...]:
    """Return the commonest words of a language; none where ``wordfreq`` is not installed or does not know it.

    References:
        Speer, R. (2022), wordfreq 3.0 (code Apache-2.0, data CC BY-SA 4.0),
        https://doi.org/10.5281/zenodo.7199437
    """
    try:
        import wordfreq
    except ImportError:
        return ()
    primary = language.replace("_", "-").split("-", 1)[0].lower()
    if primary not in wordfreq.available_languages("best"):
        return ()
    found = wordfreq.top_n_list(primary, _N_GENERAL)
    return tuple(word for text in found for word in own_words(text) if is_fitting(word, language))
