"""How far a figure can be trusted, whether two models differ, and whether a confidence means what it says."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, comb
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

RESAMPLES = 2000
BINS = 15
_LOW, _HIGH = 2.5, 97.5  # percent: an interval of 95%
_AT_ONCE = 1 << 21  # drawn sentences in memory at once
Floats = NDArray[np.float64]


class Interval(NamedTuple):
    """A figure with the bounds of its 95% interval; all None where there is nothing to divide by."""

    value: float | None
    low: float | None
    high: float | None


def ratios(hits: ArrayLike, of: ArrayLike, seed: int = 1, resamples: int = RESAMPLES) -> list[Interval]:
    """sum(hits) / sum(of) for each column, with percentile bootstrap intervals.

    One row a sentence; sentences are drawn with replacement, the same ones for every column.
    """
    above, below = np.asarray(hits, dtype=float), np.asarray(of, dtype=float)
    if above.ndim == 1:
        above, below = above[:, None], below[:, None]
    drawn = _resampled(np.concatenate([above, below], axis=1), seed, resamples)
    columns = above.shape[1]
    found = []
    for column in range(columns):
        totals = drawn[:, columns + column]
        whole = below[:, column].sum()
        shares = drawn[totals > 0, column] / totals[totals > 0]
        if not whole or not len(shares):
            found.append(Interval(None, None, None))
            continue
        low, high = np.percentile(shares, [_LOW, _HIGH])
        found.append(Interval(_round(above[:, column].sum() / whole), _round(low), _round(high)))
    return found


def mean(values: ArrayLike, seed: int = 1, resamples: int = RESAMPLES) -> Interval:
    """The mean of one value a sentence, with its interval; of differences, a paired comparison."""
    column = np.asarray(values, dtype=float)
    return ratios(column, np.ones_like(column), seed, resamples)[0]


def _resampled(values: Floats, seed: int, resamples: int) -> Floats:
    """The column sums of each resample."""
    rng = np.random.default_rng(seed)
    count = len(values)
    sums = np.zeros((resamples, values.shape[1]))
    step = max(1, _AT_ONCE // max(1, count))
    for start in range(0, resamples if count else 0, step):
        rows = min(step, resamples - start)
        # How often each sentence is drawn: one product then sums every column.
        drawn = rng.integers(0, count, (rows, count)) + count * np.arange(rows)[:, None]
        times = np.bincount(drawn.ravel(), minlength=rows * count).reshape(rows, count)
        sums[start : start + rows] = times @ values
    return sums


def mcnemar(only_a: int, only_b: int) -> float:
    """The exact two-sided p-value that two models err alike, from what only one of them gets right."""
    total, fewer = only_a + only_b, min(only_a, only_b)
    tail = sum(comb(total, k) for k in range(fewer + 1))
    return min(1.0, float(2 * tail / 2**total))


class Bin(NamedTuple):
    """Sentences of about equal confidence: how many, how sure, how often right."""

    sentences: int
    confidence: float
    accuracy: float


def reliability(confidence: Sequence[float], right: Sequence[bool], bins: int = BINS) -> list[Bin]:
    """Equal-mass bins, the least sure first; equal confidences are never divided, so there may be fewer."""
    sure, hits = np.asarray(confidence, dtype=float), np.asarray(right, dtype=float)
    _, inverse, counts = np.unique(sure, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - counts / 2  # rank, so that the order of the sentences is nothing
    number = np.floor(middle * bins / max(1, len(sure))).astype(int)[inverse]
    return [
        Bin(int(inside.sum()), _round(sure[inside].mean()), _round(hits[inside].mean()))
        for inside in (number == i for i in np.unique(number))
    ]


def calibration_error(confidence: Sequence[float], right: Sequence[bool], bins: int = BINS) -> float | None:
    """Expected calibration error over `reliability`'s bins."""
    found = reliability(confidence, right, bins)
    total = sum(one.sentences for one in found)
    return _round(sum(one.sentences * abs(one.confidence - one.accuracy) for one in found) / total) if total else None


class Answered(NamedTuple):
    """How often the surest share of the answers is right, and the least confidence among them."""

    coverage: float
    accuracy: float
    threshold: float


def coverage_curve(confidence: Sequence[float], right: Sequence[bool], shares: Sequence[float]) -> list[Answered]:
    """Accuracy where only the surest are answered; of equally sure ones, a random choice on average."""
    sure, hits = np.asarray(confidence, dtype=float), np.asarray(right, dtype=float)
    if not len(sure):
        return []
    _, inverse, counts = np.unique(sure, return_inverse=True, return_counts=True)
    expected = (np.bincount(inverse, weights=hits) / counts)[inverse]
    order = np.argsort(-sure, kind="stable")
    kept = [max(1, ceil(round(share * len(sure), 6))) for share in shares]
    return [
        Answered(share, _round(expected[order[:k]].mean()), _round(sure[order[k - 1]]))
        for share, k in zip(shares, kept, strict=True)
    ]


def _round(value: float) -> float:
    """To what a figure can tell, so that no machine's last bit is in a results file."""
    return round(float(value), 4) + 0.0  # no minus zero
