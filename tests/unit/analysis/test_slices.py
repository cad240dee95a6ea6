"""Where a model fails: slices that are really worse, kinds of failure, and no alarm where there is none."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from labwidgets.analysis.features import computed_columns, failures, main_script
from labwidgets.analysis.resampling import grouped, ungrouped
from labwidgets.analysis.scoring import score
from labwidgets.analysis.slices import excess_test, slices_by, worst_slices

WORDS = [f"w{place}" for place in range(10)]


def noisy(shares, seed=0):
    generator = np.random.default_rng(seed)
    return [
        " ".join(
            "x" if drawn < share else word for word, drawn in zip(WORDS, generator.random(10), strict=True)
        )
        for share in shares
    ]


def scored(shares, seed=0, **columns):
    return score([" ".join(WORDS)] * len(shares), noisy(shares, seed), columns=columns)


def test_the_slice_that_is_worse_comes_first_with_its_excess():
    rooms = ["bath" if place % 5 == 0 else "hall" for place in range(400)]
    found = scored(
        [0.4 if room == "bath" else 0.1 for room in rooms],
        room=rooms,
        speaker=[f"s{place % 40}" for place in range(400)],
        snr=[float(place % 37) for place in range(400)],
    )
    worst = worst_slices(found, columns={})
    assert (worst[0].column, worst[0].value, worst[0].n_utterances) == ("room", "bath", 80)
    assert worst[0].excess == pytest.approx(0.3, abs=0.05)
    assert worst[0].p < 1e-4
    assert worst[0].interval[0] < worst[0].wer < worst[0].interval[1]
    assert all(one.p > 0.05 for one in worst if one.column == "snr")


def test_a_range_of_numbers_is_a_slice():
    snr = [float(place % 40) for place in range(400)]
    found = scored([0.5 if value < 10 else 0.05 for value in snr], snr=snr)
    [worst, *_] = worst_slices(found, columns={})
    assert (worst.column, worst.low, worst.n_utterances) == ("snr", 0.0, 100)
    in_order = slices_by(found, "snr", snr, n_bins=4)
    assert [one.low for one in in_order] == sorted(one.low for one in in_order)
    assert sum(one.n_utterances for one in in_order) == 400


def test_a_slice_that_is_one_speaker_is_judged_by_its_utterances():
    speakers = [f"s{place % 8}" for place in range(320)]
    found = scored([0.5 if one == "s3" else 0.1 for one in speakers], speaker=speakers)
    [worst, *_] = worst_slices(found, columns={})
    assert (worst.value, worst.p < 1e-4) == ("s3", True)


def test_where_all_is_alike_hardly_ever_a_slice_is_told():
    alarms = 0
    for seed in range(60):
        kinds = {
            f"c{number}": [f"v{(place * (number + 3)) % 7}" for place in range(210)] for number in range(5)
        }
        found = scored([0.2] * 210, seed=seed, speaker=[f"s{place // 5}" for place in range(210)], **kinds)
        alarms += any(one.p < 0.05 for one in worst_slices(found, columns={}))
    assert alarms <= 8


def test_the_test_is_welchs_where_every_utterance_is_as_long():
    generator = np.random.default_rng(3)
    edits = generator.integers(0, 6, 120)
    words = np.full(120, 10)
    is_in = np.arange(120) < 40
    excess, p = excess_test(edits, words, is_in, ungrouped(120))
    assert excess == pytest.approx(edits[:40].mean() / 10 - edits[40:].mean() / 10)
    assert p == pytest.approx(stats.ttest_ind(edits[:40], edits[40:], equal_var=False).pvalue, abs=0.005)


@pytest.mark.parametrize(
    ("edits", "words", "is_in", "n_groups"),
    [
        ([1, 1], [0, 5], [True, False], 2),
        ([1, 1], [5, 5], [True, False], 2),
        ([1, 1, 1, 1], [5, 5, 5, 5], [True, True, False, False], 4),
    ],
    ids=["no words", "one utterance a side", "no spread"],
)
def test_nothing_is_told_from_nothing(edits, words, is_in, n_groups):
    groups = grouped(list(range(n_groups)), by="speaker")
    assert excess_test(np.array(edits), np.array(words), np.array(is_in), groups)[1] == 1.0


def test_names_and_single_values_make_no_slices():
    found = scored([0.2] * 300, file=[f"f{place}" for place in range(300)], language=["en"] * 300)
    assert worst_slices(found, columns={}) == []


def test_kinds_of_failure_are_found():
    count = "one two three four"
    references = [count, count, "", "नमस्ते दुनिया", "call 911 now", count]
    heard = ["three four", "one two", "ghost words", "hello world", "go on " * 8, count]
    found = score(references, heard, columns={"duration": [2.0, 2.0, 1.0, float("nan"), 0.0, 1.6]})
    assert failures(found) == {
        "repetition": [4],
        "invented": [2],
        "cut_start": [0],
        "cut_end": [1],
        "other_script": [3],
    }
    columns = computed_columns(found)
    assert columns["has_digits"] == [False, False, False, False, True, False]
    assert columns["words_per_s"] == [2.0, 2.0, 0.0, None, None, 2.5]
    assert columns["rare_words"].tolist() == [0.0, 0.0, 0.0, 1.0, 1.0, 0.0]
    assert columns["n_words"].tolist() == [4, 4, 0, 2, 3, 4]


@pytest.mark.parametrize(
    ("text", "script"),
    [("hello", "LATIN"), ("12 - 3", None), ("", None), ("नमस्ते ok", "DEVANAGARI"), ("привет", "CYRILLIC")],
)
def test_the_script_of_a_text_is_that_of_most_letters(text, script):
    assert main_script(text) == script


def test_a_score_tells_its_worst_slices():
    rooms = ["bath" if place % 2 else "hall" for place in range(200)]
    found = scored([0.4 if room == "bath" else 0.1 for room in rooms], room=rooms)
    assert found.worst_slices(1)[0].value == "bath"
