"""Train the network from scratch on sentences made while it trains."""

from __future__ import annotations

import json
import math
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from torch import nn
from tqdm import tqdm

from batti.dataset.whole import whole
from batti.errors import BattiError
from batti.train import stream
from batti.train.auxiliary import Auxiliary
from batti.train.captured import Batch, Captured
from batti.train.model import Network
from batti.train.muon import Muon
from batti.train.run import RECIPE, Descent, Recipe, make_ready, not_finite, of_one, write

_MAY_CHANGE = {"steps", "minutes", "learning_rate", "warmup_steps", "workers", "bfloat16"}
"""What a run that goes on may have otherwise: how far it is to go, at which rate from here on, and what is the
machine's. It would be another run with the rest, some of which (the start, the weight decay) is not even read again."""
_AT_ONCE = 1.0  # seconds in which two requests to end are one: `timeout` asks the process, and then its whole group
_STEPS, _SECONDS = 100, 15.0  # from one report to the next, whichever comes first: slow cores need minutes for steps
_UNREADABLE = (RuntimeError, KeyError, ValueError, TypeError, AttributeError, EOFError, OSError, UnpicklingError)
"""What reading a file of weights raises where it is empty, cut off, or something else."""
_MULTIPLE = 8  # of characters and of answer tokens that a batch is as wide as, where every new width is recorded


class _Average:
    """Exponential moving average of the weights, warmed up."""

    def __init__(self, network: Network, decay: float) -> None:
        self.decay, self.steps = decay, 0
        self.current = network.state_dict()
        self.weights = {k: v.detach().clone().float() for k, v in self.current.items()}

    @torch.no_grad()
    def update(self) -> None:
        self.steps += 1
        decay = min(self.decay, self.steps / (self.steps + 10))
        torch._foreach_lerp_(list(self.weights.values()), list(self.current.values()), 1 - decay)


def mixed_precision(wanted: bool, device: str) -> bool:
    """Whether to compute in bfloat16: where it is wanted and known; elsewhere it is three times slower than single."""
    if not wanted or device == "cuda":
        return wanted
    known = torch.cpu.get_capabilities()
    return any(known.get(name) for name in ("avx512_bf16", "amx_bf16", "bf16"))


def optimizers(recipe: Descent, network: Network, *others: nn.Module) -> list[torch.optim.Optimizer]:
    """AdamW; or Muon for the matrices inside the network, and AdamW for the rest."""
    decay = recipe.weight_decay
    matrices = [*network.inner_matrices()] if recipe.optimizer == "muon" else []
    by_muon = {*map(id, matrices)}
    rest = [p for module in (network, *others) for p in module.parameters() if id(p) not in by_muon]
    groups = [
        {"params": [p for p in rest if p.ndim > 1], "weight_decay": decay},
        {"params": [p for p in rest if p.ndim <= 1], "weight_decay": 0.0},
    ]
    adamw = torch.optim.AdamW(groups, lr=recipe.learning_rate, betas=(0.9, 0.98), fused=True)
    if not matrices:
        return [adamw]
    return [adamw, Muon(matrices, recipe.learning_rate, decay)]


@contextmanager
def _asked_to_end() -> Iterator[threading.Event]:
    """An event that is set once the process is asked to end; the second time ends it at once, as usual."""
    asked = threading.Event()
    first = math.inf

    def ask(number: int, frame: object) -> None:
        nonlocal first
        asked.set()
        first = min(first, time.monotonic())
        if time.monotonic() - first > _AT_ONCE:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)

    if threading.current_thread() is not threading.main_thread():  # which alone may listen
        yield asked
        return
    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _own_stream(device: str) -> AbstractContextManager[object]:
    """What is launched inside is launched on a stream that is not the default one, where there are any."""
    if device == "cpu":
        return nullcontext()
    torch.cuda.synchronize()  # with what was launched before
    return torch.cuda.stream(torch.cuda.Stream())  # type: ignore[no-untyped-call]


