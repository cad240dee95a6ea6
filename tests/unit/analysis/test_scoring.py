"""Scores of texts: the counts of sclite, stated rules for what is empty or missing, rates by group."""

from __future__ import annotations

import csv
import math

import pandas as pd
import pyarrow as pa
import pytest

import labwidgets
from labwidgets.analysis import alignment
from labwidgets.analysis.alignment import Op, align
from labwidgets.analysis.scoring import score
from labwidgets.errors import ConfigError, NotFoundError, SourceError

# Hits, substitutions, deletions and insertions as sclite 2.4.10 counts them.
SCLITE = [
    ("the cat sat on the mat", "the cat sat on the mat", (6, 0, 0, 0)),
    ("the cat sat on the mat", "a cat sat in mat", (3, 2, 1, 0)),
    ("a b c d", "x a b d e", (3, 0, 1, 2)),
    ("a b a b a", "b a b a b", (4, 0, 1, 1)),
    ("one two three four five", "one three two five four six", (3, 2, 0, 1)),
    ("he said that that that was fine", "he said that was was fine fine", (5, 1, 1, 1)),
    ("", "hello there", (0, 0, 0, 2)),
    ("hello there", "", (0, 0, 2, 0)),
    ("Straight CASE Folds", "straight case folds", (3, 0, 0, 0)),
    ("isn't the company's plan", "is not the companies plan", (2, 2, 0, 1)),
    ("the { cat / dog / big bird } sat", "the big bird sat", (4, 0, 0, 0)),
    ("{ uh / @ } so { going to / gonna } be", "so gonna be", (3, 0, 0, 0)),
    ("{ uh / @ } so { going to / gonna } be", "uh so going be", (4, 0, 1, 0)),
    ("a { b { c / d } / e f } g", "a b d g", (4, 0, 0, 0)),
    ("a b c d e f", "f e d c b a", (1, 4, 1, 1)),
    ("n o t h i n g", "s o m e t h i n g", (6, 1, 0, 2)),
]
LOST_VOWELS = ("पीता", "पाता")  # drinks, finds: one vowel sign apart


def counted(one: labwidgets.analysis.results.UtteranceScore) -> tuple[int, ...]:
    counts = one.counts
    return counts.hits, counts.substitutions, counts.deletions, counts.insertions


@pytest.mark.parametrize(("reference", "hypothesis", "expected"), SCLITE)
def test_the_counts_are_those_of_sclite(reference, hypothesis, expected):
    assert counted(score([reference], [hypothesis])[0]) == expected


