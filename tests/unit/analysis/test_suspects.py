"""Wrong references are found before right ones: on transcripts made wrong the ways people make them wrong."""

from __future__ import annotations

import csv
import random
from collections import defaultdict

import numpy as np
import pytest

from labwidgets.analysis.corruption import KINDS, corrupt
from labwidgets.analysis.scoring import score
from labwidgets.analysis.suspects import evidence, precision_at, rank_suspects
from labwidgets.errors import SourceError

WORDS = [f"{first}{second}{third}" for first in "bdfgk" for second in "aeiou" for third in "lmnrst"]


def made_up(n, seed=0):
    chance = random.Random(seed)
    return [" ".join(chance.choices(WORDS, k=chance.randint(5, 12))) for _ in range(n)]


def misheard(texts, share, seed):
    chance = random.Random(seed)
    return [
        " ".join(chance.choice(WORDS) if chance.random() < share else word for word in text.split())
        for text in texts
    ]


@pytest.fixture(scope="module")
def corrupted():
    truth = made_up(400)
    made = corrupt(truth, share=0.1, seed=3)
    scores = {f"m{seed}": score(made.texts, misheard(truth, 0.15, seed)) for seed in (1, 2)}
    return made, scores


def test_two_models_find_what_is_wrong(corrupted):
    made, scores = corrupted
    ranked = rank_suspects(scores)
    wrong = {str(place) for place in made.kinds}
    found = precision_at([one.id for one in ranked], wrong, [10, 20, len(wrong)])
    assert found[10] >= 0.9
    assert found[20] >= 0.9
    assert found[len(wrong)] >= 0.8
    assert "agreement" in ranked[0].reasons
    assert ranked[0].suspicion >= ranked[-1].suspicion


def test_two_models_find_more_than_one(corrupted):
    made, scores = corrupted
    wrong = {str(place) for place in made.kinds}
    alone = rank_suspects({"m1": scores["m1"]})
    both = rank_suspects(scores)
    ks = [len(wrong)]
    at = [precision_at([one.id for one in ranked], wrong, ks)[ks[0]] for ranked in (alone, both)]
    assert at[1] > at[0] > 0.1


def test_crowds_against_spoilt_truth(speech):
    """Three people's transcripts, a word in six wrong: most of what is wrong is among the first."""
    folder = speech / "crowdspeech_text"
    with (folder / "ground_truth.tsv").open(encoding="utf-8") as file:
        truth = {
            row["utt"]: row["text"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        }
    said = defaultdict(list)
    with (folder / "crowd.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            said[row["utt"]].append(row["transcript"])
    keys = [key for key in truth if len(said[key]) >= 3]
    found = []
    for seed in range(3):
        made = corrupt([truth[key] for key in keys], share=0.1, seed=seed)
        scores = {
            f"w{number}": score(
                dict(zip(keys, made.texts, strict=True)), {key: said[key][number] for key in keys}
            )
            for number in range(3)
        }
        wrong = {keys[place] for place in made.kinds}
        ranked = [one.id for one in rank_suspects(scores, n=len(wrong))]
        found.append(precision_at(ranked, wrong, [10, len(wrong)]))
    assert np.mean([one[10] for one in found]) >= 0.9
    assert np.mean([list(one.values())[-1] for one in found]) >= 0.65


def test_evidence_tells_what_speaks_against_a_reference():
    references = [
        "a bad tale of gold",
        "a bad tale",
        "one two three four",
        "so it goes on",
        "all is well",
    ] * 4
    heard = [
        "a bad tale of gold",
        "a bad tale of old gold mines",
        "three four",
        "so it goes on",
        "all is well",
    ] * 4
    durations = [2.0, 1.2, 1.5, 60.0, float("nan")] * 4
    found = evidence(
        {"m": score(references, heard, columns={"duration": durations})},
        fits=[0.0, 0.1, 5.0, -0.1, None] * 4,
    )
    assert set(found) == {"agreement", "edge", "rate", "fit"}
    assert np.flatnonzero(found["edge"][:5]).tolist() == [1, 2]
    assert int(found["rate"][:5].argmax()) == 3
    assert int(found["fit"][:5].argmax()) == 2
    assert found["rate"][4] == found["fit"][4] == 0.0
    assert found["agreement"][0] == 0.0 < found["agreement"][1]


def test_the_proposal_is_what_most_say():
    scores = {name: score(["a b c"], [said]) for name, said in (("x", "a d c"), ("y", "a d c"), ("z", "q"))}
    assert rank_suspects(scores)[0].proposal == "a d c"


def test_models_of_other_utterances_cannot_be_held_together():
    with pytest.raises(SourceError, match="there are no models to hold the references against"):
        rank_suspects({})
    with pytest.raises(SourceError, match="not scored on the same utterances: 'b'"):
        rank_suspects({"a": score({"u1": "x"}, {"u1": "x"}), "b": score({"u2": "x"}, {"u2": "x"})})


def test_every_kind_of_corruption_changes_a_text_and_is_told():
    texts = made_up(200, seed=5)
    made = corrupt(texts, share=0.4, seed=1)
    assert set(made.kinds.values()) == set(KINDS)
    changed = {
        place for place, (one, other) in enumerate(zip(texts, made.texts, strict=True)) if one != other
    }
    assert changed == set(made.kinds)
    assert corrupt(texts, share=0.4, seed=1) == made
    assert corrupt(["a b", ""], share=1.0).kinds == {}
