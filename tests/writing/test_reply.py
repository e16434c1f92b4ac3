"""Sentences and keys are read out of whatever comes, in whatever pieces."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kin_assistant.writing.reply import ReplyReader, Written

JSON = '{"sentences": [{"keys": ["bcdf"], "text": "Waste fell."}, {"text": "Fees rose \\"a lot\\".", "keys": ["ghjk", "lmnp"]}]}'
IN_JSON = [Written("Waste fell.", ("bcdf",)), Written('Fees rose "a lot".', ("ghjk", "lmnp"))]


def read(*pieces: str) -> list[Written]:
    reader = ReplyReader()
    return [one for piece in pieces for one in reader.feed(piece)] + reader.end()


@given(st.lists(st.integers(1, len(JSON) - 1), max_size=12))
def test_pieces_of_any_length_give_the_same_sentences(cuts: list[int]) -> None:
    edges = [0, *sorted(set(cuts)), len(JSON)]
    assert read(*(JSON[a:b] for a, b in pairwise(edges))) == IN_JSON


def test_a_sentence_is_read_as_soon_as_it_is_whole() -> None:
    reader = ReplyReader()
    end = JSON.index("}") + 1
    assert reader.feed(JSON[: end - 1]) == []
    assert reader.feed(JSON[end - 1 : end]) == IN_JSON[:1]


@pytest.mark.parametrize("wrapped", ["```json\n{}\n```", "<think>Let me see {x}.</think>\n{}", "\n  {}", "```\n{}"])
def test_what_is_wrapped_around_json_is_taken_off(wrapped: str) -> None:
    assert read(*wrapped.replace("{}", JSON)) == IN_JSON


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Waste fell. [bcdf] Fees rose. [ghjk]", [("Waste fell.", ("bcdf",)), ("Fees rose.", ("ghjk",))]),
        ("Waste fell [bcdf].", [("Waste fell.", ("bcdf",))]),
        ("Waste fell. [bcdf][ghjk] [lmnp]", [("Waste fell.", ("bcdf", "ghjk", "lmnp"))]),
        ("Waste fell. [bcdf, ghjk]", [("Waste fell.", ("bcdf", "ghjk"))]),
        ("Waste fell. 【bcdf】", [("Waste fell.", ("bcdf",))]),
        ("- Waste fell. [bcdf]\n2. Fees rose. [ghjk]", [("Waste fell.", ("bcdf",)), ("Fees rose.", ("ghjk",))]),
        ("A claim. Waste fell. [bcdf]", [("A claim.", ()), ("Waste fell.", ("bcdf",))]),
        ("Waste fell. [bcdf] And more", [("Waste fell.", ("bcdf",)), ("And more", ())]),
        ("Waste fell.", [("Waste fell.", ())]),
        ("[bcdf]", []),
        ("", []),
    ],
)
def test_keys_in_brackets_belong_to_the_sentence_before_them(text: str, expected: list[tuple[str, tuple]]) -> None:
    assert read(*text) == read(text) == [Written(*one) for one in expected]


@pytest.mark.parametrize(
    "broken",
    [
        JSON[:40],
        '{"sentences": [{"text": 7, "keys": ["bcdf"]}]}',
        '{"sentences": "none"}',
        "{" * 5000,
        '{"a":' * 5000 + "1" + "}" * 5000,
        "[[[",
        "[" * 9000,
        "<think>" + "x" * 9000,
        "\x00\ud800{",
    ],
)
def test_what_is_no_reply_gives_nothing_and_takes_no_time(broken: str) -> None:
    began = time.monotonic()
    assert [one for one in read(broken) if one.keys] == []
    assert time.monotonic() - began < 5


def test_keys_that_are_none_count_for_nothing() -> None:
    assert read('{"text": "Waste fell.", "keys": "bcdf"}') == [Written("Waste fell.", ())]
    assert read('{"text": "Waste fell.", "keys": [1, null, "bcdf"]}') == [Written("Waste fell.", ("bcdf",))]


def test_characters_that_are_not_seen_are_taken_out() -> None:
    assert read('{"text": "Waste\\u202e fell\\u200b.\\u0007", "keys": ["b"]}') == [Written("Waste fell.", ("b",))]
