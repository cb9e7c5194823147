"""Training batches: endless fresh sentences over fresh homes, from as many processes as there are."""

from __future__ import annotations

import signal
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from random import Random
from typing import TypeVar

import torch
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from batti import prompt
from batti.dataset.generate import check_language, examples, ready
from batti.dataset.speaker import Example
from batti.gazetteer import NOTHING, Gazetteer
from batti.prompt import Asked, Span
from batti.sound import word_ids
from batti.text import align

Encoded = dict[str, list[int]]
"""`ids` and `tags` of the characters of a sentence, `words` if asked for, `answers` from START to END."""
_Batch = TypeVar("_Batch")
_BUCKETS = 12  # batches' worth of sentences that are sorted by length together
MAX_CHARS = 220
"""A longer sentence is not trained on, unless a recipe says otherwise."""
_PER_HOME = 24
_UNTAGGED = 0.08  # of the sentences: the network must read without the hint too
_KNOWN = 0.75  # of the things of a home, about which the lexicon knows what else they are called


def encode_example(example: Example, gazetteer: Gazetteer | None, words: int = 0) -> Encoded:
    """Character ids, tags by the home's names, numbers of words, and answer tokens of an example."""
    normalized, origin = align(example.command)
    asked = [_placed(entry, origin) for entry in example.asked]
    tags = gazetteer.tags(normalized) if gazetteer else [NOTHING] * len(normalized)
    answer = [prompt.START, *prompt.encode_answer(asked)]
    encoded = {"ids": prompt.encode_text(normalized), "tags": tags, "answers": answer}
    return encoded | {"words": word_ids(normalized, words)} if words else encoded


def _placed(entry: Asked, origin: Sequence[int]) -> Asked:
    """The entry with its spans as first and last character of the normalized sentence."""

    def moved(span: Span) -> Span:
        inside = [i for i, at in enumerate(origin) if span[0] <= at < span[1]]
        return inside[0], inside[-1]

    place = entry.place if isinstance(entry.place, str) else moved(entry.place)
    return replace(entry, place=place, excepts=tuple(map(moved, entry.excepts)))


class Stream(IterableDataset[dict[str, torch.Tensor]]):
    """Batches of `size` sentences of about one length; every worker has seeds of its own.

    They are as wide as a `multiple` of characters and tokens, for few shapes.
    """

    def __init__(self, seed: int, size: int, max_chars: int = MAX_CHARS, words: int = 0, multiple: int = 1) -> None:
        self.seed, self.size, self.max_chars, self.words, self.multiple = seed, size, max_chars, words, multiple

    def __iter__(self) -> Iterator[dict[str, torch.Tensor]]:
        worker = get_worker_info()
        if worker:
            _leave_the_end_to_the_trainer()
            ready()
        seed = self.seed * 1000 + (worker.id if worker else 0)
        pool: list[Encoded] = []
        order = Random(seed)
        for home, said in examples(seed, _PER_HOME):
            gazetteer = Gazetteer(home.called(_KNOWN, order))
            hints = (None if order.random() < _UNTAGGED else gazetteer for _ in said)
            encoded = (encode_example(one, hint, self.words) for one, hint in zip(said, hints, strict=True))
            pool += [one for one in encoded if 0 < len(one["ids"]) <= self.max_chars]
            if len(pool) >= self.size * _BUCKETS:
                pool.sort(key=lambda one: len(one["ids"]))
                starts = list(range(0, self.size * _BUCKETS, self.size))
                order.shuffle(starts)
                for start in starts:
                    yield self._batch(pool[start : start + self.size])
                pool = pool[self.size * _BUCKETS :]

    def _batch(self, some: list[Encoded]) -> dict[str, torch.Tensor]:
        return {name: torch.from_numpy(prompt.pad([one[name] for one in some], self.multiple)) for name in some[0]}


def _leave_the_end_to_the_trainer() -> None:
    """Who asks a whole group of processes to end (a terminal, `timeout`, systemd) asks its workers too, while the
    trainer needs them to save in peace: it ends them itself, and when it dies they see that it is gone."""

    def wait(number: int, frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)  # the second time it is the trainer that asks

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, wait)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])


def batches(data: Stream, workers: int) -> Iterator[dict[str, torch.Tensor]]:
    """Its batches without end; `workers` processes make them ahead of the training step.

    Raises BattiError where the folder of another language lacks what sentences are made of.
    """
    check_language()
    loader: DataLoader[dict[str, torch.Tensor]] = DataLoader(
        data, batch_size=None, num_workers=workers, pin_memory=torch.cuda.is_available(),
        prefetch_factor=24 if workers else None, persistent_workers=workers > 0,
    )  # fmt: skip
    # A worker that is asked to end before it knows better would take the trainer along.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    try:
        return iter(loader)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def echoed(fresh: Iterable[_Batch], times: int, seed: int, kept: int = 128) -> Iterator[_Batch]:
    """Every batch `times` times, first when it comes and again when others have been (data echoing, Choi et al. 2019):
    more steps for as many sentences, where making them takes longer than learning from them.

    `kept` batches wait for their next turn; which one has it is drawn.
    """
    order = Random(seed)
    waiting: list[_Batch] = []
    for batch in fresh:
        yield batch
        waiting += [batch] * (times - 1)
        while len(waiting) > kept:
            drawn = order.randrange(len(waiting))
            waiting[drawn], waiting[-1] = waiting[-1], waiting[drawn]
            yield waiting.pop()
    yield from waiting
