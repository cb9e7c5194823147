"""A second lesson for the encoder, which a model that is exported has no part of."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from batti import prompt
from batti.train.model import Shape


class Auxiliary(nn.Module):
    """What the encoder is asked for besides, in training: where places begin and end, and which words
    the answer has in any order. It learns these sooner than the decoder can teach it."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.ends = nn.Linear(shape.width, 2)
        self.said = nn.Linear(shape.width, prompt.VOCABULARY)

    def forward(self, memory: Tensor, ids: Tensor, answers: Tensor) -> Tensor:
        """Mean loss a sentence, of memory (B, T, D), character ids (B, T) and answers (B, L)."""
        targets = answers[:, 1:]
        points = targets >= prompt.VOCABULARY
        first = points.cumsum(1) % 2 == 1  # pointers come in pairs
        where = (targets - prompt.VOCABULARY).clamp(min=0)
        ends = torch.zeros(*ids.shape, 2, device=ids.device)
        for side, pointed in enumerate((points & first, points & ~first)):
            ends[..., side].scatter_reduce_(1, where, pointed.float(), "amax")
        there = ids > 0
        loss = F.binary_cross_entropy_with_logits(self.ends(memory).float(), ends, reduction="none").sum(-1)
        said = torch.zeros(len(ids), prompt.VOCABULARY, device=ids.device)
        said.scatter_(1, targets.masked_fill(points, prompt.PAD), 1.0)
        pooled = memory.masked_fill(~there.unsqueeze(-1), -1e4).amax(1)
        words = F.binary_cross_entropy_with_logits(self.said(pooled).float(), said, reduction="none").sum(-1)
        return ((loss * there).sum(-1) + words).mean()
