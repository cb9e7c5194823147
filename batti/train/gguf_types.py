"""Weights in few bits, by llama.cpp's own quantizer, and its choice of which of them keep more.

The library that runs GGUF files here brings the quantizer, though no function of Python for it.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

import gguf
import numpy as np
import xllamacpp.xllamacpp
from gguf import GGMLQuantizationType as Kind
from gguf import LlamaFileType
from numpy.typing import NDArray

from batti.errors import BattiError
from batti.train.gguf_shape import more_bits

TYPES = {
    "f32": (Kind.F32, LlamaFileType.ALL_F32),
    "f16": (Kind.F16, LlamaFileType.MOSTLY_F16),
    "bf16": (Kind.BF16, LlamaFileType.MOSTLY_BF16),
    "q8_0": (Kind.Q8_0, LlamaFileType.MOSTLY_Q8_0),
    "q6_k": (Kind.Q6_K, LlamaFileType.MOSTLY_Q6_K),
    "q5_k_m": (Kind.Q5_K, LlamaFileType.MOSTLY_Q5_K_M),
    "q4_k_m": (Kind.Q4_K, LlamaFileType.MOSTLY_Q4_K_M),
}
"""What can be asked for: the type of most matrices, and what a file of them is called."""
_MIXED = (Kind.Q4_K, Kind.Q5_K)
_NARROW = {Kind.Q4_K: Kind.Q5_0, Kind.Q5_K: Kind.Q5_1, Kind.Q6_K: Kind.Q8_0}
"""Instead of blocks of 256, where a matrix is not so many times wide."""


def kind_of(name: str, columns: int, layers: int, quant: str) -> Kind:
    """The type of a matrix of llama.cpp's name in a file: outputs, and values and down projections of some layers,
    keep six bits in its mixtures."""
    kind = TYPES[quant][0]
    part = name.split(".")[-2]
    if kind in _MIXED:
        finer = part in ("token_embd", "output")  # the embedding is the output too, or costs little
        finer |= part in ("attn_v", "ffn_down") and more_bits(int(name.split(".")[1]), layers)
        kind = Kind.Q6_K if finer else kind
    if columns % gguf.GGML_QUANT_SIZES[kind][0]:
        kind = _NARROW.get(kind, kind)
    if columns % gguf.GGML_QUANT_SIZES[kind][0]:
        kind = Kind.F16  # no blocks at all
    return kind


def packed(values: NDArray[np.float32], kind: Kind) -> NDArray[Any]:
    """A matrix (rows, columns) as the bytes of its blocks."""
    if kind is Kind.F32:
        return values
    rows, columns = values.shape
    per, size = gguf.GGML_QUANT_SIZES[kind]
    out = np.empty((rows, columns // per * size), dtype=np.uint8)
    values = np.ascontiguousarray(values, dtype=np.float32)
    done = _library().ggml_quantize_chunk(
        int(kind), values.ctypes.data_as(ctypes.c_void_p), out.ctypes.data_as(ctypes.c_void_p), ctypes.c_int64(0),
        ctypes.c_int64(rows), ctypes.c_int64(columns), None,
    )  # fmt: skip
    if done != out.nbytes:
        raise BattiError(f"llama.cpp does not make {kind.name} of a matrix {rows} by {columns}", "try another --quant")
    return out


@cache
def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(xllamacpp.xllamacpp.__file__)
    library.ggml_quantize_chunk.restype = ctypes.c_size_t
    return library
