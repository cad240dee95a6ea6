"""Which languages Whisper writes, and what it calls them; pure, so that a listing loads no model."""

from __future__ import annotations

_CODES = """
    en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th ur hr bg lt
    la mi ml cy sk te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq sw gl mr pa si km sn yo so af oc
    ka be tg sd gu am yi lo uz fo ht ps tk nn mt sa lb my bo tl mg as tt haw ln ha ba jw su
"""

WHISPER_CODES = frozenset(_CODES.split())
"""The 99 languages that every multilingual Whisper knows."""

SPACELESS = frozenset({"zh", "ja", "th", "lo", "my", "yue"})
"""Languages whose words are not divided by spaces."""

_ALIASES = {
    "cmn": "zh",
    "fil": "tl",
    "in": "id",
    "iw": "he",
    "jv": "jw",
    "nb": "no",
    "npi": "ne",
    "prs": "fa",
    "swh": "sw",
    "wuu": "zh",
}


def primary_subtag(language: str) -> str:
    """Return the language part of a BCP-47 tag, lower case.

    >>> primary_subtag("en-IN"), primary_subtag("zh_Hant_TW")
    ('en', 'zh')
    """
    return language.replace("_", "-").split("-", 1)[0].strip().lower()


def whisper_code(language: str) -> str | None:
    """Return what Whisper calls a BCP-47 language; None for one that it was not trained on.

    >>> whisper_code("hi-IN"), whisper_code("nb"), whisper_code("mai")
    ('hi', 'no', None)
    """
    subtag = primary_subtag(language)
    code = _ALIASES.get(subtag, subtag)
    return code if code in WHISPER_CODES else None
