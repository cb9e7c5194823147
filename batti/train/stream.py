"""Training batches: endless fresh sentences over fresh homes, from as many processes as there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random

import torch
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from batti import prompt
from batti.dataset.generate import examples, ready
from batti.dataset.speaker import Example
from batti.prompt import Asked, Span
from batti.text import align

Encoded = tuple[list[int], list[int]]
"""Characters of a sentence, and tokens of its answer from START to END."""
_BUCKETS = 12  # batches' worth of sentences that are sorted by length together
_PER_HOME = 24


def encode_example(example: Example) -> Encoded:
    """Character ids and answer tokens of an example."""
    normalized, origin = align(example.command)
    asked = [_placed(entry, origin) for entry in example.asked]
    return prompt.encode_text(normalized), [prompt.START, *prompt.encode_answer(asked)]


def _placed(entry: Asked, origin: Sequence[int]) -> Asked:
    """The entry with its spans as first and last character of the normalized sentence."""

    def moved(span: Span) -> Span:
        inside = [i for i, at in enumerate(origin) if span[0] <= at < span[1]]
        return inside[0], inside[-1]

    place = entry.place if isinstance(entry.place, str) else moved(entry.place)
    return replace(entry, place=place, excepts=tuple(map(moved, entry.excepts)))


class Stream(IterableDataset[dict[str, torch.Tensor]]):
    """Batches of `size` sentences of about one length; every worker has seeds of its own."""

    def __init__(self, seed: int, size: int, max_chars: int = 220) -> None:
        self.seed, self.size, self.max_chars = seed, size, max_chars

    def __iter__(self) -> Iterator[dict[str, torch.Tensor]]:
        worker = get_worker_info()
        if worker:
            ready()
        seed = self.seed * 1000 + (worker.id if worker else 0)
        pool: list[Encoded] = []
        order = Random(seed)
        for _, said in examples(seed, _PER_HOME):
            encoded = (encode_example(example) for example in said)
            pool += [pair for pair in encoded if 0 < len(pair[0]) <= self.max_chars]
            if len(pool) >= self.size * _BUCKETS:
                pool.sort(key=lambda pair: len(pair[0]))
                starts = list(range(0, self.size * _BUCKETS, self.size))
                order.shuffle(starts)
                for start in starts:
                    yield _batch(pool[start : start + self.size])
                pool = pool[self.size * _BUCKETS :]


def _batch(pairs: list[Encoded]) -> dict[str, torch.Tensor]:
    return {
        "ids": torch.from_numpy(prompt.pad([chars for chars, _ in pairs])),
        "answers": torch.from_numpy(prompt.pad([answer for _, answer in pairs])),
    }


def batches(seed: int, size: int, workers: int) -> Iterator[dict[str, torch.Tensor]]:
    """Batches without end; `workers` processes make them ahead of the training step."""
    loader: DataLoader[dict[str, torch.Tensor]] = DataLoader(
        Stream(seed, size), batch_size=None, num_workers=workers, pin_memory=torch.cuda.is_available(),
        prefetch_factor=24 if workers else None, persistent_workers=workers > 0,
    )  # fmt: skip
    return iter(loader)
