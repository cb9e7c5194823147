"""Attention as ONNX Runtime's own operators, for export: one in the place of a dozen.

The modules here take the place of those of `model`; they can be exported and not called.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from batti import prompt
from batti.train.model import Attention, DecoderBlock, Turns

OPERATORS = "com.microsoft"
"""The domain of the operators."""
Pair = tuple[Tensor, Tensor]
"""Keys and values, each (B, H, L, head width)."""


def _nothing(g: Any) -> Any:
    """An input that is left out."""
    absent = g.op("prim::Constant")
    absent.setType(torch._C.OptionalType.ofTensor())
    return absent


def _rotated(g: Any, side: Any, start: Any, turns: Any, heads: int) -> Any:
    return g.op(f"{OPERATORS}::RotaryEmbedding", side, start, *turns, num_heads_i=heads)


class _Within(torch.autograd.Function):
    """Query, key and value (B, T, D), which positions are there (B, T) -> (B, T, D)."""

    @staticmethod
    def forward(ctx: Any, query: Tensor, key: Tensor, value: Tensor, there: Tensor, cos: Tensor, sin: Tensor,
                heads: int) -> Tensor:  # fmt: skip
        return torch.empty_like(query)  # only its shape is looked at

    @staticmethod
    def symbolic(g: Any, query: Any, key: Any, value: Any, there: Any, cos: Any, sin: Any, heads: int) -> Any:
        first = g.op("Constant", value_t=torch.zeros(1, dtype=torch.int64))
        query, key = (_rotated(g, side, first, (cos, sin), heads) for side in (query, key))
        out = g.op(f"{OPERATORS}::MultiHeadAttention", query, key, value, _nothing(g), there, num_heads_i=heads)
        return out.setType(value.type())


class _Onward(torch.autograd.Function):
    """Query, key and value (B, 1, D) of the next token, those before it (B, H, L, head width) -> (B, 1, D), and both
    with this one."""

    @staticmethod
    def forward(ctx: Any, query: Tensor, key: Tensor, value: Tensor, keys: Tensor, values: Tensor, cos: Tensor,
                sin: Tensor, heads: int) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
        more = keys.new_empty(*keys.shape[:2], keys.shape[2] + 1, keys.shape[3])
        return torch.empty_like(query), more, more.clone()

    @staticmethod
    def symbolic(g: Any, query: Any, key: Any, value: Any, keys: Any, values: Any, cos: Any, sin: Any,
                 heads: int) -> Any:  # fmt: skip
        start = g.op("Shape", keys, start_i=2, end_i=3)
        query, key = (_rotated(g, side, start, (cos, sin), heads) for side in (query, key))
        absent = [_nothing(g) for _ in range(3)]
        out, *more = g.op(
            f"{OPERATORS}::MultiHeadAttention", query, key, value, *absent, keys, values, num_heads_i=heads, outputs=3
        )
        return out.setType(query.type()), *(each.setType(keys.type().with_sizes([None] * 4)) for each in more)


class _Across(torch.autograd.Function):
    """Query (B, 1, D), keys and values (B, H, M, head width), which of these are there (B, M) -> (B, 1, D)."""

    @staticmethod
    def forward(ctx: Any, query: Tensor, keys: Tensor, values: Tensor, there: Tensor, heads: int) -> Tensor:
        return torch.empty_like(query)

    @staticmethod
    def symbolic(g: Any, query: Any, keys: Any, values: Any, there: Any, heads: int) -> Any:
        out = g.op(f"{OPERATORS}::MultiHeadAttention", query, keys, values, _nothing(g), there, num_heads_i=heads)
        return out.setType(query.type())


class _Pointed(torch.autograd.Function):
    """Rows (B, T, D), the numbers of some in each sentence (B, L) -> these rows (B, L, D)."""

    @staticmethod
    def forward(ctx: Any, rows: Tensor, numbers: Tensor) -> Tensor:
        return rows[:, : numbers.shape[1]].clone()

    @staticmethod
    def symbolic(g: Any, rows: Any, numbers: Any) -> Any:
        last = g.op("Constant", value_t=torch.tensor([-1]))
        out = g.op("GatherND", rows, g.op("Unsqueeze", numbers, last), batch_dims_i=1)
        return out.setType(rows.type().with_sizes([None] * 3))


def pointed(memory: Tensor, tokens: Tensor) -> Tensor:
    """What stands in (B, T, D) where tokens (B, L) point; anything for those that do not."""
    out: Tensor = _Pointed.apply(memory, (tokens - prompt.VOCABULARY).clamp(min=0))  # type: ignore[no-untyped-call]
    return out


class FusedAttention(nn.Module):
    """In the place of an `Attention` over one sequence."""

    def __init__(self, attention: Attention) -> None:
        super().__init__()
        self.heads, self.query, self.out = attention.heads, attention.query, attention.out
        self.key_value = attention.key_value

    def within(self, x: Tensor, turns: Turns, mask: Tensor, dropout: float) -> Tensor:
        """See `Attention.within`; `mask` is (B, 1, 1, T)."""
        key, value = self.key_value(x).split(self.query.out_features, dim=-1)
        there = mask[:, 0, 0].to(torch.int32)
        out: Tensor = self.out(_Within.apply(self.query(x), key, value, there, *turns, self.heads))  # type: ignore[no-untyped-call]
        return out


class FusedDecoderBlock(nn.Module):
    """In the place of a `DecoderBlock` that says one token; `turns` are of all positions."""

    def __init__(self, block: DecoderBlock) -> None:
        super().__init__()
        self.own, self.look = block.own, block.look

    def forward(self, x: Tensor, past: Pair, memory: Pair, turns: Turns, there: Tensor) -> tuple[Tensor, Pair]:
        """See `DecoderBlock.forward`; `there` (B, M) is 1 where characters are, and 0 where there is padding."""
        attention, look = self.own.attention, self.look.attention
        y = self.own.norm1(x)
        key, value = attention.key_value(y).split(attention.query.out_features, dim=-1)
        y, *present = _Onward.apply(attention.query(y), key, value, past[0], past[1], *turns, attention.heads)  # type: ignore[no-untyped-call]
        x = x + attention.out(y)
        y = _Across.apply(look.query(self.look.norm(x)), memory[0], memory[1], there, look.heads)  # type: ignore[no-untyped-call]
        return self.own.feed(x + look.out(y)), (present[0], present[1])
