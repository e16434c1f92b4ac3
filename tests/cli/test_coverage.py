"""``kin coverage`` on the shipped corpus and on small ones: what it prints, what it writes, what it refuses."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook

from kin_assistant import Assistant
from kin_assistant.cli.main import main
from kin_assistant.index.build import sync
from kin_assistant.models.embedder import Embedder
from tests.conftest import NOW, Write

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def kin(capsys: pytest.CaptureFixture[str], shipped_index: Path) -> Run:
    """Runs the command on the shipped index: exit code, output, errors."""

    def run(*arguments: object, index: Path = shipped_index) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["coverage", "--index", str(index), *map(str, arguments)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def test_the_coverage_is_printed_with_what_is_missing(kin: Run, assistant: Assistant) -> None:
    code, out, _ = kin()
    assert code == 0
    assert f"{len(assistant.documents)} documents: " in out
    for heading in (
        "Themes with the fewest documents",
        "Documents by theme and country",
        "Cities",
        "Documents by the years",
    ):
        assert f"\n{heading}" in out


def test_as_json_it_is_the_coverage(kin: Run, assistant: Assistant) -> None:
    code, out, _ = kin("--json")
    assert code == 0
    assert json.loads(out) == assistant.coverage().model_dump(mode="json")


def test_the_matrix_is_written_as_csv_and_everything_as_a_workbook(
    kin: Run, tmp_path: Path, assistant: Assistant
) -> None:
    coverage = assistant.coverage()
    code, out, _ = kin("--out", tmp_path / "coverage.csv")
    rows = list(csv.reader((tmp_path / "coverage.csv").read_text("utf-8-sig").splitlines()))
    assert (code, len(rows)) == (0, len(coverage.themes) + 2)
    assert (
        out
        == f"Written to {tmp_path}/coverage.csv: {len(coverage.themes)} themes, {len(coverage.countries)} countries.\n"
    )
    assert kin("--out", tmp_path / "coverage.XLSX")[0] == 0
    assert load_workbook(tmp_path / "coverage.XLSX")["Cities"].max_row == len(coverage.cities) + 1


@pytest.mark.parametrize("name", ["coverage.pdf", "coverage", "coverage.csv.gz"])
def test_another_format_is_refused_and_nothing_is_written(kin: Run, tmp_path: Path, name: str) -> None:
    code, out, err = kin("--out", tmp_path / name)
    assert (code, out) == (1, "")
    assert err == f"kin: {tmp_path / name}: coverage is written as .csv or .xlsx.\n"
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_said_so(kin: Run, tmp_path: Path) -> None:
    code, _, err = kin("--out", tmp_path / "nowhere" / "coverage.csv")
    assert code == 1
    assert "cannot be written" in err


def test_an_index_that_is_not_there_is_said_so(kin: Run, tmp_path: Path) -> None:
    code, _, err = kin(index=tmp_path)
    assert code == 1
    assert "kin sync" in err


def test_documents_without_metadata_and_with_absurd_years(
    kin: Run, write: Write, model: Embedder, prepared_root: Path, tmp_path: Path
) -> None:
    folder = write(
        {
            "plain.txt": "A note.\n\nIt says nothing of anything that could be counted.",
            "late.md": "---\ntitle: Bins to come\nyears: 1700-2099\n---\nBins will stand at every corner.",
        }
    )
    sync(folder, tmp_path / "index", model, now=NOW)
    code, out, err = kin(index=tmp_path / "index")
    assert (code, err) == (0, "")
    assert "so there is no table of themes and countries." in out
    assert "1 document names years after 2026, when the index was built: Bins to come (2099)." in out
