"""Label Studio's JSON: tasks with the results of annotations and predictions.

A region and its text are two results of one id. Holds the recording, start and end, channel, id, text, layers
(further text areas), speaker (the label of the control ``speaker``), flags (choices), length of the
recording, metadata of the region; language, accent and licence where they are the same in all of a task.
Predictions have ``metadata["prediction"]``. What is written fits this set-up::

    <View>
      <Audio name="audio" value="$audio"/>
      <Labels name="speaker" toName="audio"/>
      <TextArea name="transcription" toName="audio" perRegion="true" editable="true"/>
      <Choices name="flags" toName="audio" perRegion="true" choice="multiple"/>
    </View>

References:
    https://labelstud.io/guide/export.html#Label-Studio-JSON-format-of-annotated-tasks
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from labwidgets.corpus.columns import json_value
from labwidgets.corpus.formats.carrying import Spans, only, seconds
from labwidgets.corpus.formats.files import BROKEN, json_of, json_text, require, text_format
from labwidgets.corpus.formats.folder import AUDIO_ENDINGS
from labwidgets.errors import SourceError
from labwidgets.records import AudioRef, Refusal, TranscribedSpan, Transcript

PREDICTION = "prediction"

_AUDIO, _SPEAKER, _TEXT, _FLAGS = "audio", "speaker", "transcription", "flags"
_OF_TASK = ("language", "accent", "licence")
_LABELS = ("labels", "hypertextlabels", "timeserieslabels", "timelinelabels")
_OWN = frozenset([PREDICTION])

Result = Mapping[str, Any]


# ---- in ------------------------------------------------------------------------------------------------


def parse(content: str, name: str, _audio: str) -> Transcript:
    """Return what an export holds.

    Raises:
        SourceError: It is none of Label Studio's, or no task can be read.
    """
    tasks = json_of(content, name)
    tasks = [tasks] if isinstance(tasks, dict) and "data" in tasks else tasks
    if not isinstance(tasks, list):
        raise SourceError("the file is no export of Label Studio", value=name, allowed="a list of tasks")
    spans, refused = list[TranscribedSpan](), list[Refusal]()
    for number, task in enumerate(tasks, start=1):
        try:
            spans += _task(task)
        except BROKEN as e:
            why = str(e) if isinstance(e, SourceError) else f"it cannot be read ({type(e).__name__})"
            refused.append(Refusal(f"{name}, task {number}", why))
    return require(Transcript(tuple(spans), tuple(refused)), name)


def _task(task: Mapping[str, Any]) -> Iterator[TranscribedSpan]:
    data = dict(task["data"])
    key = _audio_key(data)
    audio = AudioRef(data.pop(key))
    known = {name: data.pop(name) for name in _OF_TASK if isinstance(data.get(name), str)}
    base = TranscribedSpan(audio, metadata=data, **known)
    found = False
    for one in task.get("annotations") or task.get("completions") or ():
        by = one.get("completed_by")
        extra = {} if by is None else {"completed_by": by}
        for span in _spans(one.get("result") or (), base):
            found = True
            yield replace(span, metadata={**extra, **span.metadata})
    for one in task.get("predictions") or ():
        told = {"model_version": one.get("model_version"), "score": one.get("score")}
        extra = {PREDICTION: {name: value for name, value in told.items() if value is not None}}
        for span in _spans(one.get("result") or (), base):
            found = True
            yield replace(span, metadata={**span.metadata, **extra})
    if not found:
        yield base


def _audio_key(data: Mapping[str, Any]) -> str:
    texts = [name for name, value in data.items() if isinstance(value, str)]
    named = [name for name in texts if name in (_AUDIO, "url", "file", "path")]
    ending = [name for name in texts if str(data[name]).lower().endswith(tuple(AUDIO_ENDINGS))]
    if not named and not ending:
        raise SourceError("the task has no audio", allowed=", ".join(texts) or "none")
    return (named or ending)[0]


def _spans(results: Sequence[Result], base: TranscribedSpan) -> Iterator[TranscribedSpan]:
    regions: dict[str, list[Result]] = {}
    for number, result in enumerate(results):
        if isinstance(result.get("value"), dict):
            regions.setdefault(str(result.get("id", number)), []).append(result)
    names = dict.fromkeys(
        str(one.get("from_name"))
        for some in regions.values()
        for one in some
        if one.get("type") == "textarea"
    )
    # The one text area of a project is the transcript, whatever it is called.
    main = _TEXT if _TEXT in names or not names else next(iter(names))
    for key, some in regions.items():
        yield _region(key, some, base, main)


def _region(key: str, results: Sequence[Result], base: TranscribedSpan, main: str) -> TranscribedSpan:
    values = [one["value"] for one in results]
    times = next((value for value in values if "start" in value and "end" in value), None)
    length = next((one["original_length"] for one in results if one.get("original_length") is not None), None)
    texts = {
        str(one.get("from_name")): _lines(one["value"].get("text"))
        for one in results
        if one.get("type") == "textarea"
    }
    channel = next((value["channel"] for value in values if value.get("channel") is not None), None)
    speaker, more = _labels(results)
    return replace(
        base,
        audio=replace(base.audio, duration_s=None if length is None else float(length)),
        text=texts.pop(main, None),
        start_s=None if times is None else seconds(float(times["start"])),
        end_s=None if times is None else seconds(float(times["end"])),
        channel=None if channel is None else int(channel),
        id=key,
        speaker=speaker,
        layers=texts,
        flags=tuple(_choices(results, _FLAGS)),
        metadata={**base.metadata, **more, **_meta(results)},
    )


def _lines(value: Any) -> str:
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _labels(results: Sequence[Result]) -> tuple[str | None, dict[str, Any]]:
    """Return the speaker and what other labels and choices there are."""
    speaker, more = None, dict[str, Any]()
    for one in results:
        name, kind = str(one.get("from_name")), one.get("type")
        labels = [str(label) for key in _LABELS for label in one["value"].get(key) or ()]
        is_speaker = "speaker" in name.lower() or any(
            label.lower().startswith(("speaker", "spk")) for label in labels
        )
        if labels and speaker is None and is_speaker:
            speaker, labels = labels[0], labels[1:]
        if labels:
            more[name] = labels
        elif kind == "choices" and name != _FLAGS:
            more[name] = _choices(results, name)
        elif kind in ("number", "rating", "datetime"):
            more[name] = one["value"].get(kind)
    return speaker, more


def _choices(results: Sequence[Result], name: str) -> list[str]:
    return [
        str(choice)
        for one in results
        if one.get("type") == "choices" and str(one.get("from_name")) == name
        for choice in one["value"].get("choices") or ()
    ]


def _meta(results: Sequence[Result]) -> dict[str, Any]:
    return {str(name): value for one in results for name, value in (one.get("meta") or {}).items()}


# ---- out -----------------------------------------------------------------------------------------------


def render(spans: Spans) -> str:
    """Return spans as an export, a task for each recording."""
    tasks: dict[str, list[TranscribedSpan]] = {}
    for span in spans:
        tasks.setdefault(span.audio.name, []).append(span)
    return json_text(
        [_written(some, number) for number, some in enumerate(tasks.values(), start=1)], indent=2
    )


def _written(spans: Spans, number: int) -> dict[str, Any]:
    given = {name: getattr(spans[0], name) for name in _OF_TASK}
    said = [span for span in spans if PREDICTION not in span.metadata]
    predictions: dict[str, list[TranscribedSpan]] = {}
    for span in spans:
        if PREDICTION in span.metadata:
            predictions.setdefault(json_text(span.metadata[PREDICTION]), []).append(span)
    return {
        "id": number,
        "data": {_AUDIO: spans[0].audio.name} | {name: value for name, value in given.items() if value},
        "annotations": [{"id": number, "result": [row for span in said for row in _results(span)]}]
        if said
        else [],
        "predictions": [
            {**some[0].metadata[PREDICTION], "result": [row for span in some for row in _results(span)]}
            for some in predictions.values()
        ],
    }


def _results(span: TranscribedSpan) -> Iterator[dict[str, Any]]:
    times = {} if span.start_s is None else {"start": span.start_s, "end": span.end_s}
    place = times | ({} if span.channel is None else {"channel": span.channel})
    meta = {name: value for name, value in span.metadata.items() if name not in _OWN}
    base: dict[str, Any] = {"id": span.id, "to_name": _AUDIO}
    base |= {} if span.audio.duration_s is None else {"original_length": span.audio.duration_s}

    def row(name: str, kind: str, **value: Any) -> dict[str, Any]:
        return {**base, "from_name": name, "type": kind, "value": {**place, **value}}

    # The first result of a region carries its metadata.
    first = row(_SPEAKER, "labels", labels=[span.speaker] if span.speaker else [])
    yield first | ({"meta": meta} if meta else {})
    texts = ({} if span.text is None else {_TEXT: span.text}) | dict(span.layers)
    for name, text in texts.items():
        yield row(name, "textarea", text=[text])
    if span.flags:
        yield row(_FLAGS, "choices", choices=list(span.flags))


def fit(spans: Spans) -> list[TranscribedSpan | None]:
    """Return what is left of each span."""
    values: dict[str, dict[str, set[str | None]]] = {}
    for span in spans:
        for name in _OF_TASK:
            known = values.setdefault(span.audio.name, {}).setdefault(name, set())
            known.add(getattr(span, name) or None)
    taken: dict[str, set[str]] = {}
    wanted = {span.id for span in spans if span.id}
    found: list[TranscribedSpan | None] = []
    for number, span in enumerate(spans, start=1):
        used = taken.setdefault(span.audio.name, set())
        key = span.id if span.id and span.id not in used else _free(number, wanted | used)
        used.add(key)
        shared = [name for name, known in values[span.audio.name].items() if len(known) == 1]
        found.append(_fit(replace(span, id=key), shared))
    return found


def _free(number: int, used: set[str]) -> str:
    while f"r{number}" in used:
        number += 1
    return f"r{number}"


def _fit(span: TranscribedSpan, shared: Sequence[str]) -> TranscribedSpan:
    has_times = span.start_s is not None or span.end_s is not None
    end_s = span.audio.duration_s if span.end_s is None else span.end_s
    start_s = (span.start_s or 0.0) if has_times and end_s is not None else None
    start_s = None if start_s is not None and (end_s or 0.0) < start_s else start_s
    left = only(
        replace(span, start_s=start_s, end_s=None if start_s is None else end_s),
        *("text", "start_s", "end_s", "channel", "id", "speaker", "flags", "duration_s", *shared),
    )
    layers = {name: text for name, text in span.layers.items() if name not in (_TEXT, _SPEAKER, _FLAGS)}
    return replace(
        left,
        speaker=left.speaker or None,
        layers=layers if span.text is not None else {},
        metadata=_metadata(span),
        language=left.language or None,
        accent=left.accent or None,
        licence=left.licence or None,
    )


def _metadata(span: TranscribedSpan) -> dict[str, Any]:
    rest = {name: json_value(value) for name, value in span.metadata.items() if name not in _OWN}
    told = span.metadata.get(PREDICTION)
    if not isinstance(told, Mapping):
        return rest
    kept = {name: json_value(told[name]) for name in ("model_version", "score") if told.get(name) is not None}
    return rest | {PREDICTION: kept}


FORMAT = text_format("labelstudio", (".json",), parse=parse, render=render, fit=fit)
