"""Questions to go on with: on other sections of the documents, answered there and anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kin_assistant.answer.suggestions import suggest_questions
from kin_assistant.types import Answer, Citation, DocumentInfo, NearDocument

WORDINGS = {"Cost": "{title}: what did it cost?", "Results": "{title}: what came of it?"}
TITLES = {"a": "Buses of Anytown, paid in bottles", "b": "Bins"}


def cite(document: str, heading: str, start: int) -> Citation:
    return Citation(
        number=start + 1, passage_id="p", document_id=document, title=TITLES[document], cities=(), countries=(), years=None,
        heading=heading, page=None, start=start, end=start + 1, quote="x",
    )  # fmt: skip


def answer_of(*citations: Citation, nearest: Sequence[str] = ()) -> Answer:
    near = tuple(NearDocument(document_id=name, title=TITLES[name]) for name in nearest)
    return Answer(
        question="?", standalone_question="?", abstained=not citations, citations=citations, nearest=near, confidence=1.0,
        build_id="b",
    )  # fmt: skip


def headings_of(document: str) -> tuple[DocumentInfo, list[str]]:
    info = DocumentInfo(id=document, path=f"{document}.md", sha256="0" * 64, title=TITLES[document])
    return info, ["Cost", "Results", "Annex"]


def suggest(answer: Answer, answers: dict[str, Answer], go_on: Callable[[], bool] = lambda: True) -> tuple[str, ...]:
    return suggest_questions(
        answer, headings_of, WORDINGS, lambda question: answers.get(question, answer_of()), go_on=go_on
    )


def test_sections_that_are_not_quoted_are_offered_by_the_short_title() -> None:
    answers = {
        "Buses of Anytown: what did it cost?": answer_of(cite("a", "Cost", 0)),
        "Buses of Anytown: what came of it?": answer_of(cite("a", "More > Results", 5)),
    }
    assert suggest(answer_of(cite("a", "Cost", 0)), answers) == ("Buses of Anytown: what came of it?",)


def test_what_is_refused_said_already_or_answered_elsewhere_is_not_offered() -> None:
    first = answer_of(cite("b", "Annex", 0), cite("b", "Annex", 1))
    cost, results = "Bins: what did it cost?", "Bins: what came of it?"
    assert suggest(first, {}) == ()
    assert suggest(first, {cost: answer_of(cite("a", "Cost", 7))}) == ()
    twice = answer_of(cite("b", "Annex", 0), cite("b", "Annex", 1), cite("b", "Results", 9))
    assert suggest(first, {results: twice}) == ()
    assert suggest(first, {results: answer_of(cite("b", "Results", 9))}) == (results,)


def test_of_a_document_with_other_headings_these_are_asked_for() -> None:
    def other_headings(document: str) -> tuple[DocumentInfo, list[str]]:
        info, _ = headings_of(document)
        return info, [info.title, "3. Fees", "A heading that is no heading but a whole sentence of a letter"]

    answered = answer_of(cite("b", "3. Fees", 9))
    asked: list[str] = []

    def ask(question: str) -> Answer:
        asked.append(question)
        return answered

    assert suggest_questions(answer_of(cite("b", "Annex", 0)), other_headings, WORDINGS, ask) == ("Bins: 3. Fees",)
    assert asked == ["Bins: 3. Fees"]


def test_a_refusal_offers_what_its_nearest_documents_say() -> None:
    answers = {
        "Bins: what did it cost?": answer_of(cite("b", "Cost", 0)),
        "Buses of Anytown: what did it cost?": answer_of(cite("a", "Cost", 0)),
    }
    assert suggest(answer_of(nearest=["b", "a"]), answers) == tuple(answers)


def test_it_ends_when_told() -> None:
    assert (
        suggest(answer_of(nearest=["b"]), {"Bins: what did it cost?": answer_of(cite("b", "Cost", 0))}, lambda: False)
        == ()
    )
