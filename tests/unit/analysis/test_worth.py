"""What is worth labelling next, without a store."""

from __future__ import annotations

import random

import numpy as np
import pytest

from labwidgets.analysis.worth import (
    CROSSING,
    Effort,
    Experience,
    Weights,
    fit_effort,
    fit_quality,
    plan,
)
from labwidgets.errors import ConfigError
from labwidgets.records import GROUPS, DoneItem, Hypothesis, JudgedDraft, WorkItem
from labwidgets.widgets.probation import predicted_wer


def item(number: int, text: str | None = "one two three", **fields):
    given = {
        "confidence": 0.8,
        "has_alarm": False,
        "model": "m",
        "rand": 0.5,
        "place": 0.0,
        "is_audit": False,
    }
    groups = dict.fromkeys(GROUPS) | fields.pop("groups", {})
    given |= {"duration_s": 4.0} | fields
    return WorkItem(f"s{number}", text=text, groups=groups, **given)


def order(items, referred=(), experience=None, **weights):
    found = plan(items, referred, experience or Experience(), weights=Weights.of(weights))
    places = {one.segment_id: one.place for one in items} | dict(found.places)
    return sorted(places, key=places.__getitem__), found


def test_more_errors_come_first_and_longer_work_later() -> None:
    items = [item(0, confidence=0.9), item(1, confidence=0.5), item(2, confidence=0.5, duration_s=40.0)]
    assert order(items, novelty=0, coverage=0)[0] == ["s1", "s0", "s2"]


def test_what_says_the_same_as_what_was_picked_waits() -> None:
    texts = ["red fish", "red fish", "blue bird", "red fish"]
    found, _ = order([item(n, text) for n, text in enumerate(texts)], errors=0, coverage=0)
    assert set(found[:2]) == {"s0", "s2"}


def test_words_that_references_have_are_worth_less() -> None:
    items = [item(0, "red fish"), item(1, "blue bird")]
    referred = [item(9, "red red fish fish")]
    found, made = order(items, referred, errors=0, coverage=0)
    assert found == ["s1", "s0"]
    assert "2 words that no reference has" in made.rows[0].why


def test_kinds_of_speech_that_are_rare_among_references_come_first_and_take_turns() -> None:
    items = [item(n, groups={"accent": "indian" if n == 5 else "us"}) for n in range(8)]
    referred = [item(20 + n, groups={"accent": "us"}) for n in range(10)]
    found, made = order(items, referred, errors=0, novelty=0)
    assert found[0] == "s5"
    assert made.rows[0].why.startswith("accent indian: 0 of 10 labelled")
    even = [item(n, groups={"speaker": f"p{n % 2}"}) for n in range(6)]
    turns = [int(key[1:]) % 2 for key in order(even, errors=0, novelty=0)[0]]
    assert turns[:2] in ([0, 1], [1, 0])


def test_a_wanted_value_counts_as_often_as_was_said() -> None:
    items = [item(n, groups={"accent": "scots" if n % 2 else "us"}) for n in range(10)]
    found, _ = order(items, errors=0, novelty=0, **{"accent:scots": 50})
    assert {int(key[1:]) % 2 for key in found[:4]} == {1}


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ({"beauty": 1}, "nothing of that name is weighed: 'beauty'.*accent:Indian"),
        ({"accent:": 1}, "nothing of that name"),
        ({"errors": -1}, "no usable weight"),
        ({"errors": float("nan")}, "no usable weight"),
        ({"errors": 0, "novelty": 0, "coverage": 0}, "all weights are 0"),
    ],
)
def test_weights_of_nothing_are_refused(given, match) -> None:
    with pytest.raises(ConfigError, match=match):
        Weights.of(given)


