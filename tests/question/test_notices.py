"""Who asks in another language is told so in it."""

from __future__ import annotations

from typing import get_args

import pytest

from kin_assistant.errors import OtherLanguage, QuestionError
from kin_assistant.question.checks import check_language, check_question
from kin_assistant.question.notices import Notice, notice_in, tell_language


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("ขยะในกรุงเทพ", "ภาษาอังกฤษ"),
        ("តើភ្នំពេញធ្វើអ្វីខ្លះ", "ភាសាអង់គ្លេស"),
        ("ရန်ကုန် အမှိုက်", "အင်္ဂလိပ်"),
        ("北九州市如何治理污染", "英文"),
        ("北九州市の公害対策は", "英語"),
        ("서울의 쓰레기", "영어"),
        ("Алматы қаласында қоқыс қалай жиналады", "ағылшын"),
        ("Улаанбаатар хотын агаарын бохирдол", "Англи"),
        ("Как Алматы решает проблему отходов", "английском"),
        ("دہلی میں ہوا کیسے صاف ہوئی", "انگریزی"),
        ("ঢাকার বর্জ্য ব্যবস্থাপনা", "ইংরেজি"),
        ("කොළඹ කසළ", "ඉංග්‍රීසි"),
    ],
)  # fmt: skip
def test_another_script_gets_its_notice_before_the_english_one(question: str, word: str) -> None:
    with pytest.raises(QuestionError) as refused:
        check_question(question, max_characters=200)
    assert str(refused.value).endswith("The documents are in English. Please ask in English.")
    assert word in str(refused.value)


def test_another_language_in_latin_letters_gets_its_notice() -> None:
    with pytest.raises(QuestionError, match="bahasa Inggris"):
        check_language("Bagaimana kota Surabaya mengurangi sampah rumah tangga?", {"surabaya"}, frozenset({"en"}))


def test_a_language_without_a_notice_has_none() -> None:
    assert tell_language("Hur minskade staden sitt avfall under de senaste åren?") == "sv"
    assert notice_in("sv") is None
    assert notice_in(None) is None


def test_every_language_that_is_told_what_was_understood_is_told_what_is_not_near_too() -> None:
    languages = (
        "bn",
        "es",
        "fa",
        "fr",
        "hi",
        "id",
        "ja",
        "ko",
        "ms",
        "ne",
        "pt",
        "ru",
        "ta",
        "th",
        "tl",
        "ur",
        "vi",
        "zh",
    )
    texts = [notice_in(language, notice) for language in languages for notice in get_args(Notice)]
    assert all(texts)
    assert len(set(texts)) == len(texts), "no text stands under two languages"


@pytest.mark.parametrize(
    ("question", "language"),
    [("คิตะคิวชูลดมลพิษอย่างไร", "th"), ("北九州市如何治理污染", "zh"), ("北九州市の公害対策は", "ja")],
)
def test_the_fault_says_which_language_was_told(question: str, language: str) -> None:
    with pytest.raises(OtherLanguage) as refused:
        check_question(question, max_characters=200)
    assert refused.value.language == language


@pytest.mark.parametrize(
    "question",
    [
        "Những người nhặt rác ở Pune đã tự tổ chức như thế nào?",
        "Các nhà máy ở Ulsan sử dụng hơi nước và chất thải của nhau như thế nào?",
    ],
)
def test_vietnamese_words_are_not_taken_for_the_english_ones_that_they_look_like_without_marks(question: str) -> None:
    with pytest.raises(OtherLanguage) as refused:
        check_language(question, {"pune", "ulsan"}, frozenset({"en"}))
    assert refused.value.language == "vi"
