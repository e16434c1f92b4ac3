"""The kind of thing that a question asks for, and the sentences that give one."""

from __future__ import annotations

import pytest

from kin_assistant.text.asked import AskedKind, asks_for_newest, find_asked_kinds, gives, gives_any


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("How much did the plant cost?", {"money"}),
        ("what is the price of a basket", {"money"}),
        ("which city has the cheapest fee", {"money"}),
        ("how much is the grant of Japan for the plant?", {"money"}),
        ("What is the fee in the port?", {"money"}),
        ("Which city has the highest recycling rate?", {"share"}),
        ("At any rate, who ran it?", set()),
        ("How much waste was cut?", set()),
        ("What did the grant change?", set()),
        ("When did the ban begin?", {"date"}),
        ("since when are old cars forbidden", {"date"}),
        ("What happened when they closed the tip?", set()),
        ("which of them began earlier", {"date"}),
        ("How long did the clean-up take?", {"duration"}),
        ("How long is the pipe?", set()),
        ("How many years did it last?", {"duration"}),
        ("How many buses are electric?", {"count"}),
        ("Who paid for the plant?", {"payer"}),
        ("who in the end financed it", {"payer"}),
        ("Who ran the plant that the money built?", set()),
    ],
)
def test_which_kind_of_thing_is_asked_for(question: str, kinds: set[AskedKind]) -> None:
    assert find_asked_kinds(question) == kinds


@pytest.mark.parametrize(
    "text", ["It cost 84 billion rupiah.", "USAID gave US$2 million.", "Rs 990 crore", "a P50-million plant", "2 yen"]
)
def test_a_sum_of_money_is_told_by_its_money(text: str) -> None:
    assert gives("money", text)
    assert not gives("share", text)


@pytest.mark.parametrize("text", ["Waste fell by 30 per cent.", "22% of it", "Three quarters of homes", "one in five"])
def test_a_share_is_told_by_its_unit_or_its_words(text: str) -> None:
    assert gives("share", text)
    assert not gives("money", text)


def test_the_head_of_a_table_tells_what_its_rows_give() -> None:
    assert gives("money", "| Truck | 400 |", "| What | Cost, US$ |")
    assert gives("share", "| Paper | 40 |", "| What | Share (%) |")
    assert not gives("money", "| Truck | 400 |", "| What | Number |")
    assert not gives("money", "| Truck | not known |", "| What | Cost, US$ |")


@pytest.mark.parametrize(
    ("kind", "giving", "other"),
    [
        ("date", "The ban began on 1 January 2003.", "The ban began early."),
        ("duration", "It took ten years.", "It was slow and took 80 men a day."),
        ("duration", "The work went on from 1977 to 1987.", "The work ended in 1987."),
        ("count", "All 16,359 buses were electric.", "In 2017 all buses were electric."),
        ("payer", "Japan's agency financed the works.", "The works cost US$2 million."),
    ],
)
def test_what_is_asked_for_is_told_from_what_is_not(kind: AskedKind, giving: str, other: str) -> None:
    assert gives(kind, giving)
    assert not gives(kind, other)


def test_one_of_several_kinds_is_enough() -> None:
    assert gives_any(frozenset({"money", "date"}), "It opened in 1998.")
    assert not gives_any(frozenset(), "It opened in 1998.")


@pytest.mark.parametrize(
    ("question", "newest"),
    [
        ("What share do they recycle now?", True),
        ("the latest figure on dust", True),
        ("What did they recycle in 2017?", False),
        ("They got nowhere, why?", False),
    ],
)
def test_how_something_is_at_present_is_told_by_its_words(question: str, newest: bool) -> None:
    assert asks_for_newest(question) is newest
