"""A run's weights as one model: the adapter, where there is one, added to its base."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers import logging as progress

from batti.train import bases, compare
from batti.train.recipe import Recipe


def load(run: Path) -> tuple[Any, Any, Recipe]:
    """The merged model in float32, its tokenizer and the recipe of a finished run. Raises BattiError.

    An adapter that was trained beside 4-bit weights is added to the weights as they were before.
    """
    compare.read(run)  # it is finished
    recipe = Recipe.load(run / "config.yaml")
    progress.disable_progress_bar()
    folder = recipe.base if recipe.method == "lora" else str(run)
    try:
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
        if recipe.method == "lora":
            model = PeftModel.from_pretrained(model, run).merge_and_unload()
        tokenizer = AutoTokenizer.from_pretrained(run)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise bases.refusal(folder, error) from None
    return model.eval(), tokenizer, recipe
