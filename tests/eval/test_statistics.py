"""Intervals cover what they should, and differences are taken question by question."""

from __future__ import annotations

import random

import pytest

from eval.statistics import compare, estimate


def test_a_figure_is_the_sum_of_gains_over_the_sum_of_weights():
    interval = estimate([(1, 2), (0, 1), (1, 1)])
    assert interval.value == 2 / 4
    assert interval.low <= interval.value <= interval.high


def test_equal_observations_leave_no_doubt():
    assert estimate([(1, 1)] * 30) == (1, 1, 1)


def test_nothing_weighed_is_no_figure():
    assert estimate([]) is None
    assert estimate([(0, 0), (0, 0)]) is None


def test_the_same_observations_give_the_same_interval():
    pairs = [(random.Random(i).random(), 1) for i in range(50)]  # noqa: S311
    assert estimate(pairs) == estimate(pairs)


def test_the_interval_holds_the_true_share_about_95_times_in_100():
    generator = random.Random(5)  # noqa: S311
    held = 0
    for _ in range(200):
        interval = estimate([(float(generator.random() < 0.4), 1) for _ in range(80)])
        held += interval.low <= 0.4 <= interval.high
    assert 180 <= held <= 200


def test_a_paired_difference_is_surer_than_two_figures_are():
    generator = random.Random(9)  # noqa: S311
    before = {str(i): (generator.random(), 1.0) for i in range(60)}
    after = {key: (gain + 0.02, 1.0) for key, (gain, _) in before.items()}
    difference = compare(before, after)
    assert difference.value == pytest.approx(0.02)
    assert difference.low > 0
    assert estimate(list(before.values())).high > estimate(list(after.values())).low


def test_only_questions_of_both_sides_are_compared():
    difference = compare({"a": (0, 1), "b": (1, 1)}, {"b": (1, 1), "c": (0, 1)})
    assert difference.value == 0
    assert compare({"a": (0, 1)}, {"b": (0, 1)}) is None
    assert compare({"a": (0, 0)}, {"a": (1, 1)}) is None
