"""Words, and names that are written much like another."""

from __future__ import annotations

import pytest

from kin_assistant.text.words import find_near_names


@pytest.mark.parametrize("typed", ["Surabya", "surabaja", "Śurabaya"])
def test_a_misspelt_name_is_near_to_the_one_that_was_meant(typed: str) -> None:
    assert find_near_names(typed, ["Cebu", "Surabaya", "Dhaka"]) == ["Surabaya"]


def test_at_most_three_names_are_near_and_the_nearest_is_first() -> None:
    names = ["Xiangtan", "Xiangyang", "Xianyang", "Xiang"]
    assert find_near_names("Xiangyan", names) == ["Xiangyang", "Xianyang", "Xiangtan"]


def test_nothing_is_near_to_a_name_that_is_like_none() -> None:
    assert find_near_names("Atlantis", ["Cebu", "Surabaya"]) == []
