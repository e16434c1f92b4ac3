"""Sides of a comparison that describes them instead of naming places."""

from __future__ import annotations

import pytest

from kin_assistant.question.sides import sides_of, strip_comparing


@pytest.mark.parametrize(
    ("question", "first", "second"),
    [
        (
            "Compost at the market versus baskets at home: who paid?",
            "Compost at the market: who paid",
            "baskets at home: who paid",
        ),
        (
            "the diesel buses of the hills against electric ones of the plain, how many were there",
            "the diesel buses of the hills: how many were there",
            "electric ones of the plain: how many were there",
        ),
        (
            "What did it cost to plant the park, compared to the wall at the river?",
            "What did it cost to plant the park",
            "What did it cost the wall at the river",
        ),
        (
            "difference between the school contest and the savings books",
            "the school contest",
            "the savings books",
        ),
        (
            "where did waste fall more, in the town with dear bags or in the capital with weighed bins",
            "in the town with dear bags: where did waste fall more",
            "in the capital with weighed bins: where did waste fall more",
        ),
        (
            "In the port, what is the difference between the savings books and the school contest?",
            "the savings books in the port",
            "the school contest in the port",
        ),
        (
            "taxis: the port against the hills of the north, when were they banned",
            "the port: taxis, when were they banned",
            "the hills of the north: taxis, when were they banned",
        ),
    ],
)
def test_each_side_can_be_asked_alone(question: str, first: str, second: str) -> None:
    assert sides_of(question) == (first, second)


@pytest.mark.parametrize(
    "question",
    [
        "Osaka against Taipei",  # names, which places tell better
        "How is waste collected in the hills?",
        "Bags or bins?",
        "Who paid for the plant and who runs it",
        "",
    ],
)
def test_no_sides_where_nothing_is_described_twice(question: str) -> None:
    assert sides_of(question) == ()


def test_what_two_differ_in_is_what_is_asked_of_them() -> None:
    assert (
        strip_comparing("How do the port and the hills differ in cleaning taxis?")
        == "cleaning taxis in the port and the hills"
    )


@pytest.mark.parametrize(
    "question",
    [
        "waste bank makassar vs surabaya whats the difference",
        "waste bank makassar vs surabaya, what is the difference?",
        "waste bank makassar vs surabaya: which is better?",
        "waste bank makassar vs surabaya? differences",
    ],
)
def test_what_only_asks_to_compare_behind_both_sides_is_left_out(question: str) -> None:
    assert strip_comparing(question) == "waste bank makassar vs surabaya"
