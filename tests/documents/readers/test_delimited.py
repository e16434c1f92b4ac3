"""From CSV and TSV files to rows under their header."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kin_assistant.documents.readers.composition import Extract
from kin_assistant.documents.readers.delimited import read_delimited
from kin_assistant.errors import DocumentError


def blocks_of(extract: Extract) -> list[tuple[str, str]]:
    composition = extract.composition
    return [(block.kind, composition.text[block.start : block.end]) for block in composition.blocks]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    lines = (["City", "Waste (t)", "Year"], ["Cebu", "12", "2005"], ["Bago", "3", "2009"])
    extract = read_delimited("\r\n".join(delimiter.join(line) for line in lines).encode())
    assert blocks_of(extract) == [
        ("header_row", "| City | Waste (t) | Year |"),
        ("row", "| Cebu | 12 | 2005 |"),
        ("row", "| Bago | 3 | 2009 |"),
    ]
    assert extract.warnings == ()


def test_commas_in_cells_do_not_hide_semicolons() -> None:
    extract = read_delimited(b"City;Share\nCebu;1,5\nBago;2,5\n")
    assert blocks_of(extract)[1] == ("row", "| Cebu | 1,5 |")


def test_quoted_cells_keep_delimiters_line_ends_and_quotes() -> None:
    extract = read_delimited(b'City,Note,Tons\n"Ubon, Thailand","first\nsecond ""third""",7\n')
    assert blocks_of(extract)[-1] == ("row", '| Ubon, Thailand | first second "third" | 7 |')


def test_the_line_that_tells_excel_the_delimiter_is_obeyed() -> None:
    assert blocks_of(read_delimited(b"sep=#\na#b\n1#2\n"))[-1] == ("row", "| 1 | 2 |")


def test_a_quotation_mark_that_is_not_closed_swallows_nothing() -> None:
    rows = "".join(f"row {i},{i}\n" for i in range(300))
    extract = read_delimited(f'name,count\n"open,1\n{rows}'.encode())
    assert blocks_of(extract)[-1] == ("row", "| row 299 | 299 |")
    assert extract.warnings == ("a quotation mark in it is not closed; quotation marks were read as text",)


def test_ragged_rows_are_filled_up() -> None:
    extract = read_delimited(b"City,Tons,Year\nCebu,12\nBago,3,2009\n")
    assert blocks_of(extract)[1] == ("row", "| Cebu | 12 | |")


def test_titles_and_notes_are_paragraphs() -> None:
    extract = read_delimited(b"Waste of two cities\n\nCity,Tons\nCebu,12\nBago,3\n\nSource: the cities\n")
    assert [kind for kind, _ in blocks_of(extract)] == ["paragraph", "header_row", "row", "row", "paragraph"]


def test_accents_come_out_right_in_any_encoding() -> None:
    text = "Ville;D\u00e9chets\nOrl\u00e9ans;12\n"
    for encoding in ("utf-8-sig", "utf-16", "cp1252"):
        assert blocks_of(read_delimited(text.encode(encoding)))[0] == ("header_row", "| Ville | D\u00e9chets |")


def test_years_may_be_names_of_columns() -> None:
    assert blocks_of(read_delimited(b"City,2005,2009\nCebu,12,9\n"))[0] == ("header_row", "| City | 2005 | 2009 |")


def test_a_table_of_numbers_has_no_header() -> None:
    assert [kind for kind, _ in blocks_of(read_delimited(b"1,2,3\n4,5,6\n"))] == ["row", "row"]


def test_a_long_table_is_cut_with_a_warning_and_in_time() -> None:
    started = time.perf_counter()
    extract = read_delimited(b"City,Tons\n" + b"Cebu,12\n" * 30_000)
    assert extract.warnings == ("only the first 20,000 rows were read",)
    assert len(extract.composition.blocks) == 20_000
    assert time.perf_counter() - started < 10


def test_a_very_long_cell_is_read() -> None:
    extract = read_delimited(b"City,Note\nCebu," + b"word " * 60_000 + b"end\n")
    assert extract.composition.text.endswith("word end |")


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(DocumentError, match="not a text file"):
        read_delimited(bytes(range(256)) * 10)


@given(st.text(alphabet=st.sampled_from('ab1 ,;\t|"\n'), max_size=200))
def test_no_letter_of_a_table_is_lost(source: str) -> None:
    read = read_delimited(b"x" + source.encode()).composition.text
    assert sum(map(read.count, "ab1")) == sum(map(source.count, "ab1"))
