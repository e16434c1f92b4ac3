"""Headings and items bear the numbers that Word shows before them."""

from __future__ import annotations

import pytest

from kin_assistant.documents.readers.docx import read_docx
from tests.office_files import blocks_of, docx


def level(depth: int, shape: str, text: str | None = None, more: str = "", start: int = 1) -> str:
    shown = "" if text is None else f'<w:lvlText w:val="{text}"/>'
    return f'<w:lvl w:ilvl="{depth}"><w:start w:val="{start}"/><w:numFmt w:val="{shape}"/>{more}{shown}</w:lvl>'


def definition(identity: int, *levels: str, more: str = "") -> str:
    return f'<w:abstractNum w:abstractNumId="{identity}">{more}{"".join(levels)}</w:abstractNum>'


def listing(number: int, identity: int, overrides: str = "") -> str:
    return f'<w:num w:numId="{number}"><w:abstractNumId w:val="{identity}"/>{overrides}</w:num>'


def override(depth: int, content: str) -> str:
    return f'<w:lvlOverride w:ilvl="{depth}">{content}</w:lvlOverride>'


def par(text: str, number: int | None = None, depth: int | None = None, style: str = "", more: str = "") -> str:
    at = "" if depth is None else f'<w:ilvl w:val="{depth}"/>'
    place = "" if number is None else f'<w:numPr>{at}<w:numId w:val="{number}"/></w:numPr>'
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{named}{place}{more}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def shown(body: str, numbering: str, styles: str = "") -> list[str]:
    """The lines of the text, without the empty ones."""
    parts: dict[str, str | bytes] = {"word/numbering.xml": f"<w:numbering {{ns}}>{numbering}</w:numbering>"}
    if styles:
        parts["word/styles.xml"] = f"<w:styles {{ns}}>{styles}</w:styles>"
    return [line for line in read_docx(docx(body, parts)).composition.text.splitlines() if line]


CONTRACT = definition(
    0, level(0, "decimal", "%1."), level(1, "decimal", "%1.%2"), level(2, "lowerLetter", "%3)"), level(3, "lowerRoman", "(%4)")
)  # fmt: skip


def test_the_text_of_a_level_says_which_numbers_stand_in_it_and_what_stands_around_them() -> None:
    body = par("one", 1, 0) + par("in it", 1, 1) + par("deep", 1, 2) + par("deepest", 1, 3) + par("last", 1, 3)
    assert shown(body, CONTRACT + listing(1, 0)) == [
        "1. one",
        "  1.1 in it",
        "    a) deep",
        "      (i) deepest",
        "      (ii) last",
    ]


def test_a_level_begins_anew_after_one_above_it() -> None:
    body = par("a", 1, 0) + par("b", 1, 1) + par("c", 1, 1) + par("d", 1, 0) + par("e", 1, 1)
    assert shown(body, CONTRACT + listing(1, 0)) == ["1. a", "  1.1 b", "  1.2 c", "2. d", "  2.1 e"]


@pytest.mark.parametrize(
    ("restart", "number"), [("", "1"), ("0", "3"), ("1", "2"), ("2", "1"), ("7", "1")], ids=lambda value: value or "unsaid"
)  # fmt: skip
def test_a_level_may_say_after_which_levels_it_begins_anew(restart: str, number: str) -> None:
    more = f'<w:lvlRestart w:val="{restart}"/>' if restart else ""
    levels = definition(
        0, level(0, "decimal", "%1"), level(1, "decimal", "%1.%2"), level(2, "decimal", "%3", more)
    )  # fmt: skip
    body = par("a", 1, 0) + par("b", 1, 1) + par("c", 1, 2)  # 1, 1.1, 1
    if restart == "1":
        body += par("d", 1, 1)  # no level above the first was used since
    elif restart == "0":
        body += par("d", 1, 0) + par("e", 1, 2) + par("f", 1, 0)
    else:
        body += par("d", 1, 1)
    assert shown(body + par("last", 1, 2), levels + listing(1, 0))[-1].strip() == f"{number} last"


