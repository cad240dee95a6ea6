"""What is personal leaves as silence and ``[pii]``, and nothing else does."""

from __future__ import annotations

import io

import numpy as np
import pyarrow.parquet as pq
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from labwidgets.corpus.dataset import ExportOptions, write_parquet
from labwidgets.corpus.history import write_history
from labwidgets.corpus.privacy import MASK, hide
from labwidgets.records import LabelledRow, Word
from labwidgets.store.edits import Edit

MARKED = "my name is <pii>Ana Lima</pii> and"


def words_of(text: str, *, step_s: float = 0.1, estimated: bool = False) -> tuple[Word, ...]:
    tokens = text.split()
    return tuple(Word(token, n * step_s, n * step_s + 0.08, 0.9, estimated) for n, token in enumerate(tokens))


def hidden(row: LabelledRow):
    return hide(row, row.reference)


def test_a_segment_without_a_flag_or_a_mark_is_left_alone(make_row):
    assert hidden(make_row(0, flags=("noise",))) is None


def test_the_flag_alone_hides_the_whole_segment(make_row):
    row = make_row(0, flags=("pii",), reference={"layers": {"tidy": "Ana"}, "words": words_of("text 0")})
    found = hidden(row)
    assert (found.reference.text, found.reference.words) == (MASK, ())
    assert found.reference.layers == {"tidy": MASK}
    assert found.spans == ((0.0, 0.5),)


def test_marks_hide_only_what_stands_between_them(make_row):
    found = hidden(make_row(0, flags=("pii",), reference={"text": MARKED, "words": words_of(MARKED)}))
    assert found.reference.text == "my name is [pii] and"
    assert [word.text for word in found.reference.words] == ["my", "name", "is", MASK, "and"]
    ((start_s, end_s),) = found.spans
    assert start_s == pytest.approx(0.2)  # measured times: a tenth of a second more on either side
    assert end_s == pytest.approx(0.5)
    assert "Ana" not in str(found.reference)
    assert "Lima" not in str(found.reference)


def test_words_whose_times_were_guessed_are_silenced_with_a_wider_margin(make_row):
    text = "a b c d e f g <pii>Ana</pii> h i j k l m"
    words = words_of(text, step_s=0.2, estimated=True)
    row = make_row(0, reference={"text": text, "words": words})
    long = make_row(0).segment.__class__(id="seg_0", recording_id="rec_0", channel=0, start_s=0.0, end_s=3.0)
    ((start_s, end_s),) = hidden(LabelledRow(**{**_fields(row), "segment": long})).spans
    assert (start_s, end_s) == (pytest.approx(0.9), pytest.approx(1.98))


def _fields(row: LabelledRow) -> dict[str, object]:
    return {name: getattr(row, name) for name in LabelledRow.__slots__}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (MARKED, ()),
        (MARKED, words_of("other words than those")),
        ("my name is <pii>Ana", words_of("my name is <pii>Ana")),
        ("Ana</pii> and <pii>Lima", words_of("Ana</pii> and <pii>Lima")),
        ("<pii>a <pii>b</pii></pii>", words_of("<pii>a <pii>b</pii></pii>")),
    ],
    ids=["no times", "other words", "not closed", "the wrong way round", "nested"],
)
def test_where_it_cannot_be_told_when_it_was_said_all_is_hidden(make_row, text, words):
    found = hidden(make_row(0, reference={"text": text, "words": words}))
    assert (found.reference.text, found.spans) == (MASK, ((0.0, 0.5),))


def test_a_layer_without_marks_of_its_own_is_hidden_whole(make_row):
    layers = {"tidy": "My name is Ana Lima.", "marked": "<pii>Ana</pii>!"}
    row = make_row(0, reference={"text": MARKED, "words": words_of(MARKED), "layers": layers})
    assert hidden(row).reference.layers == {"tidy": MASK, "marked": "[pii]!"}


