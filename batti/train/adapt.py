"""Teach a model folder a household's own way of speaking from a few corrected sentences, on a CPU.

Adapters beside the network's layers learn the sentences among many that are made for this home and for others, so
that the rest is not lost. What comes of it is measured before it is kept.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random

import torch
from peft import LoraConfig, PeftModel
from torch import Tensor, nn
from tqdm import tqdm

from batti import prompt
from batti.backends.onnx import OnnxBackend, shipped
from batti.command import Command
from batti.dataset.generate import TOGETHER, document, examples
from batti.dataset.homes import RandomHome
from batti.dataset.speaker import Example
from batti.dataset.whole import prepare
from batti.errors import BattiError
from batti.gazetteer import Gazetteer
from batti.home import Home
from batti.train import corrected, export, restore
from batti.train.corrected import Corrected
from batti.train.model import Network
from batti.train.stream import Encoded, encode_example

SECONDS = 600.0
"""Of learning, at most: a minute is enough where nothing else runs, a slow or busy machine is given time."""
_STEPS = 150
_BATCH = 32  # sentences in a step, a quarter of them the household's
_TAUGHT = 8
_RANK, _ALPHA, _RATE = 8, 16, 4e-4  # a larger rate learns in fewer steps, and loses more
_LEARNED = 0.01  # mean loss a token of the household's sentences below which all of them are known, one in five too
_CHECKED = 300  # made sentences, about this home and about others each, that must not be lost
_A_HOME = 10  # of the made sentences about one home
_LONGEST = 60  # characters of a made sentence
_SEEDS = (71, 72)  # of the sentences that are learned again, and of those that are checked

Case = tuple[Home, str, Command]


@dataclass(frozen=True)
class Adapted:
    """Shares of exact answers before and after, and what it took."""

    taught: tuple[float, float]
    home: tuple[float, float]
    others: tuple[float, float]
    steps: int
    seconds: float


def adapt(home: Home, path: Path, out: Path, folder: Path | None = None, tolerance: float = 0.01) -> Adapted:
    """Write a model folder that knows the sentences of a file. Raises BattiError, and writes no model, where
    they are not learned or where more than `tolerance` (0 to 1) of what was known is lost."""
    began = time.monotonic()
    folder = folder or shipped()
    old = OnnxBackend.load(folder)
    network = restore.restore(folder)
    taught = corrected.read(path, home, network.shape.words)
    asked = [(home, one.command, one.expected) for one in taught]
    if _exact(old, asked) == 1.0:
        raise BattiError("the model knows these sentences already", "there is nothing to teach")
    cases = (asked, _made(home), _made(None))
    before = [_exact(old, some) for some in cases]
    prepare(out / "model.json")
    steps = learn(network, taught, home, time.monotonic() + SECONDS)
    with tempfile.TemporaryDirectory() as made:
        export.write(network, Path(made) / "model", "int8" if restore.is_in_integers(folder) else "half")
        after = [_exact(OnnxBackend.load(Path(made) / "model"), some) for some in cases]
        own, about_home, about_others = zip(before, after, strict=True)
        found = Adapted(own, about_home, about_others, steps, time.monotonic() - began)
        _gate(found, tolerance)
        shutil.copytree(Path(made) / "model", out, dirs_exist_ok=True)
    return found


def _gate(found: Adapted, tolerance: float) -> None:
    before, after = found.taught
    if after <= before:
        raise BattiError(f"the sentences were not learned: {after:.0%} are right, {before:.0%} before",
                         "give more of the same kind, or look for labels that contradict one another")  # fmt: skip
    for name, (was, now) in (("this home", found.home), ("other homes", found.others)):
        if was - now > tolerance:
            said = f"too much else would be lost: {now:.1%} of other sentences about {name} are right, {was:.1%} before"
            raise BattiError(said, "take out sentences that mean something else to everybody")


def learn(network: Network, taught: Sequence[Corrected], home: Home, until: float) -> int:
    """Train adapters, until the sentences are known or time is up, and add them to the weights; gives the steps."""
    torch.manual_seed(1)
    layers = [name for name, layer in network.named_modules() if isinstance(layer, nn.Linear)]
    model = PeftModel(network, LoraConfig(r=_RANK, lora_alpha=_ALPHA, target_modules=layers))
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=_RATE, weight_decay=0.0)
    made = _replayed(home, network.shape.words)
    order, steps = Random(1), 0
    for steps in tqdm(range(1, _STEPS + 1), desc="adapt", disable=None):
        some = order.choices(taught, k=_TAUGHT)
        optimizer.param_groups[0]["lr"] = _RATE * min(1.0, steps / 10) * (1 - steps / (_STEPS + 1))
        model(**_batch([*(one.encoded for one in some), *islice(made, _BATCH - _TAUGHT)]))[0].backward()
        nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        if time.monotonic() > until or (steps % 10 == 0 and _loss(model, taught) < _LEARNED):
            break
    model.merge_and_unload()
    return steps


@torch.no_grad()
def _loss(model: Callable[..., tuple[Tensor, Tensor]], taught: Sequence[Corrected]) -> float:
    return float(model(**_batch([one.encoded for one in taught]))[0])


def _batch(some: Sequence[Encoded]) -> dict[str, Tensor]:
    return {name: torch.from_numpy(prompt.pad([one[name] for one in some])) for name in some[0]}


def _replayed(home: Home, words: int) -> Iterator[Encoded]:
    """Made sentences without end, of this home and of others in turn."""
    order = Random(_SEEDS[0])
    for pair in zip(_sentences(_SEEDS[0], home), _sentences(_SEEDS[0], None), strict=True):
        for theirs, one in pair:
            encoded = encode_example(one, Gazetteer(theirs.called(1.0, order)), words)
            if 0 < len(encoded["ids"]) <= _LONGEST:
                yield encoded


def _sentences(seed: int, home: Home | None) -> Iterator[tuple[RandomHome, Example]]:
    """Made sentences without end, all worded differently, a few about each home."""
    for theirs, said in islice(examples(seed, _A_HOME, home), 0, None, TOGETHER):
        for one in said:
            yield theirs, one


def _made(home: Home | None) -> list[Case]:
    """Made sentences that were not learned again, with their commands."""
    cases: list[Case] = []
    for theirs, one in islice(_sentences(_SEEDS[1], home), _CHECKED):
        real = home or Home.from_dict(theirs.to_dict())
        cases.append((real, one.command, Command.from_dict(document(one, theirs), groups=real.group_names)))
    return cases


def _exact(backend: OnnxBackend, cases: Sequence[Case]) -> float:
    """The share of sentences whose command is the expected one."""
    right = 0
    by_home: dict[Home, list[Case]] = {}
    for case in cases:
        by_home.setdefault(case[0], []).append(case)
    for home, some in by_home.items():
        read = backend.generate(home, [said for _, said, _ in some])
        right += sum(one.command == meant for one, (_, _, meant) in zip(read, some, strict=True))
    return right / len(cases)
