"""Train a language model by a recipe, with TRL's trainer: LoRA, QLoRA, all weights, or from scratch.

A run's folder holds the weights (or the adapter) and the tokenizer as transformers reads them, `config.yaml`
with every value of the recipe, `metrics.json`, `logs` for TensorBoard and, until it is done, `checkpoints`.
"""

from __future__ import annotations

import json
import logging
import math
import os
import resource
import shutil
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
import transformers
from accelerate.utils import gather_object
from datasets import Dataset
from datasets.utils.logging import disable_progress_bar
from peft import LoraConfig
from peft.helpers import disable_input_dtype_casting
from transformers import EarlyStoppingCallback, PrinterCallback, ProgressCallback, TrainerCallback
from trl import SFTConfig, SFTTrainer

from batti import chat
from batti.dataset import records
from batti.errors import BattiError
from batti.train import bases, rows, score
from batti.train.progress import Bar, Clock, Report, Reporter
from batti.train.recipe import Recipe
from batti.train.rows import Row

COUNTS = ("num_tokens", "num_input_tokens_seen")
"""What TRL and transformers call tokens that were trained on, in logs: one of them is there."""


class Trainer(SFTTrainer):  # type: ignore[misc]
    """TRL's trainer whose evaluations also count exact answers."""

    asked: Sequence[Row] = ()
    answer_tokens = 0

    def training_step(self, *args: Any, **kwargs: Any) -> Any:
        self.model.training = True  # TRL asks this one, of which a compiled model is a copy
        return super().training_step(*args, **kwargs)

    def evaluation_loop(self, *args: Any, **kwargs: Any) -> Any:
        found = super().evaluation_loop(*args, **kwargs)
        if self.asked:
            said = self.answers(self.asked, self.answer_tokens)
            found.metrics["eval_exact"] = score.scores(self.asked, said)["exact"]
        return found

    def answers(self, some: Sequence[Row], tokens: int) -> list[str]:
        """Greedy answers, each process giving its share."""
        model = self.accelerator.unwrap_model(self.model)
        training, attention = model.training, model.config._attn_implementation
        model.eval()
        model.set_attn_implementation("sdpa")  # what is asked is padded and not packed
        count, mine = self.args.world_size, self.args.process_index
        with self.compute_loss_context_manager():
            said = score.answers(model, self.processing_class, some[mine::count], tokens)
        model.set_attn_implementation(attention)
        model.train(training)
        if count == 1:
            return said
        numbered = gather_object(list(zip(range(mine, len(some), count), said, strict=True)))
        return [text for _, text in sorted(numbered)]


def train(
    recipe: Recipe, out: Path, report: Report | None = None, watchers: Sequence[TrainerCallback] = ()
) -> dict[str, Any]:
    """Run to the end, or go on where the folder's run was stopped; gives its figures. Raises BattiError.

    `watchers` are called by transformers as it trains: they measure, and change nothing.
    """
    quiet()
    _same_recipe(recipe, out)
    transformers.set_seed(recipe.seed)
    learned, judged = rows.training(recipe.data)
    model, tokenizer = _begin(recipe, learned)
    trainer = _trainer(recipe, out, model, tokenizer, learned, judged)
    if report:
        trainer.add_callback(Reporter(report))
    for watcher in watchers:
        trainer.add_callback(watcher)
    if trainer.is_world_process_zero():
        records.write_lines(out / "config.yaml", [recipe.to_yaml().rstrip("\n")])
    before = _scored(trainer, judged, recipe) if recipe.before else None
    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()
    autocast = trainer.args.bf16 and recipe.accelerator != "unsloth"
    with disable_input_dtype_casting(trainer.model, autocast):  # it would cast back what the adapters cast
        trainer.train(resume_from_checkpoint=_checkpoint(out))
    return _finish(trainer, recipe, out, judged, before)


def quiet() -> None:
    """The libraries say what a user needs to mend, in errors, and not how they work."""
    warnings.filterwarnings("ignore")
    for name in ("transformers", "trl", "peft", "torch.distributed", "accelerate", "bitsandbytes"):
        logging.getLogger(name).setLevel(logging.ERROR)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    disable_progress_bar()


def _same_recipe(recipe: Recipe, out: Path) -> None:
    """A folder holds one run: another recipe would go on from weights that are not its own."""
    known = out / "config.yaml"
    if known.exists() and known.read_text(encoding="utf-8") != recipe.to_yaml():
        raise BattiError(f"'{out}' holds a run of another recipe", "give --out another folder")
    if (out / "metrics.json").exists():
        raise BattiError(f"'{out}' holds a finished run", "give --out another folder, or remove it")


