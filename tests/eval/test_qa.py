"""Any question set is judged on any folder of documents."""

from __future__ import annotations

import json

from eval.__main__ import main
from tests.eval import doubles
from tests.eval.doubles import ToyProduct, means_for, write_questions


def qa(folder, product, *more):
    return main(["qa", str(write_questions(folder)), "--corpus", str(folder), *more], means_for(product))


def test_all_questions_are_judged_without_a_split(tmp_path, capsys):
    assert qa(tmp_path, ToyProduct(), "--json") == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["figures"]["refusal.f1"]["questions"] > 0
    assert printed["figures"]["answers.vital_nuggets"]["questions"] == 3 * len(doubles.THINGS)
    assert printed["tuning"] == {}
    assert "records" not in printed


def test_records_and_a_page_on_demand(tmp_path, capsys):
    assert qa(tmp_path, ToyProduct(), "--json", "--records", "--html", str(tmp_path / "out.html")) == 0
    assert len(json.loads(capsys.readouterr().out)["records"]) == 5 * len(doubles.THINGS)
    assert "How good the answers are" in (tmp_path / "out.html").read_text()


def test_a_broken_invariant_is_told(tmp_path, capsys):
    assert qa(tmp_path, doubles.CutQuotes(ToyProduct())) == 1
    assert "FAILED  whole_quotes" in capsys.readouterr().err


def test_an_index_that_is_not_there_ends_with_2(tmp_path, capsys):
    assert main(["--index", str(tmp_path / "none"), "--no-index-time"]) == 2
    assert "There is no index yet" in capsys.readouterr().err
