"""Public conversations are read in either layout, their faults are named, and each way to ask a turn is scored."""

from __future__ import annotations

import gzip
import json

import pytest

from eval.__main__ import main
from eval.conversations import read_conversations, score_folders
from eval.errors import CannotRunError
from eval.gates import Gates, judge_results
from eval.report import render_html, render_markdown
from eval.results import Results
from tests.eval.doubles import THINGS, ToyProduct, means_for, write_questions

ALONE, ALL, OURS, BY_HAND = (
    "the turn alone",
    "behind all turns before it",
    "as the product asks it",
    "as people rewrote it",
)
GATES = Gates(judge_on="test", invariants=(), metrics={})


def write_lines(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture
def rewritten(tmp_path):
    """Conversations with rewrites: a subject, a turn that leans on it, and one that does not."""
    folder = tmp_path / "rewritten"
    folder.mkdir()
    rows = []
    for number, (material, machine) in enumerate(THINGS.values()):
        turns = [
            (f"How is {material} collected?", f"How is {material} collected?"),
            ("Why is it important?", f"Why is collected {material} important?"),
            (f"What is a {machine} made of?", f"What is a {machine} made of?"),
        ]
        rows += [
            {"_id": f"{number}_{i}", "conversation": str(number), "turn": i, "text": text, "rewrite": rewrite}
            for i, (text, rewrite) in enumerate(turns, 1)
        ]
    write_lines(folder / "rewrites.jsonl", rows)
    return folder


@pytest.fixture
def tasks(tmp_path):
    """Conversations with passages: the later turn says nothing without the earlier one."""
    folder = tmp_path / "tasks"
    folder.mkdir()
    passages, rows = [], []
    for city, (material, machine) in THINGS.items():
        passages.append(
            {"_id": f"p-{city}", "title": city, "text": f"The {machine} for {material} was bought in June."}
        )
        first = f"What is done with {material}?"
        history = [{"speaker": "user", "text": first}, {"speaker": "agent", "text": "Nothing."}]
        rows.append({"_id": f"{city}<::>1", "history": [], "text": first, "passages": [f"p-{city}"]})
        rows.append(
            {"_id": f"{city}<::>2", "history": history, "text": "When was it bought?", "passages": [f"p-{city}"]}
        )
        rows.append({"_id": f"{city}<::>3", "history": history, "text": "Thank you", "passages": []})
    write_lines(folder / "corpus_partial.jsonl", passages)
    write_lines(folder / "tasks_with_reference.jsonl", rows)
    return folder


def score(*folders):
    means = means_for(ToyProduct())
    return score_folders(folders, lambda documents: means.index_documents(documents, folders[0]))


def test_a_turn_is_compared_with_the_one_that_people_wrote(rewritten):
    tables = score(rewritten)
    assert set(tables) == {"rewritten, held out", "rewritten, developed on"}
    for table in tables.values():
        assert set(table) == {ALONE, ALL, OURS, BY_HAND}
        assert all(figure.value == 1 for figure in table[BY_HAND].values())
        assert table[ALONE]["stem recall"].value == pytest.approx((1 / 3 + 1) / 2)
        assert table[ALONE]["stem precision"].value == 1
        assert (table[ALONE]["carried over"].value, table[ALONE]["rightly left alone"].value) == (0, 1)
        assert table[ALL]["stem recall"].value == 1
        assert table[ALL]["stem precision"].value == pytest.approx((1 + 2 / 5) / 2)
        assert (table[ALL]["carried over"].value, table[ALL]["rightly left alone"].value) == (1, 0)
        assert (table[OURS]["carried over"].value, table[OURS]["rightly left alone"].value) == (1, 1)


def test_conversations_are_held_out_by_a_hash_of_their_name(rewritten):
    sides = {turn.id.split("_")[0]: turn.side for turn in read_conversations(rewritten).turns}
    assert set(sides.values()) == {"held out", "developed on"}
    assert {turn.id.split("_")[0]: turn.side for turn in read_conversations(rewritten).turns} == sides


def test_first_turns_lean_on_nothing_and_are_left_out(rewritten, tasks):
    assert all(turn.history for folder in (rewritten, tasks) for turn in read_conversations(folder).turns)
    assert len(read_conversations(tasks).turns) == 2 * len(THINGS)


def test_the_answers_in_a_conversation_are_no_questions(tasks):
    assert all("Nothing." not in turn.history for turn in read_conversations(tasks).turns)


def test_passages_are_searched_with_each_way_to_ask(tasks):
    sought = set()
    product = ToyProduct()
    found = product.retriever.search

    class Retriever:
        def search(self, query, **options):
            sought.add(query)
            return found(query, **options)

    class Product(ToyProduct):
        retriever = Retriever()

    means = means_for(Product())
    tables = score_folders([tasks], lambda documents: means.index_documents(documents, tasks))
    assert "When was it bought?" in sought
    assert "What is done with glass? When was it bought?" in sought
    assert "Thank you" not in sought, "no passage answers it"
    assert {column for table in tables.values() for column in table[OURS]} == {"ndcg@10", "recall@5", "recall@10"}
    assert BY_HAND not in tables["tasks, held out"]


def test_compressed_files_are_read_alike(rewritten):
    plain = read_conversations(rewritten)
    path = rewritten / "rewrites.jsonl"
    (rewritten / "rewrites.jsonl.gz").write_bytes(gzip.compress(path.read_bytes()))
    path.unlink()
    assert read_conversations(rewritten) == plain


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({"_id": "x", "text": "And?", "passages": []}, "tasks_with_reference.jsonl:37: history must be a list"),
        ({"_id": "x", "text": "And?", "history": ["Why?"], "passages": []}, "jsonl:37: history must be a list"),
        ({"_id": "x", "text": "And?", "history": [], "passages": "p"}, "jsonl:37: history must be a list"),
        ({"text": "And?", "history": [], "passages": []}, "jsonl:37: the field _id"),
    ],
)
def test_a_fault_is_named(tasks, capsys, row, fault):
    with (tasks / "tasks_with_reference.jsonl").open("a") as file:
        file.write(json.dumps(row) + "\n")
    assert main(["conversations", str(tasks)], means_for(ToyProduct())) == 2
    assert fault in capsys.readouterr().err