@pytest.mark.parametrize("normalize", ["basic", "sclite"])
def test_every_sentence_of_the_nist_test_is_counted_as_sclite_counts_it(speech, normalize):
    with (speech / "sclite_truth/truth_test1.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    found = score([row["ref"] for row in rows], [row["hyp"] for row in rows], normalize=normalize)
    assert [counted(one) for one in found] == [tuple(int(row[key]) for key in "CSDI") for row in rows]
    assert (found.hits, found.substitutions, found.deletions, found.insertions) == (1263, 131, 12, 26)


def test_a_long_text_is_aligned_in_bounded_memory_to_the_same_path(monkeypatch):
    reference = [f"w{number * 7 % 5}" for number in range(211)]
    hypothesis = [f"w{number * 3 % 5}" for number in range(190)]
    whole = align(reference, hypothesis)
    monkeypatch.setattr(alignment, "_MOST_CELLS", 1000)
    assert align(reference, hypothesis) == whole


@pytest.mark.slow
def test_an_utterance_of_fifty_thousand_words_is_scored():
    reference = [f"w{number * 7919 % 4001}" for number in range(50_000)]
    hypothesis = [word for number, word in enumerate(reference) if number % 500]
    found = score([" ".join(reference)], [" ".join(hypothesis)])
    assert (found.n_words, found.deletions, found.edits) == (50_000, 100, 100)


def test_an_alignment_spells_both_sides():
    [one] = score(["The cat sat."], ["a the hat sat"])
    assert [(step.op, step.reference, step.hypothesis) for step in one.alignment] == [
        (Op.INSERTION, None, "a"),
        (Op.HIT, "the", "the"),
        (Op.SUBSTITUTION, "cat", "hat"),
        (Op.HIT, "sat", "sat"),
    ]


def test_the_corpus_rate_is_total_edits_over_total_words():
    found = score(["a b c d e f g h i", "x"], ["a b c d e f g h i", "y"])
    assert found.wer == pytest.approx(1 / 10)
    assert [one.counts.wer for one in found] == [0.0, 1.0]


@pytest.mark.parametrize(("heard", "wer"), [("", 0.0), ("hello", 1.0), ("hello to you", 3.0)])
def test_an_empty_reference_counts_as_one_word(heard, wer):
    assert score([""], [heard])[0].counts.wer == wer


def test_nothing_at_all_has_a_rate_of_nothing():
    found = score([], [])
    assert (found.wer, found.n_utterances, found.interval) == (0.0, 0, None)


def test_characters_and_what_readers_call_characters_are_counted_apart():
    found = score(["कि"], ["का"])
    assert (found.counts.n_characters, found.counts.character_edits) == (2, 1)
    assert (found.counts.n_graphemes, found.counts.grapheme_edits) == (1, 1)
    assert (found.cer, found.ger) == (0.5, 1.0)


def test_one_letter_in_two_unicode_forms_is_no_error():
    assert score(["caf\u00e9 \u0958"], ["cafe\u0301 \u0915\u093c"]).wer == 0.0


def test_tags_are_no_words_unless_they_are_asked_for():
    tagged, plain = "so [noise], my <lang:hi>फ़ोन</lang> [uh]", "so my फ़ोन"
    assert score([tagged], [plain]).wer == 0.0
    assert [folding.step for folding in score([tagged], [plain]).foldings()][:1] == ["tags"]
    assert score([tagged], [plain], normalize="none").wer > 0.0


def test_another_script_is_all_errors():
    assert score(["नमस्ते दुनिया"], ["namaste duniya"]).wer == 1.0


# ---- normalisations -------------------------------------------------------------------------------------


def test_the_default_sees_a_wrong_vowel_sign():
    assert score([LOST_VOWELS[0]], [LOST_VOWELS[1]]).wer == 1.0


def test_whisper_hides_a_wrong_vowel_sign_and_is_told_on():
    found = score([LOST_VOWELS[0]], [LOST_VOWELS[1]], normalize="whisper")
    assert found.wer == 0.0
    [warning] = found.warnings
    assert "says WER 0.00% where basic says 100.00% and hides every error of 1 utterances" in warning


def test_whisper_where_it_changes_nothing_is_not_told_on():
    assert score(["the cat"], ["the hat"], normalize="whisper").warnings == ()


def test_what_was_folded_can_be_looked_at():
    found = score(["The CAT, sat."], ["the cat sat"])
    assert {(one.step, one.before, one.after, one.n) for one in found.foldings()} == {
        ("case", "The", "the", 1),
        ("case", "CAT,", "cat,", 1),
        ("punctuation", "cat,", "cat", 1),
        ("punctuation", "sat.", "sat", 1),
    }


def test_a_function_normalises():
    assert score(["a-b"], ["ab"], normalize=lambda text: text.replace("-", "")).wer == 0.0


def test_an_unknown_normalisation_says_which_there_are():
    with pytest.raises(ConfigError, match=r"no such normalisation: 'fancy'.*basic.*whisper"):
        score(["a"], ["a"], normalize="basic+fancy")


# ---- accepted variants ----------------------------------------------------------------------------------


def test_variants_are_accepted_wherever_a_phrase_of_theirs_stands():
    groups = [["going to", "gonna"], ["OK", "okay", "all right"], ["uh", "@"]]
    found = score(["okay uh I am going to go"], ["ok i am gonna go"], variants=groups)
    assert counted(found[0]) == (5, 0, 0, 0)


def test_variants_come_from_a_file(tmp_path):
    (tmp_path / "list.glm").write_text(
        "; a comment\n* a heading\n[gonna] => [going to] / [ ] __ [ ]\nokay / ok\n", encoding="utf-8"
    )
    found = score(["gonna say okay"], ["going to say ok"], variants=str(tmp_path / "list.glm"))
    assert found.wer == 0.0


def test_a_variant_without_another_is_refused(tmp_path):
    (tmp_path / "list.glm").write_text("okay\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"one phrase only.*list.glm:1"):
        score(["a"], ["a"], variants=tmp_path / "list.glm")


def test_a_list_of_variants_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(SourceError, match="no list of variants can be read"):
        score(["a"], ["a"], variants=tmp_path / "none.glm")


@pytest.mark.parametrize("text", ["{ a / b", "a } { / b", "a / b", "{ a b }", "{ a / " * 5000 + "}" * 5000])
def test_braces_that_do_not_match_are_text(text):
    assert score([text], [text], normalize="none").wer == 0.0


# ---- both sides ----------------------------------------------------------------------------------------


def test_ids_bring_the_two_sides_together():
    found = score({"u2": "b c", "u1": "a"}, {"u1": "a", "u2": "b x"})
    assert [(one.id, one.counts.wer) for one in found] == [("u2", 0.5), ("u1", 0.0)]


def test_what_has_no_partner_is_told():
    found = score({"u1": "a b", "u2": "c"}, {"u2": "c", "u9": "z"})
    assert counted(found[0]) == (0, 0, 2, 0)
    assert found.warnings == ("1 references have no hypothesis: they count as not heard at all",)
    assert [(one.source, one.reason) for one in found.refused] == [("u9", "a hypothesis without a reference")]


@pytest.mark.parametrize("missing", [None, math.nan])
def test_a_missing_text_is_not_an_empty_one(missing):
    found = score([missing, "", "a"], ["x", "", missing])
    assert [one.id for one in found] == ["1", "2"]
    assert [(one.source, one.reason) for one in found.refused] == [("0", "there is no reference")]
    assert found.deletions == 1


@pytest.mark.parametrize("kind", [pd.Series, pa.array, tuple, iter], ids=lambda kind: kind.__name__)
def test_columns_of_any_kind_are_taken(kind):
    assert score(kind(["a b", "c"]), kind(["a", "c"])).deletions == 1


@pytest.mark.parametrize(
    ("references", "hypotheses", "message"),
    [
        (["a"], ["a", "b"], "references and hypotheses differ in number: '1 and 2'"),
        ({"u1": "a"}, {"x": "a"}, "no id in common: \"'u1' and 'x'\""),
        (["a", 7], ["a", "b"], "a reference is no text: 'number 1: int'"),
        (["a"], 7, "the hypothesis side is no list of texts: 'int'"),
    ],
)
def test_sides_that_do_not_fit_are_refused(references, hypotheses, message):
    with pytest.raises(SourceError, match=message):
        score(references, hypotheses)


def test_a_column_of_another_length_is_refused():
    with pytest.raises(SourceError, match="a column is not as long as the references: 'speaker'"):
        score(["a", "b"], ["a", "b"], columns={"speaker": ["s1"]})


# ---- groups and intervals ------------------------------------------------------------------------------


def test_groups_stand_with_the_worst_first_and_their_own_counts():
    found = score(["a b", "c d", "e f"], ["a b", "x y", "e y"], columns={"speaker": ["s1", "s2", "s2"]})
    assert [(one.name, one.n_utterances, one.wer) for one in found.by("speaker")] == [
        ("s2", 2, 0.75),
        ("s1", 1, 0.0),
    ]
    with pytest.raises(NotFoundError, match=r"no such column: 'accent'.*speaker"):
        found.by("accent")


def test_an_interval_by_speaker_is_wider_than_one_by_utterance_where_speakers_differ():
    texts = ["a b c d"] * 200
    speaker = [f"s{number // 20}" for number in range(200)]
    heard = ["a b c d" if number // 20 % 2 else "a b x y" for number in range(200)]
    by_speaker = score(texts, heard, columns={"speaker": speaker})
    by_utterance = score(texts, heard)
    assert (by_speaker.groups.by, by_utterance.groups.by) == ("speaker", "utterance")
    assert by_speaker.interval is not None
    assert by_utterance.interval is not None
    for low, high in (by_speaker.interval, by_utterance.interval):
        assert low < 0.25 < high
    widths = [high - low for low, high in (by_speaker.interval, by_utterance.interval)]
    assert widths[0] > 3 * widths[1]


def test_intervals_are_the_same_each_time():
    texts = [f"w{number} w" for number in range(40)]
    heard = [f"w{number} v" if number % 3 else text for number, text in enumerate(texts)]
    assert score(texts, heard).interval == score(texts, heard).interval


def test_confusions_are_counted_over_the_corpus():
    found = score(["the cat", "the hat"], ["a cat", "a bat"])
    assert found.confusions() == [("the", "a", 2), ("hat", "bat", 1)]


def test_plain_values_hold_what_the_command_line_prints():
    found = score(["the cat", ""], ["the hat", ""], columns={"speaker": ["s1", "s2"]})
    values = found.to_dict(per_utterance=True, by="speaker")
    assert values["wer"] == 0.5
    assert (values["n_utterances"], values["n_words"], values["normalization"]) == (2, 2, "basic")
    assert [one["id"] for one in values["utterances"]] == ["0", "1"]
    assert [group["name"] for group in values["by"]] == ["s1", "s2"]


def test_the_public_name_is_there():
    assert labwidgets.score(["the cat"], ["the hat"]).wer == 0.5
    assert "WER 50.00%" in repr(labwidgets.score(["the cat"], ["the hat"]))
