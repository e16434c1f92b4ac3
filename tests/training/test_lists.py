"""Lists by subject are judged by documents that were marked."""

from __future__ import annotations

import json
from pathlib import Path

from training.lists import LISTS, Found, Marked, report

CORPUS = Path(__file__).resolve().parents[2] / "corpus"


def test_every_marked_document_is_in_the_corpus():
    rows = [json.loads(line) for line in LISTS.read_text("utf-8").splitlines()]
    known = {path.stem for path in CORPUS.glob("*.md")}
    assert len({row["id"] for row in rows}) == len(rows) == 90
    for row in rows:
        assert known.issuperset([*row["documents"], *row["also"]]), row["id"]
        assert not set(row["documents"]) & set(row["also"]), row["id"]


def test_the_report_counts_what_is_listed():
    fits = Marked("buses", frozenset({"a", "b"}), frozenset({"c"}))
    none = Marked("whales", frozenset(), frozenset({"c"}))
    found = [Found(fits, frozenset({"a", "c", "d"})), Found(none, frozenset({"c"})), Found(none, frozenset({"e"}))]
    assert report(found) == "recall 0.50, precision 0.20, with those that touch it 0.60, 1 of 2 without a document"
