"""Records and comparisons as Markdown, CSV and workbook: quotes whole, nothing taken for a formula or for markup."""

from __future__ import annotations

import csv
import io

import pytest
from openpyxl import load_workbook
from selectolax.lexbor import LexborHTMLParser

from kin_assistant.errors import KinError
from kin_assistant.rendering import (
    comparison_csv,
    comparison_html,
    comparison_markdown,
    comparison_xlsx,
    record_markdown,
    verified_table,
)
from kin_assistant.types import (
    Cell,
    Citation,
    Comparison,
    ComparisonRow,
    Document,
    DocumentInfo,
    LeadIn,
    Record,
    RecordPart,
)

HOSTILE = [
    "=1+1",
    "+SUM(A1)",
    "-2+3",
    "@cmd",
    '=HYPERLINK("http://x","y")',
    " =1+1",
    "a | b",
    "<b>bold</b>",
    "plain words",
]


HEAD = "| City | Cost | Paid by |"
ROW = "| Cebu | 5 pesos | |"


def citation(number: int, quote: str, start: int = 0, head: str = "") -> Citation:
    return Citation(
        number=number, passage_id="p", document_id="d", title="=Title", cities=("Cebu",), countries=(), years=None,
        heading="Results", page=None, start=start, end=start + len(quote), quote=quote,
        lead_in=LeadIn(start=0, end=len(head), text=head) if head else None,
    )  # fmt: skip


def comparison(*quotes: str) -> Comparison:
    rows = tuple(
        ComparisonRow(city="Cebu", cells=(Cell(column="results", numbers=(number,)), Cell(column="lessons")))
        for number, _ in enumerate(quotes, 1)
    )
    cited = tuple(citation(number, quote) for number, quote in enumerate(quotes, 1))
    return Comparison(topic="waste", columns=("results", "lessons"), rows=rows, citations=cited, build_id="b")


def test_no_cell_of_csv_begins_as_a_formula_does_and_each_holds_its_quote() -> None:
    rows = list(csv.reader(io.StringIO(comparison_csv(comparison(*HOSTILE)))))
    assert len(rows) == 1 + len(HOSTILE)
    for row, quote in zip(rows[1:], HOSTILE, strict=True):
        assert f"{quote} [" in row[1]
        assert row[2] == "no evidence in the documents"
        assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in row)


def test_no_cell_of_a_workbook_is_a_formula() -> None:
    book = load_workbook(io.BytesIO(comparison_xlsx(comparison(*HOSTILE))))
    for sheet in book:
        for row in sheet.iter_rows():
            assert all(cell.data_type in ("s", "n") and not (cell.data_type == "n" and cell.value) for cell in row)
    column = [cell.value for cell in book["References"]["B"]][1:]
    assert column == HOSTILE


def test_control_characters_cost_no_workbook() -> None:
    book = load_workbook(io.BytesIO(comparison_xlsx(comparison("a\x00b\x07c\ud800"))))
    assert book["References"]["B2"].value == "abc\ufffd"


def test_bars_and_markup_do_not_break_the_table() -> None:
    table = comparison_markdown(comparison(*HOSTILE)).splitlines()
    rows = [line for line in table if line.startswith("| **")]
    assert len(rows) == len(HOSTILE)
    assert all(row.replace("\\|", "").count("|") == 4 for row in rows)
    assert not any("<b>" in row.replace("\\<", "") for row in rows)


def test_a_row_of_a_table_stands_in_a_cell_without_its_bars() -> None:
    (row,) = (
        line
        for line in comparison_markdown(comparison("| Cebu | 5 pesos |")).splitlines()
        if "pesos" in line and "**" in line
    )
    assert "Cebu · 5 pesos [" in row
    assert "\\|" not in row


def test_in_every_format_of_a_comparison_a_row_stands_in_one_run_with_the_heads_of_its_columns() -> None:
    compared = comparison(ROW).model_copy(update={"citations": (citation(1, ROW, head=HEAD),)})
    run = "Cebu · Cost: 5 pesos [1]"
    assert f"| **Cebu** | {run} | no evidence" in comparison_markdown(compared)
    assert list(csv.reader(io.StringIO(comparison_csv(compared))))[1][1] == run
    book = load_workbook(io.BytesIO(comparison_xlsx(compared)))
    assert book["Comparison"]["B2"].value == run
    assert book["References"]["B2"].value == ROW, "what is quoted is word for word there"
    (shown,) = LexborHTMLParser(str(comparison_html(compared, asked=()))).css("td .kin-run")
    assert shown.text() == "| Cebu | Cost: 5 pesos | |"
    assert [label.text() for label in shown.css(".kin-head")] == ["Cost: "]


def test_a_comparison_shows_what_heads_a_row_of_another_width_and_an_item() -> None:
    cited = (citation(1, "| All | 5 |", head=HEAD), citation(2, "A law helped.", head="Reasons:"))
    compared = comparison("x", "y").model_copy(update={"citations": cited})
    markdown, html = comparison_markdown(compared), LexborHTMLParser(str(comparison_html(compared, asked=())))
    assert "City · Cost · Paid by All · 5 [1]" in markdown
    assert "Reasons: A law helped. [2]" in markdown
    assert [node.text() for node in html.css(".kin-row")] == [HEAD, "| All | 5 |"]
    assert "Reasons: A law helped." in html.text()


def test_a_refused_comparison_has_its_reason_and_no_table() -> None:
    refused = Comparison(topic="x", columns=("results",), reason="No document is about it.", build_id="b")
    assert comparison_markdown(refused) == "# x\n\n**The documents do not say this.** No document is about it.\n"


def test_a_record_has_its_fields_as_headings_and_a_reference_for_each_quote() -> None:
    info = DocumentInfo(id="d", path="d.md", sha256="0", title="Waste in Cebu", cities=("Cebu",), years=(2001, 2005))
    parts = (RecordPart(field="results", citations=(citation(1, "It fell."),)),)
    text = record_markdown(Record(document=info, parts=parts, build_id="b"))
    assert "# Waste in Cebu\n\nCebu (2001-2005)\n\n## Results\n\n- It fell. [1]\n\n## References\n\n[1] " in text
    rows = (RecordPart(field="finance", citations=(citation(1, ROW, head=HEAD),)),)
    assert "- Cebu · Cost: 5 pesos [1]" in record_markdown(Record(document=info, parts=rows, build_id="b"))
    empty = record_markdown(Record(document=info, build_id="b"))
    assert "No sentence of this document tells a field of a record." in empty


def test_a_quote_that_differs_by_a_character_is_not_shown() -> None:
    document = Document(id="d", path="d", sha256="0", title="t", text="It fell. It rose.")
    good = comparison("It fell.")
    assert verified_table(good, lambda _: document) is good
    with pytest.raises(KinError, match="differs from its document"):
        verified_table(comparison("It fell!"), lambda _: document)

    def missing(_: str) -> Document:
        raise KeyError

    with pytest.raises(KinError, match="differs from its document"):
        verified_table(good, missing)
