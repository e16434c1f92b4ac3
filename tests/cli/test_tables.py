"""``kin records show`` and ``kin compare`` on the shipped corpus: what they print, what they write, what they refuse."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook

from kin_assistant import Assistant
from kin_assistant.cli.main import main

DIGEST = "surabaya-takakura-composting"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def kin(capsys: pytest.CaptureFixture[str], shipped_index: Path) -> Run:
    """Runs a command on the shipped index: exit code, output, errors."""

    def run(name: str, *arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main([*name.split(), "--index", str(shipped_index), *map(str, arguments)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def test_a_record_is_printed_field_by_field_with_its_references(kin: Run) -> None:
    code, out, _ = kin("records show", DIGEST)
    assert code == 0
    headings = [line for line in out.splitlines() if line.startswith("## ")]
    assert headings[:2] == ["## Situation before", "## What was done"]
    assert headings[-1] == "## References"
    assert "2001 residents' opposition forced the Keputih disposal site" in out


def test_a_record_as_json_holds_what_the_document_says(kin: Run, assistant: Assistant) -> None:
    _, out, _ = kin("records show", "--json", DIGEST)
    record = json.loads(out)
    text = assistant.document(DIGEST).text
    quoted = [citation for part in record["parts"] for citation in part["citations"]]
    assert quoted
    assert all(text[one["start"] : one["end"]] == one["quote"] for one in quoted)


def test_a_record_of_no_document_is_a_sentence(kin: Run) -> None:
    code, out, err = kin("records show", "atlantis")
    assert (code, out) == (1, "")
    assert err == 'kin: There is no document "atlantis". Run kin docs list to see what there is.\n'


def test_cities_are_compared_as_a_table_with_references(kin: Run) -> None:
    code, out, _ = kin(
        "compare", "household composting", "--cities", "Surabaya,Cebu,Bago", "--columns", "problem,action,cost"
    )
    assert code == 0
    rows = [line for line in out.splitlines() if line.startswith("| **")]
    assert [row.split("**")[1] for row in rows] == ["Surabaya", "Cebu", "Bago"]
    assert "no evidence in the documents" in rows[2]
    assert "[1] " in out.split("## References")[1]


def test_a_comparison_as_json_and_as_csv_say_the_same(kin: Run) -> None:
    arguments = ("compare", "waste banks", "--cities", "Makassar,Surabaya", "--columns", "action,results")
    comparison = json.loads(kin(*arguments, "--json")[1])
    rows = list(csv.reader(io.StringIO(kin(*arguments, "--csv")[1])))
    assert rows[0] == ["City", "What was done", "Results", "References"]
    assert [row[0] for row in rows[1:]] == [row["city"] for row in comparison["rows"]] == ["Makassar", "Surabaya"]
    for citation in comparison["citations"]:
        assert any(f"{citation['quote']} [{citation['number']}]" in cell for row in rows for cell in row)


def test_a_workbook_holds_the_table_and_its_references(kin: Run, tmp_path: Path) -> None:
    code, out, _ = kin("compare", "waste banks", "--xlsx", tmp_path / "banks.xlsx")
    assert code == 0
    book = load_workbook(tmp_path / "banks.xlsx")
    assert book.sheetnames == ["Comparison", "References"]
    assert f"{book['References'].max_row - 1} quotes" in out
    assert list(tmp_path.iterdir()) == [tmp_path / "banks.xlsx"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["waste", "--cities", "Lahore"], "No document is about Lahore"),
        (["waste", "--columns", "colour"], "There is no column “colour”"),
        (["waste", "--cities", ",".join(f"City {n}" for n in range(40))], "At most 20 cities"),
        (["penguin breeding", "--csv"], "No document is about “penguin breeding”."),
        (["waste banks", "--xlsx", "/no/such/folder/table.xlsx"], "/no/such/folder/table.xlsx cannot be written"),
        ([""], "question"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(kin: Run, arguments: list[str], said: str) -> None:
    code, out, err = kin("compare", *arguments)
    assert (code, out) == (1, "")
    assert err.startswith("kin: ") and said in err


def test_a_topic_of_which_nothing_is_known_is_said_in_place_of_a_table(kin: Run) -> None:
    code, out, _ = kin("compare", "penguin breeding")
    assert code == 0
    assert "**The documents do not say this.** No document is about “penguin breeding”." in out
    assert "|" not in out


def test_every_quote_of_a_comparison_is_of_its_city(assistant: Assistant) -> None:
    for topic in ("household composting", "septage", "bus rapid transit", "flood control", "waste fees"):
        comparison = assistant.compare(topic)
        of_number = {citation.number: citation for citation in comparison.citations}
        assert comparison.rows, topic
        for row in comparison.rows:
            assert all(row.city in of_number[number].cities for cell in row.cells for number in cell.numbers)