def test_a_folder_without_conversations_is_named(tmp_path):
    with pytest.raises(CannotRunError, match=r"neither rewrites\.jsonl nor tasks_with_reference\.jsonl"):
        read_conversations(tmp_path)


def test_the_command_prints_a_table_or_json(rewritten, tasks, capsys):
    assert main(["conversations", str(rewritten), str(tasks)], means_for(ToyProduct())) == 0
    out = capsys.readouterr().out
    assert "rewritten, held out" in out
    assert "rightly left alone" in out
    assert main(["conversations", str(rewritten), "--json"], means_for(ToyProduct())) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["rewritten, held out"][BY_HAND]["stem F1"] == 1


def test_the_report_shows_them_or_says_that_they_were_not_measured(rewritten, tmp_path):
    arguments = ["run", "--questions", str(write_questions(tmp_path)), "--out", str(tmp_path), "--no-index-time"]
    arguments += ["--baseline", str(tmp_path / "none.json")]
    main(arguments, means_for(ToyProduct()))
    without = Results.read(tmp_path / "latest.json")
    main([*arguments, "--conversations", str(rewritten)], means_for(ToyProduct()))
    measured = Results.read(tmp_path / "latest.json")
    assert without.conversations == {}
    assert measured.conversations["rewritten, held out"][BY_HAND]["stem F1"].value == 1
    for results, shown in ((without, False), (measured, True)):
        verdict = judge_results(results, GATES, None)
        for report in (render_markdown(results, verdict), render_html(results, verdict, GATES)):
            assert ("rewritten, held out" in report) is shown
            assert ("were not measured" in report) is not shown