@given(st.data())
def test_nothing_marked_comes_through(make_row_once, data):
    plain = st.text("abc ", min_size=1, max_size=8)
    secret = data.draw(st.text("XYZ", min_size=1, max_size=8))
    text = f"{data.draw(plain)}<pii>{secret}</pii>{data.draw(plain)}"
    words = data.draw(st.sampled_from([(), words_of(text)]))
    found = hidden(make_row_once(reference={"text": text, "words": words}))
    assert not set("XYZ") & set(str(found.reference))
    assert found.spans


@pytest.fixture(scope="module")
def make_row_once():
    """``make_row`` for a property test, which may not use a fixture of each test."""
    from labwidgets.records import Recording, Reference, Segment

    def make(*, reference):
        segment = Segment("seg_0", "rec_0", 0, 0.0, 0.5)
        recording = Recording(
            "rec_0", "x", "0", None, 1, 0.5, 16_000, 1, "flac", "en", None, None, None, None, {}, False,
            None, "decoded", None, None,
        )  # fmt: skip
        base = {"segment_id": "seg_0", "layers": {}, "origin": "typed", "decided_by": "a"}
        return LabelledRow(segment, recording, Reference(**base, **reference), None, "a", 1, None, (), 1.0)

    return make


def test_hidden_words_are_in_no_file_and_silent_in_the_sound(tmp_path, make_row, sounds):
    rows = [
        make_row(n, recording={"speaker": "s", "metadata": {"note": "SECRET", "take": n}}) for n in range(3)
    ]
    marked = "so <pii>SECRET</pii> it was"
    rows[1] = make_row(
        1,
        recording={"speaker": "s", "metadata": {"note": "SECRET", "take": 1}},
        reference={"text": marked, "words": words_of(marked)},
        flags=("pii",),
    )
    export = write_parquet(rows, sounds, tmp_path / "out", options=ExportOptions())
    items = pq.read_table(tmp_path / "out" / "data" / "train-00000.parquet").to_pylist()
    assert [(row["text"], row["note"], row["take"]) for row in items] == [
        ("text 0", "SECRET", 0),
        ("so [pii] it was", None, 1),
        ("text 2", "SECRET", 2),
    ]
    samples, rate_hz = soundfile.read(io.BytesIO(items[1]["audio"]["bytes"]), dtype="float32")
    whole = sounds("seg_1")
    quiet = samples == 0.0
    assert quiet[: round(0.28 * rate_hz)].sum() >= 0.2 * rate_hz
    assert np.abs(samples[round(0.31 * rate_hz) :] - whole[round(0.31 * rate_hz) :]).max() <= 1 / 32_768
    assert export.facts.n_hidden == 1
    assert "hidden in 1 segment" in (tmp_path / "out" / "README.md").read_text()


def test_the_history_of_a_segment_with_something_hidden_has_no_texts(tmp_path, make_row, sounds):
    rows = [make_row(n, recording={"speaker": "s"}) for n in range(3)]
    rows[0] = make_row(0, recording={"speaker": "s"}, flags=("pii",))
    write_parquet(rows, sounds, tmp_path / "out", options=ExportOptions())

    def edits(ids):
        return [
            Edit(key, "draft", "m/tiny", None, 1_000_000, f"draft {key}", confidence=0.5) for key in ids
        ] + [
            Edit("seg_2", "opinion", "a1", 1, 2_000_000, "I am <pii>Ana</pii>", origin="typed"),
            Edit("seg_1", "opinion", "a1", 1, 2_000_000, "fine", origin="typed", active_s=2.5),
        ]

    (path,) = write_history(tmp_path / "out", edits).iterdir()
    found = pq.read_table(path).to_pylist()
    assert [(row["segment"], row["kind"], row["text"]) for row in found] == [
        ("seg_0", "draft", MASK),
        ("seg_1", "draft", "draft seg_1"),
        ("seg_1", "opinion", "fine"),
        ("seg_2", "draft", MASK),
        ("seg_2", "opinion", MASK),
    ]
    assert (found[2]["at"], found[2]["active_s"]) == ("1970-01-01T00:00:02+00:00", 2.5)
