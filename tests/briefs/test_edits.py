"""What is changed on the page: quotes out, quotes in another order, text in front of sections."""

from __future__ import annotations

from kin_assistant.briefs.brief import Brief, BriefSection, OwnText, Span
from kin_assistant.briefs.edits import leading_text, leave_out, move_quotes, write_own
from tests.rendering.briefs.conftest import brief_of, quote_of

A, B, C = (quote_of("cebu", f"Sentence {n}.", n * 20) for n in range(3))
TEXT = OwnText(text="Ours.")


def span(quote: object) -> Span:
    return Span(quote.document_id, quote.start, quote.end)


def items(brief: Brief) -> tuple[object, ...]:
    return brief.sections[0].items


def test_a_quote_is_left_out_and_nothing_else() -> None:
    assert items(leave_out(brief_of(A, TEXT, B), [span(A)])) == (TEXT, B)


def test_quotes_change_places_and_text_keeps_its_own() -> None:
    brief = move_quotes(brief_of(A, TEXT, B, C), [span(C), span(A), span(B)])
    assert items(brief) == (C, TEXT, A, B)


def test_two_quotes_of_one_span_move_together_in_their_order() -> None:
    both = Span("cebu", A.start, B.end)
    assert items(move_quotes(brief_of(A, B, C), [span(C), both])) == (C, A, B)


def test_a_quote_never_leaves_its_section_and_one_that_is_not_named_stays() -> None:
    brief = brief_of(A).model_copy(
        update={"sections": (BriefSection(heading="1", items=(A, B)), BriefSection(heading="2", items=(C,)))}
    )
    moved = move_quotes(brief, [span(C), span(B)])
    assert [section.items for section in moved.sections] == [(A, B), (C,)]


def test_own_text_comes_before_what_is_there_or_replaces_the_text_in_front() -> None:
    brief = brief_of(TEXT, A, TEXT)
    assert items(write_own(brief, [" New. "], replace=False)) == (OwnText(text="New."), TEXT, A, TEXT)
    assert items(write_own(brief, ["New."], replace=True)) == (OwnText(text="New."), A, TEXT)
    assert items(write_own(brief, [""], replace=True)) == (A, TEXT)
    assert write_own(brief, [], replace=True) == brief


def test_text_in_front_of_a_section_is_given_with_an_empty_line_between_paragraphs() -> None:
    assert leading_text(brief_of(TEXT, TEXT, A, TEXT).sections[0]) == "Ours.\n\nOurs."
