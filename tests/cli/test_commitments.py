"""``kin commitments`` on the shipped corpus: what it prints, what it writes, what it refuses."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook

from kin_assistant import Assistant
from kin_assistant.cli.main import main
from kin_assistant.rendering import verified_commitments

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def kin(capsys: pytest.CaptureFixture[str], shipped_index: Path) -> Run:
    """Runs the command on the shipped index: exit code, output, errors."""

    def run(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["commitments", "--index", str(shipped_index), *map(str, arguments)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def test_a_commitment_is_printed_with_what_is_said_later(kin: Run) -> None:
    code, out, _ = kin("--city", "Shanghai")
    assert code == 0
    assert "by 2020, said in 2018 (Shanghai)" in out
    assert "Later, 2019:" in out
    assert "no longer black or malodorous" in out


def test_files_hold_all_of_them(kin: Run, tmp_path: Path) -> None:
    told = json.loads(kin("--city", "Kitakyushu", "--json")[1])
    assert kin("--city", "Kitakyushu", "--out", tmp_path / "c.csv")[0] == 0
    rows = list(csv.DictReader((tmp_path / "c.csv").read_text("utf-8-sig").splitlines()))
    assert {row["Number"] for row in rows} == {str(one["number"]) for one in told["commitments"]}
    assert kin("--city", "Kitakyushu", "--out", tmp_path / "c.xlsx")[0] == 0
    assert load_workbook(tmp_path / "c.xlsx").active.max_row == len(rows) + 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["penguins", "--out", "x.csv"], "no commitment on “penguins”"),
        (["--city", "Lahore"], "No document is about Lahore"),
        ([""], "The topic is empty"),
        (["waste", "--out", "x.pdf"], "x.pdf: commitments are written as .csv or .xlsx."),
        (["--city", "Shanghai", "--out", "/nowhere/x.csv"], "/nowhere/x.csv cannot be written"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(kin: Run, arguments: list[str], said: str) -> None:
    code, out, err = kin(*arguments)
    assert (code, out) == (1, "")
    assert err.startswith("kin: ") and said in err


def test_all_that_is_read_stands_in_its_document(assistant: Assistant) -> None:
    every = verified_commitments(assistant.commitments(), assistant.document)
    assert len(every.commitments) > 50
    assert any(one.later for one in every.commitments) and any(not one.later for one in every.commitments)
