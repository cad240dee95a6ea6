"""Linear layers in the shape that oneDNN likes best: the same float32 sums, sooner.

PyTorch multiplies float32 matrices with MKL, which runs at less than half the speed on processors that Intel
did not make, and slower still for the few rows of one decoding step. oneDNN, which comes with PyTorch too, is
as fast on all; its weights are laid out once, at loading.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

_TOLERANCE = 1e-4


class PackedLinear(nn.Module):
    """Does what an ``nn.Linear`` does, for inference on a CPU.

    Args:
        linear: Float32, on the CPU.
    """

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.in_features, self.out_features = linear.in_features, linear.out_features
        self.weight, self.bias = linear.weight, linear.bias
        with torch.no_grad():
            # As torch's own compiler calls it.
            self._packed = torch.ops.mkldnn._reorder_linear_weight(linear.weight.detach(), None)  # noqa: SLF001

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """Return the states times the weights, plus the bias."""
        multiply = torch.ops.mkldnn._linear_pointwise  # noqa: SLF001
        made: torch.Tensor = multiply(states, self._packed, self.bias, "none", [], "")
        return made


def pack(model: nn.Module) -> int:
    """Put packed layers in the place of the model's linear ones, where that can be done; return how many."""
    if not _works():
        return 0
    found = [
        (parent, name, layer)
        for parent in model.modules()
        for name, layer in parent.named_children()
        if type(layer) is nn.Linear and layer.weight.dtype == torch.float32 and not layer.weight.is_cuda
    ]
    for parent, name, layer in found:
        setattr(parent, name, PackedLinear(layer))
    return len(found)


def _works() -> bool:
    """Tell whether this build of PyTorch has the kernels and they compute what they should."""
    layer = nn.Linear(64, 48)
    states = torch.linspace(-1.0, 1.0, 192).view(1, 3, 64)
    try:
        with torch.no_grad():
            made = PackedLinear(layer)(states)
            expected = functional.linear(states, layer.weight, layer.bias)
    except (AttributeError, RuntimeError):  # these kernels are not a promise of the library
        return False
    return torch.allclose(made, expected, atol=_TOLERANCE)