def _begin(recipe: Recipe, learned: Sequence[Row]) -> tuple[Any, Any]:
    """The model and its tokenizer. Raises BattiError."""
    if recipe.accelerator == "unsloth":
        from batti.train.unsloth import begin

        return begin(recipe)
    if recipe.accelerator == "liger":
        bases.need_liger()
    if recipe.method != "scratch":
        tokenizer = bases.tokenizer(recipe)
        return bases.model(recipe), tokenizer
    texts = (f"{message['content']}\n" for row in learned for message in (*row.asked[-1:], {"content": row.answer}))
    tokenizer = bases.tokenizer_of(texts, recipe.shape.vocabulary)
    tokenizer.chat_template = bases.CHAT if recipe.form == "chat" else chat.PLAIN
    model = bases.llama(recipe.shape, tokenizer, recipe.seed)
    model.set_attn_implementation(bases.attention(recipe))
    return model, tokenizer


def _trainer(
    recipe: Recipe, out: Path, model: Any, tokenizer: Any, learned: Sequence[Row], judged: Sequence[Row]
) -> Trainer:
    adapters = LoraConfig(
        r=recipe.lora.rank, lora_alpha=recipe.lora.alpha, lora_dropout=recipe.lora.dropout, task_type="CAUSAL_LM",
        target_modules=recipe.lora.targets if isinstance(recipe.lora.targets, str) else list(recipe.lora.targets),
    )  # fmt: skip
    wanted = recipe.method == "lora" and recipe.accelerator != "unsloth"
    callbacks: list[Any] = [Clock()]
    if recipe.patience and recipe.evaluations:
        callbacks.append(EarlyStoppingCallback(recipe.patience))
    trainer = Trainer(
        model=model, args=_settings(recipe, out), processing_class=tokenizer, callbacks=callbacks,
        train_dataset=_dataset(recipe, tokenizer, learned), eval_dataset=_dataset(recipe, tokenizer, judged),
        peft_config=adapters if wanted else None,
    )  # fmt: skip
    trainer.remove_callback(ProgressCallback)
    trainer.remove_callback(PrinterCallback)
    trainer.add_callback(Bar)
    trainer.asked, trainer.answer_tokens = judged[: recipe.data.exact_sentences], recipe.data.answer_tokens
    if trainer.asked and trainer.is_fsdp_enabled:
        raise BattiError("a model that is spread over GPUs (FSDP) cannot answer while it learns",
                         "--set data.exact_sentences=0, and --set best=loss")  # fmt: skip
    _plan(recipe, trainer)
    return trainer


def _dataset(recipe: Recipe, tokenizer: Any, some: Sequence[Row]) -> Dataset:
    columns = rows.encoded(tokenizer, some, recipe.data.max_tokens, recipe.loss_on == "everything")
    if left := len(some) - len(columns["input_ids"]):
        print(f"{left} of {len(some)} sentences have more than {recipe.data.max_tokens} tokens and are left out")
    return Dataset.from_dict(columns)


def _settings(recipe: Recipe, out: Path) -> SFTConfig:
    os.environ["TENSORBOARD_LOGGING_DIR"] = str(out / "logs")
    if recipe.compile:
        bases.prepare_compiling()
    world = int(os.environ.get("WORLD_SIZE", "1"))
    accumulate, rest = divmod(recipe.batch, recipe.together * world)
    if rest or not accumulate:
        said = f"a batch of {recipe.batch} is not made of {recipe.together} at a time on each of {world} processes"
        raise BattiError(said, f"--set batch={recipe.together * world}")
    half = bases.dtype(recipe) is torch.bfloat16
    when = "steps" if recipe.evaluations else "no"
    counted = "non_padding" if recipe.accelerator == "unsloth" else "no"  # its trainer leaves out TRL's own count
    return SFTConfig(
        output_dir=str(out / "checkpoints"), seed=recipe.seed, data_seed=recipe.seed,
        num_train_epochs=recipe.epochs, max_steps=recipe.steps or -1, learning_rate=recipe.learning_rate,
        lr_scheduler_type=recipe.schedule, warmup_steps=recipe.warmup, weight_decay=recipe.weight_decay,
        max_grad_norm=recipe.clip, optim="adamw_torch_fused", per_device_train_batch_size=recipe.together,
        per_device_eval_batch_size=recipe.together, gradient_accumulation_steps=accumulate,
        packing=recipe.packing, eval_packing=recipe.packing, max_length=recipe.data.max_tokens,
        completion_only_loss=True, bf16=half, use_cpu=not torch.cuda.is_available(),
        use_liger_kernel=recipe.accelerator == "liger", include_num_input_tokens_seen=counted,
        gradient_checkpointing=recipe.checkpointing, torch_compile=recipe.compile, eval_strategy=when,
        save_strategy=when, logging_strategy="steps", save_total_limit=2,
        load_best_model_at_end=bool(recipe.evaluations),
        metric_for_best_model=f"eval_{recipe.best}", greater_is_better=recipe.best == "exact",
        train_sampling_strategy="random" if recipe.packing else "group_by_length",
        restore_callback_states_from_checkpoint=True, report_to=["tensorboard"], dataloader_pin_memory=half,
        dataloader_num_workers=2 if torch.cuda.is_available() else 0, ddp_find_unused_parameters=False,
    )  # fmt: skip


