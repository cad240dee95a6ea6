"""Whether a difference is more than chance: worked examples, NIST's own numbers, corrections."""

from __future__ import annotations

import random

import numpy as np
import pytest
from scipy import stats

from labwidgets.analysis.comparing import compare
from labwidgets.analysis.scoring import score
from labwidgets.analysis.significance import holm, matched_pairs, segment_errors
from labwidgets.errors import SourceError

# Jurafsky and Martin, Speech and Language Processing, 3rd edition, "Automatic Speech Recognition and
# Text-to-Speech", the figure of the MAPSSWE test: regions I to IV.
REFERENCE = "it was the best of times it was the worst of times it was"
SYSTEM_A = "its the best of times it is the worst of times or it was"
SYSTEM_B = "it was the best times it won the test of times it was"


def segments(references, first, second):
    a, b = score(references, first, normalize="sclite"), score(references, second, normalize="sclite")
    words = b.words.renumbered([a.vocabulary.number(word) for word in b.vocabulary.words])
    mine, theirs, _ = segment_errors(a.words, a.ops, words, b.ops)
    return mine, theirs


def test_the_worked_example_of_the_text_book():
    mine, theirs = segments([REFERENCE], [SYSTEM_A], [SYSTEM_B])
    assert list(zip(mine.tolist(), theirs.tolist(), strict=True)) == [(2, 0), (0, 1), (1, 2), (1, 0)]
    found = matched_pairs(mine - theirs)
    assert (found.n_segments, found.mean) == (4, 0.25)
    assert found.z == pytest.approx(0.25 / (1.5 / 2))
    assert found.p == pytest.approx(2 * stats.norm.sf(found.z))


def corrupted(text, share, generator):
    words = []
    for word in text.split():
        drawn = generator.random()
        if drawn < share:
            words.append("z")
        elif drawn < 1.4 * share:
            continue
        else:
            words += [word, "y"] if drawn < 1.8 * share else [word]
    return " ".join(words) or "z"


def test_the_numbers_of_nist_sc_stats():
    """sc_stats 1.3 of SCTK 2.4.10 printed these for the same texts."""
    generator = random.Random(7)
    texts = [
        " ".join(generator.choice("abcdefghij") for _ in range(generator.randint(1, 40))) for _ in range(100)
    ]
    first = [corrupted(text, 0.1, generator) for text in texts]
    second = [corrupted(text, 0.12, generator) for text in texts]
    mine, theirs = segments(texts, first, second)
    found = matched_pairs(mine - theirs)
    assert (found.n_segments, mine.sum(), theirs.sum()) == (381, 374, 480)
    assert (round(found.mean, 3), round(found.z, 3)) == (-0.278, -4.263)


def test_two_right_words_part_segments_and_an_utterance_ends_one():
    mine, theirs = segments(["a b c d e f", "g h"], ["x b c d y f", "g"], ["a b c d e f", "k h"])
    assert list(zip(mine.tolist(), theirs.tolist(), strict=True)) == [(1, 0), (1, 0), (1, 1)]


def test_models_that_took_different_wordings_are_still_brought_into_step():
    references = ["{ going to / gonna } see a b c d { ok / okay } e f"]
    mine, theirs = segments(references, ["gonna see a b c x ok e f"], ["going to see y b c d okay e f"])
    assert list(zip(mine.tolist(), theirs.tolist(), strict=True)) == [(0, 1), (1, 0)]


@pytest.mark.parametrize("differences", [[], [3], [1, 1, 1]])
def test_nothing_is_told_without_any_spread(differences):
    found = matched_pairs(differences)
    assert (found.z, found.p) == (0.0, 1.0)


def test_many_values_are_corrected_as_holm_says():
    # Holm's own procedure, by hand: 4 x 0.005, 3 x 0.01, then never less than before.
    assert holm([0.01, 0.02, 0.03, 0.005]) == pytest.approx([0.03, 0.04, 0.04, 0.02])
    assert holm([0.9, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


def noisy(n, share, seed):
    generator = np.random.default_rng(seed)
    return [
        " ".join("x" if drawn < share else f"w{place}" for place, drawn in enumerate(generator.random(20)))
        for _ in range(n)
    ]


def test_a_real_difference_is_found_and_an_imagined_one_is_not():
    references = [" ".join(f"w{place}" for place in range(20))] * 60
    found = compare(
        references,
        {"poor": noisy(60, 0.3, 1), "good": noisy(60, 0.1, 2), "as good": noisy(60, 0.1, 3)},
        columns={"speaker": [f"s{number % 15}" for number in range(60)]},
    )
    assert list(found.scores)[2] == "poor"
    tests = {(one.a, one.b): one for one in found.pairs}
    near = tests[tuple(list(found.scores)[:2])]
    assert near.better is None
    assert near.interval is not None
    assert near.interval[0] < 0 < near.interval[1]
    for name in ("good", "as good"):
        far = tests[name, "poor"]
        assert far.better == name
        assert far.p < 1e-6
        assert far.p_bootstrap is not None
        assert far.p_bootstrap < 0.01
        assert far.p >= far.p_single
        assert far.interval[1] < 0
    assert "which may be chance" in repr(found)


def test_a_test_of_a_model_with_itself_never_finds_a_difference():
    texts = noisy(40, 0.2, 5)
    [pair] = compare(noisy(40, 0.0, 0), {"a": texts, "b": texts}).pairs
    assert (pair.difference, pair.p, pair.better, pair.interval) == (0.0, 1.0, None, (0.0, 0.0))
    assert pair.p_bootstrap == 1.0


def test_false_alarms_are_as_rare_as_promised():
    """Two models that are alike: of 200 tests at 5 %, about ten may say otherwise."""
    references = [" ".join(f"w{place}" for place in range(20))] * 40
    alarms = 0
    for seed in range(200):
        mine, theirs = segments(references, noisy(40, 0.15, 2 * seed), noisy(40, 0.15, 2 * seed + 1))
        alarms += matched_pairs(mine - theirs).p < 0.05
    assert alarms <= 20


def test_one_recording_has_no_interval_but_a_test():
    [pair] = compare(["a b c d e f g h"], {"a": ["a b c d e f g h"], "b": ["a x c d e y g h"]}).pairs
    assert (pair.interval, pair.p_bootstrap) == (None, None)
    assert pair.n_segments == 2


def test_whisper_is_told_on_when_it_changes_the_ranking():
    references = ["पीता है बड़ा घर"] * 2
    found = compare(
        references, {"blind": ["पाता है बड़ा घर"] * 2, "deaf": ["पीता है बड़ा"] * 2}, normalize="whisper"
    )
    assert list(found.scores) == ["blind", "deaf"]
    assert not any("changes the ranking" in line for line in found.warnings)
    found = compare(
        references, {"blind": ["पाता हे बडी घरा"] * 2, "deaf": ["पीता है बड़ा मन"] * 2}, normalize="whisper"
    )
    assert "changes the ranking: blind, deaf; with basic it is deaf, blind" in found.warnings[0]


def test_one_model_alone_cannot_be_compared():
    with pytest.raises(SourceError, match=r"nothing to compare: 'a'.*two models or more"):
        compare(["x"], {"a": ["x"]})
