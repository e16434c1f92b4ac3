"""Quotes are found in documents that were cleaned, and facts in answers that are worded in their own way."""

from __future__ import annotations

import pytest

from eval.matching import Span, contains, covers, first_words, locate, simplify_facts


@pytest.mark.parametrize(
    ("quote", "text", "found"),
    [
        ("The *Network* grew [2].", "Before. The Network grew. After.", "The Network grew."),
        ("It sets a fee [2][5].", "It sets a fee. (Sources differ.)", "It sets a fee."),
        ("| Water | 72% [1] | 6% |", "| Water | 72% | 6% |", "Water | 72% | 6%"),
        ("two  words", "one\ntwo\n\nwords three", "two\n\nwords"),
        ("CAFE\u0301 opened", "The Caf\u00e9 opened.", "Caf\u00e9 opened"),
        ("not there", "something else", None),
        ("  [3] ", "anything", None),
    ],
)
def test_a_quote_is_located_in_the_stored_text(quote, text, found):
    span = locate(quote, text)
    assert (span and text[slice(*span)]) == found


def test_facts_are_compared_without_articles_and_punctuation_and_with_figures_written_one_way():
    assert simplify_facts("The fee: two pesos (US$ 1,000; 20 per cent)") == "fee 2 pesos us$1000 20%"
    assert simplify_facts("1.5 m\u00b3, in 2001\u20132011") == "1.5 m3 in 2001 2011"


@pytest.mark.parametrize(
    ("text", "wording", "held"),
    [
        ("fell by 6% in a year", "6%", True),
        ("fell by 16% in a year", "6%", False),
        ("fell by 1.6% in a year", "6%", False),
        ("20 percent of it", "20 per cent", True),
        ("US$200 a month", "us$20", False),
        ("US$20.50 a month", "us$20", False),
        ("US$20 a month", "us$20", True),
        ("paid US$0.84", "$0.84", True),
        ("against corruption", "corrupt", True),
        ("1,480 tons", "1480 tons", True),
        ("two wards", "2 wards", True),
        ("the disabled", "abled", False),
        ("", "x", False),
        ("anything", "!", False),
    ],
)
def test_a_fact_is_held_only_in_whole_figures_and_from_the_start_of_a_word(text, wording, held):
    assert contains(text, [wording]) is held


def test_half_of_the_gold_characters_in_the_same_document_make_a_match():
    gold = Span("a", 100, 200)
    assert covers(Span("a", 150, 900), gold)
    assert not covers(Span("a", 151, 900), gold)
    assert not covers(Span("b", 0, 900), gold)
    assert not covers(Span("a", 200, 300), gold)


def test_an_answer_is_cut_after_a_number_of_words():
    assert first_words("one  two\nthree four", 3) == "one  two\nthree"
    assert first_words("one two", 3) == "one two"
