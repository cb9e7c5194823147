"""The sizes of a language model in a GGUF file, and what such a file says of them."""

from __future__ import annotations

from dataclasses import dataclass

import gguf


@dataclass(frozen=True)
class Shape:
    """Sizes of a Llama whose input and output embeddings are one; the defaults are Llama 3.2 1B's."""

    layers: int = 16
    width: int = 2048
    feed_forward: int = 8192
    heads: int = 32
    kv_heads: int = 8
    vocabulary: int = 128_256
    context: int = 131_072
    head_width: int | None = None  # where the heads together are not as wide as the rest

    @property
    def head(self) -> int:
        return self.head_width or self.width // self.heads


def describe(
    writer: gguf.GGUFWriter, name: str, shape: Shape, kind: gguf.LlamaFileType, rope_base: float, epsilon: float
) -> None:
    """Write what a GGUF file says of a model besides its vocabulary; `kind` is that of most matrices."""
    writer.add_name(name)
    writer.add_block_count(shape.layers)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_key_length(shape.head)
    writer.add_value_length(shape.head)
    writer.add_rope_dimension_count(shape.head)
    writer.add_rope_freq_base(rope_base)
    writer.add_layer_norm_rms_eps(epsilon)
    writer.add_vocab_size(shape.vocabulary)
    writer.add_file_type(kind)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)


def more_bits(layer: int, layers: int) -> bool:
    """The layers whose values and down projections llama.cpp's Q4_K_M keeps in six bits."""
    eighth = layers // 8
    return layer < eighth or layer >= 7 * layers // 8 or (layer - eighth) % 3 == 2
