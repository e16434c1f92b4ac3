"""What may be asked, and what is refused with a reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kin_assistant.errors import QuestionError
from kin_assistant.question.checks import check_language, check_question

FIRST = "How did Surabaya cut its household waste?"


def checked(question: str) -> str:
    return check_question(question, max_characters=2000)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("  How did\n\tSurabaya do it? ", "How did Surabaya do it?"),
        ("zero\u200bwidth \u202eand bidi", "zerowidth and bidi"),
        ("Cafe\u0301s in \u0110\u00e0 N\u1eb5ng?", "Caf\u00e9s in \u0110\u00e0 N\u1eb5ng?"),
        ("waste \U0001f5d1", "waste \U0001f5d1"),
    ],
)
def test_a_question_is_put_on_one_line_without_what_cannot_be_seen(typed: str, read: str) -> None:
    assert checked(typed) == read


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "empty"),
        (" \n\t ", "empty"),
        ("\u200b\u2060", "empty"),
        ("???", "no words in it"),
        ("12 345", "no words in it"),
        ("\U0001f600\U0001f600", "no words in it"),
        ("bell\x07", "control characters"),
        ("nul\x00", "control characters"),
        ("\x1b[31mred", "control characters"),
        ("lone \ud800 surrogate", "control characters"),
        ("\u6cd7\u6c34\u5982\u4f55\u51cf\u5c11\u5783\u573e\uff1f", "in English"),
        ("\u041a\u0430\u043a \u0421\u0443\u0440\u0430\u0431\u0430\u044f?", "in English"),
        ("\u0643\u064a\u0641", "in English"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_reason(typed: str, reason: str) -> None:
    with pytest.raises(QuestionError, match=reason):
        checked(typed)


def test_the_limit_on_length_is_exact_and_named() -> None:
    assert checked("a" * 2000)
    with pytest.raises(QuestionError, match=r"2,001 characters; at most 2,000"):
        checked("a" * 2001)


@given(st.text(st.characters(), max_size=100))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        question = checked(text)
    except QuestionError as error:
        assert str(error).endswith(".")
    else:
        assert question
        assert checked(question) == question


@pytest.mark.parametrize(
    "question",
    [
        "\u00bfC\u00f3mo redujo Surabaya sus residuos dom\u00e9sticos?",
        "Wie hat Surabaya seinen Hausm\u00fcll verringert?",
        "Bagaimana Surabaya mengurangi sampah rumah tangga?",
        "Comment Surabaya a-t-elle r\u00e9duit ses d\u00e9chets m\u00e9nagers ?",
        "No me queda claro: \u00bfqu\u00e9 hizo Surabaya con la basura?",
        "L\u00e0m th\u1ebf n\u00e0o Surabaya gi\u1ea3m r\u00e1c th\u1ea3i sinh ho\u1ea1t?",
    ],
)
def test_another_language_is_recognised_by_words_that_no_document_uses(question: str) -> None:
    with pytest.raises(QuestionError, match="English"):
        check_language(question, {"surabaya"}, frozenset({"en"}))


def test_a_language_of_the_documents_may_be_asked_in() -> None:
    question = "Wie hat Surabaya seinen Hausm\u00fcll verringert?"
    check_language(question, {"surabaya"}, frozenset({"en", "de"}))


@pytest.mark.parametrize(
    "question",
    [
        FIRST,
        "Surabaya composting baskets households",
        "Surabaya",
        "Nonthaburi Cagayan Weihai Ube",
        "How did Surabaya deal with sampah and pemulung in kampungs?",
        "Bank Sampah Induk Surabaya",
        "wat did kitakyushu do abt smog plz",
    ],
)
def test_keywords_names_and_english_pass(question: str) -> None:
    check_language(question, {"surabaya", "composting", "nonthaburi", "weihai", "bank", "sampah"}, frozenset({"en"}))
