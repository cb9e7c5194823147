"""A model of transformers as a GGUF file: Llama, Qwen 2 and Gemma 3, with their tokenizers.

llama.cpp keeps Llama's queries and keys with the two halves of each head interleaved, Gemma's norms with their
one added, and a vocabulary as tokens with merges (byte-level BPE) or with scores (SentencePiece).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import torch
from gguf import MODEL_ARCH, TokenType
from numpy.typing import NDArray

from batti.dataset.whole import whole
from batti.errors import BattiError
from batti.train.bases import WORDS
from batti.train.gguf_shape import Shape, describe
from batti.train.gguf_types import TYPES, kind_of, packed

_ARCHITECTURES = {"llama": MODEL_ARCH.LLAMA, "qwen2": MODEL_ARCH.QWEN2, "gemma3_text": MODEL_ARCH.GEMMA3}
_SPLITS = {WORDS: "llama-bpe", WORDS.replace(r"\p{N}{1,3}", r"\p{N}"): "qwen2"}
_SWA_PATTERN = 6  # llama.cpp takes every sixth layer of Gemma 3 to see everything
_Array = NDArray[np.float32]


def write(model: Any, tokenizer: Any, path: Path, quant: str) -> None:
    """Write the file, whole or not at all; matrices in a type of `gguf_types.TYPES`. Raises BattiError."""
    config = model.config
    architecture = _ARCHITECTURES.get(config.model_type)
    if architecture is None:
        raise BattiError(f"a model of type {config.model_type} cannot be written as GGUF",
                         f"use one of: {', '.join(_ARCHITECTURES)}")  # fmt: skip
    with whole(path) as partial:
        writer = gguf.GGUFWriter(partial, gguf.MODEL_ARCH_NAMES[architecture])
        _describe(writer, config, quant)
        _add_vocabulary(writer, tokenizer, config)
        names = gguf.get_tensor_name_map(architecture, config.num_hidden_layers)
        for name, values in _tensors(model):
            to = names.get_name(name, try_suffixes=(".weight", ".bias"))
            if to is None:
                raise BattiError(f"the weights '{name}' have no place in a GGUF file of {config.model_type}",
                                 "export a model without them")  # fmt: skip
            _add(writer, to, values, config.num_hidden_layers, quant)
        if (factors := _rope_factors(config)) is not None:
            writer.add_tensor("rope_freqs.weight", factors)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()


def _add(writer: gguf.GGUFWriter, name: str, values: _Array, layers: int, quant: str) -> None:
    if values.ndim == 1:  # norms and biases stay as they are
        writer.add_tensor(name, values)
        return
    kind = kind_of(name, values.shape[1], layers, quant)
    writer.add_tensor(name, packed(values, kind), raw_dtype=kind)


def _describe(writer: gguf.GGUFWriter, config: Any, quant: str) -> None:
    shape = Shape(
        layers=config.num_hidden_layers, width=config.hidden_size, feed_forward=config.intermediate_size,
        heads=config.num_attention_heads, kv_heads=config.num_key_value_heads, vocabulary=config.vocab_size,
        context=config.max_position_embeddings, head_width=_head(config),
    )  # fmt: skip
    describe(writer, "batti", shape, TYPES[quant][1], float(_rope(config)["rope_theta"]), config.rms_norm_eps)
    if config.model_type == "gemma3_text":
        _describe_gemma(writer, config)


def _describe_gemma(writer: gguf.GGUFWriter, config: Any) -> None:
    wide = [(i + 1) % _SWA_PATTERN == 0 for i in range(config.num_hidden_layers)]
    if [kind == "full_attention" for kind in config.layer_types] != wide:
        raise BattiError("llama.cpp knows Gemma 3 with every sixth layer seeing everything only", "use such a base")
    writer.add_sliding_window(config.sliding_window)
    writer.add_rope_freq_base_swa(float(config.rope_parameters["sliding_attention"]["rope_theta"]))


def _rope(config: Any) -> Mapping[str, Any]:
    """What says how positions turn; of the layers that see everything, where there are several kinds."""
    said: Mapping[str, Any] = config.rope_parameters
    whole: Mapping[str, Any] = said.get("full_attention", said)
    return whole


def _head(config: Any) -> int:
    return int(getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads)


def _rope_factors(config: Any) -> _Array | None:
    """By what Llama 3's long context slows each turn, (head / 2,)."""
    rope = _rope(config)
    if rope.get("rope_type", "default") == "default":
        return None
    if rope["rope_type"] != "llama3":
        raise BattiError(f"positions of type {rope['rope_type']} cannot be written as GGUF", "use another base")
    dim, known = _head(config), rope["original_max_position_embeddings"]
    turns = known * rope["rope_theta"] ** (-np.arange(0, dim, 2, dtype=np.float64) / dim) / (2 * np.pi)
    low, high = rope["low_freq_factor"], rope["high_freq_factor"]
    smooth = np.clip((turns - low) / (high - low), 0.0, 1.0)  # turns in the known context: few are slowed, many not
    return np.asarray(1 / ((1 - smooth) / rope["factor"] + smooth), dtype=np.float32)


