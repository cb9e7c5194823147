"""Muon, for many small matrices: those of one shape are changed together."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable

import torch
from torch import Tensor
from torch.optim import Optimizer

_QUINTIC = (3.4445, -4.7750, 2.0315)  # steepest at zero (Jordan et al. 2024)
_ITERATIONS = 5


class Muon(Optimizer):
    """What `torch.optim.Muon(..., adjust_lr_fn="match_rms_adamw")` does one matrix at a time, with as many launches for
    all matrices of a shape as it has for one: a GPU waited for them longer than for the network.

    Jordan et al. 2024; steps scaled to be as large as AdamW's by Liu et al. 2025, so that one rate serves both.
    """

    def __init__(self, matrices: Iterable[Tensor], lr: float, weight_decay: float, momentum: float = 0.95) -> None:
        alike: dict[torch.Size, list[Tensor]] = defaultdict(list)
        for matrix in matrices:
            alike[matrix.shape].append(matrix)
        groups = [{"params": some} for some in alike.values()]
        super().__init__(groups, {"lr": lr, "weight_decay": weight_decay, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """Change every matrix by its gradient, which all of them must have."""
        for group in self.param_groups:
            matrices, rate = group["params"], group["lr"]
            gradients = torch.stack([matrix.grad for matrix in matrices])
            state = self.state[matrices[0]]
            if "momentum" not in state:
                state["momentum"] = torch.zeros_like(gradients)
            mean = state["momentum"].lerp_(gradients, 1 - group["momentum"])
            changes = orthogonal(gradients.lerp(mean, group["momentum"])).to(matrices[0].dtype)
            size = 0.2 * math.sqrt(max(matrices[0].shape))
            torch._foreach_mul_(matrices, 1 - rate * group["weight_decay"])
            torch._foreach_add_(matrices, list(changes.unbind()), alpha=-rate * size)


def orthogonal(matrices: Tensor) -> Tensor:
    """(N, A, B) -> bfloat16 with nearly the same singular vectors and singular values near 1 (Newton-Schulz)."""
    a, b, c = _QUINTIC
    tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.bfloat16()
    x = x.mT if tall else x
    x = x / x.norm(dim=(1, 2), keepdim=True).clamp(min=1e-7)
    for _ in range(_ITERATIONS):
        gram = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x.mT if tall else x
