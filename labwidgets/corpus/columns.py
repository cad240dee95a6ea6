"""Which column of a source fills which field of a recording, and what becomes of the other columns."""

from __future__ import annotations

import datetime as dt
import math
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import PurePath
from typing import Any

import numpy as np

from labwidgets.errors import SourceError
from labwidgets.records import TextUse

FIELDS = ("text", "speaker", "accent", "language", "licence")
SPAN_FIELDS = ("id", "channel", "start", "end", "duration", "words", "layers", "confidence", "flags")
"""What else a column of a table of transcripts can hold."""
AUDIO_COLUMNS = ("audio", "file_name", "audio_filepath", "audio_path", "path", "file")
GUESSES: Mapping[str, tuple[str, ...]] = {
    "text": ("text", "sentence", "transcription", "transcript"),
    "speaker": ("speaker", "speaker_id", "client_id"),
    "accent": ("accent", "accents"),
    "language": ("language", "locale", "lang"),
    "licence": ("licence", "license"),
}
TEXT_USES: tuple[TextUse, ...] = ("reference", "draft", "metadata")

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class AddOptions:
    """How a source is read.

    ``speaker``, ``accent``, ``language`` and ``licence`` name a *column* if the source has a column of that
    name; otherwise they are the *value* for every recording of the source. ``text`` always names a column.
    What is not given is guessed from the usual column names (``GUESSES``) and the guess is reported.

    Attributes:
        default_language: BCP-47 tag for recordings of which neither ``language`` nor a column says more.
        default_licence: The same for licences.
        language: Column or value.
        speaker: Column or value.
        accent: Column or value.
        licence: Column or value.
        text: Column that holds the transcript.
        text_as: What the transcript is: ``reference``, ``draft`` or ``metadata`` (kept, not used).
        collection: Where it all came from; the folder's or data set's name when not given.
        columns: Field to column, as ``{"text": "sentence", "audio": "path"}``; each column must exist.
        copy: Copy the files into the project instead of pointing at them where they lie.
        format: Id of the format of transcripts that the source is in; default: guessed.
        audio: File or folder of the recordings, for transcripts that lie elsewhere.
        encoding: Of transcripts; default: UTF-8, or what the byte order mark says.
        allow_local: Also fetch from ``file:`` URLs and from addresses that are not on the public net.
    """

    default_language: str = "und"
    default_licence: str | None = None
    language: str | None = None
    speaker: str | None = None
    accent: str | None = None
    licence: str | None = None
    text: str | None = None
    text_as: TextUse = "reference"
    collection: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    copy: bool = False
    format: str | None = None
    audio: str | None = None
    encoding: str | None = None
    allow_local: bool = False

    def __post_init__(self) -> None:
        if self.text_as not in TEXT_USES:
            raise SourceError("unknown use of a text", value=self.text_as, allowed=", ".join(TEXT_USES))
        known = ("audio", *FIELDS, *SPAN_FIELDS)
        unknown = sorted(set(self.columns) - set(known))
        if unknown:
            raise SourceError("unknown field", value=unknown[0], allowed=", ".join(known))
        if not is_language(self.default_language):
            raise _bad_language(self.default_language)


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """Field to column, field to constant, and which of the columns were only guessed."""

    columns: Mapping[str, str]
    constants: Mapping[str, str]
    guessed: frozenset[str]

    def notes(self) -> tuple[str, ...]:
        """Return one line for each guess."""
        return tuple(
            f"column {self.columns[name]!r} taken as the {name}" for name in FIELDS if name in self.guessed
        )


def is_language(tag: str) -> bool:
    """Return whether ``tag`` has the form of a BCP-47 tag.

    >>> is_language("pt-BR"), is_language("English, I think")
    (True, False)
    """
    return _LANGUAGE.fullmatch(tag) is not None


