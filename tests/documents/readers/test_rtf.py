"""Rich text gives its words, and nothing of what programs keep between them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kin_assistant.documents.readers.rtf import read_rtf
from kin_assistant.errors import DocumentError
from tests.office_files import blocks_of, check_read_or_refused, texts_of


def rtf(body: str, head: str = r"\ansi\ansicpg1252\deff0") -> bytes:
    return (r"{\rtf1" + head + "\n" + body + "}").encode("latin-1")


FONTS = (
    r"{\fonttbl{\f0\froman\fcharset0 Times New Roman{\*\falt Times};}{\f1\fcharset204 Arial Cyr;}{\f2\fcharset128 MS Mincho;}"
    r"{\f3\fcharset2 Symbol;}}"
)


def test_paragraphs_and_signs() -> None:
    body = r"One\~two\_three \{braces\} a\\b\line next\tab tab\emdash dash\lquote q\rquote\par Second\'e9.\par"
    assert texts_of(read_rtf(rtf(body))) == ["One two-three {braces} a\\b next tab—dash‘q’", "Secondé."]


def test_line_ends_of_the_file_are_no_text_but_escaped_ones_end_paragraphs() -> None:
    assert texts_of(read_rtf(rtf("Sur\nabaya\\\nnext"))) == ["Surabaya", "next"]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"\u8364 ?5", "€5"),
        (r"\uc2\u8364 ??5", "€5"),
        (r"\uc0\u8364 5", "€5"),
        (r"\uc1\u8364\'805", "€5"),
        (r"{\uc2 a}\u8364 ?5", "a€5"),
        (r"\u-10179 ?\u-8704 ?!", "\U0001f600!"),
        (r"\u-10179 ?!", "\ufffd!"),
        (r"\u-3913 ?", "\u00b7"),
    ],
)
def test_unicode_replaces_what_stands_for_it(source: str, text: str) -> None:
    assert texts_of(read_rtf(rtf(source))) == [text]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"\f1\'cc\'ee\'f1\'ea\'e2\'e0", "Москва"),
        (r"{\f1\'cc}\'cc", "МÌ"),
        (r"\f2\'93\'fa\'96\'7b", "日本"),
        (r"\f3 a\'a3\f0 a", "α≤a"),
        (r"\f1\plain\'e9", "é"),
    ],
)
def test_each_font_has_its_characters(source: str, text: str) -> None:
    assert texts_of(read_rtf(rtf(FONTS + source))) == [text]


def test_the_code_page_of_the_file_holds_where_the_font_has_none() -> None:
    assert texts_of(read_rtf(rtf(r"\'e6", r"\ansi\ansicpg1251"))) == ["ж"]
    assert texts_of(read_rtf(rtf(r"\'8e", r"\mac"))) == ["é"]
    assert texts_of(read_rtf(rtf("\xe9", r"\ansi"))) == ["é"]


def test_headings_are_told_by_style_and_outline() -> None:
    styles = r"{\stylesheet{\s0 Normal;}{\s1\outlinelevel0 Any;}{\s2 heading 2;}{\s3 Title;}{\*\cs4 Character;}}"
    body = r"{\pard\s3 Top\par}{\pard\s1 First\par}\pard\s2 Second\par\pard\outlinelevel2 Third\par\pard Words.\par"
    assert blocks_of(read_rtf(rtf(styles + body))) == [
        ("heading", 1, "Top"),
        ("heading", 1, "First"),
        ("heading", 2, "Second"),
        ("heading", 3, "Third"),
        ("paragraph", 0, "Words."),
    ]


def test_lists_keep_their_marks_outside_the_items() -> None:
    body = (
        r"{\listtext\pard 1.\tab}\ls1 first\par{\listtext\'b7\tab}\ls1\ilvl1 inner\par"
        r"\pard{\pntext\f3\'b7\tab}{\*\pn\pnlvlblt{\pntxtb\'b7}}old\par\pard plain\par"
    )
    extract = read_rtf(rtf(FONTS + body))
    assert extract.composition.text == "1. first\n  - inner\n- old\n\nplain"
    assert blocks_of(extract)[:2] == [("item", 1, "first"), ("item", 2, "inner")]


def test_tables_are_rows_with_merged_cells_once() -> None:
    def row(cells: str, definition: str = r"\cellx1\cellx2\cellx3") -> str:
        return rf"\trowd{definition}\pard\intbl {cells}\row "

    body = (
        "Before.\\par "
        + row(r"Year\cell Waste\par in tons\cell Note\cell", r"\trhdr\cellx1\cellx2\cellx3")
        + row(r"2005\cell 1,480\cell a\cell", r"\clvmgf\cellx1\cellx2\cellx3")
        + row(r"unseen\cell 1,150\cell b\cell", r"\clvmrg\cellx1\cellx2\cellx3")
        + r"\pard After.\par"
    )
    assert blocks_of(read_rtf(rtf(body))) == [
        ("paragraph", 0, "Before."),
        ("header_row", 0, "| Year | Waste in tons | Note |"),
        ("row", 0, "| 2005 | 1,480 | a |"),
        ("row", 0, "| | 1,150 | b |"),
        ("paragraph", 0, "After."),
    ]


def test_a_table_in_a_cell_is_words_of_that_cell() -> None:
    inner = r"\itap2 c\nestcell{\nonesttables unseen\par}d\nestcell{\*\nesttableprops\trowd\cellx1\nestrow}\itap1 e"
    extract = read_rtf(rtf(rf"\trowd\cellx1\cellx2\intbl a\cell {inner}\cell\row\pard"))
    assert texts_of(extract) == ["| a | c d e |"]


def test_cells_of_a_row_that_never_ends_are_kept() -> None:
    assert texts_of(read_rtf(rtf(r"\trowd\cellx1\intbl a\cell b"))) == ["a", "b"]


def test_what_is_not_on_the_page_is_left_out() -> None:
    body = (
        r"{\info{\title Own title}{\author Somebody}}{\colortbl;\red0;}{\header Running head\par}{\footerf Foot}"
        r"{\*\generator Program;}{\*\unknown{deep words}}{\pict\wmetafile8 0102abcd}{\*\bkmkstart mark}{\xe entry}"
        r"Seen{\v unseen}\v unseen\v0{\deleted gone} words{\field{\*\fldinst HYPERLINK x}{\fldrslt  linked}}."
        r"{\*\annotation a comment}{\object{\*\objdata 00ff}{\result  result}}\par"
    )
    extract = read_rtf(rtf(body))
    assert texts_of(extract) == ["Seen words linked. result"]
    assert extract.title == "Own title"


def test_binary_data_is_passed_over() -> None:
    assert texts_of(read_rtf(rtf("One{\\pict\\bin7 }}{{\\\\}} two.\\par"))) == ["One two."]


def test_notes_stand_at_the_end_and_text_boxes_after_their_paragraph() -> None:
    box = r"{\shp{\*\shpinst{\sp{\sn name}{\sv value}}{\shptxt\pard In the box.\par}}{\shprslt{\*\do unseen}}}"
    body = rf"One{{\footnote\pard The note.\par And more.}} line{box}.\par Two.\par"
    assert texts_of(read_rtf(rtf(body))) == ["One line.", "In the box.", "Two.", "The note.", "And more."]


def test_the_unicode_form_of_a_pair_is_read() -> None:
    assert texts_of(read_rtf(rtf(r"a{\upr{ plain}{\*\ud{ \u8364 ?}}}\par"))) == ["a €"]


@pytest.mark.parametrize("data", [b"", b"words", b"%PDF-1.4", b"<html>"])
def test_what_is_no_rich_text_has_a_reason(data: bytes) -> None:
    with pytest.raises(DocumentError, match="it is not rich text"):
        read_rtf(data)


def test_groups_without_end_have_a_reason_and_a_cut_file_is_told() -> None:
    with pytest.raises(DocumentError, match="nest too deep"):
        read_rtf(b"{\\rtf1 " + b"{" * 100_000)
    extract = read_rtf(rtf("First.\\par {\\b Second")[:-1])
    assert texts_of(extract) == ["First.", "Second"]
    assert extract.warnings == ("it is cut off: its last groups are not closed",)


@pytest.mark.parametrize(
    "part", ["{\\b x}", "\\'e9", "\\u1 ?", "\\par x", "\\cell ", "\\row ", "\\trowd\\cellx1 ", "{}", "\\uc9"]
)
def test_the_time_grows_with_the_length(part: str) -> None:
    started = time.process_time()
    read_rtf(rtf(part * 30_000))
    assert time.process_time() - started < 5


WORDS = [
    "{",
    "}",
    "\\par ",
    "\\cell ",
    "\\row ",
    "\\trowd\\cellx1 ",
    "\\intbl ",
    "\\u8364 ?",
    "\\'",
    "\\*",
    "\\f9 ",
    "\\bin99 ",
]


@given(
    st.lists(
        st.sampled_from([*WORDS, "{\\*\\ud ", "{\\upr", "{\\footnote ", "{\\shptxt ", "\\v ", "\\", "word "]),
        max_size=40,
    )
)
def test_any_order_of_words_is_read(parts: list[str]) -> None:
    check_read_or_refused(read_rtf, rtf("".join(parts)))