def test_lists_of_one_definition_count_on_unless_they_say_where_they_begin() -> None:
    numbering = CONTRACT + listing(1, 0) + listing(2, 0) + listing(3, 0, override(0, '<w:startOverride w:val="7"/>'))
    body = par("a", 1, 0) + par("b", 2, 0) + par("c", 3, 0) + par("d", 3, 0) + par("e", 1, 0)
    assert shown(body, numbering) == ["1. a", "2. b", "7. c", "8. d", "9. e"]


def test_where_a_list_begins_counts_again_for_a_level_that_begins_anew() -> None:
    numbering = CONTRACT + listing(1, 0, override(1, '<w:startOverride w:val="5"/>'))
    body = par("a", 1, 0) + par("b", 1, 1) + par("c", 1, 0) + par("d", 1, 1)
    assert shown(body, numbering) == ["1. a", "  1.5 b", "2. c", "  2.5 d"]


def test_a_list_may_change_a_level_of_its_definition() -> None:
    numbering = CONTRACT + listing(1, 0, override(0, level(0, "upperLetter", "Annex %1:", start=3)))
    assert shown(par("a", 1, 0) + par("b", 1, 1), numbering) == ["Annex C: a", "  C.1 b"]


def test_a_level_that_is_left_out_counts_as_begun() -> None:
    body = par("first", 1, 1) + par("then", 1, 0)
    assert shown(body, CONTRACT + listing(1, 0)) == ["  1.1 first", "2. then"]


def test_legal_numbering_writes_all_numbers_in_figures() -> None:
    levels = definition(0, level(0, "upperRoman", "%1."), level(1, "decimal", "%1.%2", "<w:isLgl/>"))
    body = par("a", 1, 0) + par("b", 1, 0) + par("c", 1, 1)
    assert shown(body, levels + listing(1, 0)) == ["I. a", "II. b", "  2.1 c"]


def test_an_empty_paragraph_takes_a_number_and_a_hidden_one_takes_none() -> None:
    hidden = par("", 1, 0, more="<w:rPr><w:vanish/></w:rPr>")
    assert shown(par("a", 1, 0) + par("", 1, 0) + par("b", 1, 0), CONTRACT + listing(1, 0)) == ["1. a", "3. b"]
    assert shown(par("a", 1, 0) + hidden + par("b", 1, 0), CONTRACT + listing(1, 0)) == ["1. a", "2. b"]


@pytest.mark.parametrize(
    ("shape", "number", "expected"),
    [
        ("decimal", 12, "12"), ("decimalZero", 7, "07"), ("decimalZero", 12, "12"),
        ("lowerLetter", 2, "b"), ("upperLetter", 28, "BB"), ("lowerLetter", 9999, "9999"),
        ("lowerRoman", 49, "xlix"), ("upperRoman", 399, "CCCXCIX"), ("upperRoman", 5000, "5000"),
        ("decimalEnclosedCircle", 3, "③"), ("decimalEnclosedCircle", 21, "21"), ("decimalFullWidth", 10, "１０"),
        ("thaiNumbers", 25, "๒๕"), ("hindiNumbers", 25, "२५"), ("ganada", 2, "나"), ("ideographDigital", 10, "一〇"),
        ("chineseCounting", 10, "十"), ("japaneseCounting", 21, "二十一"), ("taiwaneseCounting", 0, "0"),
        ("a shape nobody knows", 3, "3"), ("none", 3, ""),
    ],
)  # fmt: skip
def test_numbers_are_written_in_the_shape_of_their_level(shape: str, number: int, expected: str) -> None:
    numbering = definition(0, level(0, shape, "§%1", start=number)) + listing(1, 0)
    assert shown(par("words", 1, 0), numbering) == [f"§{expected} words"]


def test_bullets_are_dashes_and_a_level_without_text_has_no_mark() -> None:
    levels = definition(
        0, level(0, "bullet", "\uf0b7"), level(1, "bullet", ""), level(2, "none", ""), level(3, "decimal", "")
    )
    body = par("a", 1, 0) + par("b", 1, 1) + par("c", 1, 2) + par("d", 1, 3)
    assert shown(body, levels + listing(1, 0)) == ["- a", "b", "c", "d"]


def test_a_list_that_is_not_described_has_bullets() -> None:
    assert shown(par("a", 7, 0) + par("b", 7, 1), CONTRACT) == ["- a", "  - b"]


