"""Standing questions asked again: what is told of each answer, and what is kept for the next time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Literal

import pytest

from kin_assistant.briefs.brief import Quote
from kin_assistant.errors import AnswerTimeout, QuestionError
from kin_assistant.rendering import review_markdown
from kin_assistant.standing.reviewer import Reviewer
from kin_assistant.standing.values import AnswerChange, KeptAnswers, Review, StandingQuestion
from kin_assistant.types import Answer, Citation, Entry

JUNE, JULY = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
ASKED = StandingQuestion(question="How much waste went?")
FELL = "Waste fell by 20 per cent."
ROSE = "Waste rose by 5 per cent."

Outcome = Answer | Exception


def answered(*quotes: str, listed: tuple[str, ...] = (), start: int = 0) -> Answer:
    citations = tuple(
        Citation(
            number=number, document_id="a", title="A report", passage_id="p", cities=(), countries=(),
            years=None, heading="", page=None, quote=quote, start=start,
            end=start + len(quote),
        )
        for number, quote in enumerate(quotes, 1)
    )  # fmt: skip
    entries = tuple(Entry(label=one.title(), document_ids=(one,)) for one in listed)
    return Answer(
        question="q", standalone_question="q", abstained=False, citations=citations, entries=entries, confidence=1,
        build_id="b",
    )  # fmt: skip


REFUSED = Answer(
    question="q", standalone_question="q", abstained=True, reason="Nothing is said of it.", confidence=0, build_id="b"
)


def review(
    outcomes: Mapping[StandingQuestion, Outcome], kept: KeptAnswers, now: datetime
) -> tuple[Review, KeptAnswers]:
    """Asks ``outcomes``, in a library whose documents say ``FELL`` alone."""

    def ask(asked: StandingQuestion) -> Answer:
        outcome = outcomes[asked]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def find(quote: Quote) -> Quote:
        state: Literal["exact", "gone"] = "exact" if quote.quote == FELL else "gone"
        return quote.model_copy(update={"state": state})

    reviewer = Reviewer(ask, lambda one: Quote.of_citation(one, "sha"), find, str.title)
    return reviewer.review(outcomes, kept, build_id="b", now=now)


@pytest.fixture
def change() -> Callable[[Answer, Outcome], AnswerChange]:
    """What is told of a question that is answered in one way in June and in another in July."""

    def tell(before: Answer, after: Outcome) -> AnswerChange:
        _, kept = review({ASKED: before}, KeptAnswers(), JUNE)
        (told,) = review({ASKED: after}, kept, JULY)[0].changes
        return told

    return tell


def test_a_question_that_was_never_asked_is_new() -> None:
    found, kept = review({ASKED: answered(FELL)}, KeptAnswers(), JUNE)
    (told,) = found.changes
    assert (told.state, told.before, told.answered) == ("new", None, True)
    assert [one.at for one in kept.answers] == [JUNE]
    assert "Asked for the first time: 1 quote." in review_markdown(found)


def test_the_same_quotes_are_no_change_wherever_they_stand_now(change: Callable[..., AnswerChange]) -> None:
    assert change(answered(FELL), answered(FELL, start=400)).state == "same"
    assert change(REFUSED, REFUSED).state == "same"


def test_what_came_and_what_went_is_told(change: Callable[..., AnswerChange]) -> None:
    told = change(answered(FELL, ROSE), answered("Waste stayed as it was."))
    assert told.state == "changed"
    assert [one.quote for one in told.added] == ["Waste stayed as it was."]
    assert [(one.quote, one.state) for one in told.dropped] == [(FELL, "exact"), (ROSE, "gone")]
    text = review_markdown(Review(build_id="b", at=JULY, changes=(told,)))
    assert text.startswith("# Standing questions, 1 July 2026\n\n1 answer changed.\n\n## How much waste went?\n")
    assert "Since 1 June 2026 the answer has changed." in text
    assert "> Waste stayed as it was.\n\n[1] A report." in text
    assert f"- “{FELL}” still stands in A report." in text
    assert f"- Gone: a no longer says “{ROSE}”. It is not shown as a quote." in text


def test_what_a_list_gained_and_lost_is_told(change: Callable[..., AnswerChange]) -> None:
    told = change(answered(listed=("akola", "bago")), answered(listed=("bago", "cebu")))
    assert told.state == "changed"
    text = review_markdown(Review(build_id="b", at=JULY, changes=(told,)))
    assert "Listed now:\n\n- Cebu (cebu)" in text
    assert "No longer listed:\n\n- Akola (akola)" in text


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (REFUSED, answered(FELL), "**Since 1 June 2026 it is answered.**"),
        (answered(FELL), REFUSED, "**Since 1 June 2026 it is no longer answered.** Nothing is said of it."),
    ],
)
def test_whether_it_is_answered_at_all_is_told_first(
    change: Callable[..., AnswerChange], before: Answer, after: Answer, said: str
) -> None:
    assert said in review_markdown(Review(build_id="b", at=JULY, changes=(change(before, after),)))


def test_a_question_that_cannot_be_asked_keeps_its_answer() -> None:
    _, kept = review({ASKED: answered(FELL)}, KeptAnswers(), JUNE)
    found, still = review({ASKED: QuestionError("It is too long.")}, kept, JULY)
    assert [(one.state, one.reason) for one in found.changes] == [("failed", "It is too long.")]
    assert still == kept
    assert "**It could not be asked.** It is too long." in review_markdown(found)


def test_a_question_that_is_no_longer_asked_is_forgotten() -> None:
    other = StandingQuestion(question="And where?")
    _, kept = review({ASKED: answered(FELL), other: REFUSED}, KeptAnswers(), JUNE)
    _, kept = review({other: REFUSED}, kept, JULY)
    assert [one.asked for one in kept.answers] == [other]


def test_an_answer_that_takes_too_long_ends_it() -> None:
    with pytest.raises(AnswerTimeout):
        review({ASKED: AnswerTimeout("It took too long.")}, KeptAnswers(), JUNE)


def test_markup_in_a_question_is_text() -> None:
    asked = StandingQuestion(question="<b>*waste*</b>\n# loud")
    found, _ = review({asked: REFUSED}, KeptAnswers(), JUNE)
    assert "## \\<b>\\*waste\\*\\</b> # loud\n" in review_markdown(found)
