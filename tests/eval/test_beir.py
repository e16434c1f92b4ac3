"""Any collection in BEIR layout is read, plain or compressed, and its faults are named."""

from __future__ import annotations

import gzip
import json

import pytest

from eval.__main__ import main
from eval.beir import read_collection
from eval.errors import CannotRunError
from tests.eval.doubles import THINGS, ToyProduct, means_for

MEASURES = {"ndcg@10", "recall@10", "recall@100"}


@pytest.fixture
def folder(tmp_path):
    corpus = [
        {
            "_id": f"{city.lower()}-waste",
            "title": f"Waste in {city}",
            "text": f"It is {material}. A {machine} was bought.",
        }
        for city, (material, machine) in THINGS.items()
    ]
    queries = [{"_id": str(i), "text": f"tonnes of {material}"} for i, (material, _) in enumerate(THINGS.values())]
    judged = [(str(i), f"{city.lower()}-waste", "1") for i, city in enumerate(THINGS)]
    (tmp_path / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in corpus))
    (tmp_path / "queries.jsonl").write_text(
        "".join(json.dumps(row) + "\n" for row in [*queries, {"_id": "x", "text": "?"}])
    )
    (tmp_path / "qrels").mkdir()
    rows = [("query-id", "corpus-id", "score"), *judged]
    (tmp_path / "qrels" / "test.tsv").write_text("".join("\t".join(row) + "\n" for row in rows))
    return tmp_path


def test_every_method_is_scored_as_json(folder, capsys):
    assert main(["beir", str(folder), "--json"], means_for(ToyProduct())) == 0
    scores = json.loads(capsys.readouterr().out)
    assert set(scores) == {"shipped", "convex", "rrf", "lexical", "dense"}
    assert all(set(row) == MEASURES for row in scores.values())
    assert scores["shipped"]["ndcg@10"] == 1
    assert scores["dense"]["ndcg@10"] < 1


def test_the_table_names_the_speed(folder, capsys):
    assert main(["beir", str(folder)], means_for(ToyProduct())) == 0
    out = capsys.readouterr().out
    assert "12 documents, 12 queries" in out
    assert "queries/s" in out


def test_compressed_files_are_read_alike(folder):
    plain = read_collection(folder, "test")
    for name in ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv"):
        path = folder / name
        (folder / f"{name}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    assert read_collection(folder, "test") == plain


def test_documents_keep_their_id_title_and_text(folder):
    document = read_collection(folder, "test").documents[0]
    assert (document.id, document.title, document.text) == (
        "alba-waste",
        "Waste in Alba",
        "It is glass. A kiln was bought.",
    )


def test_a_document_without_words_is_known_and_never_found(folder):
    with (folder / "corpus.jsonl").open("a") as file:
        file.write('{"_id": "empty", "title": "", "text": " "}\n')
    with (folder / "qrels" / "test.tsv").open("a") as file:
        file.write("0\tempty\t1\n")
    collection = read_collection(folder, "test")
    assert len(collection.documents) == 12
    assert collection.grades["0"] == {"alba-waste": 1, "empty": 1}


@pytest.mark.parametrize(
    ("name", "line", "fault"),
    [
        ("corpus.jsonl", "{", "corpus.jsonl:13: not JSON"),
        ("corpus.jsonl", "[]", "corpus.jsonl:13: not an object"),
        ("corpus.jsonl", '{"text": "x"}', "corpus.jsonl:13: the field _id"),
        ("corpus.jsonl", '{"_id": "alba-waste", "text": "x"}', "corpus.jsonl:13: the id alba-waste is taken"),
        ("queries.jsonl", '{"_id": "9"}', "queries.jsonl:14: the field text"),
        ("qrels/test.tsv", "0\tnowhere\t1", "test.tsv:14: there is no document nowhere"),
        ("qrels/test.tsv", "0\talba-waste\tyes", "test.tsv:14: not a query"),
        ("qrels/test.tsv", "0 alba-waste 1", "test.tsv:14: not a query"),
        ("qrels/test.tsv", "lost\talba-waste\t1", "judged queries that are not there: lost"),
    ],
)
def test_a_fault_is_named(folder, capsys, name, line, fault):
    with (folder / name).open("a") as file:
        file.write(f"{line}\n")
    with pytest.raises(CannotRunError) as caught:
        read_collection(folder, "test")
    assert fault in str(caught.value)
    assert main(["beir", str(folder)], means_for(ToyProduct())) == 2
    assert fault in capsys.readouterr().err


def test_a_missing_split_is_named(folder):
    with pytest.raises(CannotRunError, match=r"train\.tsv: there is no such file, nor train\.tsv\.gz"):
        read_collection(folder, "train")
