"""Sheets for readers: always the same requests, nothing filled in, and read back without losing a fault."""

from __future__ import annotations

import csv
from collections import Counter

import pytest

from eval.__main__ import main
from eval.errors import CannotRunError
from eval.lines import Request
from eval.questions import read_questions
from eval.sheets import choose_requests, make_sheet, read_sheets
from tests.eval.doubles import THINGS, ToyProduct, means_for, write_requests


@pytest.fixture
def requests(tmp_path):
    return [item for item in read_questions(write_requests(tmp_path)) if isinstance(item, Request)]


def read_rows(path):
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def fill(path, ratings):
    rows = read_rows(path)
    for row, rating in zip(rows, ratings, strict=False):
        row["rating"] = rating
    with path.open("w", newline="", encoding="utf-8") as stream:
        sheet = csv.DictWriter(stream, list(rows[0]))
        sheet.writeheader()
        sheet.writerows(rows)


def test_the_same_requests_are_chosen_from_each_kind_whatever_their_order(requests):
    chosen = choose_requests(requests, 9)
    assert chosen == choose_requests(reversed(requests), 9)
    assert Counter(request.kind for request in chosen) == {"fact": 4, "list": 4, "talk": 1}
    assert choose_requests(requests, 3) == chosen[:3]
    assert len(choose_requests(requests, 1000)) == len(requests)


def test_a_sheet_has_the_answers_and_no_rating(tmp_path, requests):
    path = tmp_path / "sheet.csv"
    make_sheet(path, choose_requests(requests, 6), ToyProduct(), lambda: "abc123")
    rows = read_rows(path)
    assert len(rows) == 6
    assert {row["rating"] for row in rows} == {row["remark"] for row in rows} == {""}
    assert {(row["build"], row["commit"]) for row in rows} == {("toy", "abc123")}
    answered = next(row for row in rows if row["question"].startswith("How many"))
    assert "tonnes" in answered["answer"]
    assert "kind" not in rows[0]


def test_a_sheet_is_not_written_over(tmp_path, requests):
    path = tmp_path / "sheet.csv"
    path.write_text("mine")
    with pytest.raises(CannotRunError, match="exists"):
        make_sheet(path, requests, ToyProduct(), lambda: "abc123")
    assert path.read_text() == "mine"


def test_a_question_that_looks_like_a_formula_is_text(tmp_path):
    request = Request(id="r", question="=1+1", kind="talk")
    make_sheet(tmp_path / "sheet.csv", [request], ToyProduct(), lambda: "abc123")
    assert read_rows(tmp_path / "sheet.csv")[0]["question"] == "'=1+1"


def test_ratings_are_summarised_by_kind_and_blank_rows_left_out(tmp_path, requests):
    path, kinds = tmp_path / "sheet.csv", {request.id: request.kind for request in requests}
    make_sheet(path, choose_requests(requests, 6), ToyProduct(), lambda: "abc123")
    fill(path, ["3", "0", "2", "", "1"])
    found = read_sheets([path, path], kinds)
    assert found["all"].ratings == (3, 0, 2, 1) * 2
    assert found["all"].mean == 1.5
    assert found["all"].good == 0.5
    assert sum(len(summary.ratings) for kind, summary in found.items() if kind != "all") == 8


def test_rows_that_cannot_be_used_are_named(tmp_path, requests):
    path = tmp_path / "sheet.csv"
    make_sheet(path, choose_requests(requests, 2), ToyProduct(), lambda: "abc123")
    fill(path, ["good", "3"])
    with pytest.raises(CannotRunError) as caught:
        read_sheets([path, tmp_path / "gone.csv"], {request.id: request.kind for request in requests})
    assert len(caught.value.reasons) == 2
    assert "row 1: the rating is 'good'" in caught.value.reasons[0]
    with pytest.raises(CannotRunError, match="there is no request"):
        read_sheets([path], {})


def test_the_command_makes_a_sheet_and_reads_it(tmp_path, capsys):
    questions, sheet = write_requests(tmp_path), tmp_path / "sheet.csv"
    command = ["ratings", "--requests", str(questions)]
    assert main([*command, "--make", str(sheet), "--count", "5"], means_for(ToyProduct())) == 0
    assert "5 answers to rate" in capsys.readouterr().out
    assert main([*command, "--read", str(sheet)], means_for(ToyProduct())) == 2
    assert "No row has a rating." in capsys.readouterr().err
    fill(sheet, ["2"] * len(THINGS))
    assert main([*command, "--read", str(sheet)], means_for(ToyProduct())) == 0
    assert "2.00" in capsys.readouterr().out
