"""Slides are read one by one: a page each, under its title."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kin_assistant.documents.readers.archive import OLE
from kin_assistant.documents.readers.pptx import read_pptx
from kin_assistant.errors import DocumentError
from tests.office_files import (
    DRAWING,
    SLIDE_NAMESPACES,
    blocks_of,
    check_read_or_refused,
    damaged,
    pack,
    pptx,
    relations,
    texts_of,
)


def par(text: str, properties: str = "") -> str:
    return f"<a:p>{properties}<a:r><a:t>{text}</a:t></a:r></a:p>"


def shape(text: str, place: str | None = None, name: str = "") -> str:
    """A text box, or with ``place`` a placeholder of that type."""
    holder = "" if place is None else f'<p:ph type="{place}"/>' if place else '<p:ph idx="1"/>'
    body = text if text.startswith("<") else par(text)
    return f'<p:sp><p:nvSpPr><p:cNvPr id="1" {name}/><p:nvPr>{holder}</p:nvPr></p:nvSpPr><p:txBody>{body}</p:txBody></p:sp>'


def frame(content: str) -> str:
    return f"<p:graphicFrame><a:graphic><a:graphicData>{content}</a:graphicData></a:graphic></p:graphicFrame>"


PICTURE = '<p:pic><p:nvPicPr><p:cNvPr id="2" descr="A photograph"/></p:nvPicPr></p:pic>'


def test_a_slide_is_a_page_with_its_title_first() -> None:
    level = '<a:pPr lvl="1"/>'
    slide = shape(par("Point") + par("Detail", level), "body") + shape("The title", "title")
    extract = read_pptx(pptx([slide, shape("Second", "ctrTitle") + shape("A line under it", "subTitle")]))
    assert blocks_of(extract) == [
        ("heading", 2, "The title"),
        ("item", 1, "Point"),
        ("item", 2, "Detail"),
        ("heading", 2, "Second"),
        ("paragraph", 0, "A line under it"),
    ]
    assert [block.page for block in extract.composition.blocks] == [1, 1, 1, 2, 2]
    assert extract.pages == 2
    assert extract.pages_without_text == ()


def test_a_slide_without_title_is_under_its_first_line_or_its_number() -> None:
    extract = read_pptx(pptx([shape("A short line") + shape("More words."), shape("One line alone")]))
    assert blocks_of(extract) == [
        ("heading", 2, "A short line"),
        ("paragraph", 0, "More words."),
        ("heading", 2, "Slide 2"),
        ("paragraph", 0, "One line alone"),
    ]


def test_dates_footers_and_numbers_of_slides_are_left_out() -> None:
    slide = shape("Title", "title") + shape("1 May", "dt") + shape("The Institute", "ftr") + shape("7", "sldNum")
    number = '<a:p><a:r><a:t>Page </a:t></a:r><a:fld type="slidenum"><a:t>7</a:t></a:fld></a:p>'
    assert texts_of(read_pptx(pptx([slide + shape(number)]))) == ["Title", "Page"]


def test_bullets_are_told_by_place_and_by_mark() -> None:
    plain, dot = "<a:pPr><a:buNone/></a:pPr>", '<a:pPr><a:buChar char="-"/></a:pPr>'
    slide = shape("T", "title") + shape(par("a", plain) + par("b"), "") + shape(par("c") + par("d", dot))
    assert blocks_of(read_pptx(pptx([slide])))[1:] == [
        ("paragraph", 0, "a"),
        ("item", 1, "b"),
        ("paragraph", 0, "c"),
        ("item", 1, "d"),
    ]


def test_groups_and_alternatives_are_read_once_and_hidden_shapes_not_at_all() -> None:
    group = f"<p:grpSp><p:grpSpPr/>{shape('in a group')}<p:grpSp>{shape('in a group of it')}</p:grpSp></p:grpSp>"
    choice = (
        f'<mc:AlternateContent><mc:Choice Requires="x">{shape("chosen")}</mc:Choice>'
        f"<mc:Fallback>{shape('fallback')}</mc:Fallback></mc:AlternateContent>"
    )
    slide = shape("T", "title") + group + choice + shape("unseen", None, 'hidden="1"')
    assert texts_of(read_pptx(pptx([slide]))) == ["T", "in a group", "in a group of it", "chosen"]


def test_lines_and_breaks_in_a_paragraph() -> None:
    lines = "<a:p><a:r><a:t>one</a:t></a:r><a:br/><a:r><a:t>two</a:t></a:r></a:p>"
    assert texts_of(read_pptx(pptx([shape("T", "title") + shape(lines)]))) == ["T", "one two"]


def test_a_table_has_its_header_and_says_merged_cells_once() -> None:
    def cell(text: str, attributes: str = "") -> str:
        return f"<a:tc {attributes}><a:txBody>{par(text)}</a:txBody></a:tc>"

    wide, covered = cell("Waste", 'gridSpan="2"'), cell("Waste", 'hMerge="1"')
    rows = f"<a:tr>{cell('Year')}{wide}{covered}</a:tr><a:tr>{cell('2005')}{cell('1,480')}{cell('t')}</a:tr>"
    extract = read_pptx(pptx([shape("T", "title") + frame(f'<a:tbl><a:tblPr firstRow="1"/>{rows}</a:tbl>')]))
    assert blocks_of(extract)[1:] == [("header_row", 0, "| Year | Waste | |"), ("row", 0, "| 2005 | 1,480 | t |")]


def test_charts_and_diagrams_are_read_from_their_parts() -> None:
    chart = (
        f'<c:chartSpace xmlns:c="{DRAWING}/chart"><c:chart><c:plotArea><c:pieChart><c:ser>'
        '<c:tx><c:v>Share</c:v></c:tx><c:cat><c:strLit><c:pt idx="0"><c:v>Paper</c:v></c:pt></c:strLit></c:cat>'
        '<c:val><c:numRef><c:numCache><c:formatCode>0%</c:formatCode><c:pt idx="0"><c:v>0.25</c:v></c:pt>'
        "</c:numCache></c:numRef></c:val></c:ser></c:pieChart></c:plotArea></c:chart></c:chartSpace>"
    )
    diagram = (
        f'<dgm:dataModel xmlns:dgm="{DRAWING}/diagram" xmlns:a="{DRAWING}/main"><dgm:ptLst>'
        f'<dgm:pt><dgm:t>{par("Collect")}</dgm:t></dgm:pt><dgm:pt type="pres"><dgm:t>{par("unseen")}</dgm:t></dgm:pt>'
        f"<dgm:pt><dgm:t>{par('Sort')}</dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>"
    )
    slide = shape("T", "title") + frame('<c:chart r:id="c"/>') + frame('<dgm:relIds r:dm="d"/>')
    parts: dict[str, str | bytes] = {
        "ppt/slides/_rels/slide1.xml.rels": relations(
            ("c", "chart", "../charts/chart1.xml"), ("d", "diagramData", "../diagrams/data1.xml")
        ),
        "ppt/charts/chart1.xml": chart,
        "ppt/diagrams/data1.xml": diagram,
    }
    assert texts_of(read_pptx(pptx([slide], parts))) == ["T", "| | Share |", "| Paper | 25% |", "Collect", "Sort"]


def notes(text: str) -> dict[str, str | bytes]:
    tree = shape("image", "sldImg") + shape(text, "body") + shape("1", "sldNum")
    return {
        "ppt/slides/_rels/slide1.xml.rels": relations(("n", "notesSlide", "../notesSlides/notesSlide1.xml")),
        "ppt/notesSlides/notesSlide1.xml": f"<p:notes {SLIDE_NAMESPACES}><p:cSld><p:spTree>{tree}</p:spTree></p:cSld></p:notes>",
    }


def test_notes_stand_under_a_heading_of_their_own() -> None:
    assert blocks_of(read_pptx(pptx([shape("T", "title")], notes("What to say.")))) == [
        ("heading", 2, "T"),
        ("heading", 3, "Notes"),
        ("paragraph", 0, "What to say."),
    ]
    assert texts_of(read_pptx(pptx([shape("T", "title")], notes("")))) == ["T"]


def test_hidden_slides_are_left_out_and_told() -> None:
    slides = [shape(f"Slide title {number}", "title") for number in (1, 2, 3)]
    extract = read_pptx(pptx(slides, attributes={2: 'show="0"'}))
    assert texts_of(extract) == ["Slide title 1", "Slide title 3"]
    assert [block.page for block in extract.composition.blocks] == [1, 3]
    assert extract.pages == 3
    assert extract.warnings == ("hidden slide left out: 2",)


def test_slides_of_pictures_are_told() -> None:
    extract = read_pptx(pptx([PICTURE, shape("T", "title"), ""]))
    assert extract.pages_without_text == (1, 3)
    assert texts_of(extract) == ["T"]


# Damage


def test_a_damaged_slide_is_named_and_the_others_are_read() -> None:
    parts: dict[str, str | bytes] = {
        "ppt/slides/slide2.xml": "<broken",
        "ppt/slides/_rels/slide1.xml.rels": relations(("n", "notesSlide", "../notesSlides/gone.xml")),
    }
    extract = read_pptx(pptx([shape("One", "title"), "", shape("Three", "title")], parts))
    assert texts_of(extract) == ["One", "Three"]
    assert extract.pages == 3
    assert [warning.split(":")[0] for warning in extract.warnings] == ["slide 1", "slide 2 could not be read"]


@pytest.mark.parametrize("part", ["ppt/presentation.xml", "ppt/_rels/presentation.xml.rels", "_rels/.rels"])
def test_where_the_order_is_lost_slides_are_read_by_name(part: str) -> None:
    slides = [shape(f"Title {number}", "title") for number in range(1, 12)]
    extract = read_pptx(pptx(slides, {part: "<broken"}))
    assert texts_of(extract) == [f"Title {number}" for number in range(1, 12)]
    assert len(extract.warnings) == 1


def test_a_slide_that_is_listed_often_is_read_once() -> None:
    listed = '<p:sldId r:id="s1"/>' * 1000
    main = f"<p:presentation {SLIDE_NAMESPACES}><p:sldIdLst>{listed}</p:sldIdLst></p:presentation>"
    assert read_pptx(pptx([shape("T", "title")], {"ppt/presentation.xml": main})).pages == 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not a zip archive"),
        (pack({"a.txt": "x"}), r"ppt/presentation\.xml is missing"),
        (pptx([]), "holds no slides"),
        (pptx([""], {"ppt/slides/slide1.xml": "<broken"}), "slide 1 could not be read"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "it is encrypted and needs a password"),
        (OLE + "PowerPoint Document".encode("utf-16-le"), r"it is an old PowerPoint file and should be named \.ppt"),
    ],
)
def test_what_cannot_be_read_has_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason):
        read_pptx(data)


def test_groups_as_deep_as_xml_may_nest_are_read() -> None:
    assert "deep" in texts_of(read_pptx(pptx(["<p:grpSp>" * 240 + shape("deep") + "</p:grpSp>" * 240])))


WHOLE = pptx([shape("T", "title") + shape("a", "body"), PICTURE], notes("What to say."))


@given(st.lists(st.integers(0, 8 * len(WHOLE) - 1), max_size=4), st.integers(0, 2 * len(WHOLE)))
def test_any_damage_gives_text_or_a_reason(bits: list[int], length: int) -> None:
    check_read_or_refused(read_pptx, damaged(WHOLE, bits, length))
