"""Recordings with several speakers: matched so that the errors are fewest, whatever they are called."""

from __future__ import annotations

import sys

import pytest

from labwidgets.analysis.meetings import cp_score
from labwidgets.errors import MissingExtraError, SourceError

STM = "f 1 ann 0.0 2.0 Hello there\nf 1 bob 2.0 4.0 good day\nf 1 ann 4.0 5.0 and bye\ng 1 ann 0 1 yes\n"


def rows(*turns):
    return [
        {"recording": recording, "speaker": speaker, "start": start, "text": text}
        for recording, speaker, start, text in turns
    ]


def test_speakers_are_matched_and_their_turns_joined_in_order(tmp_path):
    pytest.importorskip("meeteval")
    (tmp_path / "r.stm").write_text(STM, encoding="utf-8")
    heard = rows(
        ("f", "2", 4.1, "and by"),
        ("f", "1", 2.1, "good day"),
        ("f", "2", 0.1, "hello there"),
        ("g", "1", 0, "yes"),
    )
    found = cp_score(tmp_path / "r.stm", heard)
    first, second = found.recordings
    assert (first.errors, first.n_words, set(first.assignment)) == (1, 6, {("ann", "2"), ("bob", "1")})
    assert (second.cp_wer, found.cp_wer) == (0.0, 1 / 7)
    assert (found.score.substitutions, found.score.groups.by) == (1, "recording")
    assert found.to_dict()["recordings"][0]["missed_speakers"] == 0
    assert "cpWER 14.29%" in repr(found)


def test_speakers_too_many_and_too_few_are_counted():
    pytest.importorskip("meeteval")
    said = rows(("f", "a", 0, "one two"), ("f", "b", 1, "three four five"), ("g", "a", 0, "six"))
    [first, second] = cp_score(said, rows(("f", "x", 0, "three four five"))).recordings
    assert (first.n_missed, first.errors) == (1, 2)
    assert (second.n_missed, second.errors, second.assignment) == (1, 1, (("a", None),))
    [one] = cp_score(
        rows(("f", "a", 0, "one")), rows(("f", "x", 0, "one"), ("f", "y", 0, "ghost"))
    ).recordings
    assert (one.n_invented, one.errors) == (1, 1)


def test_sides_without_speakers_or_in_different_rooms_are_refused():
    with pytest.raises(SourceError, match="no column of speakers"):
        cp_score([{"recording": "f", "text": "a"}], [])
    with pytest.raises(SourceError, match="no recording in common: \"'f' and 'g'\""):
        cp_score(rows(("f", "a", 0, "x")), rows(("g", "a", 0, "x")))


def test_without_its_package_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "meeteval.wer.wer.cp", None)
    with pytest.raises(MissingExtraError, match=r"meeteval.*pip install 'labwidgets\[meetings\]'"):
        cp_score(rows(("f", "a", 0, "x")), rows(("f", "a", 0, "x")))
