"""The comparison with a plain pipeline: its larger corpora, its figures, a whole run, and what it says if it cannot run."""

from __future__ import annotations

import json
import math
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import namedtuple
from pathlib import Path

import pytest

from eval.beir import read_collection
from eval.errors import CannotRunError
from kin_assistant.corpus.frontmatter import parse_front_matter
from kin_assistant.models.embedder import find_model
from tools.comparison.__main__ import grow, main
from tools.comparison.copies import write_copies
from tools.comparison.documents import find_split, own_questions, public_questions, read_texts, spread
from tools.comparison.measuring import Bench, Figures, mean_ndcg
from tools.comparison.messages import Workload
from tools.comparison.plain import share_read
from tools.comparison.process import Deadline
from tools.comparison.report import LeftOut, Measured, Outcome, as_json, draw_growth, lines_left_out, table

THREE = ("dhaka-two-stroke-ban", "surabaya-waste-banks", "seoul-pay-as-you-throw")


@pytest.fixture
def corpus(tmp_path: Path, shipped_corpus: Path) -> Path:
    folder = tmp_path / "three"
    folder.mkdir()
    for name in THREE:
        shutil.copy(shipped_corpus / f"{name}.md", folder)
    return folder


@pytest.fixture
def public(tmp_path: Path) -> Path:
    folder = tmp_path / "public"
    (folder / "qrels").mkdir(parents=True)
    texts = {"iron": "Rust eats the iron of old bridges.", "milk": "Cows give milk.", "snow": "Snow fell on the pass."}
    rows = [{"_id": key, "title": key.capitalize(), "text": text} for key, text in texts.items()]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    queries = [{"_id": "q1", "text": "What harms bridges?"}, {"_id": "q2", "text": "Which animals give milk?"}]
    (folder / "queries.jsonl").write_text("".join(json.dumps(row) + "\n" for row in queries), "utf-8")
    (folder / "qrels" / "dev.tsv").write_text("query-id\tcorpus-id\tscore\nq1\tiron\t1\nq2\tmilk\t1\n", "utf-8")
    return folder


def figures(**values: float | list[float]) -> Figures:
    common = {"passages": 10, "characters": 1000, "seconds": [2.0], "search_ms": [1.0, 3.0], "ingest_mb": 300.0}
    return Figures(**{**common, "search_mb": 200.0, "disk_mb": 1.0, **values})


def measured(times: int = 1, **ours: float | list[float]) -> Measured:
    return Measured("The corpus", 3 * times, {"ours": figures(**ours), "plain": figures(ndcg=0.5)}, times)


# Larger corpora


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in folder.iterdir()}


def test_copies_are_the_same_in_every_run(corpus: Path, tmp_path: Path) -> None:
    assert write_copies(corpus, tmp_path / "a", 4) == write_copies(corpus, tmp_path / "b", 4) == 12
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_the_first_are_the_documents_themselves_and_all_differ(shipped_corpus: Path, tmp_path: Path) -> None:
    count = write_copies(shipped_corpus, tmp_path / "larger", 3)
    found = contents(tmp_path / "larger")
    bodies = {text.split("---", 2)[-1] for name, text in found.items() if name.endswith(".md")}
    assert len(bodies) == count
    for path in shipped_corpus.glob("*-*.md"):
        assert found[path.name] == path.read_text("utf-8")


def test_copies_have_other_places_and_figures_and_the_same_source_marks(corpus: Path, tmp_path: Path) -> None:
    write_copies(corpus, tmp_path / "larger", 2)
    before = (corpus / "dhaka-two-stroke-ban.md").read_text("utf-8")
    copy = (tmp_path / "larger" / "dhaka-two-stroke-ban-001.md").read_text("utf-8")
    assert "Dhaka" in before
    assert "Dhaka" not in copy
    front = parse_front_matter(copy.split("---", 2)[1], what="its front matter")
    assert front.id == "dhaka-two-stroke-ban-001"
    assert len(front.cities) == 1
    assert copy.count(front.cities[0]) == before.count("Dhaka")
    assert copy.count("[1]") == before.count("[1]") > 0
    figures_before, figures_after = (
        [word for word in text.split("---", 2)[-1].split() if word.isdigit() and word[0] != "0"]
        for text in (before, copy)
    )
    assert len(figures_before) == len(figures_after)
    assert all(map(str.__ne__, figures_before, figures_after))


