"""Small pieces of the program's own sentences."""

from __future__ import annotations

import pytest

from kin_assistant.text.wording import name_in_sentence


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("Philippines", "the Philippines"),
        ("Republic of Korea", "the Republic of Korea"),
        ("United Arab Emirates", "the United Arab Emirates"),
        ("Viet Nam", "Viet Nam"),
        ("Dhaka", "Dhaka"),
    ],
)
def test_some_names_have_an_article_in_a_sentence(place: str, said: str) -> None:
    assert name_in_sentence(place) == said
