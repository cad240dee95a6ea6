"""Between records and payloads."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from labwidgets.errors import MessageError
from labwidgets.widgets.messages import query_record, submission_record, word_payload, word_record

SUBMIT = json.loads((Path(__file__).parents[1] / "protocol" / "submit.json").read_text())["request"]


SETTINGS = {"flags": ["noise", "overlap"], "layers": [{"name": "normalised", "rule": []}]}


def record(**changes: object):
    return submission_record(SUBMIT | changes, annotator="a1", shown="நன்றி mister", settings=SETTINGS)


def test_words_survive_the_way_to_the_page_and_back() -> None:
    word = word_record(SUBMIT["words"][0])
    assert word_record(word_payload(word)) == word


def test_a_submission_keeps_all_that_the_page_sent() -> None:
    submission = record()
    assert submission.event_id == SUBMIT["event_id"]
    assert submission.text == SUBMIT["text"]
    assert submission.layers == SUBMIT["layers"]
    assert submission.listened == ((0.0, 6.2),)
    assert submission.client_at_us == SUBMIT["client_at_ms"] * 1000
    assert submission.annotator == "a1"


@pytest.mark.parametrize(
    ("text", "shown", "origin"),
    [
        ("a b", None, "typed"),
        ("a b", "a b", "confirmed"),
        (" a  b ", "a b", "confirmed"),
        ("a c", "a b", "corrected"),
        ("", "a b", "corrected"),
    ],
)
def test_the_origin_tells_typed_from_confirmed_from_corrected(
    text: str, shown: str | None, origin: str
) -> None:
    submission = submission_record(SUBMIT | {"text": text}, annotator="a1", shown=shown, settings=SETTINGS)
    assert submission.origin == origin


def test_a_flag_outside_the_project_is_refused() -> None:
    with pytest.raises(MessageError, match="no such flag: 'banana'"):
        record(flags=["banana"])


def test_a_layer_outside_the_project_is_refused() -> None:
    with pytest.raises(MessageError, match=r"no such layer: 'banana'.*normalised"):
        record(layers={"banana": "x"})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"event_id": "7"}, "malformed submission"),
        ({"listened": [[1.0]]}, "malformed submission"),
        ({"listened": [["a", "b"]]}, "malformed submission"),
        ({"text": None}, "text expected"),
        ({"layers": {"normalised": None}}, "text expected"),
        ({"words": [{"text": "a"}]}, "malformed word"),
        ({"words": [SUBMIT["words"][0] | {"start_s": 2.0, "end_s": 1.0}]}, "times run backwards"),
        ({"words": [SUBMIT["words"][0] | {"start_s": math.nan}]}, "times run backwards"),
        ({"words": [SUBMIT["words"][0] | {"text": 3}]}, "malformed word"),
    ],
)
def test_a_malformed_submission_is_refused_with_its_reason(change: dict, message: str) -> None:
    with pytest.raises(MessageError, match=message):
        record(**change)


def test_an_unknown_order_is_refused_with_the_known_ones() -> None:
    with pytest.raises(MessageError, match="least_confident"):
        query_record({"order": "alphabetical", "filter": "all", "search": ""})


def test_an_unknown_filter_is_refused_with_the_known_ones() -> None:
    with pytest.raises(MessageError, match="flagged"):
        query_record({"order": "added", "filter": "mine", "search": ""})