def test_documents_without_front_matter_are_copied_too(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "note.md").write_text("# Note\n\nThe bridge cost 300 dollars in 1999 [1].\n", "utf-8")
    assert write_copies(corpus, tmp_path / "larger", 2) == 2
    copy = (tmp_path / "larger" / "note-001.md").read_text("utf-8")
    assert "300" not in copy
    assert "1999" not in copy
    assert "[1]" in copy


# Documents and questions


def test_both_forms_of_documents_are_read(corpus: Path, public: Path) -> None:
    found = dict(read_texts(Workload(name="own", folder=corpus)))
    assert found.keys() == set(THREE)
    assert all(text.startswith("# ") for text in found.values())
    assert dict(read_texts(Workload(name="public", folder=public, split="dev")))["milk"] == "Milk\nCows give milk."


def test_the_judgements_of_a_public_set_are_found(public: Path) -> None:
    assert find_split(public) == find_split(public, "dev") == "dev"
    questions = public_questions(Workload(name="public", folder=public, split="dev"))
    assert questions.grades == read_collection(public, "dev").grades
    assert questions.texts["q2"] == "Which animals give milk?"
    with pytest.raises(CannotRunError, match="no judgements test, only dev"):
        find_split(public, "test")


def test_questions_of_the_project_are_judged_where_their_documents_are_all_there(repository: Path) -> None:
    files = sorted((repository / "eval" / "questions").glob("*.jsonl"))
    found = own_questions(files, THREE)
    assert found.grades
    assert all(judged.keys() <= set(THREE) for judged in found.grades.values())
    assert found.grades.keys() < found.texts.keys()
    assert not own_questions(files, ["other"]).grades


def test_queries_are_taken_at_equal_distances() -> None:
    assert spread("abcdefghij", 5) == ("a", "c", "e", "g", "i")
    assert spread("ab", 5) == ("a", "b")


# Figures


def test_ndcg_is_that_of_the_evaluation_and_counts_a_document_once() -> None:
    grades = {"q1": {"a": 1}, "q2": {"b": 1}, "q3": {"c": 1}}
    found = {"q1": ("a",), "q2": ("x", "x", "x", "b"), "q3": ()}
    assert mean_ndcg(grades, found) == pytest.approx((1 + 1 / math.log2(3) + 0) / 3)


def test_the_share_that_the_network_reads_falls_with_long_passages() -> None:
    tokenizer = find_model("bundled") / "tokenizer.json"
    assert share_read(["Cows give milk."], tokenizer) == 1
    assert share_read(["milk " * 508], tokenizer) == pytest.approx(0.5, abs=0.01)


def test_the_table_gives_ratios() -> None:
    lines = [" ".join(line.split()) for line in table(measured(seconds=[1.0], search_ms=[1.0], ndcg=0.6))]
    assert "ingest, passages a second 10.0 5.0 2.00" in lines
    assert "nDCG@10 of documents 0.6000 0.5000 1.20" in lines
    assert not [line for line in lines if line.startswith("whole answer")]


def test_a_size_that_was_left_out_is_said_and_drawn(tmp_path: Path) -> None:
    left_out = LeftOut(100, 300, "3 minutes are needed and 1 are left.", {"ours": 600.0, "plain": 1200.0})
    outcome = Outcome([measured(), measured(10)], [left_out])
    (line,) = lines_left_out(outcome.left_out)
    assert line.startswith("100x (300 documents) was left out: 3 minutes are needed")
    assert "ours 10 min, plain 20 min" in line
    assert json.loads(as_json(outcome))["left_out"][0]["seconds"] == {"ours": 600.0, "plain": 1200.0}
    draw_growth(outcome, tmp_path / "growth.png")
    assert (tmp_path / "growth.png").read_bytes().startswith(b"\x89PNG")


