"""A run of the small network in its folder: its recipe, its weights, and the mean of several."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Literal, Self

import torch
import yaml
from pydantic import Field
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from batti.alone import alone
from batti.dataset.whole import prepare, refuse_loss, whole
from batti.errors import BattiError
from batti.schema import Strict
from batti.train import stream
from batti.train.model import Network, Shape
from batti.train.recipe import is_of_language_model, loaded, parsed
from batti.train.restore import restore

WEIGHTS, RECIPE = "weights.safetensors", "config.yaml"
_OF_ONE_BEGINNING = 0.2
"""Cosine of the weights from which two runs began with the same ones: it is 0.5 still after 95,000 steps of each, and
0.05 at most where they began with others."""


class FromYaml(Strict):
    """Settings that are read from a file; unknown keys are refused."""

    @classmethod
    def load(cls, path: Path, changes: Iterable[str] = ()) -> Self:
        """The settings of a file with `key=value` changes. Raises BattiError with all faults at once."""
        return loaded(cls, path, changes, "configs/ship.yaml")


class Descent(FromYaml):
    """What weights begin with, and how they are changed."""

    start: Path | None = None  # a run or a model folder that is gone on from: its (averaged) weights and its shape
    shape: Shape = Shape()
    optimizer: Literal["adamw", "muon"] = "adamw"
    learning_rate: float = Field(default=1e-3, gt=0)
    weight_decay: float = Field(default=0.05, ge=0)

    def begun(self) -> tuple[Self, Network | None]:
        """The settings with the shape of what they go on from, and that network. Raises BattiError."""
        if not self.start:
            return self, None
        network = gone_on_from(self.start)
        return self.model_copy(update={"shape": network.shape}), network


class Recipe(Descent):
    """One training run; every key is explained in `configs/ship.yaml`."""

    seed: int = 1
    minutes: float = Field(default=9.0, gt=0)
    steps: int = Field(default=0, ge=0)  # instead of minutes, where not 0
    batch: int = Field(default=512, gt=0)
    workers: int = Field(default=15, ge=0)
    echo: int = Field(default=1, gt=0)
    max_chars: int = Field(default=stream.MAX_CHARS, gt=0)
    warmup_steps: int = Field(default=500, ge=0)
    average: float = Field(default=0.999, ge=0, lt=1)
    auxiliary: float = Field(default=0.0, ge=0)
    bfloat16: bool = False


def of_one(out: Path) -> AbstractContextManager[None]:
    """No other process trains into, or writes to, the folder meanwhile. Raises BattiError where one does."""
    return alone(out, f"another process is writing to '{out}'", "wait for it or end it, or give another folder")


def load_network(folder: Path) -> tuple[Network, Recipe]:
    """The averaged weights of a run, ready for use. Raises BattiError where the folder has none."""
    try:
        recipe = Recipe.load(folder / RECIPE)
        weights = load_file(folder / WEIGHTS)
    except (OSError, BattiError, SafetensorError):
        raise BattiError(f"no trained run in {folder}", "train one: batti train configs/ship.yaml --out RUN") from None
    network = Network(recipe.shape)
    try:
        network.load_state_dict({k: v.float() for k, v in weights.items()})
    except RuntimeError:
        problem = f"the weights of {folder} are not of the shape that its {RECIPE} tells"
        raise BattiError(problem, "keep the two files of a run together, or train again") from None
    if lost := not_finite(weights):
        raise BattiError(f"the weights of {folder} are no numbers ({lost})", "train again, at a lower learning_rate")
    return network.eval(), recipe


def not_finite(weights: Mapping[str, torch.Tensor]) -> str:
    """The first of these that holds what is no number, or too large for 16 bits; empty where none does."""
    return next((name for name, weight in weights.items() if not bool(weight.isfinite().all())), "")


def gone_on_from(folder: Path) -> Network:
    """The network of a run or of a model folder. Raises BattiError where the folder has none."""
    return restore(folder) if (folder / "model.json").exists() else load_network(folder)[0]


def average(runs: Sequence[Path], out: Path) -> None:
    """Write a run whose weights are the mean of those of several that went on from one (model soups, Wortsman et al.
    2022). Raises BattiError where one is missing, has another shape or another beginning, or would be lost."""
    places = [run.resolve() for run in runs]
    if twice := next((run for run, place in zip(runs, places, strict=True) if places.count(place) > 1), None):
        raise BattiError(f"{twice} is named twice", "name each run once")
    refuse_loss(runs, [out], overwrite=True)
    if (out / "checkpoint.pt").exists():
        raise BattiError(f"{out} holds a trained run, which would be lost", "give --out another folder")
    found = [load_network(run) for run in runs]
    for run, (_, recipe) in zip(runs, found, strict=True):
        if recipe.shape != found[0][1].shape:
            raise BattiError(f"{run} has another shape than {runs[0]}", "average runs that went on from one run")
    states = [network.state_dict() for network, _ in found]
    for run, state in zip(runs, states, strict=True):
        if (alike := _alike(state, states[0])) < _OF_ONE_BEGINNING:
            raise BattiError(f"{run} has nothing in common with {runs[0]} (cosine of their weights {alike:.2f})",
                             "average runs that went on from one run")  # fmt: skip
    means = {name: torch.stack([state[name] for state in states]).mean(0).half() for name in states[0]}
    make_ready(out)
    with of_one(out):
        write(means, found[0][1], out)


def _alike(state: Mapping[str, torch.Tensor], other: Mapping[str, torch.Tensor]) -> float:
    """The cosine between the matrices of two networks of one shape; what is no matrix begins alike everywhere."""
    names = [name for name in state if state[name].ndim > 1]
    mine, theirs = (torch.cat([one[name].flatten().float() for name in names]) for one in (state, other))
    return float(nn.functional.cosine_similarity(mine, theirs, dim=0))


def make_ready(out: Path) -> None:
    """Sees to it that a run can be written. Raises BattiError where it would replace one of a language model."""
    known = out / RECIPE
    if known.exists() and is_of_language_model(parsed(known)):
        raise BattiError(f"'{out}' holds a run of a language model", "give --out another folder")
    prepare(out / WEIGHTS)


def write(weights: Mapping[str, torch.Tensor], recipe: Recipe, out: Path) -> None:
    """Write the weights and the recipe of a run, which are read when a killed one goes on."""
    with whole(out / WEIGHTS) as partial:
        save_file(dict(weights), partial)
    with whole(out / RECIPE) as partial:
        partial.write_text(yaml.safe_dump(recipe.model_dump(mode="json", exclude_none=True)))
