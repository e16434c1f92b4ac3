"""``kin training-sheet`` on the shipped corpus: what it prints and writes, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from time import perf_counter

import pytest
from docx import Document
from pypdf import PdfReader

from kin_assistant import Assistant
from kin_assistant.briefs.brief import Brief
from kin_assistant.rendering import verified_table
from tests.cli.conftest import Run

THEME = "waste banks"


def test_a_sheet_is_printed_with_questions_answers_terms_and_what_is_left_open(kin: Run) -> None:
    code, out, err = kin("training-sheet", "waste", "banks")
    assert (code, err) == (0, "")
    headings = [line for line in out.splitlines() if line.startswith("## ")]
    assert headings[:2] == ["## Questions", "## 1\\. What did Surabaya do about waste banks?"]
    assert headings[-4:] == [
        "## Glossary", "## To discuss: what the documents do not say", "## References", "## Annex: all quotes",
    ]  # fmt: skip
    glossary = out.partition("## Glossary")[2].partition("## To discuss")[0]
    assert "Waste bank\n" in glossary
    assert "> A waste bank buys sorted recyclables from members" in glossary


def test_it_is_written_in_each_format_and_opened_again_as_a_brief(
    kin: Run, tmp_path: Path, assistant: Assistant
) -> None:
    sheet = assistant.training_sheet(THEME)
    assert verified_table(sheet, assistant.document) is sheet
    for kind in ("docx", "pdf", "html", "md", "json"):
        assert kin("training-sheet", THEME, "--out", tmp_path / f"s.{kind}")[0] == 0
    quote, question = sheet.citations[0].quote, sheet.sections[1].heading
    for text in (
        "\n".join(one.text for one in Document(str(tmp_path / "s.docx")).paragraphs),
        " ".join(" ".join(page.extract_text() for page in PdfReader(tmp_path / "s.pdf").pages).split()),
        (tmp_path / "s.html").read_text("utf-8"),
    ):
        assert quote in text
        assert question in text
        assert f"2. {question}" not in text, "a heading with a number of its own gets no other"
    assert Brief.model_validate(json.loads((tmp_path / "s.json").read_text("utf-8"))) == sheet
    code, out, _ = kin("brief", "--from", tmp_path / "s.json")
    assert code == 0 and "## Glossary" in out


def test_it_comes_soon_and_is_the_same_again(assistant: Assistant) -> None:
    first = assistant.training_sheet("air quality")
    start = perf_counter()
    assert assistant.training_sheet("air quality") == first
    assert perf_counter() - start < 3.0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["penguins"], "No document tells a practice on “penguins”"),
        (["What is a waste bank?"], "A question is for kin ask."),
        ([""], "A training sheet needs a theme"),
        (["\u043c\u0443\u0441\u043e\u0440"], "cannot be used"),
        ([THEME, "--out", "x.txt"], "x.txt: a training sheet is written as .docx"),
        ([THEME, "--out", "/nowhere/x.docx"], "/nowhere/x.docx cannot be written"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(kin: Run, arguments: list[str], said: str) -> None:
    code, out, err = kin("training-sheet", *arguments)
    assert (code, out) == (1, "")
    assert err.startswith("kin: ") and said in err


def test_a_file_that_may_hold_somebodys_work_is_not_replaced(kin: Run, tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text("{}", "utf-8")
    code, _, err = kin("training-sheet", THEME, "--out", tmp_path / "s.json")
    assert code == 1 and "is there already" in err
