"""Lines of a paragraph become its text: broken words are whole again, and compounds keep their hyphens."""

from __future__ import annotations

import time

import pytest

from kin_assistant.documents.readers.hyphenation import Vocabulary, ends_broken


@pytest.mark.parametrize(
    ("before", "after", "joined"),
    [
        ("the environ-", "mental plan", "the environmental plan"),
        ("the environ\u00ad", "mental plan", "the environmental plan"),
        ("the Asia-", "Pacific network", "the Asia-Pacific network"),
        ("short-", "and long-term plans", "short- and long-term plans"),
        ("a cross-", "border river", "a cross-border river"),
        ("an e-", "mail", "an e-mail"),
        ("much CO-", "based gas", "much CO-based gas"),
        ("state-of-the-", "art plants", "state-of-the-art plants"),
        ("from 2005-", "2010 on", "from 2005-2010 on"),
        ("and then \u2014", "so it is", "and then \u2014 so it is"),
        ("waste\u2014", "of all kinds", "waste\u2014of all kinds"),
        ("two", "words", "two words"),
        ("\u5317\u4e5d", "\u5dde\u5e02", "\u5317\u4e5d\u5dde\u5e02"),
        ("", "alone", "alone"),
    ],
)
def test_two_lines_are_one_text(before: str, after: str, joined: str) -> None:
    assert Vocabulary([before, after]).join([before, after]) == joined


@pytest.mark.parametrize(
    ("elsewhere", "joined"),
    [
        ("a low-carbon city", "a low-carbon plan"),
        ("a lowcarbon city", "a lowcarbon plan"),
        ("much carbon here", "a low-carbon plan"),
    ],
)
def test_the_words_of_the_document_tell_a_compound_from_a_broken_word(elsewhere: str, joined: str) -> None:
    assert Vocabulary([elsewhere, "a low-", "carbon plan"]).join(["a low-", "carbon plan"]) == joined


def test_two_words_of_the_document_are_a_compound_and_a_word_and_its_rest_are_not() -> None:
    words = ["the water of the basin", "the govern of it"]
    assert Vocabulary(words).join(["the water-", "basin plan"]) == "the waterbasin plan"
    assert Vocabulary(["water and basin alike"]).join(["the water-", "basin plan"]) == "the water-basin plan"


@pytest.mark.parametrize(
    ("before", "after", "joined"),
    [
        ("see http://kin.example/", "files/one.pdf for it", "see http://kin.example/files/one.pdf for it"),
        ("see http://kin.example/", "Files/one.pdf for it", "see http://kin.example/Files/one.pdf for it"),
        ("see www.kin.example", "/files", "see www.kin.example/files"),
        ("see http://kin.example/", "Licence: none", "see http://kin.example/ Licence: none"),
        ("see http://kin.example/", "(in English)", "see http://kin.example/ (in English)"),
        ("see http://kin.example/waste-", "plan", "see http://kin.example/waste-plan"),
    ],
)
def test_an_address_goes_on_in_the_next_line_and_ends_where_other_words_begin(
    before: str, after: str, joined: str
) -> None:
    assert Vocabulary([]).join([before, after]) == joined


def test_an_address_may_be_broken_more_than_once() -> None:
    assert Vocabulary([]).join(["http://kin.example/a-", "b-", "c"]) == "http://kin.example/a-b-c"


def test_a_word_broken_at_the_end_of_a_page_stands_on_that_page_as_a_whole() -> None:
    lines = [(1, "The environ-"), (2, "mental plan"), (2, "of the city"), (3, "was kept.")]
    assert Vocabulary([]).join_pages(lines) == [
        (1, "The environmental"),
        (2, "plan of the city"),
        (3, "was kept."),
    ]


def test_a_page_with_the_rest_of_a_word_alone_is_followed_by_others() -> None:
    assert Vocabulary([]).join_pages([(1, "environ-"), (2, "mental"), (3, "plan")]) == [
        (1, "environmental"),
        (2, ""),
        (3, "plan"),
    ]


@pytest.mark.parametrize(("line", "broken"), [("environ-", True), ("environ", False), ("2005-", False), ("- -", False)])
def test_a_line_ends_broken_with_letters_and_a_hyphen(line: str, broken: bool) -> None:
    assert ends_broken(line) is broken


def test_the_time_for_lines_grows_with_their_number() -> None:
    began = time.perf_counter()
    assert len(Vocabulary([]).join(["\u5317" * 50] * 100_000)) == 5_000_000
    assert time.perf_counter() - began < 5
