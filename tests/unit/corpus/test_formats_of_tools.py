"""TextGrid, EAF, Label Studio, Gecko, Whisper, WhisperX: as their tools write them, and as they read them."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pympi
import pytest
from praatio import textgrid as praat

from labwidgets.corpus.converting import write_transcript
from labwidgets.corpus.formats.registry import format_of, read_transcript
from labwidgets.errors import SourceError
from labwidgets.records import AudioRef, TranscribedSpan, Transcript, Word

TALK = (
    TranscribedSpan(
        AudioRef("talk.wav", 9.0),
        text='he said "नमस्ते"',
        start_s=0.5,
        end_s=2.25,
        id="a7",
        speaker="Anna",
        layers={"normalised": "he said namaste"},
        words=(Word("he", 0.0, 0.5, 0.9), Word("said", 0.6, 1.0, 0.5), Word('"नमस्ते"', 1.0, 1.75)),
    ),
    TranscribedSpan(AudioRef("talk.wav", 9.0), text="yes", start_s=1.0, end_s=1.5, speaker="Bob"),
    TranscribedSpan(AudioRef("talk.wav", 9.0), text="& so", start_s=2.0, end_s=4.0, speaker="Anna"),
)


def write(name, path, spans=TALK):
    return write_transcript(Transcript(spans), path, format_of(name))


def lost(report):
    return {loss.field: loss.count for loss in report.losses}


# ---- tiers ---------------------------------------------------------------------------------------------


def test_praat_reads_the_textgrid(tmp_path):
    report = write("textgrid", tmp_path / "talk.TextGrid")
    grid = praat.openTextgrid(str(tmp_path / "talk.TextGrid"), includeEmptyIntervals=True)
    assert grid.tierNames == ("Anna", "Anna - words", "Anna - normalised", "Bob", "Anna #2")
    assert grid.maxTimestamp == 9.0
    for tier in grid.tiers:
        edges = [edge for entry in tier.entries for edge in entry[:2]]
        assert edges[0] == 0.0
        assert edges[-1] == 9.0
        assert edges[1:-1:2] == edges[2::2]
    assert [entry.label for entry in grid.getTier("Anna").entries] == ["", 'he said "नमस्ते"', ""]
    assert lost(report) == {"audio": 3, "id": 1, "words.confidence": 2}


def test_elan_reads_the_eaf(tmp_path):
    report = write("eaf", tmp_path / "talk.eaf")
    found = pympi.Eaf(str(tmp_path / "talk.eaf"))
    assert found.get_annotation_data_for_tier("Anna") == [(500, 2250, 'he said "नमस्ते"')]
    assert found.get_annotation_data_for_tier("Anna - words")[2] == (1500, 2250, '"नमस्ते"')
    assert found.get_ref_annotation_data_for_tier("Anna - normalised")[0][:3] == (
        500,
        2250,
        "he said namaste",
    )
    assert found.get_parameters_for_tier("Anna #2")["PARTICIPANT"] == "Anna"
    assert found.get_linked_files()[0]["MEDIA_URL"] == "talk.wav"
    assert lost(report) == {"duration_s": 3, "words.confidence": 2}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig"])
def test_textgrids_of_others(encoding, tmp_path):
    path = tmp_path / "others.TextGrid"
    lines = ['File type = "ooTextFile short"', '"TextGrid"', "", "0", "3.5", "<exists>", "4"]
    lines += ['"IntervalTier" "words" 0 3.5', "3", '0 1 "item [1]:"', '1 2 ""', '2 3.5 "b"']
    lines += ['"IntervalTier" "sentence" 0 3.5', "1", '0 3.5 "a ""quoted"" ! text"']
    lines += [
        '"IntervalTier" "phones" 0 3.5',
        "1",
        '0 3.5 "x"',
        '"TextTier" "clicks" 0 3.5',
        "1",
        '1.5 "click"',
    ]
    path.write_bytes("\n".join(lines).encode(encoding))
    found = read_transcript(path)
    [span] = found.spans
    assert (span.audio, span.text, span.speaker) == (AudioRef("others", 3.5), 'a "quoted" ! text', None)
    assert span.words == (Word("item [1]:", 0.0, 1.0), Word("b", 2.0, 3.5))
    assert span.metadata == {"tier": "sentence"}
    assert found.notes == ("tier 'phones' (1 labels) was not taken", "tier 'clicks' (1 points) was not taken")


def test_tiers_that_do_not_tile_or_match_are_read_as_they_stand(tmp_path):
    path = tmp_path / "a.TextGrid"
    lines = ['"ooTextFile"', '"TextGrid"', "0 2 <exists> 3", '"IntervalTier" "Mary" 0 2 2']
    lines += ['0.5 1 "one"', '0.8 9 "past the end"', '"IntervalTier" "Mary - gloss" 0 2 1', '0.5 1.5 "eins"']
    path.write_text("\n".join([*lines, '"IntervalTier" "words" 0 2 1', '0 1 "w"']))
    spans = read_transcript(path).spans
    assert [(span.speaker, span.text, span.end_s) for span in spans] == [
        ("Mary", "one", 1.0),
        ("Mary", "past the end", 9.0),
        ("Mary - gloss", "eins", 1.5),
        (None, "w", 1.0),
    ]
    write("textgrid", path, spans[:2])
    assert praat.openTextgrid(str(path), includeEmptyIntervals=False).maxTimestamp == 9.0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("ooBinaryFile", "no TextGrid in text form", id="binary"),
        pytest.param(
            '"ooTextFile" "TextGrid" 0 1 <exists> 1 "IntervalTier" "a" 0 1 2 0 1 "x"', "cut off", id="cut"
        ),
        pytest.param('"ooTextFile" "TextGrid" 0 1 <exists> 1 "NoTier" "a" 0 1 0', "damaged", id="kind"),
        pytest.param('"ooTextFile" "TextGrid" 0 1e999', "damaged", id="infinite"),
        pytest.param('"ooTextFile" "TextGrid" "a" 1', "damaged", id="number"),
        pytest.param('"ooTextFile" "TextGrid" 0 1 <absent>', "nothing in the file", id="absent"),
    ],
)
def test_a_textgrid_that_is_none_is_refused(content, message, tmp_path):
    (tmp_path / "a.TextGrid").write_text(content)
    with pytest.raises(SourceError, match=message):
        read_transcript(tmp_path / "a.TextGrid")


EAF = """<?xml version="1.0" encoding="UTF-8"?>
<ANNOTATION_DOCUMENT AUTHOR="x" DATE="d" FORMAT="3.0" VERSION="3.0">
<LICENSE LICENSE_URL="">CC0-1.0</LICENSE>
<HEADER TIME_UNITS="milliseconds"><MEDIA_DESCRIPTOR MEDIA_URL="file:///C:/x/a%20b.wav"
 MIME_TYPE="audio/x-wav" RELATIVE_MEDIA_URL="./a%20b.wav"/></HEADER>