def plan_columns(available: Sequence[str], options: AddOptions) -> ColumnPlan:
    """Return which of the ``available`` columns fill which field.

    Raises:
        SourceError: A column was named that the source does not have, or a language is no BCP-47 tag.
    """
    columns = {name: _existing(column, available) for name, column in options.columns.items()}
    if options.text is not None:
        columns["text"] = _existing(options.text, available)
    constants: dict[str, str] = {}
    for name in ("speaker", "accent", "language", "licence"):
        value = getattr(options, name)
        if value in available:
            columns[name] = value
        elif value is not None:
            constants[name] = value
    if not is_language(constants.get("language", "und")):
        raise _bad_language(constants["language"])
    guessed = set()
    for name, names in GUESSES.items():
        match = next((candidate for candidate in names if candidate in available), None)
        if match is not None and name not in columns and name not in constants:
            columns[name] = match
            guessed.add(name)
    return ColumnPlan(columns, constants, frozenset(guessed))


def _existing(column: str, available: Sequence[str]) -> str:
    if column not in available:
        raise SourceError(
            "the source has no such column",
            value=column,
            allowed=", ".join(map(repr, available)) or "none: it is audio alone",
            remedy="Name one of its columns, or leave the option out",
        )
    return column


def _bad_language(tag: str) -> SourceError:
    return SourceError("not a language tag", value=tag, allowed="BCP-47 such as en, pt-BR, cmn-Hant-TW")


def take_field(plan: ColumnPlan, name: str, values: Mapping[str, object]) -> str | None:
    """Return the field ``name`` of one row; None where the row has nothing there.

    Raises:
        SourceError: The value holds U+0000.
    """
    column = plan.columns.get(name)
    if column is None:
        return plan.constants.get(name)
    value = json_value(values.get(column))
    if value is None:
        return None
    text = value if isinstance(value, str) else str(value)
    return text if name == "text" else text.strip() or None


def take_language(plan: ColumnPlan, values: Mapping[str, object], default: str) -> str:
    """Return the row's language, ``default`` where it has none.

    A *guessed* column with something else than tags in it ("English") does not count.

    Raises:
        SourceError: The column was named by the user and holds no language tag.
    """
    tag = take_field(plan, "language", values)
    tag = None if tag is None else tag.replace("_", "-")
    if tag is None:
        return default
    if is_language(tag):
        return tag
    if "language" in plan.guessed:
        return default
    raise _bad_language(tag)


def spare_values(
    plan: ColumnPlan, values: Mapping[str, object], *, keep: Iterable[str] = ()
) -> dict[str, Any]:
    """Return the columns that fill no field (and those of the fields in ``keep``), as JSON values."""
    used = {column for name, column in plan.columns.items() if name not in set(keep)}
    return {str(name): json_value(value) for name, value in values.items() if name not in used}


def json_value(value: object) -> Any:
    """Return ``value`` as JSON can hold it: NaN and infinities become null, dates ISO 8601, paths text.

    Binary data has no place in metadata: its size is kept in its stead.

    Raises:
        SourceError: A text holds U+0000 or half a surrogate pair, which no store can keep; or the value is
            nested without end.
    """
    try:
        return _json_value(value)
    except RecursionError as e:
        raise SourceError("a value is nested too deep", value=type(value).__name__) from e


def _json_value(value: object) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str):
        return checked_text(value)
    if isinstance(value, Mapping):
        return {checked_text(str(name)): _json_value(item) for name, item in value.items()}
    if isinstance(value, bytes | bytearray | memoryview):
        return f"<{len(value)} bytes>"
    return _json_other(value)


def _json_other(value: object) -> Any:
    if isinstance(value, dt.date | dt.time):
        # pandas marks a missing date by NaT, which is a date by type and has no ISO form.
        return value.isoformat() if value == value else None  # noqa: PLR0124
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    if isinstance(value, np.ndarray | np.generic):
        return _json_value(value.tolist()) if not isinstance(value, np.datetime64) else str(value)
    if isinstance(value, Sequence | set | frozenset):
        return [_json_value(item) for item in value]
    if isinstance(value, PurePath | uuid.UUID | Decimal):
        return checked_text(str(value))
    return checked_text(repr(value))


def checked_text(text: str) -> str:
    """Return ``text`` unchanged.

    Raises:
        SourceError: It holds U+0000 or half a surrogate pair.
    """
    if "\0" in text:
        raise SourceError("a text holds the character U+0000", remedy="Remove it from the source")
    try:
        text.encode()
    except UnicodeEncodeError as e:
        raise SourceError(
            "a text or file name is not valid Unicode", value=ascii(text), remedy="Rename or re-encode it"
        ) from e
    return text
