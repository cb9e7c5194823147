"""A GGUF file of a Llama's exact shape with random weights: for speed, which does not depend on the weights.

The blocks are those of llama.cpp's Q4_K_M mixture, the vocabulary is synthetic. Nothing that such a
model says means anything.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Kind
from numpy.typing import NDArray
from tqdm import tqdm

from batti import chat
from batti.dataset.whole import whole
from batti.evaluate import bpe
from batti.home import Home
from batti.paths import resources
from batti.train.gguf_shape import Shape, describe, more_bits

NAME = "llama-3.2-1b-shape"
_VERSION = 1  # of the file in the cache
# Named, so that voices that are added make no other file of what is cached and measured.
_VOICES = ("english", "everyday_english", "heard_english", "wrong_english")
_SPECIALS = 256
_BEGIN, _TURN = 0, 9
_ROLES = {
    _BEGIN: "<|begin_of_text|>", 1: "<|end_of_text|>", 6: "<|start_header_id|>", 7: "<|end_header_id|>",
    _TURN: "<|eot_id|>",
}  # fmt: skip
_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}<|start_header_id|>{{ message['role'] }}<|end_header_id|>\n\n"
    "{{ message['content'] | trim }}<|eot_id|>{% endfor %}"
    "{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}"
)
_Blocks = NDArray[np.uint8]


@dataclass(frozen=True)
class _Tensor:
    name: str
    rows: int  # 0: a vector
    columns: int
    kind: Kind

    @property
    def bytes(self) -> int:
        per, size = gguf.GGML_QUANT_SIZES[self.kind]
        return max(1, self.rows) * self.columns // per * size


def cached() -> Path:
    """Where the file of Llama 3.2 1B's shape is kept."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "batti" / f"{NAME}-{_VERSION}.gguf"


def llama() -> Path:
    """The file of Llama 3.2 1B's shape, made where it is not there yet (0.8 GB)."""
    path = cached()
    if not path.exists():
        write(path, Shape())
    return path


def write(path: Path, shape: Shape, seed: int = 1) -> None:
    """Write a GGUF file of random weights; it appears whole or not at all."""
    tensors = list(_tensors(shape))
    rng = np.random.default_rng(seed)
    with whole(path) as partial:
        writer = gguf.GGUFWriter(partial, "llama")
        name = f"{NAME}: random weights, for measuring speed only"
        describe(writer, name, shape, gguf.LlamaFileType.MOSTLY_Q4_K_M, rope_base=500_000.0, epsilon=1e-5)
        _add_vocabulary(writer, shape.vocabulary)
        for one in tensors:
            dimensions = [one.rows, one.columns] if one.rows else [one.columns]
            writer.add_tensor_info(one.name, dimensions, np.dtype(np.float32), one.bytes, raw_dtype=one.kind)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
        total = sum(one.bytes for one in tensors)
        with tqdm(total=total, unit="B", unit_scale=True, desc=path.name, disable=None) as bar:
            for one in tensors:
                writer.write_tensor_data(_data(one, rng))
                bar.update(one.bytes)
        writer.close()


def _add_vocabulary(writer: gguf.GGUFWriter, size: int) -> None:
    ordinary = size - _SPECIALS
    merged = bpe.merges(_texts(), ordinary - len(bpe.LETTERS))
    specials = [_ROLES.get(number, f"<|reserved_special_token_{number}|>") for number in range(_SPECIALS)]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("llama-bpe")
    writer.add_token_list([*bpe.vocabulary(merged, ordinary), *specials])
    writer.add_token_types([gguf.TokenType.NORMAL] * ordinary + [gguf.TokenType.CONTROL] * _SPECIALS)
    writer.add_token_merges([f"{a} {b}" for a, b in merged])
    writer.add_bos_token_id(ordinary + _BEGIN)
    writer.add_eos_token_id(ordinary + _TURN)
    writer.add_eot_token_id(ordinary + _TURN)
    writer.add_chat_template(_TEMPLATE)


def _texts() -> Iterator[str]:
    """What the vocabulary is learnt from: English words, and what the prompt says, are a token each at the end.

    That is no more than Llama's own vocabulary makes of them. Each letter of Devanagari is one, too.
    """
    for voice in _VOICES:
        yield (resources("phrases") / f"{voice}.txt").read_text(encoding="utf-8")
    yield chat.system(Home.default())
    yield from map(chr, range(0x0900, 0x0980))


def _tensors(shape: Shape) -> Iterator[_Tensor]:
    width, inner, kv = shape.width, shape.feed_forward, shape.kv_heads * shape.head
    yield _Tensor("token_embd.weight", shape.vocabulary, width, Kind.Q6_K)  # the output layer too
    yield _Tensor("output_norm.weight", 0, width, Kind.F32)
    yield _Tensor("rope_freqs.weight", 0, shape.head // 2, Kind.F32)
    for layer in range(shape.layers):
        finer = Kind.Q6_K if more_bits(layer, shape.layers) else Kind.Q4_K
        for name, rows, columns, kind in (
            ("attn_norm", 0, width, Kind.F32),
            ("attn_q", width, width, Kind.Q4_K),
            ("attn_k", kv, width, Kind.Q4_K),
            ("attn_v", kv, width, finer),
            ("attn_output", width, width, Kind.Q4_K),
            ("ffn_norm", 0, width, Kind.F32),
            ("ffn_gate", inner, width, Kind.Q4_K),
            ("ffn_up", inner, width, Kind.Q4_K),
            ("ffn_down", width, inner, finer),
        ):
            yield _Tensor(f"blk.{layer}.{name}.weight", rows, columns, kind)


def _data(tensor: _Tensor, rng: np.random.Generator) -> NDArray[np.float32] | _Blocks:
    """Weights of about the spread of a trained model's, so that no sum overflows."""
    if tensor.kind is Kind.F32:
        return np.ones(tensor.columns, dtype=np.float32)
    size = gguf.GGML_QUANT_SIZES[tensor.kind][1]
    blocks = np.frombuffer(rng.bytes(tensor.bytes), dtype=np.uint8).reshape(-1, size).copy()
    if tensor.kind is Kind.Q4_K:  # d, dmin, scales, quants: w = d * scale * q - dmin * least
        blocks[:, :4] = np.array([1e-4, 7.5e-4], dtype=np.float16).view(np.uint8)
    else:  # Q6_K: low bits, high bits, scales, d
        blocks[:, -2:] = np.array([1.5e-5], dtype=np.float16).view(np.uint8)
    return blocks
