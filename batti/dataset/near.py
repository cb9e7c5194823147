"""Near-duplicates: sentences of one home with one label whose texts are all but the same.

Two sentences that differ in a number, a room or an action word have different labels: they are data, not
duplicates. All pairs of one home and label are compared, which finds every near-duplicate and needs no seed;
MinHash with locality-sensitive hashing missed a fifth of them.
"""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from rapidfuzz import fuzz, process
from tqdm import tqdm

from batti.dataset.records import Record

LIKENESS = 90
"""Least `rapidfuzz.fuzz.ratio` (percent) of two normalized sentences that are near-duplicates."""

_BLOCK = 256  # sentences compared at once with all those of about their length


class Sentence(NamedTuple):
    """What makes two records the same example."""

    home: str
    label: str
    text: str

    @classmethod
    def of(cls, record: Record) -> Sentence:
        return cls(record.home, record.label, record.normalized)


def near_pairs(sentences: Iterable[Sentence]) -> Iterator[tuple[Sentence, Sentence]]:
    """Every pair of near-duplicates among the sentences, equal ones not among them, each pair once."""
    alike: dict[tuple[str, str], list[str]] = {}
    for home, label, text in dict.fromkeys(sentences):
        alike.setdefault((home, label), []).append(text)
    total = sum(map(len, alike.values()))
    with tqdm(total=total, desc="comparing", unit=" sentences", file=sys.stderr, disable=None, delay=1.0) as bar:
        for (home, label), texts in alike.items():
            for some in _blocks(sorted(texts, key=lambda text: (len(text), text))):
                for one, other in _near(*some):
                    yield Sentence(home, label, one), Sentence(home, label, other)
                bar.update(len(some[0]))


def _blocks(texts: list[str]) -> Iterator[tuple[list[str], list[str]]]:
    """Blocks of the texts, which come by length, each with itself and all longer ones that may be near."""
    lengths = [len(text) for text in texts]
    for start in range(0, len(texts), _BLOCK):
        block = texts[start : start + _BLOCK]
        # All of the shorter text may be in the longer one, but no more than that: 2 * short / (short + long).
        longest = len(block[-1]) * (200 - LIKENESS) / LIKENESS
        yield block, texts[start : bisect_right(lengths, longest)]


def _near(block: list[str], texts: list[str]) -> Iterator[tuple[str, str]]:
    """Pairs of a text of the block and a later one of `texts`, which begin with the block."""
    if len(texts) < 2:
        return
    likeness = process.cdist(
        block, texts, scorer=fuzz.ratio, score_cutoff=LIKENESS, dtype=np.uint8, workers=-1
    )  # 0 below the cutoff
    for i, j in zip(*np.nonzero(np.triu(likeness, k=1)), strict=True):
        yield block[i], texts[j]
