"""From workbooks to headings, paragraphs and rows that can be quoted."""

from __future__ import annotations

import io
import random
import struct
import time
import zipfile
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook

from kin_assistant.documents.readers.cellformats import shown
from kin_assistant.documents.readers.composition import Extract
from kin_assistant.documents.readers.spreadsheet import read_xls, read_xlsx
from kin_assistant.errors import DocumentError

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet


def workbook(*sheets: Callable[[Worksheet], None]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for i, fill in enumerate(sheets, 1):
        fill(book.create_sheet(f"Sheet {i}"))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def of_rows(*rows: list[object]) -> Callable[[Worksheet], None]:
    def fill(sheet: Worksheet) -> None:
        for row in rows:
            sheet.append(row)

    return fill


def blocks_of(extract: Extract) -> list[tuple[str, str]]:
    composition = extract.composition
    return [(block.kind, composition.text[block.start : block.end]) for block in composition.blocks]


def raw(sheet: str, **parts: str) -> bytes:
    """A workbook of one sheet, written by hand; ``parts`` are further members, "_" for "/" in their names."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    relations = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "xl/workbook.xml", f'<workbook {main} {relations}><sheets><sheet name="One" r:id="r1"/></sheets></workbook>'
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships><Relationship Id="r1" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        archive.writestr("xl/worksheets/sheet1.xml", f"<worksheet {main}>{sheet}</worksheet>")
        for name, content in parts.items():
            archive.writestr(f"xl/{name}.xml", content.replace("MAIN", main))
    return file.getvalue()


# Tables


def test_a_sheet_is_a_heading_a_title_a_header_and_rows() -> None:
    data = workbook(
        of_rows(
            ["Household waste of the city"],
            [],
            ["Year", "Waste (t)", "Share"],
            [2005, 1480, 0.5],
            [2009, 1150.25, 0.25],
        )
    )
    extract = read_xlsx(data)
    assert blocks_of(extract) == [
        ("heading", "Sheet 1"),
        ("paragraph", "Household waste of the city"),
        ("header_row", "| Year | Waste (t) | Share |"),
        ("row", "| 2005 | 1480 | 0.5 |"),
        ("row", "| 2009 | 1150.25 | 0.25 |"),
    ]
    assert extract.pages is None
    assert extract.warnings == ()


def test_each_sheet_has_its_heading_and_empty_ones_have_none() -> None:
    extract = read_xlsx(workbook(of_rows(["a"]), of_rows(), of_rows(["c"])))
    assert [text for kind, text in blocks_of(extract) if kind == "heading"] == ["Sheet 1", "Sheet 3"]


def test_empty_columns_and_rows_are_left_out() -> None:
    extract = read_xlsx(workbook(of_rows([], [None, "City", None, "Tons"], [None, "Cebu", None, 12], [None] * 4)))
    assert blocks_of(extract)[1:] == [("header_row", "| City | Tons |"), ("row", "| Cebu | 12 |")]


def test_merged_names_are_part_of_the_names_below_them() -> None:
    def fill(sheet: Worksheet) -> None:
        of_rows(["City", "Waste (t)", None], [None, "2005", "2009"], ["Cebu", 10, 12], ["Bago", 5, 6])(sheet)
        sheet.merge_cells("A1:A2")
        sheet.merge_cells("B1:C1")

    assert blocks_of(read_xlsx(workbook(fill)))[1:] == [
        ("header_row", "| City | Waste (t) 2005 | Waste (t) 2009 |"),
        ("row", "| Cebu | 10 | 12 |"),
        ("row", "| Bago | 5 | 6 |"),
    ]


def test_a_merged_label_stands_in_each_of_its_rows() -> None:
    def fill(sheet: Worksheet) -> None:
        of_rows(["Country", "City", "Tons"], ["Japan", "Kitakyushu", 1], [None, "Fukuoka", 2])(sheet)
        sheet.merge_cells("A2:A3")

    assert blocks_of(read_xlsx(workbook(fill)))[-1] == ("row", "| Japan | Fukuoka | 2 |")


def test_a_second_header_in_a_table_is_one() -> None:
    extract = read_xlsx(
        workbook(
            of_rows(
                ["Zone", "Sales 2023", "Profit 2023"], ["A", 1, 2], ["Zone", "Sales 2022", "Profit 2022"], ["A", 3, 4]
            )
        )
    )
    assert [kind for kind, _ in blocks_of(extract)[1:]] == ["header_row", "row", "header_row", "row"]


def test_a_spacer_row_does_not_part_a_header_from_its_values() -> None:
    extract = read_xlsx(workbook(of_rows(["City", "Tons"], [], ["Cebu", 12], ["Bago", 3])))
    assert [kind for kind, _ in blocks_of(extract)[1:]] == ["header_row", "row", "row"]


def test_notes_below_a_table_are_paragraphs() -> None:
    extract = read_xlsx(workbook(of_rows(["City", "Tons"], ["Cebu", 12], ["Source: the city's own count"])))
    assert blocks_of(extract)[-1] == ("paragraph", "Source: the city's own count")


def test_a_table_without_names_has_no_header() -> None:
    extract = read_xlsx(workbook(of_rows([1, 2, 3], [4, 5, 6])))
    assert [kind for kind, _ in blocks_of(extract)[1:]] == ["row", "row"]


def test_hidden_sheets_rows_and_columns_are_left_out_with_a_warning() -> None:
    def fill(sheet: Worksheet) -> None:
        of_rows(["City", "Tons", "Secret"], ["Cebu", 12, "x"], ["Bago", 3, "y"])(sheet)
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["C"].hidden = True

    def hide(sheet: Worksheet) -> None:
        sheet.append(["unseen"])
        sheet.sheet_state = "hidden"

    extract = read_xlsx(workbook(fill, hide))
    assert blocks_of(extract)[1:] == [("header_row", "| City | Tons |"), ("row", "| Cebu | 12 |")]
    assert extract.warnings == (
        'hidden columns of its sheet "Sheet 1" were not read',
        '1 hidden rows of its sheet "Sheet 1" were not read',
        'its hidden sheet "Sheet 2" was not read',
    )


def test_a_large_sheet_is_cut_with_a_warning() -> None:
    rows = "".join(f'<row r="{i}"><c><v>{i}</v></c><c><v>1</v></c></row>' for i in range(1, 20_011))
    extract = read_xlsx(raw(f"<sheetData>{rows}</sheetData>"))
    assert extract.warnings == ('of its sheet "One" only the first 20,000 rows were read',)
    assert blocks_of(extract)[-1] == ("row", "| 20000 | 1 |")


def test_a_wide_sheet_is_cut_with_a_warning() -> None:
    extract = read_xlsx(workbook(of_rows([*range(250)], [*range(250)])))
    assert extract.warnings == ('of its sheet "Sheet 1" only the first 200 columns were read',)


def test_one_long_string_in_every_cell_is_read_as_far_as_it_makes_sense() -> None:
    string = "word " * 6_000
    rows = "".join(f'<row r="{i}"><c t="s"><v>0</v></c><c><v>{i}</v></c></row>' for i in range(1, 2_001))
    merged = '<mergeCells><mergeCell ref="A1:A2000"/></mergeCells>'
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    strings = f"<sst {main}><si><t>{string}</t></si></sst>"
    extract = read_xlsx(raw(f"<sheetData>{rows}</sheetData>{merged}", sharedStrings=strings))
    assert len(extract.composition.text) < 12_000_000
    assert extract.warnings == ('of its sheet "One" only the first 334 rows were read',)
    only_first = rows.replace('<c t="s"><v>0</v></c>', "").replace('r="1">', 'r="1"><c t="s"><v>0</v></c>')
    spread = read_xlsx(raw(f"<sheetData>{only_first}</sheetData>{merged}", sharedStrings=strings))
    assert len(spread.composition.text) < 12_000_000


def test_a_row_far_down_costs_nothing() -> None:
    extract = read_xlsx(
        raw('<sheetData><row r="1"><c><v>1</v></c></row><row r="1048576"><c><v>2</v></c></row></sheetData>')
    )
    assert extract.warnings == ('of its sheet "One" only the first 20,000 rows were read',)


# Cells


def test_dates_percents_and_units_are_shown_as_in_the_sheet() -> None:
    def fill(sheet: Worksheet) -> None:
        of_rows(["Day", "Share", "Rate", "Sum"], [date(2005, 3, 31), 0.256, 12.3, 0.1 + 0.2])(sheet)
        sheet["B2"].number_format = "0.0%"
        sheet["C2"].number_format = '0.0" t/day"'

    assert blocks_of(read_xlsx(workbook(fill)))[-1] == ("row", "| 2005-03-31 | 25.6% | 12.3 t/day | 0.3 |")


def test_formulas_show_their_stored_result() -> None:
    cells = '<c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><f>NOW()</f></c><c r="C1" t="e"><v>#REF!</v></c><c r="D1"><v>7</v></c>'
    extract = read_xlsx(raw(f'<sheetData><row r="1">{cells}</row></sheetData>'))
    assert blocks_of(extract)[-1] == ("row", "| 2 | 7 |")
    assert extract.warnings == (
        "1 cells show an error instead of a value and were left empty",
        "1 formulas have no stored result; open and save the workbook to store them",
    )


def test_how_words_are_pronounced_is_no_part_of_them() -> None:
    strings = (
        "<sst MAIN><si><r><t>\u5317\u4e5d\u5dde</t></r><r><t>\u5e02</t></r><rPh><t>\u30ad\u30bf</t></rPh></si></sst>"
    )
    extract = read_xlsx(
        raw('<sheetData><row><c t="s"><v>0</v></c><c t="s"><v>9</v></c></row></sheetData>', sharedStrings=strings)
    )
    assert blocks_of(extract)[-1] == ("paragraph", "\u5317\u4e5d\u5dde\u5e02")


@pytest.mark.parametrize(
    ("number", "code", "text"),
    [
        (0.1 + 0.2, "General", "0.3"),
        (1 / 3, "General", "0.3333333333"),
        (2005.0, "General", "2005"),
        (1480, "#,##0", "1,480"),
        (2.675, "0.00", "2.68"),
        (0.5, "0%", "50%"),
        (-1234, "#,##0_);[Red](#,##0)", "-1,234"),
        (-81, '0;"- "0', "-81"),
        (1234567, '0.0,,"M"', "1.2M"),
        (1234, "[$\u00a5-411]#,##0", "\u00a51,234"),
        (0, '#,##0;-#,##0;"-"', "-"),
        (0, '_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)', "-"),
        (5, ";;;", ""),
        (38353, "yyyy-mm-dd", "2005-01-01"),
        (38353, "[$-411]ggge\u5e74m\u6708d\u65e5", "2005-01-01"),
        (38353, "mmm-yy", "2005-01"),
        (38353, "yyyy", "2005"),
        (38353.75, "d/m/yy h:mm", "2005-01-01 18:00"),
        (0.5, "h:mm AM/PM", "12:00"),
        (1.5, "[h]:mm", "36:00"),
        (59, "yyyy-mm-dd", "1900-02-28"),
        (61, "yyyy-mm-dd", "1900-03-01"),
        (-3, "yyyy-mm-dd", "-3"),
        (0.00012, "0.00E+00", "1.20E-04"),
        (2005, '0"\u5e74"', "2005\u5e74"),
        (1e300, "0.00", "1E+300"),
        (float("inf"), "0", ""),
    ],
)
def test_a_number_is_written_as_its_format_shows_it(number: float, code: str, text: str) -> None:
    assert shown(number, code) == text


def test_dates_may_count_from_1904() -> None:
    assert shown(0, "yyyy-mm-dd", from_1904=True) == "1904-01-01"


# Damage


def test_what_stands_before_damage_is_read() -> None:
    extract = read_xlsx(raw('<sheetData><row r="1"><c><v>1</v></c><c><v>2</v></c></row><row r="2"><c><v>3<'))
    assert blocks_of(extract)[-1] == ("row", "| 1 | 2 |")
    assert extract.warnings == ('its sheet "One" is damaged; what stands after row 1 was not read',)


def test_entities_are_not_expanded() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><sst><si><t>&a;</t></si></sst>'
    with pytest.raises(DocumentError, match="declares a document type"):
        read_xlsx(raw('<sheetData><row><c t="s"><v>0</v></c></row></sheetData>', sharedStrings=bomb))


def test_a_workbook_without_styles_is_read() -> None:
    assert blocks_of(read_xlsx(raw('<sheetData><row><c s="3"><v>1</v></c></row></sheetData>', styles="<broken")))[
        -1
    ] == (
        "paragraph",
        "1",
    )


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"no workbook"])
def test_what_is_no_workbook_is_refused(data: bytes) -> None:
    with pytest.raises(DocumentError):
        read_xlsx(data)
    with pytest.raises(DocumentError):
        read_xls(data)


def test_damaged_workbooks_give_text_or_a_reason() -> None:
    whole = workbook(of_rows(["City", "Tons"], ["Cebu", 12]), of_rows(["a"]))
    draw = random.Random(7)  # noqa: S311
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(draw.choice([1, 4, 40])):
            data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
        try:
            read_xlsx(bytes(data[: draw.randrange(len(data))] if draw.random() < 0.3 else data))
        except DocumentError as error:
            assert str(error)


# Old workbooks


def record(number: int, content: bytes) -> bytes:
    return struct.pack("<HH", number, len(content)) + content


def old_workbook() -> bytes:
    """A sheet as Excel 2.0 wrote it: records of a number, a length and a content."""

    def label(row: int, column: int, text: str) -> bytes:
        return record(0x0004, struct.pack("<HH3sB", row, column, b"\0\0\0", len(text)) + text.encode("latin-1"))

    def number(row: int, column: int, value: float) -> bytes:
        return record(0x0003, struct.pack("<HH3sd", row, column, b"\0\0\0", value))

    return (
        record(0x0009, struct.pack("<HH", 2, 0x10))
        + label(0, 0, "City")
        + label(0, 1, "Tons")
        + label(1, 0, "Cebu")
        + number(1, 1, 12.5)
        + label(2, 0, "Bago")
        + number(2, 1, 3.0)
        + record(0x000A, b"")
    )


def test_an_old_workbook_is_read_as_a_new_one() -> None:
    assert blocks_of(read_xls(old_workbook()))[1:] == [
        ("header_row", "| City | Tons |"),
        ("row", "| Cebu | 12.5 |"),
        ("row", "| Bago | 3 |"),
    ]


def test_formatted_empty_cells_of_an_old_workbook_are_not_looked_at() -> None:
    data, end = old_workbook(), record(0x000A, b"")
    blanks = b"".join(record(0x0001, struct.pack("<HH3x", row, 250)) for row in range(3, 16_000))
    started = time.process_time()
    extract = read_xls(data.removesuffix(end) + blanks + end)
    assert time.process_time() - started < 5
    assert len(extract.composition.blocks) == 4
    assert extract.warnings == ('of its sheet "Sheet 1" only the first 200 columns were read',)


def test_damaged_old_workbooks_give_text_or_a_reason() -> None:
    whole, draw = old_workbook(), random.Random(7)  # noqa: S311
    for _ in range(200):
        data = bytearray(whole)
        data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
        try:
            read_xls(bytes(data[: draw.randrange(len(data))] if draw.random() < 0.3 else data))
        except DocumentError as error:
            assert str(error)
