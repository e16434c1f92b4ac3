"""``kin money`` on the shipped corpus: what it prints, what it writes, what it refuses, how long it takes."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook

from kin_assistant import Assistant
from kin_assistant.cli.main import main
from kin_assistant.contributions.values import ContributionQuery
from kin_assistant.rendering import verified_contributions

SECONDS = 1.0
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def kin(capsys: pytest.CaptureFixture[str], shipped_index: Path) -> Run:
    """Runs the command on the shipped index: exit code, output, errors."""

    def run(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["money", "--index", str(shipped_index), *map(str, arguments)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def test_sums_are_printed_with_who_pays_and_their_sentences(kin: Run) -> None:
    code, out, _ = kin("bus rapid transit", "--city", "Almaty")
    assert code == 0
    line = next(line for line in out.splitlines() if "US$4,886,000 " in line)
    assert "money, in a form not told" in line and "Global Environment Facility" in line
    assert "Who is named" in out and "References" in out


def test_the_example_of_the_readme_is_what_is_printed(kin: Run, repository: Path) -> None:
    text = (repository / "README.md").read_text("utf-8")
    shown = text.split('$ kin money "bus rapid transit" --city Almaty')[1].split("```text\n")[1].split("[...]")[0]
    assert kin("bus rapid transit", "--city", "Almaty")[1].startswith(shown)


def test_a_funder_is_found_over_all_documents(kin: Run) -> None:
    found = json.loads(kin("--funder", "World Bank", "--role", "loan", "--json")[1])
    assert len(found["practices"]) > 1
    for one in found["contributions"]:
        assert one["role"] == "loan"
        assert "World Bank" in [party["name"] for party in one["parties"]]


def test_a_file_holds_all_rows(kin: Run, tmp_path: Path) -> None:
    code, out, _ = kin("landfill", "--out", tmp_path / "money.csv")
    rows = list(csv.reader((tmp_path / "money.csv").read_text("utf-8-sig").splitlines()))
    assert code == 0 and f"{len(rows) - 1} rows" in out
    assert kin("landfill", "--out", tmp_path / "money.xlsx")[0] == 0
    assert load_workbook(tmp_path / "money.xlsx").sheetnames == ["Money and partners", "Who is named"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["penguins", "--out", "x.csv"], "no sum of money and no partner on “penguins”"),
        (["--city", "Lahore"], "No document is about Lahore"),
        (["--funder", "Zorgbank"], "No document says that “Zorgbank” pays or takes part"),
        ([""], "The topic is empty"),
        (["waste", "--out", "x.pdf"], "x.pdf: money and partners are written as .csv or .xlsx."),
        (["landfill", "--out", "/nowhere/x.csv"], "/nowhere/x.csv cannot be written"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(
    kin: Run, arguments: list[str], said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = kin(*arguments)
    assert (code, out) == (1, "")
    assert err.startswith("kin: ") and said in err
    assert not list(tmp_path.iterdir())


def test_a_topic_of_which_nothing_is_known_is_an_answer(kin: Run) -> None:
    code, out, _ = kin("penguins")
    assert code == 0
    assert "The documents do not say this." in out


def test_a_role_that_there_is_not_is_wrong_use(kin: Run) -> None:
    with pytest.raises(SystemExit) as fault:
        kin("waste", "--role", "gift")
    assert fault.value.code == 2


def test_all_that_is_read_stands_in_its_document_and_comes_soon(assistant: Assistant) -> None:
    every = verified_contributions(assistant.contributions(), assistant.document)
    assert len(every.contributions) > 300
    assistant.contributions(ContributionQuery(topic="waste"))  # loads the embedding model
    for topic in ("landfill", "water losses", "composting"):
        start = time.perf_counter()
        assistant.contributions(ContributionQuery(topic=topic))
        assert time.perf_counter() - start < SECONDS, topic
