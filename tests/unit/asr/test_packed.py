from __future__ import annotations

import pytest
import torch
from torch import nn

from labwidgets.asr import packed


@pytest.mark.parametrize("has_bias", [True, False])
@pytest.mark.parametrize("n_rows", [1, 2, 5, 300])
def test_a_packed_layer_says_what_the_plain_one_says(n_rows, has_bias):
    torch.manual_seed(0)
    plain = nn.Sequential(nn.Linear(48, 96, bias=has_bias), nn.GELU(), nn.Linear(96, 31, bias=has_bias))
    states = torch.randn(2, n_rows, 48)
    with torch.no_grad():
        expected = plain(states)
        n_packed = packed.pack(plain)
        found = plain(states)
    assert n_packed == (2 if packed._works() else 0)
    # Another order of the same float32 sums.
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


def test_where_the_kernels_are_missing_all_stays_as_it_is(monkeypatch):
    def missing(_: nn.Linear) -> nn.Module:
        raise AttributeError

    monkeypatch.setattr(packed, "PackedLinear", missing)
    plain = nn.Sequential(nn.Linear(4, 4))
    assert packed.pack(plain) == 0
    assert type(plain[0]) is nn.Linear


def test_weights_of_another_precision_stay_as_they_are():
    plain = nn.Sequential(nn.Linear(4, 4, dtype=torch.bfloat16))
    assert packed.pack(plain) == 0
