"""``kin package`` on the shipped corpus: what it prints and writes, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from time import perf_counter

import pytest
from docx import Document
from pypdf import PdfReader

from kin_assistant import Assistant
from kin_assistant.briefs.brief import Brief
from kin_assistant.errors import BriefError
from kin_assistant.rendering import verified_table
from tests.cli.conftest import Run

ID = "dumaguete-septage"


def test_a_package_is_printed_by_what_whoever_repeats_it_asks(kin: Run) -> None:
    code, out, err = kin("package", ID)
    assert (code, err) == (0, "")
    assert [line for line in out.splitlines() if line.startswith("## ")] == [
        "## Why it was done", "## Steps", "## Who took part", "## What it cost and who paid", "## What came of it",
        "## Conditions and lessons", "## Whom to ask", "## Sources of the document", "## What the document does not say",
        "## References", "## Annex: all quotes",
    ]  # fmt: skip
    assert "The document names no contact." in out
    assert "On contacts no sentence of the document was found." in out


def test_it_holds_all_that_the_record_does(assistant: Assistant) -> None:
    package, record = assistant.package(ID), assistant.record(ID)
    assert {one.quote for one in package.citations} == {one.quote for one in record.citations}
    assert verified_table(package, assistant.document) is package


def test_it_is_written_in_each_format_and_opened_again_as_a_brief(
    kin: Run, tmp_path: Path, assistant: Assistant
) -> None:
    quote = assistant.package(ID).citations[0].quote
    for kind in ("docx", "pdf", "html", "md", "json"):
        assert kin("package", ID, "--out", tmp_path / f"p.{kind}")[0] == 0
    assert quote in "\n".join(one.text for one in Document(str(tmp_path / "p.docx")).paragraphs)
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(tmp_path / "p.pdf").pages).split())
    assert quote in text
    assert Brief.model_validate(json.loads((tmp_path / "p.json").read_text("utf-8"))).documents == (ID,)
    code, out, _ = kin("brief", "--from", tmp_path / "p.json")
    assert code == 0 and "## Steps" in out


def test_every_document_that_tells_a_field_has_a_package_soon(assistant: Assistant) -> None:
    for info in assistant.documents[::20]:
        start = perf_counter()
        assert assistant.package(info.id).citations, info.id
        assert perf_counter() - start < 1.0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "There is no document “nowhere”"),
        ([ID, "--out", "x.txt"], "x.txt: a package is written as .docx"),
        ([ID, "--out", "/nowhere/x.docx"], "/nowhere/x.docx cannot be written"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(kin: Run, arguments: list[str], said: str) -> None:
    code, out, err = kin("package", *arguments)
    assert (code, out) == (1, "")
    assert err.startswith("kin: ") and said in err


def test_a_file_that_may_hold_somebodys_work_is_not_replaced(kin: Run, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text("{}", "utf-8")
    code, _, err = kin("package", ID, "--out", tmp_path / "p.json")
    assert code == 1 and "is there already" in err


def test_the_assistant_refuses_an_unknown_document(assistant: Assistant) -> None:
    with pytest.raises(BriefError, match="There is no document"):
        assistant.package("nowhere")