# Styles

HEADINGS = (
    '<w:style w:styleId="H1"><w:name w:val="heading 1"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    '<w:style w:styleId="H2"><w:name w:val="heading 2"/><w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr>'
    "</w:pPr></w:style>"
    '<w:style w:styleId="Own"><w:name w:val="Chapter"/><w:basedOn w:val="H2"/></w:style>'
    '<w:style w:styleId="H3"><w:name w:val="heading 3"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
)
LINKED = definition(
    0, level(0, "decimal", "%1", '<w:pStyle w:val="H1"/>'), level(1, "decimal", "%1.%2", '<w:pStyle w:val="H2"/>'),
    level(2, "decimal", "%1.%2.%3", '<w:pStyle w:val="H3"/>'),
) + listing(1, 0)  # fmt: skip


def test_headings_bear_the_numbers_of_their_styles_in_their_text() -> None:
    body = (
        par("Waste", style="H1")
        + par("Collection", style="H2")
        + par("At night", style="H3")
        + par("Fees", style="Own")
    )
    parts: dict[str, str | bytes] = {
        "word/numbering.xml": f"<w:numbering {{ns}}>{LINKED}</w:numbering>",
        "word/styles.xml": f"<w:styles {{ns}}>{HEADINGS}</w:styles>",
    }
    assert blocks_of(read_docx(docx(body, parts))) == [
        ("heading", 1, "1 Waste"),
        ("heading", 2, "1.1 Collection"),
        ("heading", 3, "1.1.1 At night"),
        ("heading", 2, "1.2 Fees"),
    ]


def test_a_paragraph_may_leave_the_list_of_its_style_or_its_level() -> None:
    body = par("One", style="H1") + par("Foreword", 0, 0, style="H1") + par("Inner", 1, 2, style="H1")
    assert shown(body, LINKED, HEADINGS) == ["1 One", "Foreword", "1.1.1 Inner"]


def test_headings_and_items_of_one_list_count_together() -> None:
    body = par("Waste", style="H1") + par("Collection", style="H2") + par("Each household pays.", 1, 2)
    assert shown(body, LINKED, HEADINGS) == ["1 Waste", "1.1 Collection", "    1.1.1 Each household pays."]


def test_a_heading_with_a_bullet_is_its_words() -> None:
    numbering = definition(0, level(0, "bullet", "•")) + listing(1, 0)
    assert shown(par("Waste", style="H1"), numbering, HEADINGS) == ["Waste"]


def test_a_list_may_take_its_levels_from_a_style_of_lists() -> None:
    numbering = (
        definition(0, more='<w:numStyleLink w:val="Articles"/>')
        + definition(1, level(0, "decimal", "Article %1"), more='<w:styleLink w:val="Articles"/>')
        + listing(1, 0) + listing(2, 1)
    )  # fmt: skip
    style = '<w:style w:type="numbering" w:styleId="Articles"><w:pPr><w:numPr><w:numId w:val="2"/></w:numPr></w:pPr></w:style>'
    assert shown(par("Aim", 1, 0) + par("Scope", 1, 0), numbering, style) == ["Article 1 Aim", "Article 2 Scope"]


def test_styles_of_lists_that_point_in_a_circle_do_no_harm() -> None:
    numbering = definition(0, more='<w:numStyleLink w:val="Loop"/>') + listing(1, 0)
    style = (
        '<w:style w:type="numbering" w:styleId="Loop"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    assert shown(par("words", 1, 0), numbering, style) == ["- words"]


def test_a_number_is_no_part_of_the_item_that_may_be_quoted() -> None:
    parts: dict[str, str | bytes] = {
        "word/numbering.xml": f"<w:numbering {{ns}}>{CONTRACT}{listing(1, 0)}</w:numbering>"
    }
    assert blocks_of(read_docx(docx(par("Each household pays.", 1, 2), parts))) == [("item", 3, "Each household pays.")]


def test_a_label_of_any_length_is_cut() -> None:
    numbering = definition(0, level(0, "decimal", "x" * 10_000)) + listing(1, 0)
    assert len(shown(par("words", 1, 0), numbering)[0]) < 200