class Trainer:
    """One run: `train` goes on from `checkpoint` where the folder has one."""

    def __init__(self, recipe: Recipe, out: Path) -> None:
        recipe, started = recipe.begun()
        make_ready(out)  # before an hour of work and not behind it
        self.recipe, self.out = recipe, out
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.bfloat16 = mixed_precision(recipe.bfloat16, self.device)
        torch.manual_seed(recipe.seed)
        torch.set_float32_matmul_precision("high")
        self.network = Network(recipe.shape).to(self.device)
        if started:
            self.network.load_state_dict(started.state_dict())
        self.auxiliary = Auxiliary(recipe.shape).to(self.device)
        self.optimizers = optimizers(recipe, self.network, self.auxiliary)
        self.average = _Average(self.network, recipe.average)
        for weight in (*self.network.parameters(), *self.auxiliary.parameters()):
            weight.grad = torch.zeros_like(weight)
        self.gradients = self._launched_quickly() if self.device == "cuda" else self._gradients
        self.step, self.spent, self.history = 0, 0.0, list[dict[str, float]]()
        self.went_on_at = 0  # the step

    # -- progress ------------------------------------------------------------------------------
    def _progress(self) -> float:
        if self.recipe.steps:
            return self.step / self.recipe.steps
        return self.spent / (60 * self.recipe.minutes)

    def _rate(self) -> float:
        """Linear warm-up, then a cosine down to nothing."""
        warm = min(1.0, (self.step + 1) / max(1, self.recipe.warmup_steps))
        return self.recipe.learning_rate * warm * 0.5 * (1 + math.cos(math.pi * min(1.0, self._progress())))

    def remark(self) -> str:
        """A line about a finished run that had nothing to do, or was too short to learn much; empty of others."""
        if 0 < self.step == self.went_on_at:
            had = f"its {self.step} steps are done and nothing was left to train"
            done, key = (f"{self.step}", "steps") if self.recipe.steps else (f"{self.spent / 60:.1f}", "minutes")
            return f"{self.out}: {had}; to go on: run it again with --set {key}=N, more than {done}"
        if self.step >= max(_STEPS, self.recipe.warmup_steps):
            return ""
        more = f"steps={10 * self.recipe.steps}" if self.recipe.steps else f"minutes={10 * self.recipe.minutes:g}"
        done = f"{self.step} steps in {self.spent / 60:.1f} minutes"
        return f"{self.out}: {done}: it has hardly learned; go on: run it again with --set {more}"

    # -- checkpoints ---------------------------------------------------------------------------
    def save(self) -> None:
        """Write everything needed to go on, atomically, and the averaged weights. Raises BattiError where these are no
        numbers any more, and leaves what was saved before."""
        weights = {k: v.contiguous().half().cpu() for k, v in self.average.weights.items()}
        if lost := not_finite(weights):
            problem = f"the weights are no numbers any more at step {self.step} ({lost})"
            raise BattiError(problem, f"{self.out} is as it was saved before: run it again, at a lower learning_rate")
        state = {
            "network": self.network.state_dict(), "auxiliary": self.auxiliary.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "average": self.average.weights, "average_steps": self.average.steps,
            "step": self.step, "spent": self.spent, "history": self.history,
        }  # fmt: skip
        torch.save(state, self.out / "checkpoint.tmp")
        (self.out / "checkpoint.tmp").replace(self.out / "checkpoint.pt")
        write(weights, self.recipe, self.out)
        with whole(self.out / "metrics.json") as partial:
            partial.write_text(json.dumps(self.history, indent=1))

    def resume(self) -> bool:
        """Go on from the folder's checkpoint, if there is one. Raises BattiError where it is another run's."""
        path = self.out / "checkpoint.pt"
        if not path.exists():
            return False
        self._refuse_another_run()
        try:
            state = torch.load(path, map_location=self.device, weights_only=True)
            self.network.load_state_dict(state["network"])
            self.auxiliary.load_state_dict(state["auxiliary"])
            for optimizer, its in zip(self.optimizers, state["optimizers"], strict=True):
                optimizer.load_state_dict(its)
            self.average.weights, self.average.steps = state["average"], state["average_steps"]
            self.step, self.spent, self.history = state["step"], state["spent"], state["history"]
        except _UNREADABLE as error:
            raise BattiError(f"{path} is damaged or of another shape", "give --out another folder") from error
        self.went_on_at = self.step
        return True

    def _refuse_another_run(self) -> None:
        """Raises BattiError where the folder's run was begun with settings that make it another one."""
        if not (self.out / RECIPE).exists():  # killed between the two files
            return
        mine, theirs = (_settings(one) for one in (self.recipe, Recipe.load(self.out / RECIPE)))
        if others := [key for key in mine if theirs[key] != mine[key] and key.split(".")[0] not in _MAY_CHANGE]:
            was, now = (", ".join(f"{key}={some[key]}" for key in others) for some in (theirs, mine))
            raise BattiError(f"{self.out} holds a run with {was}, not {now}",
                             "leave that as it was, or give --out another folder")  # fmt: skip

    # -- the loop ------------------------------------------------------------------------------
    def train(self, save_every: float = 60.0) -> None:
        """Run to the recipe's end with a progress bar; a stopped run is resumed by running again.

        `save_every` is in seconds: what a crash loses at most. Asked to end (SIGTERM, Ctrl-C), it saves and
        raises BattiError.
        """
        with of_one(self.out), _asked_to_end() as asked, _own_stream(self.device):
            self._train(save_every, asked)
        if self._progress() < 1.0:
            raise BattiError(f"stopped at {100 * self._progress():.0f}%; {self.out} is saved", "run it again to go on")

    def _train(self, save_every: float, asked_to_end: threading.Event) -> None:
        self.resume()
        recipe = self.recipe
        if 0 < recipe.steps < self.step:  # what is kept of the recipe would be a lie
            problem = f"{self.out} holds a run of {self.step} steps already, more than steps={recipe.steps}"
            raise BattiError(problem, f"--set steps=N, more than {self.step}, or give --out another folder")
        # A resumed run draws fresh sentences: the seed moves on with the step.
        seed = recipe.seed + 7919 * self.step
        multiple = _MULTIPLE if self.device == "cuda" else 1
        sentences = stream.Stream(seed, recipe.batch, recipe.max_chars, recipe.shape.words, multiple)
        data = stream.echoed(stream.batches(sentences, recipe.workers), recipe.echo, seed)
        bar = tqdm(total=100, unit="%", desc="train", mininterval=1.0)
        began, spent_before = time.monotonic(), self.spent
        saved = reported = began
        self.network.train()
        losses: list[torch.Tensor] = []
        while self._progress() < 1.0 and not asked_to_end.is_set():
            losses.append(self._update(next(data)))
            self.step += 1
            now = time.monotonic()
            self.spent = spent_before + now - began
            if self.step % _STEPS == 0 or now - reported >= _SECONDS:
                self._report(bar, losses)
                losses.clear()
                reported = now
            if time.monotonic() - saved >= save_every:
                self.save()
                saved = time.monotonic()
        if losses:
            self._report(bar, losses)
        bar.close()
        self.save()

    def _update(self, batch: Batch) -> torch.Tensor:
        nll = self.gradients(batch)
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = self._rate()
            optimizer.step()
        self.average.update()
        return nll

    def _launched_quickly(self) -> Captured:
        """Small kernels made into larger ones, and all of a step launched at once: half the time of a step."""
        torch._dynamo.config.suppress_errors = True  # without a C compiler, more slowly
        network = self.network
        for part in (*network.encoder, *network.decoder, self.auxiliary):
            part.compile(dynamic=True)
        network.gather = torch.compile(network.gather, dynamic=True)  # type: ignore[method-assign]
        return Captured(self._gradients)

    def _gradients(self, batch: Batch) -> torch.Tensor:
        """Of all weights, into their `grad`; returns the mean negative log-likelihood of the answers."""
        for optimizer in self.optimizers:
            optimizer.zero_grad(set_to_none=False)
        with torch.autocast(self.device, torch.bfloat16, enabled=self.bfloat16):
            nll, memory = self.network(**batch)
            loss = nll
            if self.recipe.auxiliary:
                loss = nll + self.recipe.auxiliary * self.auxiliary(memory, batch["ids"], batch["answers"])
        loss.backward()
        reported: torch.Tensor = nll.detach()
        return reported

    def _report(self, bar: Any, losses: list[torch.Tensor]) -> None:
        loss = float(torch.stack(losses).mean())
        self.history.append({"step": self.step, "seconds": round(self.spent, 1), "loss": round(loss, 5)})
        bar.n = round(100 * min(1.0, self._progress()), 1)
        bar.set_postfix(step=self.step, loss=f"{loss:.4f}")


def _settings(recipe: Recipe) -> dict[str, Any]:
    """The values of a recipe, each setting of its shape by itself."""
    values = recipe.model_dump(mode="json")
    shape = values.pop("shape")
    return values | {f"shape.{key}": value for key, value in shape.items()}
