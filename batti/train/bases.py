"""The model that a run begins with: one that is loaded, in 4 bits if asked for, or a Llama that is made here."""

from __future__ import annotations

import os
from collections.abc import Iterable
from importlib.util import find_spec
from typing import Any

import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from batti import chat
from batti.errors import BattiError, missing
from batti.train.recipe import Recipe, Shape

BEGIN, END, PAD = "<|begin_of_text|>", "<|eot_id|>", "<|pad|>"
_HEADERS = ("<|start_header_id|>", "<|end_header_id|>")
CHAT = (
    "{{ bos_token }}{% for message in messages %}<|start_header_id|>{{ message['role'] }}<|end_header_id|>\n\n"
    "{{ message['content'] }}<|eot_id|>{% endfor %}"
    "{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}"
)
"""Messages in the form of Llama 3's, without what its own template adds."""
WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
    r"|\s+(?!\S)|\s+"
)
"""How Llama 3's tokenizer takes text apart; llama.cpp knows it as `llama-bpe`."""


def tokenizer_of(texts: Iterable[str], vocabulary: int) -> Any:
    """A byte-level vocabulary of Llama 3's kind, learned from texts."""
    made = Tokenizer(models.BPE(ignore_merges=True))
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(WORDS), "isolated"), pre_tokenizers.ByteLevel(False, use_regex=False)]
    )
    made.decoder = decoders.ByteLevel()
    specials = [BEGIN, END, PAD, *_HEADERS]
    made.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=vocabulary, special_tokens=specials, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    ))  # fmt: skip
    made.post_processor = processors.TemplateProcessing(f"{BEGIN} $A", special_tokens=[(BEGIN, 0)])
    return PreTrainedTokenizerFast(tokenizer_object=made, bos_token=BEGIN, eos_token=END, pad_token=PAD)


def llama(shape: Shape, tokenizer: Any, seed: int, vocabulary: int = 0) -> Any:
    """A Llama of random weights; `vocabulary` is the size of its embeddings where not the tokenizer's."""
    torch.manual_seed(seed)
    return LlamaForCausalLM(LlamaConfig(
        vocab_size=vocabulary or len(tokenizer), hidden_size=shape.width, intermediate_size=shape.feed_forward,
        num_hidden_layers=shape.layers, num_attention_heads=shape.heads, num_key_value_heads=shape.kv_heads,
        max_position_embeddings=shape.context, tie_word_embeddings=True, bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
    ))  # fmt: skip


def tokenizer(recipe: Recipe) -> Any:
    """The base's tokenizer with the template of the recipe's form. Raises BattiError."""
    try:
        found = AutoTokenizer.from_pretrained(recipe.base)
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise refusal(recipe.base, error) from None
    found.chat_template = _template(recipe, found)
    if found.pad_token_id is None:
        found.pad_token = found.eos_token
    return found


def _template(recipe: Recipe, found: Any) -> str:
    """The base's own chat template, that of Llama 3 where it has the words for it, or plain text."""
    own = found.chat_template if found.chat_template != chat.PLAIN else None
    if recipe.form == "plain" or (recipe.form == "auto" and not own):
        return chat.PLAIN
    if not own and not set(_HEADERS) <= set(found.get_vocab()):
        raise BattiError(f"'{recipe.base}' has no chat template", "write form: plain, or name its instruct model")
    return str(own or CHAT)


def model(recipe: Recipe) -> Any:
    """The base with its weights as they are trained: frozen ones may be small. Raises BattiError."""
    options: dict[str, Any] = {"attn_implementation": attention(recipe), "dtype": dtype(recipe)}
    if recipe.method == "full":
        options["dtype"] = torch.float32  # small steps would be lost in half precision; the products are in it
    if recipe.quantize == "nf4":
        options |= {"quantization_config": four_bits(recipe), "device_map": {"": _device()}}
    try:
        return AutoModelForCausalLM.from_pretrained(recipe.base, **options)
    except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
        raise refusal(recipe.base, error) from None


def attention(recipe: Recipe) -> str:
    """The implementation of attention that is trained with."""
    packed = recipe.packing and torch.cuda.is_available()
    if recipe.attention == "varlen" or (recipe.attention == "auto" and packed):
        if not packed:
            raise BattiError("attention: varlen needs a GPU and packing", "write attention: sdpa")
        from batti.train import varlen

        varlen.register()
        return varlen.NAME
    return "sdpa" if recipe.attention == "auto" else recipe.attention


def four_bits(recipe: Recipe) -> Any:
    """NF4 with double quantization (Dettmers et al. 2023). Raises BattiError where bitsandbytes is not installed."""
    try:
        import bitsandbytes  # noqa: F401 - transformers would only say so later, and at length
        from transformers import BitsAndBytesConfig
    except ImportError as error:
        raise missing("quantize: nf4", error.name, "lm") from None
    return BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=dtype(recipe),
    )  # fmt: skip


def need_liger() -> None:
    """Raises BattiError where Liger's kernels cannot be used; transformers put them into the layers."""
    if find_spec("liger_kernel") and torch.cuda.is_available():
        return
    problem = "there is no GPU" if find_spec("liger_kernel") else "liger-kernel is not installed"
    hint = "pip install liger-kernel on a machine with a GPU, or write accelerator: none"
    raise BattiError(f"accelerator: liger cannot be used: {problem}", hint)


def prepare_compiling() -> None:
    """One layer stands for all, and one graph for all lengths; but a layer's own numbers, like an adapter's scale, are
    constants: as inputs, kernels for the CPU would be built that compute with them."""
    for name in ("REGIONAL_COMPILATION", "DYNAMIC"):
        os.environ[f"ACCELERATE_DYNAMO_USE_{name}"] = "true"
    torch._dynamo.config.specialize_float = True


def dtype(recipe: Recipe) -> torch.dtype:
    """In what precision products are computed."""
    if recipe.precision == "auto":
        return torch.bfloat16 if torch.cuda.is_available() else torch.float32
    return torch.bfloat16 if recipe.precision == "bfloat16" else torch.float32


def _device() -> Any:
    if not torch.cuda.is_available():
        return "cpu"
    from accelerate import PartialState

    return PartialState().local_process_index  # each process of several has a GPU of its own


def refusal(base: str, error: Exception) -> BattiError:
    """What a user can do where a base cannot be had."""
    said = f"{error} {error.__cause__ or ''}"
    if "gated" in said or "401" in said or "403" in said:
        return BattiError(f"'{base}' is given out under a licence that this account has not accepted",
                          f"accept it at https://huggingface.co/{base}, then run: hf auth login")  # fmt: skip
    if any(word in said for word in ("connect", "offline", "internet", "Max retries", "resolve")):
        return BattiError(f"'{base}' is not on this machine and the Hugging Face hub cannot be reached",
                          "connect once, or copy the model's folder here and write base: FOLDER")  # fmt: skip
    if "not a valid model identifier" in said or "not a local folder" in said or "not found" in said.lower():
        return BattiError(f"there is no model '{base}' here or on the Hugging Face hub",
                          "write a name such as Qwen/Qwen2.5-0.5B, or a folder of transformers")  # fmt: skip
    return BattiError(f"'{base}' cannot be loaded: {said.strip().splitlines()[0]}",
                      "name a causal language model of Hugging Face, with its tokenizer")  # fmt: skip
