"""The network: a character encoder, and a decoder that says structure and points at characters.

Shapes: B sentences, T characters, M groups of merged characters, L answer tokens, D width, V structural
tokens. The decoder looks at the groups; its distribution runs over the V tokens and the T characters of the
sentence (pointer network, Vinyals et al. 2015): a place is pointed at, not named, so that one network serves
any home.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor, nn

from batti import prompt
from batti.gazetteer import TAGS
from batti.schema import Finding, Strict
from batti.train.recipe import no_multiple


class Shape(Strict):
    """Sizes of the network."""

    width: int = Field(default=256, gt=0)
    heads: int = Field(default=4, gt=0)
    encoder_layers: int = Field(default=6, gt=0)
    decoder_layers: int = Field(default=2, gt=0)
    feed_forward: int = Field(default=768, gt=0)
    kernel: int = Field(default=5, gt=0)  # characters that the convolution under the encoder sees
    merge: int = Field(default=1, gt=0)  # neighbouring characters that the encoder's layers see as one
    words: int = Field(default=0, ge=0)  # numbers that words are hashed to; 0: characters alone
    dropout: float = Field(default=0.1, ge=0, lt=1)

    def checks(self) -> Iterator[Finding]:
        """Heads of equal width, an even one; words that can be told apart; as many characters on both sides."""
        if self.width % (2 * self.heads):
            yield no_multiple(self.width, self.heads)
        if self.words == 1:
            yield Finding(("words",), "words 1 tells no word from another", "write 0 to leave them out, or 8192")
        if self.kernel % 2 == 0:
            yield Finding(("kernel",), f"kernel {self.kernel} is even", f"write {self.kernel + 1}")


Turns = tuple[Tensor, Tensor]
"""Cosines and sines of rotary position embedding (Su et al. 2021), each (T, half the head width)."""


def rotate(x: Tensor, turns: Turns) -> Tensor:
    """Rotary position embedding of (B, H, T, head width)."""
    cos, sin = turns[0].to(x.dtype), turns[1].to(x.dtype)
    a, b = x.chunk(2, dim=-1)
    return torch.cat((a * cos - b * sin, a * sin + b * cos), dim=-1)


class Attention(nn.Module):
    """Multi-head attention; `keys` computes what can be kept of the attended side."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.key_value = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)

    def split(self, x: Tensor) -> Tensor:
        b, t, d = x.shape
        return x.view(b, t, self.heads, d // self.heads).transpose(1, 2)

    def keys(self, memory: Tensor) -> Tensor:
        """(B, M, D) -> keys and values, (2, B, H, M, head width)."""
        b, m, d = memory.shape
        both: Tensor = self.key_value(memory).view(b, m, 2, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        return both

    def attend(self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, dropout: float) -> Tensor:
        """`mask` is True where attending is allowed, broadcastable to (B, H, T, M)."""
        x = F.scaled_dot_product_attention(query, key, value, attn_mask=mask, dropout_p=dropout)
        out: Tensor = self.out(x.transpose(1, 2).flatten(2))
        return out

    def within(self, x: Tensor, turns: Turns, mask: Tensor | None, dropout: float) -> Tensor:
        """Self-attention of (B, T, D), with rotary position embedding."""
        query, (key, value) = rotate(self.split(self.query(x)), turns), self.keys(x)
        return self.attend(query, rotate(key, turns), value, mask, dropout)


class Block(nn.Module):
    """Pre-norm self-attention and feed-forward."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(shape.width), nn.LayerNorm(shape.width)
        self.attention = Attention(shape.width, shape.heads)
        self.up = nn.Linear(shape.width, shape.feed_forward)
        self.down = nn.Linear(shape.feed_forward, shape.width)
        self.rate = shape.dropout

    def feed(self, x: Tensor) -> Tensor:
        hidden = F.gelu(self.up(self.norm2(x)))
        return x + F.dropout(self.down(F.dropout(hidden, self.rate, self.training)), self.rate, self.training)

    def forward(self, x: Tensor, turns: Turns, mask: Tensor | None) -> Tensor:
        y = self.attention.within(self.norm1(x), turns, mask, self.rate if self.training else 0.0)
        return self.feed(x + F.dropout(y, self.rate, self.training))


class Look(nn.Module):
    """Cross-attention with its own norm, added to the stream."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(shape.width)
        self.attention = Attention(shape.width, shape.heads)
        self.rate = shape.dropout

    def forward(self, x: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
        query = self.attention.split(self.attention.query(self.norm(x)))
        y = self.attention.attend(query, key, value, mask, self.rate if self.training else 0.0)
        return x + F.dropout(y, self.rate, self.training)


class DecoderBlock(nn.Module):
    """Causal self-attention over the answer so far, a look at the sentence, feed-forward."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.own = Block(shape)
        self.look = Look(shape)

    def sentence_keys(self, groups: Tensor) -> Tensor:
        """(B, M, D) -> keys and values of the look at the sentence, (2, B, H, M, head width)."""
        return self.look.attention.keys(groups)

    def forward(
        self, x: Tensor, past: Tensor, memory: Tensor, turns: Turns, causal: Tensor | None, mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """`past` (2, B, H, L before, head width), `memory` (2, B, H, M, head width)."""
        attention = self.own.attention
        y = self.own.norm1(x)
        query = rotate(attention.split(attention.query(y)), turns)
        key, value = attention.keys(y)
        present = torch.cat((past, torch.stack((rotate(key, turns), value))), dim=3)
        dropout = self.own.rate if self.training else 0.0
        y = attention.attend(query, present[0], present[1], causal, dropout)
        x = x + F.dropout(y, self.own.rate, self.training)
        x = self.look(x, memory[0], memory[1], mask)
        return self.own.feed(x), present


_UNREAD = 0.15  # of the characters' words in training


class Network(nn.Module):
    """See the module's docstring. `forward` is for training; `export.py` wraps the parts for use."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        d = shape.width
        self.characters = nn.Embedding(prompt.CHARS, d, padding_idx=0)
        self.tags = nn.Embedding(TAGS, d, padding_idx=0)
        if shape.words:
            self.words = nn.Embedding(shape.words, d, padding_idx=0)
        self.near = nn.Linear(shape.kernel * d, d)
        self.merge = nn.Linear(shape.merge * d, d)
        self.encoder = nn.ModuleList(Block(shape) for _ in range(shape.encoder_layers))
        self.spread = nn.Linear(d, shape.merge * d)
        self.encoder_norm, self.groups_norm = nn.LayerNorm(d), nn.LayerNorm(d)
        self.tokens = nn.Embedding(prompt.VOCABULARY, d)
        self.pointed = nn.Linear(d, d)
        self.decoder = nn.ModuleList(DecoderBlock(shape) for _ in range(shape.decoder_layers))
        self.out_norm = nn.LayerNorm(d)
        self.out = nn.Linear(d, prompt.VOCABULARY)
        self.point = nn.Linear(d, d)
        self.apply(self._init)

    def inner_matrices(self) -> Iterator[Tensor]:
        """The weights of the linear layers between the embeddings and what is said."""
        for name, module in self.named_modules():
            if isinstance(module, nn.Linear) and name != "out":
                yield module.weight

    @staticmethod
    def _init(module: nn.Module) -> None:
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=0.02)
            nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight, std=0.1)
            if module.padding_idx is not None:
                nn.init.zeros_(module.weight[module.padding_idx])

    def encode(self, ids: Tensor, tags: Tensor, words: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """(B, T) character ids, tags of the home's names (see `gazetteer`) and, where the shape has
        words, their numbers (see `sound.word_ids`) -> see `read`."""
        x = self.characters(ids) + self.tags(tags)
        return self.read(x if words is None else x + self.read_words(words), ids)

    def read_words(self, words: Tensor) -> Tensor:
        """(B, T) numbers of words -> (B, T, D)."""
        if self.training:  # so that a word that was never seen can be read by its characters
            words = words * (torch.rand_like(words, dtype=torch.float32) > _UNREAD)
        embedded: Tensor = self.words(words)
        return embedded

    def read(self, x: Tensor, ids: Tensor) -> tuple[Tensor, Tensor]:
        """Embedded characters (B, T, D) -> the same, each with what stands around it, and groups of them (B, M, D).

        The layers work on `merge` characters at a time, which costs them that many times less; what is
        of one character alone goes around them (as in Funnel-Transformer, Dai et al. 2020).
        """
        x, y = self.gather(x, ids)
        turns = self.turns(y.shape[1], 0, x)
        there = self.there(ids)
        for block in self.encoder:
            y = block(y, turns, there)
        return self.scatter(x, y, ids), self.groups_norm(y)

    def there(self, ids: Tensor) -> Tensor:
        """(B, T) character ids -> which groups are no padding, (B, 1, 1, M)."""
        return (ids > 0)[:, None, None, :: self.shape.merge]

    def gather(self, x: Tensor, ids: Tensor) -> tuple[Tensor, Tensor]:
        """Embedded characters (B, T, D) -> them with their neighbours, padded, and `merge` at a time."""
        merge, (batch, chars, width) = self.shape.merge, x.shape
        groups = (chars + merge - 1) // merge
        # Padding must not reach a sentence's last characters through the convolution, and must be
        # alike whether it comes from the batch or from here.
        x = x * (ids > 0).unsqueeze(-1)
        x = F.pad(x, (0, 0, 0, merge - 1))[:, : groups * merge]
        x = x + F.gelu(self.near(self.around(x)))
        return x, self.merge(x.reshape(batch, groups, merge * width))

    def scatter(self, x: Tensor, y: Tensor, ids: Tensor) -> Tensor:
        """What `gather` gave, the second after the layers -> (B, T, D)."""
        x = x + self.spread(y).reshape(x.shape)
        out: Tensor = self.encoder_norm(x[:, : ids.shape[1]])
        return out

    def around(self, x: Tensor) -> Tensor:
        """(B, T, D) -> (B, T, kernel x D): each character between its neighbours, for a convolution as a product."""
        most = self.shape.kernel - 1
        wide = F.pad(x, (0, 0, most // 2, most // 2))
        return torch.cat([wide[:, i : i - most or None] for i in range(most + 1)], dim=-1)

    def turns(self, length: int, start: int, like: Tensor) -> Turns:
        """Of so many positions from `start` on."""
        half = self.shape.width // self.shape.heads // 2
        rates = 10000.0 ** (-torch.arange(half, device=like.device, dtype=torch.float32) / half)
        steps = torch.arange(length, device=like.device, dtype=torch.float32) + start
        angles = steps[:, None] * rates[None, :]
        return angles.cos(), angles.sin()

    def look_keys(self, groups: Tensor) -> Tensor:
        """What the decoder keeps of the sentence (B, M, D): (decoder layers, 2, B, H, M, head width)."""
        blocks = (block for block in self.decoder if isinstance(block, DecoderBlock))
        return torch.stack([block.sentence_keys(groups) for block in blocks])

    def embed_answer(self, tokens: Tensor, memory: Tensor) -> Tensor:
        """(B, L) tokens, those from V on pointing at characters (B, T, D) -> (B, L, D)."""
        index = (tokens - prompt.VOCABULARY).clamp(min=0).unsqueeze(-1).expand(-1, -1, memory.shape[-1])
        return self.embed_tokens(tokens, torch.gather(memory, 1, index))

    def embed_tokens(self, tokens: Tensor, there: Tensor) -> Tensor:
        """The same where it is known what stands where each token points (B, L, D)."""
        words = self.tokens(tokens.clamp(max=prompt.VOCABULARY - 1))
        places = self.pointed(there)
        return torch.where((tokens >= prompt.VOCABULARY).unsqueeze(-1), places, words.to(places.dtype))

    def step(
        self, x: Tensor, past: Tensor, start: int, causal: Tensor | None, keys: Tensor, mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Decoder over (B, L, D) -> (B, L, D) and the new past."""
        presents = []
        turns = self.turns(x.shape[1], start, x)
        for i, block in enumerate(self.decoder):
            x, present = block(x, past[i], keys[i], turns, causal, mask)
            presents.append(present)
        return self.out_norm(x), torch.stack(presents)

    def logits(self, x: Tensor, targets: Tensor, ids: Tensor) -> Tensor:
        """(B, L, D), and the memory turned round (B, D, T) -> scores of what may be said next (B, L, V + T)."""
        pointer = self.point(x) @ targets * self.shape.width**-0.5
        pointer = pointer.float().masked_fill((ids == 0)[:, None, :], -1e9)
        return torch.cat((self.out(x).float(), pointer), dim=-1)

    def empty_past(self, batch: int, like: Tensor) -> Tensor:
        """The past before the first token."""
        s = self.shape
        return like.new_zeros(s.decoder_layers, 2, batch, s.heads, 0, s.width // s.heads)

    def forward(self, ids: Tensor, tags: Tensor, answers: Tensor, words: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Mean negative log-likelihood of answers (B, L) that begin with START, padded with PAD; and (B, T, D)."""
        memory, groups = self.encode(ids, tags, words)
        inputs, targets = answers[:, :-1], answers[:, 1:]
        x = self.embed_answer(inputs, memory)
        causal = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool, device=x.device).tril()
        x, _ = self.step(x, self.empty_past(len(ids), x), 0, causal, self.look_keys(groups), self.there(ids))
        scores = self.logits(x, memory.transpose(1, 2), ids)
        loss = -scores.log_softmax(-1).gather(-1, targets.unsqueeze(-1)).squeeze(-1)
        there = targets != prompt.PAD
        return (loss * there).sum() / there.sum(), memory
