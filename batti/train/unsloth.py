"""Unsloth's own loading of a base, which makes the same training quicker where its library is installed."""

from __future__ import annotations

from typing import Any

from batti.errors import BattiError
from batti.train.recipe import Recipe


def load() -> Any:
    """Unsloth's loader. Imported before transformers and TRL, it changes them too. Raises BattiError."""
    try:
        from unsloth import FastLanguageModel
    except (ImportError, NotImplementedError) as error:  # the latter where there is no GPU
        said = str(error).strip().splitlines()[0]
        hint = "pip install unsloth on a machine with a GPU, or write accelerator: none"
        raise BattiError(f"accelerator: unsloth cannot be used: {said}", hint) from None
    return FastLanguageModel


def begin(recipe: Recipe) -> tuple[Any, Any]:
    """The model, with its adapters if the recipe has any, and its tokenizer. Raises BattiError."""
    loader = load()
    from batti.train import bases  # transformers come with it

    if recipe.method == "scratch":
        raise BattiError("unsloth has no models from scratch", "write accelerator: none")
    model, _ = loader.from_pretrained(
        recipe.base, max_seq_length=recipe.data.max_tokens, dtype=bases.dtype(recipe),
        load_in_4bit=recipe.quantize == "nf4", full_finetuning=recipe.method == "full",
    )  # fmt: skip
    if recipe.method == "lora":
        targets = recipe.lora.targets
        model = loader.get_peft_model(
            model, r=recipe.lora.rank, lora_alpha=recipe.lora.alpha, lora_dropout=recipe.lora.dropout,
            target_modules=targets if isinstance(targets, str) else list(targets), random_state=recipe.seed,
            use_gradient_checkpointing=recipe.checkpointing,
        )  # fmt: skip
    return model, bases.tokenizer(recipe)
