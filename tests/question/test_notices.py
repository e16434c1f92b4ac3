"""Who asks in another language is told so in it."""

from __future__ import annotations

import pytest

from kin_assistant.errors import QuestionError
from kin_assistant.question.checks import check_language, check_question
from kin_assistant.question.notices import notice_for


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
    assert notice_for("Hur minskade staden sitt avfall under de senaste åren?", "sv") is None
