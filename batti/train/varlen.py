"""Packed sentences attend each to itself by PyTorch's own kernel for sequences of many lengths.

It is Flash Attention (Dao 2023) as PyTorch carries it: nothing else needs to be installed. A dense mask, as the
`sdpa` of transformers makes of packed sentences, costs the square of all tokens of a batch.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor
from torch.nn.attention.varlen import varlen_attn
from transformers import AttentionInterface

NAME = "varlen"


def attend(
    module: Any, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, *, scaling: float,
    cu_seq_lens_q: Tensor, max_length_q: int, sliding_window: int | None = None, **_: Any,
) -> tuple[Tensor, None]:  # fmt: skip
    """(1, H, T, D) of the query, and as many heads or fewer of keys and values -> (1, T, H, D).

    `cu_seq_lens_q` (sentences + 1,) says where each sentence begins.
    """
    groups = query.shape[1] // key.shape[1]
    key, value = (x.repeat_interleave(groups, dim=1) if groups > 1 else x for x in (key, value))
    q, k, v = (x[0].transpose(0, 1).to(value.dtype).contiguous() for x in (query, key, value))
    out = varlen_attn(
        q, k, v, cu_seq_lens_q, cu_seq_lens_q, max_length_q, max_length_q, scale=scaling,
        window_size=((sliding_window or 0) - 1, 0),
    )  # fmt: skip
    assert isinstance(out, Tensor)  # alone, as nothing besides was asked for
    return out[None], None


def register() -> None:
    """Make it known to transformers by its name."""
    AttentionInterface.register(NAME, attend)
