"""How a brief is laid out: quotes under their documents, documents by number, and nothing shown as a quote that is none."""

from __future__ import annotations

import pytest

from kin_assistant.briefs.brief import Brief, BriefSection, OwnText
from kin_assistant.rendering.briefs.layout import Group, Missing, Own, lay_out_brief
from tests.rendering.briefs.conftest import brief_of, quote_of


def test_items_stand_in_their_order_with_quotes_of_a_document_together(brief: Brief) -> None:
    (section,) = lay_out_brief(brief).sections
    assert [block.kind for block in section.blocks] == [
        "own",
        "quotes",
        "own",
        "quotes",
        "missing",
        "missing",
        "quotes",
    ]
    first, second = section.blocks[0], section.blocks[1]
    assert isinstance(first, Own) and isinstance(second, Group)
    assert first.paragraphs == ("We looked at two peers.", "Both are ports.")
    assert second.heading == "Cebu (2001-2005) - Waste in cebu"


def test_an_empty_line_parts_paragraphs_of_own_text_however_it_is_written() -> None:
    (section,) = lay_out_brief(brief_of(OwnText(text="One\nline.\r\n\r\nTwo.\n  \n\nThree.\n\n"))).sections
    assert section.blocks == (Own(("One line.", "Two.", "Three.")),)


def test_sentences_that_follow_each_other_are_a_paragraph(brief: Brief) -> None:
    group = lay_out_brief(brief).sections[0].blocks[1]
    assert isinstance(group, Group)
    assert [[one.citation.quote for one in quotes] for quotes in group.paragraphs] == [
        ["It fell by half.", "Nobody knows why."],
        ["A law helped."],
    ]


def test_documents_are_numbered_as_they_are_first_quoted_and_quotes_below_them(brief: Brief) -> None:
    references = lay_out_brief(brief).references
    assert [(one.mark, one.document_id) for one in references] == [("1", "cebu"), ("2", "bago")]
    assert [[quote.mark for quote in one.quotes] for one in references] == [["1.1", "1.2", "1.3"], ["2.1"]]


def test_a_quote_that_is_used_twice_has_one_number(brief: Brief) -> None:
    group = lay_out_brief(brief).sections[0].blocks[-1]
    assert isinstance(group, Group)
    assert group.paragraphs[0][0].mark == "1.1"


def test_what_its_document_does_not_hold_is_a_line_that_says_so_without_its_words(brief: Brief) -> None:
    altered, gone = (block for block in lay_out_brief(brief).sections[0].blocks if isinstance(block, Missing))
    assert altered.words == (
        "A quote of “Waste in bago” (bago) is left out: its words were changed, and the document does not hold them."
    )
    assert gone.words == "A quote of “Waste in bago” (bago) is left out: the document no longer holds it."


def test_what_the_compiler_of_a_document_concludes_is_marked_beside_the_quote(brief: Brief) -> None:
    group = lay_out_brief(brief).sections[0].blocks[1]
    assert isinstance(group, Group)
    assert [one.remark for one in group.paragraphs[0]] == ["", "compiler's reading"]


def test_a_brief_of_own_text_alone_has_no_references() -> None:
    assert lay_out_brief(brief_of(OwnText(text="x"))).references == ()
    assert lay_out_brief(brief_of(quote_of("d", "x.", state="gone"))).references == ()


@pytest.mark.parametrize(("heading", "is_numbered"), [("1. What was done?", False), ("Results", True), ("3Rs", True)])
def test_headings_that_bring_numbers_of_their_own_get_no_others(heading: str, is_numbered: bool) -> None:
    brief = Brief(title="A", topic="A", build_id="b", sections=(BriefSection(heading=heading),))
    assert lay_out_brief(brief).is_numbered == is_numbered