def test_audits_are_placed_by_chance_alone_and_nobody_is_moved_by_them() -> None:
    chance = random.Random(3)
    items = [item(n, f"w{chance.randrange(30)} w{n % 7}", confidence=chance.random()) for n in range(200)]
    drawn = set(chance.sample(range(200), 60))
    rands = [chance.random() for _ in items]

    def with_audits(confidence):
        return [
            item(
                n,
                one.text,
                confidence=confidence if n in drawn else one.confidence,
                rand=rands[n],
                is_audit=n in drawn,
            )
            for n, one in enumerate(items)
        ]

    first, made = order(with_audits(0.01))
    assert first == order(with_audits(0.99))[0]
    assert not {row.segment_id for row in made.rows} & {f"s{n}" for n in drawn}
    at = [place for place, key in enumerate(first) if int(key[1:]) in drawn]
    # Spread over all of the order, as their numbers by chance are.
    assert 70 < float(np.mean(at)) < 130
    assert min(at) < 20
    assert max(at) > 180
    assert made.report.audits == 60


def test_segments_without_drafts_count_as_average_ones() -> None:
    items = [item(0, None), item(1, confidence=0.5), item(2, confidence=0.99)]
    found, made = order(items)
    assert found.index("s0") > found.index("s1")
    assert made.report.undrafted == 1
    assert next(row for row in made.rows if row.segment_id == "s0").wer is None


def test_all_open_ones_get_a_place_and_most_keep_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("labwidgets.analysis.worth.ranking.MOST_PICKED", 50)
    chance = random.Random(1)
    items = [item(n, f"w{chance.randrange(99)}", confidence=chance.random()) for n in range(500)]
    _, made = order(items)
    assert len(made.places) == 500
    assert len(set(made.places.values()) & set(np.linspace(-2, -1, 51))) >= 1
    assert all(-2 <= place < 0 for place in made.places.values())
    from dataclasses import replace

    again = plan(
        [replace(one, place=made.places[one.segment_id]) for one in items],
        [],
        Experience(),
        weights=Weights.of({}),
    )
    assert not again.places


def test_nothing_open_is_no_work() -> None:
    found = plan([], [], Experience(), weights=Weights.of({}))
    assert (dict(found.places), found.rows, found.min_per_s) == ({}, (), 0.0)
    only = plan([item(0, is_audit=True)], [], Experience(), weights=Weights.of({}))
    assert list(only.places) == ["s0"]


# ---- predictions -----------------------------------------------------------------------------------------


def judged(confidence, wrong, *, model="m", is_audit=False, alarm=False):
    words = [f"w{n}" for n in range(10)]
    draft = ["x"] * wrong + words[wrong:]
    return JudgedDraft(model, confidence, alarm, " ".join(draft), " ".join(words), 1.0, is_audit)


def test_confidence_is_taken_as_it_is_until_enough_drafts_are_labelled() -> None:
    few = fit_quality([judged(0.9, 5)] * 29)
    assert few.wer(["m"], [0.9], [False]) == pytest.approx(0.1)
    assert "it takes 30 labelled drafts" in few.notes[0]
    assert few.wer(["m", "m"], [None, 0.99], [False, True]).tolist() == [0.25, 0.6]


def test_an_overconfident_model_is_believed_less_by_its_own_labelled_drafts_only() -> None:
    chance = random.Random(0)
    seen = [judged(0.6 + 0.4 * (one := chance.random()), round(8 * (1 - one))) for _ in range(200)]
    found = fit_quality(seen)
    low, high = found.wer(["m", "m"], [0.65, 0.95], [False, False])
    assert low == pytest.approx(0.7, abs=0.12)
    assert high == pytest.approx(0.1, abs=0.08)
    assert found.wer(["other"], [0.65], [False]) == pytest.approx(0.35)
    assert "m: 200 labelled drafts" in found.notes[0]
    draft = Hypothesis("h", "s", "r", "m", "", "x", (), 0.65, None, ())
    assert predicted_wer(draft, {"models": found.to_json()}) == pytest.approx(low, abs=0.01)
    audits = [judged(0.9, 0, is_audit=True)] * 40
    by_audits = fit_quality([*seen, *audits])
    assert "m: 40 audits" in by_audits.notes[0]
    assert by_audits.wer(["m"], [0.9], [False]) < 0.05


