"""A Word file is read as its reader reads it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kin_assistant.documents.readers.archive import OLE
from kin_assistant.documents.readers.docx import read_docx
from kin_assistant.errors import DocumentError
from tests.office_files import DRAWING, blocks_of, check_read_or_refused, damaged, docx, pack, relations, texts_of

STYLES = (
    '<w:styles {ns}><w:style w:styleId="Titel"><w:name w:val="Title"/></w:style>'
    '<w:style w:styleId="berschrift1"><w:name w:val="heading 1"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>'
    '<w:style w:styleId="Own"><w:name w:val="Chapter"/><w:basedOn w:val="berschrift1"/></w:style>'
    '<w:style w:styleId="Loop"><w:name w:val="Loop"/><w:basedOn w:val="Loop"/></w:style>'
    '<w:style w:styleId="Unseen"><w:name w:val="Unseen"/><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:styleId="Bullets"><w:name w:val="List Bullet"/><w:pPr><w:numPr><w:numId w:val="2"/></w:numPr></w:pPr></w:style>'
    "</w:styles>"
)
NUMBERING = (
    '<w:numbering {ns}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1995"/><w:numFmt w:val="decimal"/>'
    '</w:lvl><w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/></w:lvl>'
    '<w:lvl w:ilvl="2"><w:numFmt w:val="upperRoman"/></w:lvl></w:abstractNum>'
    '<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'
    '<w:num w:numId="3"><w:abstractNumId w:val="0"/>'
    '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
    "</w:numbering>"
)


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def par(content: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{content if content.startswith('<') else run(content)}</w:p>"


def styled(text: str, style: str) -> str:
    return par(text, f'<w:pStyle w:val="{style}"/>')


def item(text: str, number: int, level: int = 0) -> str:
    return par(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def cell(content: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content if content.startswith('<') else par(content)}</w:tc>"


def table(*rows: list[str], first: str = "") -> str:
    made = [
        f"<w:tr><w:trPr>{first if number == 0 else ''}</w:trPr>{''.join(map(cell, row))}</w:tr>"
        for number, row in enumerate(rows)
    ]
    return f"<w:tbl>{''.join(made)}</w:tbl>"


# Structure


def test_headings_are_told_by_style_outline_and_what_a_style_is_based_on() -> None:
    body = (
        styled("The title", "Titel")
        + styled("First", "berschrift1")
        + styled("Second", "Own")
        + par("Third", '<w:outlineLvl w:val="2"/>')
        + par("No heading", '<w:pStyle w:val="berschrift1"/><w:outlineLvl w:val="9"/>')
        + styled("Words.", "Loop")
    )
    extract = read_docx(docx(body, {"word/styles.xml": STYLES}))
    assert blocks_of(extract) == [
        ("heading", 1, "The title"),
        ("heading", 1, "First"),
        ("heading", 1, "Second"),
        ("heading", 3, "Third"),
        ("paragraph", 0, "No heading"),
        ("paragraph", 0, "Words."),
    ]
    assert extract.composition.title == "The title"
    assert extract.pages is None


def test_headings_are_told_without_the_part_that_describes_styles() -> None:
    body = styled("A", "Heading2") + styled("B", "Title") + styled("C", "Titre3")
    assert [level for _, level, _ in blocks_of(read_docx(docx(body)))] == [2, 1, 3]


def test_a_long_paragraph_under_a_heading_style_is_a_paragraph() -> None:
    assert blocks_of(read_docx(docx(styled("word " * 60, "Heading1"))))[0][0] == "paragraph"


def test_lists_keep_their_numbers_outside_the_items() -> None:
    body = (
        item("first", 1) + item("inner", 1, 1) + item("deeper", 1, 2) + item("second", 1) + item("again", 1, 1)
        + item("anew", 3) + styled("bullet", "Bullets") + item("no list", 0)
    )  # fmt: skip
    extract = read_docx(docx(body, {"word/styles.xml": STYLES, "word/numbering.xml": NUMBERING}))
    assert extract.composition.text == (
        "1995. first\n  a. inner\n    I. deeper\n1996. second\n  a. again\n1. anew\n- bullet\n\nno list"
    )
    assert blocks_of(extract)[:3] == [("item", 1, "first"), ("item", 2, "inner"), ("item", 3, "deeper")]


def test_a_marked_header_row_and_merged_cells() -> None:
    wide, above, below = '<w:gridSpan w:val="2"/>', '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    header = f"<w:tr><w:trPr><w:tblHeader/></w:trPr>{cell('Year')}{cell('Waste', wide)}</w:tr>"
    first = f"<w:tr>{cell('2005', above)}{cell('1,480')}{cell('t')}</w:tr>"
    second = f"<w:tr>{cell('unseen', below)}{cell('1,150')}{cell('t')}</w:tr>"
    assert blocks_of(read_docx(docx(f"<w:tbl>{header}{first}{second}</w:tbl>"))) == [
        ("header_row", 0, "| Year | Waste | |"),
        ("row", 0, "| 2005 | 1,480 | t |"),
        ("row", 0, "| 2005 | 1,150 | t |"),
    ]


_START, _GOES_ON = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"


def merged_column(label: str, *rows: str) -> bytes:
    """A table of two columns with ``label`` merged over the first column of all rows."""
    first = f"<w:tr>{cell(label, _START)}{cell(rows[0])}</w:tr>"
    others = [f"<w:tr>{cell('', _GOES_ON)}{cell(row)}</w:tr>" for row in rows[1:]]
    return docx(f"<w:tbl>{first}{''.join(others)}</w:tbl>")


def test_the_name_of_several_rows_is_said_in_each_of_them() -> None:
    assert texts_of(read_docx(merged_column("Suva", "12 t", "13 t", "14 t"))) == [
        "| Suva | 12 t |",
        "| Suva | 13 t |",
        "| Suva | 14 t |",
    ]


def test_prose_beside_several_rows_is_said_once() -> None:
    prose = "The city pays for the collection of waste. " * 6
    rows = texts_of(read_docx(merged_column(prose, "12 t", "13 t", "14 t")))
    assert [row.count("The city pays") for row in rows] == [6, 0, 0]


def test_merged_cells_end_where_another_begins_and_need_one_that_begins_them() -> None:
    start, on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    rows = [
        (("a", start), "1"),
        (("", on), "2"),
        (("b", start), "3"),
        (("", on), "4"),
        (("c", ""), "5"),
        (("", on), "6"),
    ]
    made = "".join(f"<w:tr>{cell(*name)}{cell(value)}</w:tr>" for name, value in rows)
    assert texts_of(read_docx(docx(f"<w:tbl>{made}</w:tbl>"))) == [
        *("| a | 1 |", "| a | 2 |", "| b | 3 |", "| b | 4 |", "| c | 5 |", "| | 6 |"),
    ]


def test_an_item_in_a_merged_cell_is_counted_once() -> None:
    names = [cell(item("x", 3), merged) for merged in (_START, _GOES_ON)]
    rows = f"<w:tr>{names[0]}{cell('1')}</w:tr><w:tr>{names[1]}{cell('2')}</w:tr>"
    extract = read_docx(docx(f"<w:tbl>{rows}</w:tbl>{item('after', 3)}", {"word/numbering.xml": NUMBERING}))
    assert extract.composition.text == "| 1. x | 1 |\n| 1. x | 2 |\n2. after"


def test_numbers_stand_in_cells_also_alone_and_bullets_do_not() -> None:
    rows = [
        ("No.", "Step", "Who"),
        (item("", 3), "Collect", item("city", 2)),
        (item("", 3), item("sort", 1, 1) + item("weigh", 1, 1), "city"),
        (item("", 3), "", ""),
    ]
    assert texts_of(read_docx(docx(table(*map(list, rows)), {"word/numbering.xml": NUMBERING}))) == [
        "| No. | Step | Who |",
        "| 1. | Collect | city |",
        "| 2. | a. sort b. weigh | city |",
    ]


def test_a_first_row_above_figures_is_the_header_and_names_with_values_have_none() -> None:
    figures = docx(table(["City", "Waste"], ["Surabaya", "1,480"], ["Kitakyushu", "900"]))
    assert [kind for kind, _, _ in blocks_of(read_docx(figures))] == ["header_row", "row", "row"]
    values = docx(table(["City", "Surabaya"], ["Country", "Indonesia"]))
    assert [kind for kind, _, _ in blocks_of(read_docx(values))] == ["row", "row"]


def test_a_bold_first_row_is_the_header() -> None:
    bold = [par(run(text, "<w:b/>")) for text in ("City", "Country")]
    extract = read_docx(docx(table(bold, ["Surabaya", "Indonesia"])))
    assert [kind for kind, _, _ in blocks_of(extract)] == ["header_row", "row"]


def test_a_table_in_a_cell_is_words_of_that_cell() -> None:
    inner = table(["a", "b"], ["c", "d"])
    extract = read_docx(docx(table(["Name", "Value", "Unit"], ["x", inner + par("e"), "y"], ["1", "2", "3"])))
    assert texts_of(extract)[1] == "| x | a b c d e | y |"


def test_a_table_that_lays_out_a_page_becomes_what_stands_in_it() -> None:
    extract = read_docx(docx(table([styled("Inside", "Heading1") + par("Words.")], [table(["a", "1"], ["b", "2"])])))
    assert blocks_of(extract) == [
        ("heading", 1, "Inside"),
        ("paragraph", 0, "Words."),
        ("row", 0, "| a | 1 |"),
        ("row", 0, "| b | 2 |"),
    ]


def test_a_heading_alone_in_a_cell_is_a_cell_and_a_name_above_the_rows_a_paragraph() -> None:
    heads = [styled(text, "Heading3") for text in ("City", "Country")]
    extract = read_docx(docx(table(["Where the waste goes", ""], heads, ["Surabaya", "Indonesia"], ["Suva", "Fiji"])))
    assert blocks_of(extract) == [
        ("paragraph", 0, "Where the waste goes"),
        ("row", 0, "| City | Country |"),
        ("row", 0, "| Surabaya | Indonesia |"),
        ("row", 0, "| Suva | Fiji |"),
    ]


def test_a_row_with_prose_becomes_its_paragraphs_and_the_others_stay_rows() -> None:
    prose = par("Many words. " * 80) + par("And more of them. " * 80)
    extract = read_docx(docx(table(["a", "1"], ["b", prose], ["c", "3"])))
    assert [kind for kind, _, _ in blocks_of(extract)] == ["row", "paragraph", "paragraph", "paragraph", "row"]


# What is seen, and what is not


def test_tracked_changes_show_the_text_as_it_is_now() -> None:
    body = par(
        run("kept ")
        + f"<w:ins>{run('new ')}</w:ins><w:del><w:r><w:delText>old </w:delText></w:r></w:del>"
        + f"<w:moveFrom>{run('gone ')}</w:moveFrom><w:moveTo>{run('here')}</w:moveTo>"
    )
    assert texts_of(read_docx(docx(body))) == ["kept new here"]


def test_a_deleted_paragraph_end_joins_two_paragraphs() -> None:
    assert texts_of(read_docx(docx(par("One ", "<w:rPr><w:del/></w:rPr>") + par("two.")))) == ["One two."]
    assert texts_of(read_docx(docx(par("Last.", "<w:rPr><w:del/></w:rPr>")))) == ["Last."]


def test_a_deleted_row_is_left_out() -> None:
    extract = read_docx(docx(table(["gone", "row"], ["a", "b"], ["c", "d"], first="<w:del/>")))
    assert texts_of(extract) == ["| a | b |", "| c | d |"]


def test_hidden_text_is_left_out_also_where_a_style_hides_it() -> None:
    body = par(
        run("seen ") + run("unseen ", "<w:vanish/>") + run("shown ", '<w:vanish w:val="0"/>')
        + run("styled", '<w:rStyle w:val="Unseen"/>')
    ) + styled("unseen", "Unseen")  # fmt: skip
    assert texts_of(read_docx(docx(body, {"word/styles.xml": STYLES}))) == ["seen shown"]


def test_results_of_fields_are_kept_and_their_codes_dropped() -> None:
    def mark(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    code = "<w:r><w:instrText>IF </w:instrText></w:r>"
    nested = mark("begin") + code + mark("begin") + code + mark("separate") + run("inner") + mark("end")
    body = par(run("a ") + nested + mark("separate") + run("result") + mark("end") + run(" z"))
    body += par(f'<w:fldSimple w:instr="DATE">{run("today")}</w:fldSimple>')
    assert texts_of(read_docx(docx(body))) == ["a result z", "today"]


def test_a_field_that_is_never_closed_does_not_swallow_the_document() -> None:
    body = par('<w:r><w:fldChar w:fldCharType="begin"/></w:r>' + run("code")) + par("The rest.")
    assert texts_of(read_docx(docx(body))) == ["The rest."]


def test_links_content_controls_and_breaks_keep_their_words() -> None:
    body = (
        f"<w:sdt><w:sdtPr/><w:sdtContent>{par('in a control')}</w:sdtContent></w:sdt>"
        + par(
            f"<w:hyperlink>{run('a link')}</w:hyperlink><w:r><w:tab/><w:t>tab</w:t><w:br/><w:t>line</w:t>"
            '<w:noBreakHyphen/><w:t>x</w:t><w:softHyphen/><w:sym w:font="Symbol" w:char="F0A3"/></w:r>'
            f"<w:sdt><w:sdtContent>{run(' inline')}</w:sdtContent></w:sdt>"
        )
    )  # fmt: skip
    assert texts_of(read_docx(docx(body))) == ["in a control", "a link tab line-x≤ inline"]


def test_letters_of_symbol_fonts_are_told_by_the_font() -> None:
    body = par(
        run("5 \uf06dm \uf0b3 4", '<w:rFonts w:ascii="Symbol"/>') + run(" \uf0fe", '<w:rFonts w:ascii="Wingdings"/>')
    )
    assert texts_of(read_docx(docx(body))) == ["5 μm ≥ 4 ☑"]


def test_text_boxes_are_read_once_and_after_their_paragraph() -> None:
    box = f"<wps:wsp><wps:txbx><w:txbxContent>{par('In the box.')}</w:txbxContent></wps:txbx></wps:wsp>"
    shape = f"<w:pict><v:shape><v:textbox><w:txbxContent>{par('In the box.')}</w:txbxContent></v:textbox></v:shape></w:pict>"
    both = (
        f'<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>{box}</w:drawing></mc:Choice>'
        f"<mc:Fallback>{shape}</mc:Fallback></mc:AlternateContent>"
    )
    body = par(f"{run('Before')}<w:r>{both}</w:r>{run(' and after.')}") + par(f"<w:r>{shape}</w:r>")
    assert texts_of(read_docx(docx(body))) == ["Before and after.", "In the box.", "In the box."]


def test_notes_stand_at_the_end_in_the_order_of_their_marks() -> None:
    notes = "".join(f'<w:footnote w:id="{number}">{par(f"Note {number}.")}</w:footnote>' for number in (1, 2, 3))
    separator = f'<w:footnote w:type="separator" w:id="0">{par("line")}</w:footnote>'
    body = par(
        run("One") + '<w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:footnoteReference w:id="1"/></w:r>'
        '<w:r><w:endnoteReference w:id="1"/></w:r>'
    ) + par("Two.")  # fmt: skip
    parts: dict[str, str | bytes] = {
        "word/footnotes.xml": f"<w:footnotes {{ns}}>{separator}{notes}</w:footnotes>",
        "word/endnotes.xml": f'<w:endnotes {{ns}}><w:endnote w:id="1">{par("The end.")}</w:endnote></w:endnotes>',
        "word/comments.xml": f'<w:comments {{ns}}><w:comment w:id="1">{par("A comment.")}</w:comment></w:comments>',
        "word/header1.xml": f"<w:hdr {{ns}}>{par('Running head')}</w:hdr>",
    }
    assert texts_of(read_docx(docx(body, parts))) == ["One", "Two.", "Note 2.", "Note 1.", "The end."]


def test_formulas_are_read_on_one_line() -> None:
    def text(words: str) -> str:
        return f"<m:r><m:t>{words}</m:t></m:r>"

    fraction = f"<m:f><m:num>{text('a+b')}</m:num><m:den>{text('2')}</m:den></m:f>"
    power = f"<m:sSup><m:e>{text('x')}</m:e><m:sup>{text('2')}</m:sup></m:sSup>"
    root = f"<m:rad><m:radPr/><m:e>{text('y')}</m:e></m:rad>"
    assert texts_of(read_docx(docx(par(f"<m:oMath>{fraction}{power}{root}</m:oMath>")))) == ["(a+b)/2x^2√(y)"]


def points(*values: str) -> str:
    return "".join(f'<c:pt idx="{number}"><c:v>{value}</c:v></c:pt>' for number, value in enumerate(values))


CHART = (
    f'<c:chartSpace xmlns:c="{DRAWING}/chart" xmlns:a="{DRAWING}/main"><c:chart>'
    "<c:title><c:tx><c:rich><a:p><a:r><a:t>Waste</a:t></a:r></a:p></c:rich></c:tx></c:title>"
    f"<c:plotArea><c:barChart><c:ser><c:tx><c:strRef><c:f>S!A1</c:f><c:strCache>{points('Tons')}</c:strCache></c:strRef></c:tx>"
    f"<c:cat><c:strRef><c:strCache>{points('2005', '2009')}</c:strCache></c:strRef></c:cat>"
    f"<c:val><c:numRef><c:numCache>{points('0.30000000000000004', '1150')}</c:numCache></c:numRef></c:val>"
    "</c:ser></c:barChart></c:plotArea></c:chart></c:chartSpace>"
)


def test_a_chart_is_its_title_and_figures_once() -> None:
    drawing = (
        '<w:r><w:drawing><a:graphic><a:graphicData><c:chart r:id="c1"/></a:graphicData></a:graphic></w:drawing></w:r>'
    )
    parts: dict[str, str | bytes] = {
        "word/_rels/document.xml.rels": relations(("c1", "chart", "charts/chart1.xml")),
        "word/charts/chart1.xml": CHART,
    }
    assert texts_of(read_docx(docx(par(drawing * 3), parts))) == [
        "Waste",
        "| | Tons |",
        "| 2005 | 0.3 |",
        "| 2009 | 1150 |",
    ]


# The file


def test_strict_files_are_read_too() -> None:
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    document = f'<x:document xmlns:x="{strict}"><x:body><x:p><x:r><x:t>Strict.</x:t></x:r></x:p></x:body></x:document>'
    assert texts_of(read_docx(pack({"word/document.xml": document}))) == ["Strict."]


def test_the_main_part_is_where_the_package_says() -> None:
    data = pack(
        {
            "_rels/.rels": relations(("x", "officeDocument", "/word/document2.xml")),
            "word/document2.xml": '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
            "<w:p><w:r><w:t>New place.</w:t></w:r></w:p></w:body></w:document>",
        }
    )
    assert texts_of(read_docx(data)) == ["New place."]


@pytest.mark.parametrize(
    ("title", "expected"),
    [("Waste in Surabaya", "Waste in Surabaya"), ("Microsoft Word - draft7.doc", None), ("Document1", None)],
)
def test_the_title_of_the_properties_counts_where_no_heading_stands(title: str, expected: str | None) -> None:
    core = f'<p xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title></p>'
    assert read_docx(docx(par("Words."), {"docProps/core.xml": core})).title == expected
    assert read_docx(docx(styled("Heading", "Heading1"), {"docProps/core.xml": core})).title is None


def test_damage_beside_the_text_is_a_warning() -> None:
    extract = read_docx(docx(par("Words."), {"word/styles.xml": "<broken", "word/numbering.xml": "<broken"}))
    assert texts_of(extract) == ["Words."]
    assert [warning.split(" is ")[0] for warning in extract.warnings] == [
        "its part word/styles.xml",
        "its part word/numbering.xml",
    ]


def test_a_package_without_sound_relations_is_read_by_its_usual_names() -> None:
    extract = read_docx(docx(par("Words."), {"_rels/.rels": "<broken", "word/_rels/document.xml.rels": "<broken"}))
    assert texts_of(extract) == ["Words."]
    assert len(extract.warnings) == 2


def test_an_embedded_part_of_another_format_is_told() -> None:
    parts: dict[str, str | bytes] = {
        "word/_rels/document.xml.rels": relations(("h", "aFChunk", "a.html"), ("m", "aFChunk", "b.mht")),
        "word/a.html": "<p>From a page.</p>",
        "word/b.mht": "x",
    }
    extract = read_docx(docx('<w:altChunk r:id="h"/><w:altChunk r:id="m"/>', parts))
    assert texts_of(extract) == ["From a page."]
    assert extract.warnings == ("its embedded part word/b.mht was not read",)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not a zip archive"),
        (b"plain words", "not a zip archive"),
        (pack({"a.txt": "x"}), "holds no Word text"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "it is encrypted and needs a password"),
        (OLE + "WordDocument".encode("utf-16-le"), "it is an old Word file"),
        (pack({"word/document.xml": "<a"}), "not well-formed XML"),
        (pack({"word/document.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}), "declares a document type"),
        (pack({"word/document.xml": b" " * 5_000_000}), "more than 100 times its size"),
    ],
)
def test_what_cannot_be_read_has_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason):
        read_docx(data)


@pytest.mark.parametrize(
    ("before", "after", "times"),
    [
        ("<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>", 80),
        ("<w:sdt><w:sdtContent>", "</w:sdtContent></w:sdt>", 120),
        ("<w:p><w:r><w:pict><v:textbox><w:txbxContent>", "</w:txbxContent></v:textbox></w:pict></w:r></w:p>", 48),
    ],
    ids=["tables", "controls", "text boxes"],
)
def test_what_nests_as_deep_as_xml_may_is_read(before: str, after: str, times: int) -> None:
    assert texts_of(read_docx(docx(before * times + par("deep") + after * times))) == ["deep"]


def test_deep_formulas_and_links_are_read() -> None:
    inline = "<w:hyperlink>" * 240 + run("deep") + "</w:hyperlink>" * 240
    power = "<m:sSup><m:e>" * 120 + "<m:r><m:t>x</m:t></m:r>" + "</m:e></m:sSup>" * 120
    assert texts_of(read_docx(docx(par(inline)))) == ["deep"]
    assert "x" in texts_of(read_docx(docx(par(f"<m:oMath>{power}</m:oMath>"))))[0]


def test_numbers_without_sense_do_no_harm() -> None:
    wide = '<w:gridSpan w:val="999999999"/>'
    row = f'<w:tr><w:trPr><w:gridBefore w:val="999999999"/></w:trPr>{cell("a", wide)}{cell("b")}</w:tr>'
    body = f"<w:tbl>{row}</w:tbl>" + item("c", 10**9) + par("d", '<w:outlineLvl w:val="٣"/>')
    extract = read_docx(docx(body, {"word/numbering.xml": NUMBERING.replace("1995", "99999999999999")}))
    assert "c" in texts_of(extract)
    assert "d" in texts_of(extract)


WHOLE = docx(table(["a", "1"], ["b", "2"]) + item("c", 1), {"word/styles.xml": STYLES, "word/numbering.xml": NUMBERING})


@given(st.lists(st.integers(0, 8 * len(WHOLE) - 1), max_size=4), st.integers(0, 2 * len(WHOLE)))
def test_any_damage_gives_text_or_a_reason(bits: list[int], length: int) -> None:
    check_read_or_refused(read_docx, damaged(WHOLE, bits, length))
