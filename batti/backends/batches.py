"""Sentences that are read together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

_TOGETHER = 2560  # characters, padding included, that are read together at most
_WORTH = 640  # so few are not divided among several readers
_FEW, _ALIKE = 8, 0.85  # so many sentences are read together at least, and others besides if they are as long as this


def chunked(lengths: Mapping[int, int], readers: int = 1) -> list[list[int]]:
    """Sentences (number -> characters) to be read together: of about equal length, the longest first.

    Where several read side by side, there is something for each.
    """
    together = min(_TOGETHER, max(_WORTH, sum(lengths.values()) // readers))
    chunks: list[list[int]] = []
    longest = 0  # characters, in the last chunk
    for i in sorted(lengths, key=lambda i: -lengths[i]):
        size = len(chunks[-1]) if chunks else 0
        full = (size + 1) * longest > together
        if not size or full or (size >= _FEW and lengths[i] < _ALIKE * longest):
            chunks.append([])
            longest = lengths[i]
        chunks[-1].append(i)
    return chunks


class Sentences:
    """A batch of sentences as the decoder sees them: what the encoder made of the ids, in the decoder's order.

    Of each layer's look at them there are keys and values together, (2, B, ...); the rest is (B, ...).
    """

    def __init__(self, ids: NDArray[np.int64], *read: NDArray[np.float32]) -> None:
        memory, targets, *self._sides = read
        self._plain = ids, memory, targets

    def fed(self) -> Iterator[NDArray[Any]]:
        """The decoder's inputs."""
        yield from self._plain
        for side in self._sides:
            yield from side

    def of(self, rows: Any) -> Sentences:
        plain = (one[rows] for one in self._plain)
        return Sentences(*plain, *(side[:, rows] for side in self._sides))
