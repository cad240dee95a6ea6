"""The golden messages are what both sides speak."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from labwidgets.errors import MessageError
from labwidgets.widgets._base import check_payload
from labwidgets.widgets.protocol import EVENTS, REQUESTS, ErrorPayload

GOLDEN = Path(__file__).parents[1] / "protocol"


def golden(name: str) -> dict:
    return json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", REQUESTS)
def test_golden_requests_and_replies_fit_their_types(name: str) -> None:
    request, reply = REQUESTS[name]
    message = golden(name)
    assert TypeAdapter(request).validate_python(message["request"]) == message["request"]
    assert TypeAdapter(reply).validate_python(message["reply"]) == message["reply"]


@pytest.mark.parametrize("name", EVENTS)
def test_golden_events_fit_their_types(name: str) -> None:
    message = golden(name)["event"]
    assert TypeAdapter(EVENTS[name]).validate_python(message) == message


def test_golden_error_fits_its_type() -> None:
    message = golden("error")["error"]
    assert TypeAdapter(ErrorPayload).validate_python(message) == message


def test_every_golden_file_is_a_message_of_the_protocol() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == {*REQUESTS, *EVENTS, "error"}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_without_one_of_its_fields_is_refused(name: str) -> None:
    payload = golden(name)["request"]
    for field in TypeAdapter(REQUESTS[name][0]).json_schema().get("required", ()):
        with pytest.raises(MessageError, match=f"malformed {name} request: '{field}'"):
            check_payload(name, {key: value for key, value in payload.items() if key != field})


@pytest.mark.parametrize("payload", [None, [], "text", 3])
def test_a_payload_that_is_no_mapping_is_refused(payload: object) -> None:
    with pytest.raises(MessageError, match="malformed ready request"):
        check_payload("ready", payload)


def test_a_page_of_another_version_is_told_to_reload() -> None:
    with pytest.raises(MessageError, match="Reload the page"):
        check_payload("ready", {"version": 99, "codecs": []})
