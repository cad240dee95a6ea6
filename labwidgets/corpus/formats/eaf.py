"""ELAN's EAF: tiers with times in milliseconds, one a speaker (see ``tiers``).

Holds one recording: its name, id, speaker (as the tier's participant), start and end, text, licence where it
is the same throughout; layers and words stand on tiers below. Annotations whose times are not aligned take
those of what they refer to. Vocabularies, comments and further media are not taken.

Own code: pympi-ling does not read ids without digits, loses what annotations refer to beside their parents,
and renames files that it writes over.

References:
    https://www.mpi.nl/tools/elan/EAF_Annotation_Format_3.0_and_ELAN.pdf
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

from labwidgets.corpus.formats.carrying import Format, Reading, Spans, one_line, stem, throughout
from labwidgets.corpus.formats.files import about, read_bytes, require, write_bytes
from labwidgets.corpus.formats.subtitles import in_order
from labwidgets.corpus.formats.tiers import Mark, Tier, fitted, spans_of, tiers_of
from labwidgets.errors import SourceError
from labwidgets.records import AudioRef, TranscribedSpan, Transcript
from labwidgets.timeline import round_half_up

_ID = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SCHEMA = "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_SEGMENTS, _PARTS, _SAME = "segments", "words", "layers"
_MOST_DIGITS = 12
_INCLUDED, _ASSOCIATED = "Included_In", "Symbolic_Association"
_CONSTRAINTS = {
    _INCLUDED: "Time alignable annotations within the parent annotation's time interval, gaps are allowed",
    _ASSOCIATED: "1-1 association with a parent annotation",
}


# ---- in ------------------------------------------------------------------------------------------------


def read(path: Path, how: Reading) -> Transcript:
    """Return what a file holds.

    Raises:
        SourceError: It is no EAF, or has no annotations.
    """
    try:
        # Expat refuses entities that blow up, and ElementTree loads nothing from elsewhere.
        root = ET.fromstring(read_bytes(path))  # noqa: S314
    except (ET.ParseError, ValueError) as e:
        raise SourceError("the file is no XML", value=path, remedy=str(e)) from e
    if root.tag != "ANNOTATION_DOCUMENT":
        raise SourceError("the file is no EAF", value=path, allowed="an ANNOTATION_DOCUMENT")
    audio = AudioRef(how.audio or _media(root) or about(path))
    licence = one_line(root.findtext("LICENSE") or "") or None
    marks = _marks(root)
    spans, notes = spans_of(_tiers(root, marks), audio)
    ignored = len(root.findall("CONTROLLED_VOCABULARY")) + len(root.findall("HEADER/MEDIA_DESCRIPTOR")[1:])
    timeless = len(list(root.iter("ANNOTATION"))) - len(marks)
    notes += (f"{timeless} annotations without times were not taken",) if timeless else ()
    notes += (f"{ignored} vocabularies or further media were not taken",) if ignored else ()
    return require(Transcript(tuple(replace(span, licence=licence) for span in spans), (), notes), path.name)


def _media(root: ET.Element) -> str | None:
    found = root.find("HEADER/MEDIA_DESCRIPTOR")
    if found is None:
        return None
    relative = found.get("RELATIVE_MEDIA_URL") or ""
    name = relative.removeprefix("file:").removeprefix("./") or found.get("MEDIA_URL") or ""
    return unquote(name.removeprefix("file://")) or None


def _marks(root: ET.Element) -> dict[str, Mark]:
    """Return all annotations that have times, by id."""
    slots, tiers = _slots(root), root.findall("TIER")
    marks: dict[str, Mark] = {}
    for tier in tiers:
        _aligned(tier, slots, marks)
    waiting: dict[str, list[tuple[str, str]]] = {}
    for one in (one for tier in tiers for one in tier.iter("REF_ANNOTATION")):
        text = (one.findtext("ANNOTATION_VALUE") or "").strip()
        waiting.setdefault(one.get("ANNOTATION_REF", ""), []).append((one.get("ANNOTATION_ID", ""), text))
    known = list(marks)
    while known:
        name = known.pop()
        of = marks[name]
        for key, text in waiting.pop(name, ()):
            if key not in marks:
                marks[key] = Mark(of.start_s, of.end_s, text, key)
                known.append(key)
    return marks


def _tiers(root: ET.Element, marks: Mapping[str, Mark]) -> list[Tier]:
    found = {tier.get("TIER_ID", ""): tier for tier in root.findall("TIER")}
    tops: dict[str, str] = {}
    return [
        Tier(
            name,
            tuple(sorted(_marks_of(tier, marks), key=lambda mark: (mark.start_s, mark.end_s))),
            tier.get("PARTICIPANT") or None,
            _top(name, found, tops) if tier.get("PARENT_REF") else None,
        )
        for name, tier in found.items()
    ]


def _slots(root: ET.Element) -> dict[str, float]:
    """Return the time of each slot; those without one lie evenly between their neighbours."""
    slots = [(slot.get("TIME_SLOT_ID", ""), slot.get("TIME_VALUE")) for slot in root.iter("TIME_SLOT")]
    known = {place: int(value) / 1000 for place, (_, value) in enumerate(slots) if value and _is_whole(value)}
    places = sorted(known)
    times: dict[str, float] = {}
    for place, (name, _) in enumerate(slots):
        at = bisect_left(places, place)
        if at == len(places) or (at == 0 and places[0] != place):
            continue
        behind = places[at]
        before = behind if behind == place else places[at - 1]
        share = 0.0 if before == behind else (place - before) / (behind - before)
        times[name] = known[before] + share * (known[behind] - known[before])
    return times


def _is_whole(value: str) -> bool:
    bare = value.strip()
    return bare.isascii() and bare.isdecimal() and len(bare) <= _MOST_DIGITS


def _aligned(tier: ET.Element, slots: Mapping[str, float], marks: dict[str, Mark]) -> None:
    for one in tier.iter("ALIGNABLE_ANNOTATION"):
        start_s, end_s = (slots.get(one.get(f"TIME_SLOT_REF{edge}", "")) for edge in (1, 2))
        text = (one.findtext("ANNOTATION_VALUE") or "").strip()
        if start_s is not None and end_s is not None:
            key = one.get("ANNOTATION_ID", "")
            marks[key] = Mark(start_s, end_s, text, key)


def _marks_of(tier: ET.Element, marks: Mapping[str, Mark]) -> list[Mark]:
    keys = [
        one.get("ANNOTATION_ID", "")
        for kind in ("ALIGNABLE", "REF")
        for one in tier.iter(f"{kind}_ANNOTATION")
    ]
    return [marks[key] for key in keys if key in marks and marks[key].text]


def _top(name: str, tiers: Mapping[str, ET.Element], tops: dict[str, str]) -> str:
    """Return the tier at the top of those that this one says more about; ``tops`` keeps what is known."""
    chain = dict[str, None]()
    while name not in tops and name not in chain:
        chain[name] = None
        name = (tiers[name].get("PARENT_REF") if name in tiers else None) or name
    top = tops.get(name, name)
    tops |= dict.fromkeys(chain, top)
    return top


# ---- out -----------------------------------------------------------------------------------------------


def write(spans: Spans, path: Path) -> Sequence[Path]:
    """Write spans of one recording."""
    ordered = in_order(spans)
    ET.register_namespace("xsi", _XSI)
    root = ET.Element(
        "ANNOTATION_DOCUMENT",
        {
            "AUTHOR": "",
            "DATE": "1970-01-01T00:00:00+00:00",
            "FORMAT": "3.0",
            "VERSION": "3.0",
            f"{{{_XSI}}}noNamespaceSchemaLocation": _SCHEMA,
        },
    )
    licence = ordered[0].licence
    if licence:
        ET.SubElement(root, "LICENSE", {"LICENSE_URL": ""}).text = licence
    header = ET.SubElement(root, "HEADER", {"MEDIA_FILE": "", "TIME_UNITS": "milliseconds"})
    url = ordered[0].audio.name
    media = {"MEDIA_URL": url, "MIME_TYPE": "audio/x-wav", "RELATIVE_MEDIA_URL": url}
    ET.SubElement(header, "MEDIA_DESCRIPTOR", media)
    _write_tiers(root, tiers_of(ordered))
    _write_types(root)
    ET.indent(root)
    data: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return [write_bytes(path, data + b"\n")]


def _write_tiers(root: ET.Element, tiers: Sequence[Tier]) -> None:
    order = ET.SubElement(root, "TIME_ORDER")
    times = sorted(
        {round_half_up(s * 1000) for tier in tiers for mark in tier.marks for s in (mark.start_s, mark.end_s)}
    )
    slots = {time_ms: f"ts{number}" for number, time_ms in enumerate(times, start=1)}
    for time_ms, name in slots.items():
        ET.SubElement(order, "TIME_SLOT", {"TIME_SLOT_ID": name, "TIME_VALUE": str(time_ms)})
    number = 0
    for tier in tiers:
        element = ET.SubElement(root, "TIER", _tier_attributes(tier))
        for mark in tier.marks:
            number += 1
            holder = ET.SubElement(element, "ANNOTATION")
            # Ids of segments are theirs; those of words and layers are counted.
            key = f"labwidgets-{number}" if tier.parent else str(mark.id)
            if element.get("LINGUISTIC_TYPE_REF") == _SAME:
                one = ET.SubElement(
                    holder, "REF_ANNOTATION", {"ANNOTATION_ID": key, "ANNOTATION_REF": str(mark.id)}
                )
            else:
                edges = [slots[round_half_up(time_s * 1000)] for time_s in (mark.start_s, mark.end_s)]
                places = {"TIME_SLOT_REF1": edges[0], "TIME_SLOT_REF2": edges[1]}
                one = ET.SubElement(holder, "ALIGNABLE_ANNOTATION", {"ANNOTATION_ID": key, **places})
            ET.SubElement(one, "ANNOTATION_VALUE").text = mark.text


def _tier_attributes(tier: Tier) -> dict[str, str]:
    kind = _SEGMENTS if tier.parent is None else _PARTS if tier.name.endswith(f" - {_PARTS}") else _SAME
    found = {"TIER_ID": tier.name, "LINGUISTIC_TYPE_REF": kind}
    found |= {"PARTICIPANT": tier.speaker} if tier.speaker else {}
    return found | ({"PARENT_REF": tier.parent} if tier.parent else {})


def _write_types(root: ET.Element) -> None:
    for name, constraint in ((_SEGMENTS, None), (_PARTS, _INCLUDED), (_SAME, _ASSOCIATED)):
        values = {"LINGUISTIC_TYPE_ID": name, "GRAPHIC_REFERENCES": "false"}
        values["TIME_ALIGNABLE"] = "false" if constraint == _ASSOCIATED else "true"
        ET.SubElement(root, "LINGUISTIC_TYPE", values | ({"CONSTRAINTS": constraint} if constraint else {}))
    for name, words in _CONSTRAINTS.items():
        ET.SubElement(root, "CONSTRAINT", {"STEREOTYPE": name, "DESCRIPTION": words})


def fit(spans: Spans) -> list[TranscribedSpan | None]:
    """Return what is left of each span; None where it has no times or no text."""
    left = [fitted(_plain(span), decimals=3) for span in spans]
    used = {span.id for span in spans if span.id and _ID.fullmatch(span.id)}
    given: dict[str, set[str]] = {}
    there = [span for span, one in zip(spans, left, strict=True) if one is not None]
    licences = throughout(there, "licence")
    found: list[TranscribedSpan | None] = []
    for number, (span, one) in enumerate(zip(spans, left, strict=True), start=1):
        taken = given.setdefault(span.audio.name, set())
        key = span.id if span.id in used and span.id not in taken else _free(number, used | taken)
        if one is not None:
            taken.add(key or "")
            name = _NOT_XML.sub("", span.audio.name)
            licence = _clean(one_line(licences.get(span.audio.name) or "")) or None
            found.append(replace(one, audio=AudioRef(_url(name)), id=key, licence=licence))
        else:
            found.append(None)
    return found


def _free(number: int, used: set[str]) -> str:
    while f"a{number}" in used:
        number += 1
    return f"a{number}"


def _url(name: str) -> str:
    bare = one_line(name)
    return (
        bare
        if unquote(bare) == bare and not bare.startswith(("file:", "./"))
        else stem(bare).replace("%", "_")
    )


def _clean(text: str) -> str:
    return _NOT_XML.sub("", text)


def _plain(span: TranscribedSpan) -> TranscribedSpan:
    """Return the span without characters that XML has no way to write, its lines ended as in a file."""

    def plain(text: str) -> str:
        return _clean(text).replace("\r\n", "\n").replace("\r", "\n")

    return replace(
        span,
        text=plain(span.text or ""),
        speaker=_clean(span.speaker or "") or None,
        layers={_clean(name): plain(text) for name, text in span.layers.items()},
        words=tuple(replace(word, text=plain(word.text)) for word in span.words),
    )


FORMAT = Format("eaf", (".eaf",), "file-each", read, write, fit)
