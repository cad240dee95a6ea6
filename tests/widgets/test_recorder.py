"""The recorder's kernel side: pieces of takes in, judgements out, and nothing kept without consent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from labwidgets.audio import encode_flac
from labwidgets.errors import ConfigError, SourceError
from labwidgets.project import Project
from labwidgets.widgets.recorder import Recorder
from labwidgets.widgets.taking import MAX_CHUNK_BYTES, MAX_TAKES

LINES = ["एक", "दो", "एक"]
CARD = {"speaker": "spk1", "language": "hi", "accent": "", "age_band": "", "gender": "", "device": ""}


@pytest.fixture
def project(tmp_path: Path):
    with Project.create(tmp_path / "corpus", language="hi") as made:
        yield made


@pytest.fixture
def page(project: Project, page_of: Any):
    return page_of(lambda: Recorder(project, LINES, licence="CC-BY-4.0", form="v1"))


def spoken(seed: int = 0) -> bytes:
    times = np.arange(16_000) / 16_000
    tone = 0.3 * np.sin(2 * np.pi * (200 + 20 * seed) * times)
    edge = np.zeros(4_000)
    return encode_flac(np.concatenate([edge, tone, edge]).astype(np.float32), 16_000)


def send(page: Any, take: str, data: bytes, *, number: int = 0, size: int = 7_000) -> dict[str, Any]:
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    for seq, piece in enumerate(pieces):
        assert page.reply("take_chunk", {"take": take, "seq": seq}, piece) == {"take": take, "seq": seq}
    wanted = {"take": take, "number": number, "n_chunks": len(pieces), "n_bins": 50}
    message, buffers = page.ask("check_take", wanted)
    if message["kind"] == "reply":
        assert len(buffers[0]) == 2 * message["payload"]["n_bins"]
    return message["payload"]


def test_the_page_learns_what_to_show_and_how_to_record(page: Any) -> None:
    studio = page.reply("studio", {})
    assert (studio["n_prompts"], studio["number"], studio["card"]) == (3, 0, None)
    assert (studio["licence"], studio["form_version"], studio["scope"]) == ("CC-BY-4.0", "v1", ["share"])
    assert "under the licence CC-BY-4.0. They may be passed on" in studio["form_text"]
    assert studio["constraints"]["autoGainControl"] is False
    assert studio["codecs"][0] == "audio/webm;codecs=opus"
    state = page.widget.get_state()
    assert state["stream"].startswith("IPY_MODEL_")
    assert page.widget.stream.constraints == {"audio": studio["constraints"], "video": False}
    assert repr(page.widget) == "<Recorder corpus, 3 prompts>"


def test_a_take_goes_in_by_pieces_and_is_kept(page: Any, project: Project) -> None:
    signed = page.reply("sign_in", {"card": CARD, "agreed": True})
    assert signed == {"card": CARD, "number": 0, "n_kept": 0}
    found = send(page, "t1", spoken())
    assert found["trouble"] is None
    kept = page.reply("keep_take", {"take": "t1"})
    assert kept == {"take": "t1", "number": 0, "n_kept": 1, "next": 1}
    assert page.reply("keep_take", {"take": "t1"}) == kept
    assert project.takes("spk1") == {"एक": 1}
    rows = page.reply("prompts", {"offset": 0, "limit": 100})["prompts"]
    assert [row["is_kept"] for row in rows] == [True, False, False]
    page.widget._pool.shutdown(wait=True)
    assert [one.state for one in project.store.recordings()] == ["decoded"]


def test_lines_that_read_the_same_are_counted_each(page: Any, project: Project) -> None:
    page.reply("sign_in", {"card": CARD, "agreed": True})
    for take, number in (("t1", 0), ("t2", 1)):
        send(page, take, spoken(number), number=number)
        page.reply("keep_take", {"take": take})
    assert page.reply("next_prompt", {"after": 2}) == {"number": 2}
    send(page, "t3", spoken(7), number=2)
    assert page.reply("keep_take", {"take": "t3"})["next"] is None
    assert project.takes("spk1") == {"एक": 2, "दो": 1}
    send(page, "t4", spoken(8), number=2)
    assert page.reply("keep_take", {"take": "t4"})["n_kept"] == 3
    assert project.takes("spk1") == {"एक": 2, "दो": 1}
    other = {**CARD, "speaker": "spk2"}
    assert page.reply("sign_in", {"card": other, "agreed": True})["n_kept"] == 0
    assert page.reply("sign_in", {"card": CARD, "agreed": False})["n_kept"] == 3
    assert page.reply("studio", {})["card"] == CARD


def test_a_bad_take_is_judged_and_not_kept(page: Any, project: Project) -> None:
    page.reply("sign_in", {"card": CARD, "agreed": True})
    silence = encode_flac(np.zeros(16_000, np.float32), 16_000)
    assert send(page, "t1", silence)["trouble"] == "silent"
    assert "the take is not kept" in page.error("keep_take", {"take": "t1"})["message"]
    assert send(page, "t2", b"this is no sound at all")["code"] == "bad_audio"
    page.reply("drop_take", {"take": "t1"})
    assert "not here any more" in page.error("keep_take", {"take": "t1"})["message"]
    assert project.takes("spk1") == {}


def test_nothing_goes_without_consent_or_out_of_turn(page: Any) -> None:
    assert "nobody has agreed to be recorded" in send(page, "t1", spoken())["message"]
    assert page.error("sign_in", {"card": CARD, "agreed": False})["code"] == "no_consent"
    page.reply("sign_in", {"card": CARD, "agreed": True})
    assert "no such prompt: '9'" in send(page, "t1", spoken(), number=9)["message"]
    assert "was not looked at yet" in page.error("keep_take", {"take": "t1"})["message"]


@pytest.mark.parametrize(
    ("payload", "buffers", "said"),
    [
        ({"take": "t", "seq": 0}, (), "no piece of a take: '0 buffers"),
        ({"take": "t", "seq": 0}, (b"",), "no piece of a take"),
        ({"take": "t", "seq": -1}, (b"x",), "number -1"),
        ({"take": "t", "seq": 1 << 40}, (b"x",), "numbers below 4096"),
        ({"take": "t", "seq": 0}, (bytes(MAX_CHUNK_BYTES + 1),), "allowed: one buffer of up to 1048576"),
        ({"take": "t" * 65, "seq": 0}, (b"x",), "no id of a take"),
    ],
)
def test_what_is_no_piece_is_refused(page: Any, payload, buffers, said: str) -> None:
    assert said in page.error("take_chunk", payload, *buffers)["message"]


def test_a_take_with_a_hole_is_refused_and_old_ones_are_forgotten(page: Any) -> None:
    page.reply("sign_in", {"card": CARD, "agreed": True})
    page.reply("take_chunk", {"take": "t1", "seq": 1}, b"x")
    wanted = {"take": "t1", "number": 0, "n_chunks": 2, "n_bins": 5}
    assert "did not arrive whole: 'piece 1 of 2'" in page.error("check_take", wanted)["message"]
    for number in range(MAX_TAKES):
        page.reply("take_chunk", {"take": f"later{number}", "seq": 0}, b"x")
    assert "not here any more" in page.error("check_take", wanted)["message"]


def test_a_take_without_end_is_refused(page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("labwidgets.widgets.taking.MAX_TAKE_BYTES", 10)
    page.reply("take_chunk", {"take": "t1", "seq": 0}, b"12345678")
    assert (
        "the take is too long" in page.error("take_chunk", {"take": "t1", "seq": 1}, b"12345678")["message"]
    )


def test_a_hundred_thousand_lines_are_shown_page_by_page(project: Project, page_of: Any) -> None:
    lines = [f"पंक्ति {n}" for n in range(100_000)]
    page = page_of(lambda: Recorder(project, lines, licence="CC-BY-4.0"))
    assert page.reply("sign_in", {"card": CARD, "agreed": True})["number"] == 0
    rows = page.reply("prompts", {"offset": 99_990, "limit": 5_000})["prompts"]
    assert [row["text"] for row in rows] == lines[99_990:]
    assert len(page.reply("prompts", {"offset": 0, "limit": 5_000})["prompts"]) == 200
    assert page.reply("next_prompt", {"after": 99_998}) == {"number": 99_999}


def test_a_recorder_needs_a_licence_to_agree_to_and_lines(project: Project) -> None:
    with pytest.raises(ConfigError, match=r'no licence for speakers to agree to\. Pass licence="CC-BY-4.0"'):
        Recorder(project, LINES)
    with pytest.raises(SourceError, match="there are no prompts"):
        Recorder(project, [], licence="CC-BY-4.0")


def test_a_text_of_one_s_own_is_what_is_agreed_to(project: Project, page_of: Any) -> None:
    page = page_of(lambda: Recorder(project, LINES, consent="सहमति", form="hi-3", licence="CC0-1.0"))
    assert page.reply("studio", {})["form_text"] == "सहमति"
    page.reply("sign_in", {"card": CARD, "agreed": True})
    assert project.consents()[0].note.endswith("सहमति")