def _plan(recipe: Recipe, trainer: Trainer) -> None:
    """How many steps there are is known once the sentences are packed."""
    args = trainer.args
    a_step = args.per_device_train_batch_size * args.gradient_accumulation_steps * args.world_size
    steps = recipe.steps or math.ceil(recipe.epochs * math.ceil(len(trainer.train_dataset) / a_step))
    args.max_steps, args.num_train_epochs = steps, math.ceil(steps * a_step / len(trainer.train_dataset))
    args.eval_steps = args.save_steps = math.ceil(steps / max(1, recipe.evaluations))
    args.logging_steps = max(1, steps // 200)


def _checkpoint(out: Path) -> str | None:
    """The last checkpoint that is whole: its state is written last."""
    found = [path.parent for path in out.glob("checkpoints/checkpoint-*/trainer_state.json") if _is_json(path)]
    for path in out.glob("checkpoints/checkpoint-*"):
        if path not in found:
            shutil.rmtree(path)
    return str(max(found, key=lambda path: int(path.name.split("-")[1]))) if found else None


def _is_json(path: Path) -> bool:
    try:
        json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return False
    return True


def _scored(trainer: Trainer, judged: Sequence[Row], recipe: Recipe) -> dict[str, Any] | None:
    """What the model answers to all it is judged by."""
    if trainer.is_fsdp_enabled:
        return None
    return score.scores(judged, trainer.answers(judged, recipe.data.answer_tokens))


def _finish(trainer: Trainer, recipe: Recipe, out: Path, judged: Sequence[Row], before: Any) -> dict[str, Any]:
    """Keep the best weights and the figures; the checkpoints are needed no more."""
    memory = _peak_memory()  # of training: answering many at once may take more
    found = _figures(trainer, recipe) | {
        "peak_memory": memory, "scores": _scored(trainer, judged, recipe), "before": before,
    }  # fmt: skip
    if trainer.is_fsdp_enabled:
        trainer.accelerator.state.fsdp_plugin.set_state_dict_type("FULL_STATE_DICT")  # in parts, no weights are kept
    trainer.save_model(str(out))
    trainer.accelerator.wait_for_everyone()  # who leaves before takes along its share of what is still being gathered
    if trainer.is_world_process_zero():
        if recipe.method == "lora" and recipe.accelerator != "unsloth":
            trainer.model.peft_config["default"].base_model_name_or_path = _whereabouts(recipe.base)
            trainer.model.peft_config["default"].save_pretrained(str(out))
        records.write_lines(out / "metrics.json", [json.dumps(found, indent=1)])
        shutil.rmtree(out / "checkpoints", ignore_errors=True)
        (out / "training_args.bin").unlink(missing_ok=True)  # of pickled paths; config.yaml says the same
    return found


def _whereabouts(base: str) -> str:
    """A folder by its whole path, so that the adapter finds it from anywhere."""
    return str(Path(base).resolve()) if Path(base).is_dir() else base


def _figures(trainer: Trainer, recipe: Recipe) -> dict[str, Any]:
    state, model = trainer.state, trainer.accelerator.unwrap_model(trainer.model)
    [clock] = [one for one in trainer.callback_handler.callbacks if isinstance(one, Clock)]
    tokens = max((entry.get(key, 0) for entry in state.log_history for key in COUNTS), default=0)
    trainable = sum(weight.numel() for weight in model.parameters() if weight.requires_grad)
    keys = ("step", "loss", "grad_norm", "learning_rate", "eval_loss", "eval_exact")
    return {
        "method": recipe.kind, "base": recipe.base, "form": recipe.form, "accelerator": recipe.accelerator,
        "processes": trainer.args.world_size, "device": _device(), "trainable": trainable,
        "parameters": _parameters(model), "steps": state.global_step, "best_step": state.best_global_step,
        "seconds": round(clock.seconds, 2), "tokens": int(tokens),
        "tokens_per_second": round(tokens / clock.seconds, 1) if clock.seconds else None,
        "history": [kept for entry in state.log_history if len(kept := {k: entry[k] for k in keys if k in entry}) > 1],
    }  # fmt: skip


def _parameters(model: Any) -> int:
    """Of the model with its adapters; a byte of 4-bit weights holds two."""
    return sum(weight.numel() * (2 if weight.dtype is torch.uint8 else 1) for weight in model.parameters())


def _device() -> str:
    return torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU"


def _peak_memory() -> int:
    """Bytes: of the GPU where there is one, or else of the process."""
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
