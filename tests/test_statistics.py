"""Intervals, comparisons and calibration, against what can be worked out by hand."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batti.evaluate.statistics import (
    Interval,
    calibration_error,
    coverage_curve,
    mcnemar,
    mean,
    ratios,
    reliability,
)

SURE = st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.5, 0.9, 1.0])
ANSWERS = st.lists(st.tuples(SURE, st.booleans()), min_size=1, max_size=60)


def test_an_interval_has_the_width_that_theory_says() -> None:
    values = np.r_[np.ones(300), np.zeros(100)]
    found = mean(values, resamples=5000)
    error = 1.96 * (0.75 * 0.25 / 400) ** 0.5
    assert found.value == 0.75
    assert found.low == pytest.approx(0.75 - error, abs=0.006)
    assert found.high == pytest.approx(0.75 + error, abs=0.006)


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    rng = np.random.default_rng(5)
    covered = 0
    for seed in range(200):
        found = mean(rng.random(150) < 0.8, seed=seed, resamples=400)
        assert found.low is not None and found.high is not None
        covered += found.low <= 0.8 <= found.high
    assert 180 <= covered <= 199  # 95% of 200, give or take


def test_the_same_seed_gives_the_same_interval() -> None:
    values = [1, 0, 1, 1, 0, 1, 1, 0.5]
    assert mean(values, seed=3) == mean(values, seed=3)
    assert mean(values, seed=3) != mean(values, seed=4)


def test_a_ratio_is_of_what_it_can_happen_to() -> None:
    hits, of = [[1, 1], [1, 0], [0, 0], [0, 0]] * 20, [[1, 1], [1, 0], [1, 1], [1, 0]] * 20
    first, second = ratios(hits, of)
    assert (first.value, second.value) == (0.5, 0.5)
    assert second.low is not None and first.low is not None and second.low < first.low  # fewer, less is known


def test_nothing_to_count_has_no_value() -> None:
    assert ratios([[0.0]], [[0.0]]) == [Interval(None, None, None)]
    assert ratios(np.zeros((0, 1)), np.zeros((0, 1))) == [Interval(None, None, None)]


def test_many_sentences_are_drawn_in_parts_and_alike() -> None:
    values = np.arange(5000) % 7 == 0  # more than fit at once
    found = mean(values, resamples=1000)
    assert found.low is not None and found.high is not None
    assert found.low < values.mean() < found.high < found.low + 0.03


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_an_interval_holds_no_value_beyond_those_drawn_from(values: list[float]) -> None:
    found = mean(values, resamples=50)
    assert found.low is not None and found.high is not None
    assert min(values) - 1e-4 <= found.low <= found.high <= max(values) + 1e-4


@pytest.mark.parametrize(
    ("b", "c", "p"), [(0, 0, 1.0), (1, 0, 1.0), (5, 5, 1.0), (0, 6, 2 / 64), (6, 0, 2 / 64), (1, 9, 22 / 1024)]
)
def test_mcnemar_by_hand(b: int, c: int, p: float) -> None:
    assert mcnemar(b, c) == pytest.approx(p)


@given(st.integers(0, 200), st.integers(0, 200))
def test_mcnemar_is_the_binomial_test(b: int, c: int) -> None:
    n = b + c
    as_rare = sum(comb(n, k) for k in range(n + 1) if comb(n, k) <= comb(n, b))
    assert mcnemar(b, c) == pytest.approx(float(Fraction(as_rare, 2**n)), rel=1e-9)


def test_mcnemar_counts_thousands() -> None:
    assert 0 <= mcnemar(100, 3000) < 1e-300
    assert mcnemar(1500, 1500) == 1


def test_calibration_by_hand() -> None:
    sure = [0.2] * 10 + [0.9] * 10
    right = [True] * 4 + [False] * 6 + [True] * 9 + [False]
    low, high = reliability(sure, right, bins=2)
    assert (low.sentences, low.confidence, low.accuracy) == (10, 0.2, 0.4)
    assert (high.sentences, high.confidence, high.accuracy) == (10, 0.9, 0.9)
    assert calibration_error(sure, right, bins=2) == pytest.approx(0.1)


def test_bins_hold_equally_many() -> None:
    bins = reliability(list(np.linspace(0, 1, 150)), [True] * 150)
    assert [one.sentences for one in bins] == [10] * 15


def test_a_constant_confidence_is_one_bin() -> None:
    right = [True, False] * 30
    assert [one.sentences for one in reliability([0.7] * 60, right)] == [60]
    assert calibration_error([0.7] * 60, right) == pytest.approx(0.2)
    assert calibration_error([], []) is None


def test_equally_sure_answers_are_in_the_bin_where_most_of_them_lie() -> None:
    sure = [0.1] * 2 + [0.5] * 7 + [0.9]
    assert [one.sentences for one in reliability(sure, [True] * 10, bins=2)] == [2, 8]


@given(ANSWERS, st.randoms(use_true_random=False))
def test_the_order_of_the_sentences_is_nothing(answers: list[tuple[float, bool]], rng: object) -> None:
    mixed = list(answers)
    rng.shuffle(mixed)  # type: ignore[attr-defined]
    shares = (0.1, 0.5, 0.8, 1.0)
    for some in (answers, mixed):
        assert sum(one.sentences for one in reliability(*zip(*some, strict=True))) == len(answers)
    assert reliability(*zip(*answers, strict=True)) == reliability(*zip(*mixed, strict=True))
    assert coverage_curve(*zip(*answers, strict=True), shares) == coverage_curve(*zip(*mixed, strict=True), shares)


def test_accuracy_against_coverage_by_hand() -> None:
    sure = [0.9, 0.8, 0.7, 0.6, 0.5]
    right = [True, True, False, True, False]
    found = coverage_curve(sure, right, (0.2, 0.4, 0.6, 1.0))
    assert [one.accuracy for one in found] == [1.0, 1.0, 0.6667, 0.6]
    assert [one.threshold for one in found] == [0.9, 0.8, 0.7, 0.5]


def test_equally_sure_answers_count_as_a_random_choice_of_them() -> None:
    [half] = coverage_curve([1.0, 1.0, 1.0, 1.0], [True, False, False, False], (0.5,))
    assert half.accuracy == 0.25


@given(ANSWERS)
def test_all_answered_is_plain_accuracy(answers: list[tuple[float, bool]]) -> None:
    [full] = coverage_curve(*zip(*answers, strict=True), (1.0,))
    assert full.accuracy == pytest.approx(sum(right for _, right in answers) / len(answers), abs=1e-4)
