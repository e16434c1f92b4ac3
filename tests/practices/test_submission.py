"""What an office fills in is cleaned, and nothing else is taken for a practice."""

from __future__ import annotations

import json

import pytest

from kin_assistant.practices.submission import Partner, PracticeRefused, Submission, parse_submission
from tests.practice_forms import FILLED, fill_in


def test_what_the_form_sends_is_read() -> None:
    assert parse_submission(json.dumps(FILLED).encode()) == fill_in()


@pytest.mark.parametrize(
    "sent",
    [
        b"", b"no JSON", b"[]", b'{"title": 3}', b'{"title": ["a"]}', b'{"published": true}', b'{"dates": [{"when": "1998"}]}',
        b'{"title": "\\ud800"}', b'{"cities": "Exampleville"}', b"\xff",
    ],
)  # fmt: skip
def test_what_it_does_not_send_is_refused(sent: bytes) -> None:
    with pytest.raises(PracticeRefused, match="no practice as the form sends it") as refused:
        parse_submission(sent)
    assert refused.value.why == "faulty"


def test_invisible_characters_and_empty_lines_go() -> None:
    told = fill_in(title="Carts\u202e\x00 and\n pits", process="One.\r\n\r\n  Two\u200b. \n\u2022 three\n* four")
    assert told.title == "Carts and pits"
    assert told.process == "One.\nTwo.\n- three\n- four"


def test_places_and_rows_that_are_empty_or_stand_twice_count_once() -> None:
    told = fill_in(cities=[" Exampleville", "", "Exampleville "], partners=[{"name": " "}, {"name": "A bank"}, {}])
    assert told.cities == ("Exampleville",)
    assert told.partners == (Partner(name="A bank"),)


def test_an_empty_form_is_a_submission_without_anything() -> None:
    assert parse_submission(b"{}") == Submission()