def _tensors(model: Any) -> Iterator[tuple[str, _Array]]:
    """The weights in llama.cpp's arrangement; an output layer that is the embedding is left out."""
    config = model.config
    for name, weight in model.state_dict().items():
        if name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        values = weight.detach().to(torch.float32).cpu().numpy()
        if config.model_type == "llama" and name.endswith(("q_proj.weight", "k_proj.weight")):
            heads = config.num_attention_heads if "q_proj" in name else config.num_key_value_heads
            values = _interleaved(values, heads)
        if config.model_type == "gemma3_text" and "norm" in name:
            values = values + 1
        yield name, np.ascontiguousarray(values)


def _interleaved(values: _Array, heads: int) -> _Array:
    """(heads * 2 halves * n, D) -> (heads * n * 2 halves, D)."""
    return values.reshape(heads, 2, -1, values.shape[1]).swapaxes(1, 2).reshape(values.shape)


def _add_vocabulary(writer: gguf.GGUFWriter, tokenizer: Any, config: Any) -> None:
    described = json.loads(tokenizer.backend_tokenizer.to_str())
    by_number = {number: token for token, number in tokenizer.get_vocab().items()}
    kinds = {one["id"]: TokenType.CONTROL if one["special"] else TokenType.USER_DEFINED
             for one in described["added_tokens"]}  # fmt: skip
    tokens, types = [], []
    for number in range(config.vocab_size):
        token = by_number.get(number, f"[PAD{number}]")
        tokens.append(token)
        types.append(kinds.get(number, _kind(token) if number in by_number else TokenType.UNUSED))
    if described["model"].get("byte_fallback"):
        writer.add_tokenizer_model("llama")
        writer.add_token_scores([-float(number) for number in range(len(tokens))])  # learned first, joined first
        writer.add_add_space_prefix(False)
    else:
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre(_splitter(described))
        merges = described["model"]["merges"]
        writer.add_token_merges([one if isinstance(one, str) else " ".join(one) for one in merges])
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    _add_special(writer, tokenizer)


def _kind(token: str) -> TokenType:
    return TokenType.BYTE if token.startswith("<0x") and len(token) == 6 else TokenType.NORMAL


def _splitter(described: Mapping[str, Any]) -> str:
    """llama.cpp's name for how a byte-level tokenizer takes text apart."""
    steps = described["pre_tokenizer"] or {}
    patterns = [one["pattern"]["Regex"] for one in steps.get("pretokenizers", [steps]) if one.get("type") == "Split"]
    if not patterns and steps.get("type") == "ByteLevel" and steps.get("use_regex", True):
        return "gpt-2"
    if len(patterns) == 1 and patterns[0] in _SPLITS:
        return _SPLITS[patterns[0]]
    raise BattiError("llama.cpp does not know how this tokenizer takes text apart",
                     "use a base of Llama 3, Qwen 2 or Gemma 3")  # fmt: skip


def _add_special(writer: gguf.GGUFWriter, tokenizer: Any) -> None:
    if tokenizer.bos_token_id is not None:
        writer.add_bos_token_id(tokenizer.bos_token_id)
    writer.add_eos_token_id(tokenizer.eos_token_id)
    writer.add_pad_token_id(tokenizer.pad_token_id)
    begins = tokenizer("a")["input_ids"][:1] == [tokenizer.bos_token_id]
    writer.add_add_bos_token(begins)
    writer.add_chat_template(tokenizer.chat_template)
