"""Text at the door: what may be stored as a transcript."""

from __future__ import annotations

import re
import unicodedata

from labwidgets.errors import TextError

MAX_CHARACTERS = 20_000
"""Longest transcript of one segment; half an hour of fast speech has fewer."""

# Cc without tab and newline, and lone surrogates, which no UTF-8 store can hold.
_REFUSED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def checked_text(text: str) -> str:
    r"""Return ``text`` as it is, or refuse it.

    Nothing is changed here; :func:`stored_text` gives the form for the store. Empty text is allowed.

    Args:
        text: A transcript or a part of one.

    Returns:
        The same string.

    Raises:
        TextError: On a control character other than ``\n`` and ``\t``, a lone surrogate, or more than
            ``MAX_CHARACTERS`` characters.

    >>> checked_text("naïve\n")
    'naïve\n'
    """
    if len(text) > MAX_CHARACTERS:
        raise TextError(
            "the text is too long",
            value=f"{len(text)} characters",
            allowed=f"at most {MAX_CHARACTERS} characters for one segment",
            remedy="Split the segment, or check whether the right text was pasted",
        )
    found = _REFUSED.search(text)
    if found:
        raise TextError(
            "the text holds a character that cannot be stored",
            value=f"U+{ord(found.group()):04X} at position {found.start()}",
            allowed="printable characters, tab and newline",
            remedy="Delete that character and save again",
        )
    return text


def stored_text(text: str) -> str:
    r"""Return ``text`` in the one form in which the store keeps it: canonically composed (Unicode's NFC).

    The same letters are then the same code points, whichever keyboard, system or data set they came from;
    what is seen and what is meant never changes. Editors in the browser hand on this form too.

    Args:
        text: A transcript or a part of one.

    Returns:
        The text, or an equal one.

    Raises:
        TextError: As :func:`checked_text`.

    >>> stored_text("e\u0301") == "\u00e9"
    True
    """
    return checked_text(text if text.isascii() else unicodedata.normalize("NFC", text))
