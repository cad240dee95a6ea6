"""What must hold for any two lists of words: the path of the whole table, and both sides spelt."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labwidgets.analysis import alignment
from labwidgets.analysis.alignment import Op, align
from labwidgets.analysis.variants import parse, said_wording

WORDS = st.lists(st.sampled_from("abcd"), max_size=12)
LONG = st.tuples(
    st.integers(0, 90),
    st.integers(0, 90),
    st.integers(0, 120),
    st.integers(2, 40),
    st.randoms(use_true_random=False),
)


def whole_table(reference, hypothesis):
    """The same rule, written down plainly."""
    n, m = len(reference), len(hypothesis)
    cost = [[3 * column for column in range(m + 1)]]
    steps = [[Op.INSERTION] * (m + 1)]
    for row in range(1, n + 1):
        cost.append([3 * row] + [0] * m)
        steps.append([Op.DELETION] + [Op.HIT] * m)
        for column in range(1, m + 1):
            is_same = reference[row - 1] == hypothesis[column - 1]
            both = cost[row - 1][column - 1] + (0 if is_same else 4)
            deleted, inserted = cost[row - 1][column] + 3, cost[row][column - 1] + 3
            cost[row][column] = min(both, deleted, inserted)
            if both <= deleted and both <= inserted:
                steps[row][column] = Op.HIT if is_same else Op.SUBSTITUTION
            else:
                steps[row][column] = Op.DELETION if deleted < inserted else Op.INSERTION
    path = []
    while n or m:
        path.append(steps[n][m])
        n, m = n - (path[-1] != Op.INSERTION), m - (path[-1] != Op.DELETION)
    return path[::-1]


@given(WORDS, WORDS)
def test_an_alignment_spells_both_sides(reference, hypothesis):
    steps = align(reference, hypothesis)
    assert [one.reference for one in steps if one.reference is not None] == reference
    assert [one.hypothesis for one in steps if one.hypothesis is not None] == hypothesis
    assert [one.op for one in steps] == whole_table(reference, hypothesis)


@settings(max_examples=60)
@given(LONG)
@pytest.mark.parametrize("most_cells", [16_000_000, 3000])
def test_what_is_left_out_of_a_large_table_changes_no_path(most_cells, drawn):
    n_before, n_after, n_shared, n_words, random = drawn
    shared = [random.randrange(n_words) for _ in range(n_shared)]
    reference = [str(word) for word in [*(random.randrange(n_words) for _ in range(n_before)), *shared]]
    heard = [word for word in shared if random.random() > 0.2]
    hypothesis = [str(word) for word in [*heard, *(random.randrange(n_words) for _ in range(n_after))]]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alignment, "_MOST_CELLS", most_cells)
        found = [one.op for one in align(reference, hypothesis)]
    assert found == whole_table(reference, hypothesis)


@given(WORDS, WORDS, WORDS, WORDS)
def test_the_wording_that_was_said_is_one_that_is_accepted_and_none_is_cheaper(first, one, other, heard):
    text = " ".join([*first, "{", *(one or ["@"]), "/", *(other or ["@"]), "}", "end"])
    accepted = [[*first, *one, "end"], [*first, *other, "end"]]
    said = said_wording(parse(text), heard)
    assert said in accepted
    costs = [sum((0, 4, 3, 3)[step] for step in whole_table(words, heard)) for words in (said, *accepted)]
    assert costs[0] == min(costs)