def test_alarms_and_missing_confidences_are_held_against_what_was_labelled_too() -> None:
    seen = [judged(0.9, 1)] * 40 + [judged(0.9, 9, alarm=True)] * 40 + [judged(None, 4)] * 40
    curve = fit_quality(seen).of("m")
    assert curve.alarmed == pytest.approx(0.84, abs=0.03)
    assert curve.unsure == pytest.approx(0.41, abs=0.03)


def done(n, *, seed, crossing=0.3, who=("a", "b"), slow=1.0, kind=None):
    """Times of a team that types a word in 1.5 s and is slowed by drafts from ``crossing`` on."""
    chance = random.Random(seed)
    found = []
    an_error = (2 + 3 + 15 - (2 + 4.5)) / (crossing * 10)
    for number in range(n):
        is_blank = number % 2 == 0 if kind is None else kind == "blank"
        wrong = chance.choice([0, 1, 2, 3, 5, 8])
        seconds = (2 + 3 + 15) if is_blank else 2 + 4.5 + an_error * wrong
        annotator = chance.choice(who)
        seconds *= (slow if annotator == "b" else 1.0) * chance.lognormvariate(-0.02, 0.2)
        if number % 25 == 24:
            seconds *= 20  # went for tea with the sound on
        text = " ".join(f"w{place}" for place in range(10))
        draft = None if is_blank else " ".join(["x"] * wrong + text.split()[wrong:])
        found.append(DoneItem(annotator, "en", 3.0, seconds, text, draft, is_blank))
    return found


def test_before_there_are_own_times_the_published_ones_hold_and_it_says_so() -> None:
    found = fit_effort(done(30, seed=1))
    assert (found.drafted, found.blank) == (Effort().drafted, Effort().blank)
    assert found.crossing == CROSSING
    assert not found.is_own
    assert "published times; own times so far: 15 with a draft, 15 without one of 20 needed" in found.notes[0]
    assert "from 30% WER on, as published" in found.notes[1]


@pytest.mark.parametrize("crossing", [0.2, 0.45])
def test_own_times_say_where_drafts_slow_people_down_whatever_single_times_say(crossing: float) -> None:
    found = fit_effort(done(400, seed=2, crossing=crossing, slow=1.6))
    assert found.is_own
    assert found.crossing == pytest.approx(crossing, abs=0.06)
    assert "by this team's times" in found.notes[1]
    ones = np.ones(1)
    blank = found.seconds(3 * ones, 0 * ones, 10 * ones, is_drafted=np.array([False]))[0]
    assert blank == pytest.approx(20 * 1.3, rel=0.25)


def test_who_gets_the_drafts_makes_no_difference() -> None:
    slow_with_drafts = done(200, seed=3, who=("b",), slow=2.0, kind="draft") + done(
        40, seed=4, who=("a", "b"), slow=2.0
    )
    fast_without = done(200, seed=5, who=("a",), kind="blank")
    found = fit_effort([*slow_with_drafts, *fast_without])
    assert found.crossing == pytest.approx(0.3, abs=0.1)


def test_one_kind_of_time_is_not_enough_to_tell() -> None:
    found = fit_effort(done(100, seed=1, kind="draft"))
    assert found.n_drafted == 100
    assert not found.is_own
    assert found.blank == Effort().blank


def test_a_script_that_takes_longer_is_told_apart() -> None:
    from dataclasses import replace

    hindi = [
        replace(one, language="hi", active_s=2.5 * one.active_s) for one in done(150, seed=7, who=("a",))
    ]
    found = fit_effort([*done(150, seed=6, who=("a",)), *hindi])
    latin, deva = found.factors(["en", "hi-IN"])
    assert deva / latin == pytest.approx(2.5, rel=0.25)
