"""Folders of Hugging Face transformers: a whole model, or an adapter beside the name of its base."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from batti import chat
from batti.chat import ChatBackend, Said
from batti.errors import BattiError, missing
from batti.home import Home

_BATCH = 16


class TransformersBackend(ChatBackend):
    """See `load`; greedy, on the GPU where there is one."""

    def __init__(self, model: Any, tokenizer: Any) -> None:
        super().__init__()
        self._model, self._tokenizer = model, tokenizer

    @classmethod
    def load(cls, folder: Path) -> TransformersBackend:
        """The model of a folder; nothing is fetched and no code of the folder is run. Raises BattiError."""
        try:
            tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left", local_files_only=True)
            model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype="auto", local_files_only=True)
        except ImportError as error:  # such as peft, for an adapter
            said = str(error).strip().splitlines()[0]
            raise missing(f"the model in '{folder}'", f"more: {said}", "lm") from None
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            said = str(error).strip().splitlines()[0]
            raise BattiError(f"the model in '{folder}' cannot be loaded: {said}",
                             "name a folder of transformers with its tokenizer") from None  # fmt: skip
        if not tokenizer.chat_template:
            raise BattiError(f"the model in '{folder}' has no chat template", "use a chat model")
        if tokenizer.pad_token_id is None:
            tokenizer.pad_token = tokenizer.eos_token
        return cls(model.to("cuda" if torch.cuda.is_available() else "cpu").eval(), tokenizer)

    def say(self, home: Home, sentences: Sequence[str]) -> list[Said]:
        """Greedy answers."""
        said: list[Said] = []
        for start in range(0, len(sentences), _BATCH):
            said += self._batch(home, sentences[start : start + _BATCH])
        return said

    @torch.inference_mode()
    def _batch(self, home: Home, sentences: Sequence[str]) -> list[Said]:
        asked = [chat.messages(home, sentence) for sentence in sentences]
        prompts = self._tokenizer.apply_chat_template(
            asked, add_generation_prompt=True, padding=True, return_tensors="pt", return_dict=True
        ).to(self._model.device)
        out = self._model.generate(
            **prompts, do_sample=False, max_new_tokens=chat.MAX_ANSWER, pad_token_id=self._tokenizer.pad_token_id,
            output_scores=True, return_dict_in_generate=True,
        )  # fmt: skip
        answers = out.sequences[:, prompts["input_ids"].shape[1] :]
        scores = self._model.compute_transition_scores(out.sequences, out.scores, normalize_logits=True)
        texts = self._tokenizer.batch_decode(answers, skip_special_tokens=True)
        return [Said(text, self._chance(*pair)) for text, *pair in zip(texts, answers, scores, strict=True)]

    def _chance(self, answer: Any, scores: Any) -> float:
        """The product of the probabilities of what was said, padding left out."""
        said = answer != self._tokenizer.pad_token_id
        return float(scores[said].sum().exp().clamp(max=1.0))
