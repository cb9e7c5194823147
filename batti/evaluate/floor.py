"""What the machine allows: bytes and operations over the rates that are measured on it.

    python -m batti.evaluate.floor THREADS        the rates, as JSON, of a process of its own
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache

_READ = 256 << 20  # bytes, far beyond any cache
_SIDE = 1024  # of the matrices that are multiplied
_TRIED_S = 2.0  # over and over: the best try is the one that nobody else disturbed
_BLAS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


@dataclass(frozen=True)
class Rates:
    """The best of some tries: bytes read from memory, and operations in single precision, a second."""

    bytes: float
    operations: float


@dataclass(frozen=True)
class Floor:
    """The least time that work can take at these rates: what is slower, reading or computing."""

    bytes: float
    operations: float
    read_ms: float
    compute_ms: float

    @property
    def ms(self) -> float:
        return max(self.read_ms, self.compute_ms)

    def to_dict(self) -> dict[str, float]:
        return {**asdict(self), "ms": self.ms}


def floor(read: float, operations: float, at: Rates) -> Floor:
    """The floor of reading so many bytes of weights and doing so many operations."""
    return Floor(read, operations, 1000 * read / at.bytes, 1000 * operations / at.operations)


@cache
def rates(threads: int) -> Rates:
    """The rates of this machine with so many threads, measured in a process of its own."""
    environment = os.environ | dict.fromkeys(_BLAS, str(threads))
    command = [sys.executable, "-m", "batti.evaluate.floor", str(threads)]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return Rates(**json.loads(done.stdout))


def _measure(threads: int) -> Rates:
    import numpy as np  # not before the environment says with how many threads

    parts = np.array_split(np.ones(_READ // 4, dtype=np.float32), threads)
    a, b = (np.ones((_SIDE, _SIDE), dtype=np.float32) for _ in "ab")
    with ThreadPoolExecutor(threads) as pool:
        reading = _best(lambda: list(pool.map(np.max, parts)))
    return Rates(_READ / reading, 2 * _SIDE**3 / _best(lambda: a @ b))


def _best(work: Callable[[], object]) -> float:
    until, best = time.perf_counter() + _TRIED_S, float("inf")
    while (began := time.perf_counter()) < until:
        work()
        best = min(best, time.perf_counter() - began)
    return best


if __name__ == "__main__":
    print(json.dumps(asdict(_measure(int(sys.argv[1])))))
