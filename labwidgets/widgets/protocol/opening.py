"""The first messages of a view: who it works for, with which settings, keys and bundles."""

from __future__ import annotations

from typing import Literal, NotRequired

# pydantic checks messages by these types and needs the back-ported TypedDict before Python 3.12.
from typing_extensions import TypedDict

from labwidgets.widgets.protocol.segments import KeptPayload
from labwidgets.widgets.protocol.sound import ClipPayload


class ReadyRequest(TypedDict):
    """The view is there and can play ``codecs`` (mime types that its media engine takes)."""

    version: int
    codecs: list[str]


class LayerPayload(TypedDict):
    """A text beside the main one; ``rule`` names what makes it out of that (``labwidgets.text.RULES``)."""

    name: str
    rule: list[str]


class TagPayload(TypedDict):
    """One tag that the editor offers. ``text`` is what is stored, for a language the opening tag of two."""

    kind: Literal["event", "filler", "foreign"]
    text: str
    label: str
    key: str | None


class LabelSettings(TypedDict):
    """The part of ``project.yaml`` that the page needs."""

    flags: list[str]
    skip_reasons: list[str]
    guidelines: str
    keys: dict[str, list[str]]
    key_preset: str
    low_confidence: float
    autoplay: bool
    jump_back_s: float
    lead_s: float
    pause_while_typing: bool
    resume_after_s: float
    codec: Literal["auto", "flac", "opus"]
    layers: list[LayerPayload]
    scripts: list[str]
    typing_help: bool
    tags: list[TagPayload]
    order: NotRequired[str]


class AskedPayload(TypedDict):
    """Which rows of the queue the view was asked to begin with; null where that is left to it."""

    order: str | None
    filter: str | None


class ReadyReply(TypedDict):
    """Who and what the view works for. ``clip`` is set where there is just one (player, editor).

    ``recording`` is the one to begin with, where the view shows recordings; null for the first.

    ``place`` tells copies of a project apart, which share the id. ``kept`` is what this person typed and did
    not submit, as far as a browser had it kept here (``keep``). ``asked`` goes before what the browser
    remembers, ``order`` of the settings behind it.
    """

    version: int
    project: str
    project_id: str
    place: NotRequired[str]
    annotator: str
    settings: LabelSettings
    clip: NotRequired[ClipPayload | None]
    recording: NotRequired[str | None]
    kept: NotRequired[list[KeptPayload]]
    asked: NotRequired[AskedPayload]


class KeysRequest(TypedDict):
    """Ask for all key presets."""


class KeysReply(TypedDict):
    """Chords of each action, by preset; the default one first."""

    presets: dict[str, dict[str, list[str]]]


class AssetRequest(TypedDict):
    """Ask for a bundle by name; the reply's only buffer holds it, packed where the page can unpack it."""

    name: str
    gzip: bool


class AssetReply(TypedDict):
    """``hash`` is that of the bundle as it is unpacked, hex sha256."""

    name: str
    hash: str
    gzip: bool


class HotWordsRequest(TypedDict):
    """Ask for corrections that were made more than once; again when something changed."""


class HotWordPayload(TypedDict):
    """``wrong`` became ``right`` in ``n`` segments; see ``labwidgets.records.HotWord``."""

    wrong: str
    right: str
    n: int


class HotWordsReply(TypedDict):
    """The most frequent first; empty where there are none, or the project wants none.

    ``mark`` is another one where they are others.
    """

    hot_words: list[HotWordPayload]
    mark: str


class WordsRequest(TypedDict):
    """Ask for the commonest words of a language (BCP-47), for the typing help."""

    language: str


class WordsReply(TypedDict):
    """The commonest first; empty where none are known."""

    words: list[str]
