"""OpenDocument files are read as their readers see them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kin_assistant.documents.readers.odf import MAX_ROWS, read_odf
from kin_assistant.errors import DocumentError
from tests.office_files import blocks_of, check_read_or_refused, damaged, pack, texts_of

NAMES = "office text table presentation style chart".split()
NAMESPACES = (
    " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in NAMES)
    + ' xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"'
    ' xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:math="http://www.w3.org/1998/Math/MathML"'
)


def odf(kind: str, body: str, styles: str = "", parts: dict[str, str | bytes] | None = None) -> bytes:
    return pack({"content.xml": content(kind, body, styles), **(parts or {})})


def content(kind: str, body: str, styles: str = "", root: str = "document-content") -> str:
    return (
        f"<office:{root} {NAMESPACES}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:{root}>"
    )


def style(name: str, properties: str, parent: str = "") -> str:
    return f'<style:style style:name="{name}" style:parent-style-name="{parent}">{properties}</style:style>'


def par(text: str, attributes: str = "") -> str:
    return f"<text:p {attributes}>{text}</text:p>"


def row(*cells: str, attributes: str = "") -> str:
    inner = "".join(
        cell if cell.startswith("<") else f"<table:table-cell>{par(cell)}</table:table-cell>" for cell in cells
    )
    return f"<table:table-row {attributes}>{inner}</table:table-row>"


# Text


def test_headings_titles_and_lists() -> None:
    body = (
        par("The title", 'text:style-name="P1"')
        + '<text:h text:outline-level="2">A <text:span>heading</text:span></text:h>'
        + "<text:section><text:list><text:list-item>"
        + par("first")
        + par("goes on")
        + f"<text:list><text:list-item>{par('inner')}</text:list-item></text:list></text:list-item>"
        + f"<text:list-item>{par('second')}</text:list-item></text:list></text:section>"
    )
    extract = read_odf(odf("text", body, style("P1", "", "Title")))
    assert blocks_of(extract) == [
        ("heading", 1, "The title"),
        ("heading", 2, "A heading"),
        ("item", 1, "first"),
        ("item", 1, "goes on"),
        ("item", 2, "inner"),
        ("item", 1, "second"),
    ]
    assert extract.composition.text.endswith("- first\ngoes on\n  - inner\n- second")
    assert extract.pages is None


def test_spaces_tabs_and_breaks_part_words() -> None:
    assert texts_of(read_odf(odf("text", par('a<text:s text:c="9"/>b<text:tab/>c<text:line-break/>d')))) == ["a b c d"]


def test_what_is_deleted_hidden_or_a_comment_is_left_out() -> None:
    hidden = style("T1", '<style:text-properties text:display="none"/>')
    body = (
        f"<text:tracked-changes><text:changed-region><text:deletion>{par('gone')}</text:deletion></text:changed-region>"
        "</text:tracked-changes>"
        + par(
            'seen<text:change text:change-id="c"/> <text:span text:style-name="T1">unseen</text:span>'
            f"<office:annotation><dc:creator>x</dc:creator>{par('a comment')}</office:annotation>still"
        )
        + f'<text:section text:display="none">{par("unseen")}</text:section>'
        + par("unseen", 'text:style-name="T1"')
    )
    assert texts_of(read_odf(odf("text", body, hidden))) == ["seen still"]


def test_notes_stand_at_the_end_and_text_boxes_after_their_paragraph() -> None:
    note = f"<text:note><text:note-citation>1</text:note-citation><text:note-body>{par('The note.')}</text:note-body></text:note>"
    box = f"<draw:frame><svg:title>unseen</svg:title><draw:text-box>{par('In the box.')}</draw:text-box></draw:frame>"
    body = par(f"One{note} line{box}.") + par("Two.")
    assert texts_of(read_odf(odf("text", body))) == ["One line.", "In the box.", "Two.", "The note."]


def test_a_table_has_its_header_rows_and_says_merged_cells_once() -> None:
    wide = f'<table:table-cell table:number-columns-spanned="2">{par("Waste")}</table:table-cell><table:covered-table-cell/>'
    body = (
        f"<table:table><table:table-header-rows>{row('Year', wide)}</table:table-header-rows>"
        f"{row('2005', '1,480', 't')}</table:table>"
    )
    assert blocks_of(read_odf(odf("text", body))) == [
        ("header_row", 0, "| Year | Waste |"),
        ("row", 0, "| 2005 | 1,480 | t |"),
    ]


def test_charts_and_formulas_inside_are_read_once() -> None:
    chart = (
        f"<office:document-content {NAMESPACES}><office:body><office:chart><chart:chart><chart:title>{par('Waste')}</chart:title>"
        f"<table:table>{row('', 'Tons')}{row('2005', '1480')}</table:table></chart:chart></office:chart></office:body>"
        "</office:document-content>"
    )
    math = "<mi>a</mi><mo>=</mo><mi>b</mi><annotation>a = b</annotation>"
    formula = f'<math xmlns="http://www.w3.org/1998/Math/MathML">{math}</math>'
    frames = "".join(
        f'<draw:frame><draw:object xlink:href="./{name}"/></draw:frame>'
        for name in ("Chart", "Formula", "Chart", "Gone")
    )
    parts: dict[str, str | bytes] = {"Chart/content.xml": chart, "Formula/content.xml": formula}
    extract = read_odf(odf("text", par(frames), parts=parts))
    assert texts_of(extract) == ["Waste", "| | Tons |", "| 2005 | 1480 |", "a = b"]


def test_a_flat_file_is_read_like_a_packed_one() -> None:
    flat = '<?xml version="1.0"?>' + content("text", par("Flat."), root="document")
    assert texts_of(read_odf(flat.encode())) == ["Flat."]


def test_the_own_title_counts_where_no_heading_stands() -> None:
    own = "<office:meta><dc:title>Own</dc:title></office:meta>"
    meta: dict[str, str | bytes] = {"meta.xml": f"<office:document-meta {NAMESPACES}>{own}</office:document-meta>"}
    assert read_odf(odf("text", par("Words."), parts=meta)).title == "Own"
    assert read_odf(odf("text", "<text:h>Heading</text:h>", parts=meta)).title is None


# Slides


def box(kind: str, text: str) -> str:
    return f'<draw:frame presentation:class="{kind}"><draw:text-box>{text}</draw:text-box></draw:frame>'


def test_slides_are_pages_with_titles_and_notes() -> None:
    points = f"<text:list><text:list-item>{par('Point')}</text:list-item></text:list>"
    slides = (
        f"<draw:page>{box('outline', points)}{box('title', par('The title'))}{box('footer', par('Foot'))}"
        f"<presentation:notes>{box('notes', par('To say.'))}</presentation:notes></draw:page>"
        '<draw:page draw:style-name="dp2"><draw:frame><draw:image/></draw:frame></draw:page>'
        f'<draw:page draw:style-name="dp1">{box("title", par("Unseen"))}</draw:page>'
        f"<draw:page><draw:g><draw:custom-shape>{par('In a shape.')}</draw:custom-shape></draw:g></draw:page>"
    )
    hidden = style("dp1", '<style:drawing-page-properties presentation:visibility="hidden"/>')
    extract = read_odf(odf("presentation", slides, hidden))
    assert blocks_of(extract) == [
        ("heading", 2, "The title"),
        ("item", 1, "Point"),
        ("heading", 3, "Notes"),
        ("paragraph", 0, "To say."),
        ("heading", 2, "Slide 4"),
        ("paragraph", 0, "In a shape."),
    ]
    assert [block.page for block in extract.composition.blocks] == [1, 1, 1, 1, 4, 4]
    assert (extract.pages, extract.pages_without_text) == (4, (2,))
    assert extract.warnings == ("hidden slide left out: 3",)


# Sheets


def sheet(name: str, rows: str, attributes: str = "") -> str:
    return f'<table:table table:name="{name}" {attributes}>{rows}</table:table>'


def test_sheets_stand_under_their_names() -> None:
    filler = '<table:table-cell table:number-columns-repeated="16384"/>'
    rows = (
        row("City", "Waste", filler)
        + row("Surabaya", "1,480")
        + row("Kitakyushu", "900")
        + row(filler, attributes='table:number-rows-repeated="1048570"')
    )
    hidden = style("ta2", '<style:table-properties table:display="false"/>')
    extract = read_odf(
        odf(
            "spreadsheet",
            sheet("Cities", rows) + sheet("Secret", rows, 'table:style-name="ta2"') + sheet("Empty", ""),
            hidden,
        )
    )
    assert blocks_of(extract) == [
        ("heading", 2, "Cities"),
        ("header_row", 0, "| City | Waste |"),
        ("row", 0, "| Surabaya | 1,480 |"),
        ("row", 0, "| Kitakyushu | 900 |"),
    ]
    assert extract.warnings == ("hidden sheet left out: Secret",)


def test_hidden_rows_and_columns_are_left_out_and_told() -> None:
    columns = '<table:table-column/><table:table-column table:visibility="collapse"/><table:table-column/>'
    rows = columns + row("a", "unseen", "b") + row("c", "unseen", "d", attributes='table:visibility="filter"')
    extract = read_odf(odf("spreadsheet", sheet("S", rows)))
    assert texts_of(extract) == ["S", "| a | b |"]
    assert extract.warnings == ("hidden rows of a table left out: 1", "hidden columns of a table left out: 1")


def test_long_sheets_and_repeated_rows_are_cut_and_told() -> None:
    repeated = row("a", "b", attributes='table:number-rows-repeated="1000000"')
    extract = read_odf(odf("spreadsheet", sheet("S", repeated)))
    assert len(extract.composition.blocks) == 101
    assert extract.warnings == ("equal rows, 1,000,000 of them, were read 100 times",)
    extract = read_odf(odf("spreadsheet", sheet("S", repeated * (MAX_ROWS // 100 + 5))))
    assert len(extract.composition.blocks) == MAX_ROWS + 1
    assert extract.warnings[-1] == "only the first 20,000 rows of a table were read"


# Damage


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not a zip archive"),
        (b"<html><body>x</body></html>", "holds no text, slides or sheets"),
        (pack({"a.txt": "x"}), r"its part content\.xml is missing"),
        (pack({"content.xml": "<a/>"}), "holds no text, slides or sheets"),
        (pack({"content.xml": "<broken"}), "not well-formed"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "declares a document type"),
        (
            pack(
                {
                    "content.xml": b"\x93\x01\x99",
                    "META-INF/manifest.xml": '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
                    "<m:file-entry><m:encryption-data/></m:file-entry></m:manifest>",
                }
            ),
            "it is encrypted and needs a password",
        ),
    ],
)
def test_what_cannot_be_read_has_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason):
        read_odf(data)


@pytest.mark.parametrize(
    ("before", "after", "times"),
    [
        ("<text:section>", "</text:section>", 240),
        ("<text:list><text:list-item>", "</text:list-item></text:list>", 120),
        ("<table:table><table:table-row><table:table-cell>", "</table:table-cell></table:table-row></table:table>", 80),
        ("<text:p><draw:frame><draw:text-box>", "</draw:text-box></draw:frame></text:p>", 80),
        ("<text:p><text:note><text:note-body>", "</text:note-body></text:note></text:p>", 80),
    ],
    ids=["sections", "lists", "tables", "boxes", "notes"],
)
def test_what_nests_as_deep_as_xml_may_is_read(before: str, after: str, times: int) -> None:
    assert texts_of(read_odf(odf("text", before * times + par("deep") + after * times))) == ["deep"]


WHOLE = odf("text", par("Words.") + sheet("S", row("a", "1") + row("b", "2")))


@given(st.lists(st.integers(0, 8 * len(WHOLE) - 1), max_size=4), st.integers(0, 2 * len(WHOLE)))
def test_any_damage_gives_text_or_a_reason(bits: list[int], length: int) -> None:
    check_read_or_refused(read_odf, damaged(WHOLE, bits, length))
