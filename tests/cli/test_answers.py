"""``kin ask --out`` on the shipped corpus: what it writes, and what it refuses."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from kin_assistant import Assistant
from kin_assistant.cli.main import main
from tests.rendering.transcripts.test_files import words_in

QUESTION = "How was the fare paid on Suroboyo Bus?"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def kin(capsys: pytest.CaptureFixture[str], shipped_index: Path) -> Run:
    """Runs ``kin ask`` on the shipped index: exit code, output, errors."""

    def run(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["ask", "--index", str(shipped_index), *map(str, arguments)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.mark.parametrize("suffix", [".docx", ".pdf", ".md", ".txt"])
def test_an_answer_is_written_with_every_quote(kin: Run, assistant: Assistant, tmp_path: Path, suffix: str) -> None:
    target = tmp_path / f"answer{suffix}"
    answer = assistant.ask(QUESTION)
    code, out, err = kin(QUESTION, "--out", target)
    assert (code, out, err) == (0, f"Written to {target}: {len(answer.citations)} quotes.\n", "")
    words = words_in(target.read_bytes(), suffix)
    assert all(citation.quote in words for citation in answer.citations)


@pytest.mark.parametrize(("suffix", "start"), [(".bib", "@misc{surabaya-bottle-bus,"), (".ris", "TY  - GEN\r\n")])
def test_the_references_are_written_one_for_a_document(kin: Run, tmp_path: Path, suffix: str, start: str) -> None:
    target = tmp_path / f"answer{suffix}"
    assert kin(QUESTION, "--out", target)[0] == 0
    text = target.read_bytes().decode()
    assert text.startswith(start) and text.count(start) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--out", "answer.odt"], "an answer is written as .docx, .pdf, .md, .txt, .bib, .ris or .json."),
        (["--out", "answer.docx", "--json"], "leave out --json, --why and --prose, or --out"),
        (["--out", "answer.docx", "--why"], "leave out --json, --why and --prose, or --out"),
        (["--out", "no/such/folder/answer.docx"], "cannot be written"),
    ],
)
def test_what_cannot_be_written_is_a_sentence(
    kin: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = kin(QUESTION, *arguments)
    assert (code, out) == (1, "")
    assert said in err
    assert list(tmp_path.iterdir()) == []


def test_a_refusal_has_no_references(kin: Run, tmp_path: Path) -> None:
    code, _, err = kin("What did Lahore do about waste?", "--out", tmp_path / "answer.bib")
    assert (code, err) == (1, "kin: No document is quoted, so there are no references.\n")
    assert list(tmp_path.iterdir()) == []


def test_a_batch_still_writes_its_results_there(kin: Run, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"question": "What did Lahore do about waste?"}\n', "utf-8")
    assert kin("--batch", tmp_path / "in.jsonl", "--out", tmp_path / "out.jsonl")[0] == 0
    assert '"abstained": true' in io.StringIO((tmp_path / "out.jsonl").read_text("utf-8")).readline()
