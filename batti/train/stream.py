"""Training batches: endless fresh sentences over fresh homes, from as many processes as there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from batti import prompt
from batti.dataset.generate import Example, examples
from batti.dataset.homes import RandomHome
from batti.text import MAX_CHARS

KINDS = {"room": 1, "light": 2, "group": 3}


def index_of(home: RandomHome) -> dict[tuple[str, str | None], int]:
    """(room or group, light or None) -> position among the home's entities."""
    things = home.things
    return {
        (things[t.room].listed[0], t.listed[0]) if t.kind == "light" else (t.listed[0], None): i
        for i, t in enumerate(things)
    }


def encode_home(home: RandomHome) -> tuple[list[list[int]], list[int], list[int]]:
    """Characters of each name, its kind, and the entity that it belongs to."""
    ids, owners = prompt.encode_names(thing.listed for thing in home.things)
    return ids, [KINDS[home.things[o].kind] for o in owners], owners


def encode_example(example: Example, index: dict[tuple[str, str | None], int]) -> tuple[list[int], list[int]]:
    """Characters of the sentence and tokens of its answer, from START to END."""
    answer = prompt.encode_answer(example.kind, example.actions, index)
    return prompt.encode_text(example.command, MAX_CHARS), [prompt.START, *answer]


class Stream(IterableDataset[dict[str, torch.Tensor]]):
    """Batches of `homes` homes with `per_home` sentences each; every worker has seeds of its own."""

    def __init__(self, seed: int, homes: int, per_home: int, max_chars: int = 160) -> None:
        self.seed, self.homes, self.per_home, self.max_chars = seed, homes, per_home, max_chars

    def __iter__(self) -> Iterator[dict[str, torch.Tensor]]:
        worker = get_worker_info()
        seed = self.seed * 1000 + (worker.id if worker else 0)
        made = examples(seed, self.per_home)
        while True:
            yield self._batch(made)

    def _batch(self, made: Iterator[tuple[RandomHome, list[Example]]]) -> dict[str, torch.Tensor]:
        sentences: list[list[int]] = []
        answers: list[list[int]] = []
        owner_of: list[int] = []
        names: list[tuple[list[list[int]], list[int], list[int]]] = []
        for h in range(self.homes):
            home, said = next(made)
            index = index_of(home)
            names.append(encode_home(home))
            for example in said:
                chars, answer = encode_example(example, index)
                if 0 < len(chars) <= self.max_chars:
                    sentences.append(chars)
                    answers.append(answer)
                    owner_of.append(h)
        return {
            "ids": torch.from_numpy(prompt.pad(sentences)),
            "home": torch.tensor(owner_of),
            "answers": torch.from_numpy(prompt.pad(answers)),
            **_homes(names),
        }


def _homes(names: list[tuple[list[list[int]], list[int], list[int]]]) -> dict[str, torch.Tensor]:
    most = max(len(ids) for ids, _, _ in names)
    entities = max(max(owners) + 1 for _, _, owners in names)
    chars = max(len(row) for ids, _, _ in names for row in ids)
    name_ids = np.zeros((len(names), most, chars), dtype=np.int64)
    kinds = np.zeros((len(names), most), dtype=np.int64)
    owner = np.zeros((len(names), most, entities), dtype=np.float32)
    for h, (ids, kind, owners) in enumerate(names):
        for n, row in enumerate(ids):
            name_ids[h, n, : len(row)] = row
            kinds[h, n] = kind[n]
            owner[h, n, owners[n]] = 1.0
    return {
        "name_ids": torch.from_numpy(name_ids),
        "name_kinds": torch.from_numpy(kinds),
        "owner": torch.from_numpy(owner),
    }


def batches(seed: int, homes: int, per_home: int, workers: int) -> Iterator[dict[str, Any]]:
    """Batches without end; `workers` processes make them ahead of the training step."""
    stream = Stream(seed, homes, per_home)
    loader: DataLoader[dict[str, torch.Tensor]] = DataLoader(
        stream, batch_size=None, num_workers=workers, pin_memory=torch.cuda.is_available(),
        prefetch_factor=8 if workers else None, persistent_workers=workers > 0,
    )  # fmt: skip
    return iter(loader)
