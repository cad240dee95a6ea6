"""Texts made comparable for a search: case and accents fold, and a sign is one however it was typed."""

from __future__ import annotations

import re
import unicodedata

# Marks that most people leave out when they search: accents, Hebrew points, Arabic vowels. Not the vowel
# signs and nuktas of Indic scripts, nor the voicing marks of kana: a word without them is another word.
ACCENTS = re.compile(
    "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]"
)


def searchable(text: str) -> str:
    """Return ``text`` as a search sees it: canonically composed (NFC), without case and accents.

    >>> searchable("Straße CAFÉ"), searchable("की"), searchable("ガ")
    ('strasse cafe', 'की', 'ガ')
    """
    if text.isascii():
        return text.lower()
    # Canonical caseless matching (Unicode 3.13, D145): taken apart before the case goes, and again after it.
    apart = unicodedata.normalize("NFD", unicodedata.normalize("NFD", text).casefold())
    return unicodedata.normalize("NFC", ACCENTS.sub("", apart))
