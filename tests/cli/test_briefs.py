"""``kin brief`` on the shipped corpus: what it prints and writes, what it says of changed quotes, what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import pytest
from docx import Document
from pypdf import PdfReader

from kin_assistant import Assistant
from kin_assistant.briefs.brief import Brief
from kin_assistant.cli.main import main

TITLE = "Community composting for Hai Phong"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def kin(capsys: pytest.CaptureFixture[str], shipped_index: Path) -> Run:
    """Runs ``kin brief`` on the shipped index: exit code, output, errors."""

    def run(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["brief", "--index", str(shipped_index), *map(str, arguments)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.fixture
def draft(kin: Run, tmp_path: Path) -> Path:
    """A brief as a file."""
    assert kin(TITLE, "--out", tmp_path / "brief.json")[0] == 0
    return tmp_path / "brief.json"


def change(draft: Path, **fields: object) -> str:
    """Change the first quote in the file; its words before."""
    brief = json.loads(draft.read_text("utf-8"))
    quote = next(item for section in brief["sections"] for item in section["items"] if item["kind"] == "quote")
    before = str(quote["quote"])
    quote.update(fields)
    draft.write_text(json.dumps(brief), "utf-8")
    return before


def test_a_brief_is_printed_as_markdown_with_its_sections(kin: Run) -> None:
    code, out, err = kin(TITLE)
    assert (code, err) == (0, "")
    headings = [line for line in out.splitlines() if line.startswith("## ")]
    assert headings == [
        "## Background", "## What peers did", "## Results", "## Costs and finance", "## Lessons",
        "## How it could be replicated", "## What the documents do not say", "## References", "## Annex: all quotes",
    ]  # fmt: skip
    assert "No quote is about Hai Phong (Viet Nam)." in out
    assert "> " in out and "[1.1]" in out


def words_in(file: Path) -> str:
    """All words of a file; of a PDF with one space between them."""
    match file.suffix:
        case ".docx":
            return "\n".join(paragraph.text for paragraph in Document(str(file)).paragraphs)
        case ".pdf":
            return " ".join(" ".join(page.extract_text() for page in PdfReader(file).pages).split())
        case _:
            return file.read_text("utf-8")


@pytest.mark.parametrize("suffix", [".docx", ".html", ".md", ".json", ".pdf"])
def test_every_format_is_written_with_every_quote(kin: Run, assistant: Assistant, tmp_path: Path, suffix: str) -> None:
    target = tmp_path / f"brief{suffix}"
    code, out, _ = kin(TITLE, "--out", target)
    quotes = [citation.quote for citation in assistant.propose_brief(TITLE).citations]
    assert code == 0
    assert out == f"Written to {target}: 7 sections, {len(quotes)} quotes.\n"
    assert list(tmp_path.iterdir()) == [target]
    if suffix in (".docx", ".pdf"):
        text = words_in(target)
        assert all(quote in text for quote in quotes)


def test_every_quote_of_a_printed_structure_is_a_span_of_its_document(kin: Run, assistant: Assistant) -> None:
    brief = Brief.model_validate_json(kin(TITLE, "--json")[1])
    assert len(brief.quotes) > 15
    for quote in brief.quotes:
        assert assistant.document(quote.document_id).text[quote.start : quote.end] == quote.quote


def test_a_brief_is_edited_and_opened_again(kin: Run, draft: Path, tmp_path: Path) -> None:
    brief = json.loads(draft.read_text("utf-8"))
    dropped = brief["sections"][0]["items"].pop(0)["quote"]
    brief["sections"][0]["items"].insert(0, {"kind": "text", "text": "The mayor asked for this."})
    brief["sections"].append({"heading": "What we propose", "items": [{"kind": "text", "text": "A pilot."}]})
    draft.write_text(json.dumps(brief), "utf-8")
    code, out, err = kin("--from", draft)
    assert (code, err) == (0, "")
    assert dropped not in out
    assert "\nThe mayor asked for this.\n" in out
    assert "\n## What we propose\n\nA pilot.\n" in out
    assert kin("--from", draft, "--out", tmp_path / "brief.docx")[0] == 0
    styles = {paragraph.text: paragraph.style.name for paragraph in Document(str(tmp_path / "brief.docx")).paragraphs}
    assert styles["The mayor asked for this."] == "Body Text"


@pytest.mark.parametrize("suffix", [".docx", ".html", ".md", ".json", ".pdf"])
def test_a_changed_quote_is_never_shown_as_one_and_the_command_says_so(
    kin: Run, draft: Path, tmp_path: Path, suffix: str
) -> None:
    change(draft, quote="Composting solves everything.")
    target = tmp_path / f"out{suffix}"
    code, _, err = kin("--from", draft, "--out", target)
    assert code == 3
    assert err.startswith("kin: Altered: ") and "Composting solves everything." in err
    if suffix == ".json":
        states = [quote.state for quote in Brief.model_validate_json(target.read_bytes()).quotes]
        assert states[0] == "altered" and set(states[1:]) == {"exact"}
        return
    text = words_in(target)
    assert "Composting solves everything." not in text
    assert "is left out: its words were changed" in text


def test_a_quote_at_another_place_is_found_and_said(kin: Run, draft: Path) -> None:
    words = change(draft, start=0, end=5)
    code, out, err = kin("--from", draft)
    assert code == 0
    assert err.startswith("kin: Moved: ")
    assert words in out


def test_a_quote_of_a_document_that_is_away_is_said(kin: Run, draft: Path) -> None:
    change(draft, document_id="removed-last-year")
    code, out, err = kin("--from", draft)
    assert code == 3
    assert err.startswith("kin: Gone: removed-last-year no longer says")
    assert "the document no longer holds it" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "A brief needs a topic"),
        ([""], "A brief needs a topic"),
        (["Hai Phong"], "names a place and no topic"),
        (["penguin breeding"], "No document is about “penguin breeding”."),
        (["composting", "--cities", "Lahore"], "No document is about Lahore (Pakistan). Nearest are"),
        (["composting", "--cities", ",".join(f"City {n}" for n in range(40))], "At most 20 cities"),
        (["composting", "--documents", "atlantis"], "There is no document “atlantis”."),
        (["composting", "--out", "brief.odt"], "brief.odt: a brief is written as .docx, .html, .json, .md or .pdf."),
        (["composting", "--out", "brief"], "brief: a brief is written as"),
        (["composting", "--out", "/no/such/folder/brief.docx"], "/no/such/folder/brief.docx cannot be written"),
        (["--from", "/no/such/brief.json"], "/no/such/brief.json cannot be read: No such file"),
        (["--from", "/"], "/ cannot be read: Is a directory"),
        (["composting", "--from", "brief.json"], "leave out the topic"),
        (["--from", "brief.json", "--cities", "Cebu"], "leave out the topic"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(kin: Run, arguments: list[str], said: str) -> None:
    code, out, err = kin(*arguments)
    assert (code, out) == (1, "")
    assert err.startswith("kin: ") and said in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("# Compost", "is not whole JSON"),
        ('{"answer": 42}', "is JSON, but not the file of a brief"),
        ('{"format": "kin-brief", "version": 9}', "is a brief of version 9"),
    ],
)
def test_a_file_that_is_no_brief_is_refused_and_stays_as_it_is(
    kin: Run, tmp_path: Path, content: str, said: str
) -> None:
    file = tmp_path / "brief.json"
    file.write_text(content)
    code, out, err = kin("--from", file, "--out", file)
    assert (code, out) == (1, "")
    assert said in err
    assert file.read_text() == content


def test_a_brief_of_another_corpus_is_refused(kin: Run, draft: Path) -> None:
    draft.write_text(draft.read_text("utf-8").replace('"document_id": "', '"document_id": "another-').replace(
        '"library": "KIN Assistant"', '"library": "Another Network"'))  # fmt: skip
    code, _, err = kin("--from", draft)
    assert code == 1
    assert "None of the documents that this brief quotes is in this library. It is a brief of “Another Network”." in err


def test_a_failed_export_leaves_the_earlier_file(kin: Run, tmp_path: Path) -> None:
    target = tmp_path / "brief.md"
    target.write_text("earlier")
    assert kin("penguin breeding", "--out", target)[0] == 1
    assert target.read_text() == "earlier"
    assert list(tmp_path.iterdir()) == [target]


def test_a_draft_that_somebody_works_on_is_not_replaced_by_a_new_one(kin: Run, draft: Path, tmp_path: Path) -> None:
    change(draft, why="checked by hand")
    before = draft.read_bytes()
    other = tmp_path / "other.json"
    other.write_text("somebody's")
    for arguments in ([TITLE, "--out", draft], ["--from", draft, "--out", other]):
        code, _, err = kin(*arguments)
        assert code == 1
        assert "is there already and may hold somebody's work. Open it with --from" in err
    assert draft.read_bytes() == before
    assert other.read_text() == "somebody's"


def test_a_draft_is_brought_up_to_date_in_its_own_file(kin: Run, draft: Path) -> None:
    words = change(draft, start=0, end=5)
    assert kin("--from", draft, "--out", draft)[0] == 0
    quote = Brief.model_validate_json(draft.read_bytes()).quotes[0]
    assert (quote.quote, quote.state) == (words, "moved")


def test_quotes_of_a_brief_are_sentences_and_none_stands_twice(assistant: Assistant) -> None:
    for title in ("Septage management for Lahore", "Bus rapid transit", "Waste banks in Makassar", "Flood control"):
        quotes = [quote.quote for quote in assistant.propose_brief(title).quotes]
        assert len(quotes) > 5, title
        assert len(quotes) == len(set(quotes)), title
        assert all(quote.rstrip('"”)').endswith((".", "!", "?")) for quote in quotes), title


def test_what_an_answer_cites_can_be_pinned_to_a_brief(assistant: Assistant) -> None:
    answer = assistant.ask("How was the fare paid on Suroboyo Bus?")
    pinned = assistant.pin(answer.citations[0])
    brief = assistant.propose_brief("Plastic waste")
    (section, *rest) = brief.sections
    with_it = brief.model_copy(update={"sections": (section.model_copy(update={"items": (pinned,)}), *rest)})
    opened = assistant.reopen_brief(with_it)
    assert opened.quotes[0].quote == answer.citations[0].quote
    assert opened.quotes[0].state == "exact"


def test_a_brief_is_proposed_and_opened_again_within_a_second(assistant: Assistant) -> None:
    assistant.propose_brief(TITLE)
    started = perf_counter()
    brief = assistant.propose_brief("Household composting for Lahore")
    assert assistant.reopen_brief(brief) == brief
    assert perf_counter() - started < 1