<TIME_ORDER><TIME_SLOT TIME_SLOT_ID="t1" TIME_VALUE="0"/><TIME_SLOT TIME_SLOT_ID="t2"/>
<TIME_SLOT TIME_SLOT_ID="t3" TIME_VALUE="3000"/></TIME_ORDER>
<TIER TIER_ID="K-Spch" PARTICIPANT="Kim"><ANNOTATION>
<ALIGNABLE_ANNOTATION ANNOTATION_ID="x" TIME_SLOT_REF1="t1"
 TIME_SLOT_REF2="t2"><ANNOTATION_VALUE>hello</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>
<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="y" TIME_SLOT_REF1="t2" TIME_SLOT_REF2="none">
<ANNOTATION_VALUE>no time</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER>
<TIER TIER_ID="K-Tr" PARENT_REF="K-Spch"><ANNOTATION><REF_ANNOTATION ANNOTATION_ID="z" ANNOTATION_REF="x">
<ANNOTATION_VALUE>hallo</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION></TIER>
<TIER TIER_ID="K-Deep" PARENT_REF="K-Tr"><ANNOTATION><REF_ANNOTATION ANNOTATION_ID="q" ANNOTATION_REF="z">
<ANNOTATION_VALUE>greeting</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION></TIER>
<CONTROLLED_VOCABULARY CV_ID="v"/></ANNOTATION_DOCUMENT>
"""


def test_eaf_of_others(tmp_path):
    (tmp_path / "a.eaf").write_text(EAF, "utf-8")
    found = read_transcript(tmp_path / "a.eaf")
    [span] = found.spans
    assert span == TranscribedSpan(
        AudioRef("a b.wav"),
        text="hello",
        start_s=0.0,
        end_s=1.5,
        id="x",
        speaker="Kim",
        licence="CC0-1.0",
        layers={"K-Tr": "hallo", "K-Deep": "greeting"},
    )
    assert found.notes == (
        "1 annotations without times were not taken",
        "1 vocabularies or further media were not taken",
    )


def test_an_eaf_of_any_size_is_read_in_time(tmp_path):
    n = 20_000
    one = "<ANNOTATION><REF_ANNOTATION ANNOTATION_ID='r{0}' ANNOTATION_REF='r{1}'/></ANNOTATION>"
    deep = "".join(
        f"<TIER TIER_ID='t{k}' PARENT_REF='t{k - 1}'>{one.format(k, k - 1)}</TIER>" for k in range(n, 0, -1)
    )
    content = (
        "<ANNOTATION_DOCUMENT><TIME_ORDER>"
        + "".join(f"<TIME_SLOT TIME_SLOT_ID='s{k}' TIME_VALUE='{k}'/>" for k in range(n))
        + f"<TIME_SLOT TIME_SLOT_ID='x' TIME_VALUE='{'9' * 5000}'/></TIME_ORDER>{deep}<TIER TIER_ID='t0'>"
        "<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID='r0' TIME_SLOT_REF1='s0' TIME_SLOT_REF2='s1000'>"
        "<ANNOTATION_VALUE>hello</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER>"
        "</ANNOTATION_DOCUMENT>"
    )
    (tmp_path / "a.eaf").write_text(content, "utf-8")
    began_s = time.process_time()
    [span] = read_transcript(tmp_path / "a.eaf").spans
    # What looks at each slot, or each tier, for each of them takes many minutes.
    assert time.process_time() - began_s < 30
    assert (span.text, span.start_s, span.end_s) == ("hello", 0.0, 1.0)


def test_xml_that_is_no_eaf_is_refused(tmp_path):
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {after} "{10 * f"&{before};"}">'
        for before, after in zip("abcdefgh", "bcdefghi", strict=True)
    )
    for content, message in [
        ("<x", "the file is no XML"),
        ("<x/>", "the file is no EAF"),
        (f"{bomb}]><x>&i;</x>", "the file is no"),
    ]:
        (tmp_path / "a.eaf").write_text(content)
        with pytest.raises(SourceError, match=message):
            read_transcript(tmp_path / "a.eaf")


# ---- Label Studio --------------------------------------------------------------------------------------


def test_label_studio_as_it_exports(tmp_path):
    value = {"start": 0.5, "end": 2.0, "channel": 1}
    region = {"id": "r1", "to_name": "audio", "original_length": 9.0}
    results = [
        {
            **region,
            "from_name": "labels",
            "type": "labels",
            "value": {**value, "labels": ["Speaker 1", "Loud"]},
        },
        {**region, "from_name": "tx", "type": "textarea", "value": {**value, "text": ["नमस्ते", "b"]}},
        {"id": "w", "from_name": "quality", "type": "rating", "value": {"rating": 4}},
        {"id": "rel", "type": "relation"},
    ]
    task = {"id": 5, "data": {"audio": "/data/upload/a.wav", "lang": "hi"}, "meta": {}}
    task["annotations"] = [{"id": 7, "completed_by": 3, "lead_time": 1.0, "result": results}]
    task["predictions"] = [{"model_version": "m1", "score": 0.5, "result": results[:2]}]
    tasks = [task, {"data": {"file": "s3://b/c.flac"}}, {"data": {"text": "no audio"}}, 3]
    (tmp_path / "ls.json").write_text(json.dumps(tasks))
    found = read_transcript(tmp_path / "ls.json")
    first, rating, guess, bare = found.spans
    assert (first.audio, first.start_s, first.end_s) == (AudioRef("/data/upload/a.wav", 9.0), 0.5, 2.0)
    assert (first.text, first.speaker, first.channel, first.id) == ("नमस्ते\nb", "Speaker 1", 1, "r1")
    assert first.metadata == {"completed_by": 3, "lang": "hi", "labels": ["Loud"]}
    assert (rating.text, rating.metadata["quality"]) == (None, 4)
    assert guess.metadata["prediction"] == {"model_version": "m1", "score": 0.5}
    assert bare == TranscribedSpan(AudioRef("s3://b/c.flac"))
    assert [item.reason for item in found.refused] == [
        "the task has no audio. allowed: text.",
        "it cannot be read (TypeError)",
    ]


def test_label_studio_gets_regions_with_their_texts_under_one_id(tmp_path):
    report = write("labelstudio", tmp_path / "ls.json")
    [task] = json.loads((tmp_path / "ls.json").read_text("utf-8"))
    assert task["data"] == {"audio": "talk.wav"}
    kinds = [(row["id"], row["from_name"], row["type"]) for row in task["annotations"][0]["result"]]
    assert kinds[:3] == [
        ("a7", "speaker", "labels"),
        ("a7", "transcription", "textarea"),
        ("a7", "normalised", "textarea"),
    ]
    assert {row["value"]["start"] for row in task["annotations"][0]["result"]} == {0.5, 1.0, 2.0}
    assert lost(report) == {"words": 3}


# ---- recognisers and Gecko -----------------------------------------------------------------------------


def test_whisper_as_it_writes(tmp_path):
    words = [{"word": " Hello", "start": 0.0, "end": 0.5, "probability": 0.75}]
    segment = {"id": 0, "start": 0.0, "end": 1.0, "text": " Hello", "avg_logprob": -0.25, "words": words}
    value = {"text": " Hello", "segments": [segment, {"text": "x"}], "language": "en"}
    (tmp_path / "a.json").write_text(json.dumps(value))
    found = read_transcript(tmp_path / "a.json")
    [span] = found.spans
    assert (span.text, span.language, span.words) == ("Hello", "en", (Word("Hello", 0.0, 0.5, 0.75),))
    assert span.metadata == {"avg_logprob": -0.25}
    assert [item.reason for item in found.refused] == ["it cannot be read (KeyError)"]
    chunks = {
        "text": "a b",
        "chunks": [{"timestamp": [0.0, 1.5], "text": " a"}, {"timestamp": [1.5, None], "text": "b"}],
    }
    (tmp_path / "b.json").write_text(json.dumps(chunks))
    assert [(one.text, one.end_s) for one in read_transcript(tmp_path / "b.json").spans] == [
        ("a", 1.5),
        ("b", None),
    ]


def test_whisperx_words_without_times_lie_between_their_neighbours(tmp_path):
    words = [
        {"word": "in", "start": 0.0, "end": 0.5, "score": 0.9, "speaker": "S1"},
        {"word": "1990"},
        {"word": "4"},
    ]
    words += [{"word": "we", "start": 1.5, "end": 2.0, "speaker": "S2"}, {"word": "5."}]
    segment = {"start": 0.0, "end": 3.0, "text": "in 1990 4 we 5.", "speaker": "S1", "words": words}
    (tmp_path / "a.json").write_text(json.dumps({"segments": [segment], "word_segments": words}))
    found = read_transcript(tmp_path / "a.json")
    assert [(word.start_s, word.end_s, word.estimated) for word in found.spans[0].words] == [
        (0.0, 0.5, False),
        (0.5, 1.0, True),
        (1.0, 1.5, True),
        (1.5, 2.0, False),
        (2.0, 3.0, True),
    ]
    assert found.notes == ("1 words are of another speaker than their segment, whose they are taken for",)
    report = write("whisperx", tmp_path / "b.json", found.spans)
    assert len(json.loads((tmp_path / "b.json").read_text())["word_segments"]) == 5
    assert lost(report) == {"words.estimated": 3}


def test_gecko_has_punctuation_apart_and_vowel_signs_not(tmp_path):
    spoken = replace(
        TALK[0],
        text="नमस्ते, (uh) he said…",
        words=tuple(Word(w, 0.0, 1.0) for w in ["नमस्ते,", "(uh)", "he", "said…"]),
    )
    write("gecko", tmp_path / "a.json", (spoken, replace(spoken, text="edited since", speaker=None)))
    monologues = json.loads((tmp_path / "a.json").read_text("utf-8"))["monologues"]
    terms = [(term["text"], term["type"]) for term in monologues[0]["terms"]]
    assert terms[:3] == [("नमस्ते", "WORD"), (",", "PUNCTUATION"), ("(uh)", "WORD")]
    assert terms[-1] == ("…", "PUNCTUATION")
    assert [term["text"] for term in monologues[1]["terms"]] == ["edited since"]
    back = read_transcript(tmp_path / "a.json").spans
    assert [span.text for span in back] == ["नमस्ते, (uh) he said…", "edited since"]
    assert [len(span.words) for span in back] == [4, 0]


@pytest.mark.parametrize("name", ["gecko", "whisper", "whisperx", "labelstudio"])
def test_json_that_is_none_of_theirs_is_refused(name, tmp_path):
    for content, message in [('{"a": 1}', "the file is n"), ("{", "the file is no JSON"), ("[]", "the file")]:
        (tmp_path / "a.json").write_text(content)
        with pytest.raises(SourceError, match=message):
            read_transcript(tmp_path / "a.json", name)


def test_a_broken_monologue_is_refused_alone(tmp_path):
    good = {"speaker": {"id": "A"}, "start": 0, "end": 1, "terms": [{"text": "x", "start": 0, "end": 1}]}
    (tmp_path / "a.json").write_text(
        json.dumps({"monologues": [good, {"terms": []}, 3, {**good, "end": 1e999}]})
    )
    found = read_transcript(tmp_path / "a.json")
    assert (len(found.spans), len(found.refused)) == (1, 3)


def test_what_is_the_same_throughout_a_recording_is_kept_in_its_file(tmp_path):
    one = TranscribedSpan(AudioRef("a.wav"), text="x", start_s=0.0, end_s=1.0, language="en", licence="MIT")
    two = replace(one, audio=AudioRef("b.wav"), language="hi", licence="CC0-1.0")
    for name, kept in (("vtt", "language"), ("whisper", "language"), ("eaf", "licence")):
        assert kept not in lost(write(name, tmp_path / name, (one, two)))
        back = read_transcript(tmp_path / name, name).spans
        assert {getattr(span, kept) for span in back} == {getattr(one, kept), getattr(two, kept)}
        assert lost(write(name, tmp_path / f"{name}2", (one, replace(two, audio=one.audio))))[kept] == 2