def test_a_size_is_left_out_where_the_time_or_the_disk_will_not_do(corpus: Path, tmp_path: Path) -> None:
    outcome = Outcome([measured(seconds=[60.0])])
    grow(Bench(tmp_path, Deadline(5)), corpus, 10, outcome, ["a"])
    grow(Bench(tmp_path, Deadline(600)), corpus, 100, Outcome([measured(disk_mb=1e9)], outcome.left_out), ["a"])
    late, large = outcome.left_out
    assert (late.times, late.documents, late.seconds) == (10, 30, {"ours": 600.0, "plain": 20.0})
    assert late.reason == "10 minutes are needed and 5 are left (--minutes)."
    assert "MB of disk are needed" in large.reason
    assert len(outcome.measured) == 1


# Runs


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    temporary = folder / "temporary"
    temporary.mkdir()
    return subprocess.run(
        [sys.executable, "-m", "tools.comparison", *arguments, "--plot", str(folder / "growth.png")],
        env=os.environ | {"TMPDIR": str(temporary)}, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.usefixtures("model")
def test_three_documents_and_a_public_set_are_measured_on_both_sides(
    corpus: Path, public: Path, tmp_path: Path
) -> None:
    done = run(
        tmp_path, "--corpus", str(corpus), "--public", str(public), "--most", "1", "--rounds", "1", "--queries", "4",
        "--json", str(tmp_path / "figures.json"),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "ingest, passages a second" in done.stdout
    assert not list((tmp_path / "temporary").iterdir())
    assert (tmp_path / "growth.png").exists()
    own, other = json.loads((tmp_path / "figures.json").read_text("utf-8"))["measured"]
    assert (own["documents"], other["documents"]) == (3, 3)
    for side in ("ours", "plain"):
        assert own["figures"][side]["passages"] >= 3
        assert len(own["figures"][side]["search_ms"]) == 4
        assert own["figures"][side]["seconds"][0] > 0
        assert own["figures"][side]["ingest_mb"] > 50
        assert own["figures"][side]["ndcg"] > 0.5
        assert other["figures"][side]["ndcg"] == 1
    assert own["figures"]["plain"]["share_read"] < own["figures"]["ours"]["share_read"] == 1
    assert len(own["figures"]["ours"]["answer_ms"]) == 4
    assert not own["figures"]["plain"]["answer_ms"]


def test_an_interrupted_run_leaves_nothing(corpus: Path, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with subprocess.Popen(
        [sys.executable, "-m", "tools.comparison", "--corpus", str(corpus)],
        env=os.environ | {"TMPDIR": str(temporary)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        until = time.monotonic() + 60
        while not list(temporary.glob("kin-bench-*/ours.log")) and time.monotonic() < until:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors == "Interrupted.\n"
    assert not list(temporary.glob("kin-bench-*"))


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["--plot", "/dev/null", *arguments]) == 2
    return capsys.readouterr().err


def test_what_cannot_be_measured_is_said(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing, empty = str(tmp_path / "missing"), tmp_path / "empty"
    empty.mkdir()
    assert "/dev/null/here: " in refused(capsys, "--corpus", str(corpus), "--plot", "/dev/null/here/growth.png")
    assert f"There is no folder {missing}." in refused(capsys, "--corpus", missing)
    assert f"There is no Markdown file in {empty}." in refused(capsys, "--corpus", str(empty))
    assert f"There is no folder {missing}." in refused(capsys, "--corpus", str(corpus), "--public", missing)
    assert "is no public set in BEIR layout" in refused(capsys, "--corpus", str(corpus), "--public", str(empty))


def test_a_fault_of_a_public_set_is_named(corpus: Path, public: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (public / "qrels" / "dev.tsv").write_text("q1 iron\n", "utf-8")
    assert "dev.tsv:1: not a query" in refused(capsys, "--corpus", str(corpus), "--public", str(public))


def test_a_full_disk_is_said(corpus: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 10**7))
    assert "has 10 MB left, and 1000 MB are needed." in refused(capsys, "--corpus", str(corpus))


def test_too_little_time_is_said(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(capsys, "--corpus", str(corpus), "--minutes", "0.001")
    assert "The 0.001 minutes were over before the first size was measured. Give more with --minutes." in said


@pytest.mark.parametrize("arguments", [["--minutes", "0"], ["--minutes", "x"], ["--rounds", "0"], ["--most", "7"]])
def test_a_wrong_option_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "Traceback" not in capsys.readouterr().err
