"""Money and partners as text, CSV, workbook and HTML: beside their sentences, and nothing taken for a formula or for markup."""

from __future__ import annotations

import csv
import io

import pytest
from openpyxl import load_workbook

from kin_assistant.contributions.values import Contribution, Contributions, Funder, Party, Practice
from kin_assistant.errors import KinError
from kin_assistant.indicators.values import Figure, Span
from kin_assistant.rendering import (
    contributions_csv,
    contributions_html,
    contributions_text,
    contributions_xlsx,
    verified_contributions,
)
from kin_assistant.types import Citation, Document

QUOTE = "=Bank <b>of</b> Cebu lent 5 million pesos (US$90,000) for trucks."


def span(text: str) -> Span:
    start = QUOTE.index(text)
    return Span(start=start, end=start + len(text), text=text)


def found(**more: object) -> Contributions:
    citation = Citation(
        number=1, passage_id="p", document_id="d", title="=Title", cities=("Cebu",), countries=(), years=None,
        heading="Cost", page=None, start=0, end=len(QUOTE), quote=QUOTE,
    )  # fmt: skip
    bank = Party(name="=Bank", kind="organisation", words=span("=Bank"))
    figure = Figure(value=5e6, unit="PHP", status="planned", written=span("5 million pesos"))
    one = Contribution(
        number=1, role="loan", told_by=span("lent"), parties=(bank,), figure=figure, equals=(span("US$90,000"),),
        purpose=span("for trucks"), place="Cebu", years=(2009, 2009), citation=1,
    )  # fmt: skip
    practice = Practice(
        document_id="d", title="=Title", cities=("Cebu",), countries=(), years="2009-2012", numbers=(1,)
    )
    funder = Funder(name="=Bank", kind="organisation", roles=("loan",), documents=1, numbers=(1,))
    return Contributions.model_validate(
        {
            "topic": "trucks", "found": 1, "contributions": (one,), "practices": (practice,), "funders": (funder,),
            "citations": (citation,), "build_id": "b", **more,
        }
    )  # fmt: skip


def test_a_row_is_printed_with_its_sum_role_payer_and_sentence() -> None:
    text = contributions_text(found())
    line = next(line for line in text.splitlines() if line.startswith("1."))
    assert line.split() == ["1.", "5", "million", "pesos", "(US$90,000)", "loan", "(planned)", "=Bank"]
    assert "for trucks · Cebu, 2009" in text
    assert f"“{QUOTE}” [1]" in " ".join(text.split())
    assert "=Bank: loan (1 document; see 1)" in text
    assert text.splitlines()[2] == "1 sum of money from 1 document."


def test_no_cell_of_csv_begins_as_a_formula_does() -> None:
    header, row = csv.reader(io.StringIO(contributions_csv(found())))
    told = dict(zip(header, row, strict=True))
    assert told["Practice"] == "'=Title"
    assert told["Who"] == "'=Bank"
    assert told["Sentence"] == f"'{QUOTE}"
    assert (told["Sum"], told["Money"], told["First year"]) == ("5000000", "PHP", "2009")


def test_a_workbook_has_texts_and_numbers_and_no_formulas() -> None:
    book = load_workbook(io.BytesIO(contributions_xlsx(found())))
    assert book.sheetnames == ["Money and partners", "Who is named"]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert 5_000_000 in [cell.value for cell in cells]
    assert "=Bank" in [cell.value for cell in cells]


def test_html_sets_off_who_and_how_much_and_escapes_markup() -> None:
    html = str(contributions_html(found(), asked=[("topic", "trucks")]))
    assert "<strong>5 million pesos</strong>" in html and "<strong>=Bank</strong>" in html
    assert "<b>of</b>" not in html and "&lt;b&gt;of" in html
    assert 'formaction="money/money.xlsx"' in html
    assert '<span class="kin-flag">planned</span>' in html


def test_without_rows_the_reason_stands_in_their_place() -> None:
    nothing = Contributions(topic="trucks", reason="The documents name nothing.", build_id="b")
    assert contributions_text(nothing) == "trucks\n\nThe documents do not say this. The documents name nothing.\n"
    assert "The documents name nothing." in str(contributions_html(nothing, asked=[]))


def test_words_that_do_not_stand_in_their_sentence_are_not_shown() -> None:
    document = Document(id="d", path="d.md", sha256="0" * 64, title="=Title", text=QUOTE)
    assert verified_contributions(found(), {"d": document}.__getitem__)
    one = found().contributions[0]
    wrong = one.model_copy(update={"purpose": Span(start=0, end=3, text="for")})
    with pytest.raises(KinError, match="differs from its document"):
        verified_contributions(found(contributions=(wrong,)), {"d": document}.__getitem__)
