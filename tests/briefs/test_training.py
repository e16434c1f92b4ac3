"""Training sheets: questions that are answered by quotes alone, terms as documents define them, and what is left open."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kin_assistant import Assistant
from kin_assistant.briefs.brief import Brief, OwnText, Quote
from kin_assistant.briefs.policy import TrainingPolicy
from kin_assistant.briefs.subject import MAX_TITLE
from kin_assistant.briefs.training import TrainingMaker
from kin_assistant.errors import BriefError
from tests.briefs.conftest import OpenLibrary

OPEN = "To discuss: what the documents do not say"


@pytest.fixture(scope="module")
def maker(library: OpenLibrary) -> TrainingMaker:
    return make(library)


def make(library: OpenLibrary, policy: TrainingPolicy | None = None) -> TrainingMaker:
    return TrainingMaker(library.search, library.reader, library.comparisons, "build", name="Test", policy=policy)


def answers(sheet: Brief) -> dict[str, list[str]]:
    """The quotes below each question."""
    return {
        section.heading.partition(". ")[2]: [item.quote for item in section.items if isinstance(item, Quote)]
        for section in sheet.sections
        if section.heading[:1].isdigit()
    }


def own_words(sheet: Brief, heading: str) -> list[str]:
    (section,) = (section for section in sheet.sections if section.heading == heading)
    return [item.text for item in section.items if isinstance(item, OwnText)]


def test_each_question_names_its_place_and_is_answered_in_the_words_of_a_document_on_it(maker: TrainingMaker) -> None:
    told = answers(maker.make("Compost"))
    assert told["What did the work on compost in Surabaya cost or earn, and who paid?"] == [
        "The baskets of Surabaya cost 10 dollars each, and the city budget paid for them."
    ]
    assert told["What came of the work on compost in Cebu?"] == ["Sales of compost in Cebu reached 900 sacks in 2011."]
    assert "Surabaya gave compost baskets to 17,000 households." in told["What did Surabaya do about compost?"]
    assert all(told.values()), "no question without a quoted answer"


def test_the_questions_stand_together_in_front_and_in_the_order_of_their_answers(maker: TrainingMaker) -> None:
    sheet = maker.make("Compost")
    assert sheet.title == "Training sheet: Compost"
    (listed,) = own_words(sheet, "Questions")
    headings = [section.heading for section in sheet.sections]
    assert listed.split("\n\n") == headings[1:-2]
    assert [heading.partition(".")[0] for heading in headings[1:-2]] == [
        str(number) for number in range(1, len(headings) - 2)
    ]
    assert headings[-2:] == ["Glossary", OPEN]


def test_every_quote_is_a_span_of_its_document(library: OpenLibrary, maker: TrainingMaker) -> None:
    stored = library.index.library
    for quote in maker.make("Compost").quotes:
        document = stored.document(stored.row_of(quote.document_id))
        assert document.text[quote.start : quote.end] == quote.quote
        assert (quote.document_sha256, quote.state) == (document.sha256, "exact")


def test_a_term_stands_with_the_sentence_that_defines_it(maker: TrainingMaker) -> None:
    sheet = maker.make("Compost")
    (glossary,) = (section for section in sheet.sections if section.heading == "Glossary")
    term, quote = glossary.items
    assert isinstance(term, OwnText) and isinstance(quote, Quote)
    assert term.text == "Compost basket"
    assert quote.quote == "A compost basket is a box in which a family turns its food waste to compost."


def test_what_a_document_says_nothing_of_is_asked_without_an_answer(maker: TrainingMaker) -> None:
    left_open = own_words(maker.make("Compost"), OPEN)
    assert any(text.startswith("Whom would you need as partners") for text in left_open)
    assert "(On lessons nothing was found on Surabaya.)" in " ".join(left_open)
    assert not any("On results" in text for text in left_open), "all of them tell results"
    assert left_open[-1].startswith("Which of these practices would fit your own city")


def test_no_more_is_asked_than_a_sheet_holds_and_each_place_is_asked_before_one_is_asked_more(
    library: OpenLibrary,
) -> None:
    policy = replace(TrainingPolicy(), questions=3, practices=2, answers=1)
    told = answers(make(library, policy).make("Compost"))
    assert len(told) == 3
    assert sum("Surabaya" in question for question in told) in (1, 2)
    assert sum("Cebu" in question for question in told) in (1, 2)


def test_a_place_in_the_theme_says_which_documents_are_asked_and_one_it_is_written_for_does_not(
    maker: TrainingMaker,
) -> None:
    assert {quote.document_id for quote in maker.make("Compost in Cebu").quotes} <= {
        "cebu-compost",
        "cebu-compost-fees",
    }
    sheet = maker.make("Compost for Lahore")
    assert "No answer is about Lahore (Pakistan); all are from elsewhere." in sheet.remarks
    assert answers(sheet) == answers(maker.make("Compost"))


def test_a_theme_keeps_its_capital_only_if_the_documents_do_not_write_it_without(
    maker: TrainingMaker, assistant: Assistant
) -> None:
    assert all(" compost" in question for question in answers(maker.make("Compost")))
    told = answers(assistant.training_sheet("Takakura composting"))
    assert told
    assert all("Takakura composting" in question for question in told)


def test_a_document_that_answers_more_is_asked_in_place_of_one_on_the_same_city_that_answers_little(
    maker: TrainingMaker,
) -> None:
    told = answers(maker.make("Compost in Surabaya"))
    assert len(told) > 1
    assert not any("Bago" in question for question in told)


@pytest.mark.parametrize(
    ("theme", "said"),
    [
        ("", "A training sheet needs a theme"),
        (" \n", "A training sheet needs a theme"),
        ("x" * (MAX_TITLE + 1), f"it may have {MAX_TITLE} at most"),
        ("What is compost?", "A question is for kin ask."),
        ("penguin breeding", "No document tells a practice on “penguin breeding”"),
        ("penguin breeding in Cebu", "on “penguin breeding” in Cebu"),
        ("Cebu", "names a place and no topic"),
    ],
)
def test_what_there_is_no_sheet_on_is_a_sentence(maker: TrainingMaker, theme: str, said: str) -> None:
    with pytest.raises(BriefError) as fault:
        maker.make(theme)
    assert said in str(fault.value)
    assert str(fault.value).endswith((".", "”."))


def test_the_same_theme_gives_the_same_sheet(maker: TrainingMaker) -> None:
    assert maker.make("Compost") == maker.make("Compost")


@pytest.mark.slow
@pytest.mark.parametrize(
    "theme",
    [
        *("composting", "waste banks", "bus rapid transit", "septage", "air quality"),
        *("water loss", "green procurement", "healthcare waste", "markets", "environmental education"),
    ],
)
def test_on_the_shipped_documents_a_sheet_has_six_to_twelve_questions_all_answered(
    assistant: Assistant, theme: str
) -> None:
    sheet = assistant.training_sheet(theme)
    told = answers(sheet)
    assert 6 <= len(told) <= 12
    assert all(told.values())
    assert all(theme in question for question in told)
    sentences = [quote for found in told.values() for quote in found]
    assert len(sentences) == len(set(sentences)), "no sentence answers two questions"
