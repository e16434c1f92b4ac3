"""The product's retrieval on any test collection in BEIR layout."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.errors import CannotRunError
from eval.rankings import document_ranking, judge
from eval.runner import METHODS, Method, Product
from kin_assistant.types import Document

__all__ = [
    "Collection",
    "Scores",
    "find_documents",
    "plain_document",
    "read_collection",
    "read_field",
    "read_rows",
    "score_collection",
]

MEASURES: Mapping[str, str] = {"nDCG@10": "ndcg@10", "R@10": "recall@10", "R@100": "recall@100"}
DOCUMENTS = 100
"""Documents needed for each query."""
DEPTHS = (150, 300)
"""Passages asked for: at first as many as mostly hold 100 documents, then as many as always do, at most three of each."""


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents, queries, and for each query the grade of every judged document."""

    documents: tuple[Document, ...]
    queries: Mapping[str, str]
    grades: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Scores:
    """What a method achieves on a collection."""

    figures: Mapping[str, float]
    queries_per_second: float


def read_collection(folder: Path, split: str) -> Collection:
    """Read ``corpus.jsonl``, ``queries.jsonl`` and ``qrels/<split>.tsv``, each optionally compressed (``.gz``).

    Queries without a judgement in the split are left out. Raises ``CannotRunError`` that names the file and line of a
    fault.
    """
    documents: list[Document] = []
    known: set[str] = set()
    for where, row in read_rows(folder / "corpus.jsonl"):
        key = read_field(where, row, "_id")
        if key in known:
            raise CannotRunError(f"{where}: the id {key} is taken")
        known.add(key)
        if document := plain_document(key, row):
            documents.append(document)
    grades: dict[str, dict[str, int]] = {}
    for where, query, document_id, grade in _judgements(folder / "qrels" / f"{split}.tsv"):
        if document_id not in known:
            raise CannotRunError(f"{where}: there is no document {document_id}")
        grades.setdefault(query, {})[document_id] = grade
    queries = {
        read_field(where, row, "_id"): read_field(where, row, "text")
        for where, row in read_rows(folder / "queries.jsonl")
    }
    if lost := sorted(grades.keys() - queries.keys()):
        raise CannotRunError(f"{folder}: judged queries that are not there: {', '.join(lost[:5])}")
    if not grades:
        raise CannotRunError(f"{folder}: the split {split} judges no query")
    return Collection(tuple(documents), {key: queries[key] for key in sorted(grades)}, grades)


def score_collection(
    product: Product, collection: Collection, methods: Sequence[Method] = METHODS
) -> dict[Method, Scores]:
    """Search every query with every method; a document ranks where its best passage does."""
    scores: dict[Method, Scores] = {}
    for method in methods:
        started = time.perf_counter()
        found = {key: find_documents(product, query, method) for key, query in collection.queries.items()}
        seconds = time.perf_counter() - started
        rankings = {key: document_ranking(collection.grades[key], documents) for key, documents in found.items()}
        values = judge(rankings, tuple(MEASURES))
        figures = {
            name: sum(row[measure] for row in values.values()) / len(values) for measure, name in MEASURES.items()
        }
        scores[method] = Scores(figures, len(found) / seconds)
    return scores


def find_documents(product: Product, query: str, method: Method) -> list[str]:
    """Ids of the documents found, in the order of their best passages."""
    documents: list[str] = []
    for depth in DEPTHS:
        hits = product.retriever.search(query, limit=depth, method=method)
        documents = list(dict.fromkeys(hit.document_id for hit in hits))
        if len(documents) >= DOCUMENTS or len(hits) < depth:
            break
    return documents


def plain_document(key: str, row: Mapping[str, Any]) -> Document | None:
    """A document of a test collection, read as plain text; None where it has no words and can never be found."""
    from kin_assistant.documents.readers.text import read_plain_text
    from kin_assistant.text.cleaning import clean

    title = clean(str(row.get("title") or ""))
    text = str(row.get("text") or "").strip() or title
    composition = read_plain_text(text)
    if not composition.text:
        return None
    return Document(
        id=key,
        path=f"{key}.txt",
        sha256=hashlib.sha256(f"{title}\n{text}".encode()).hexdigest(),
        title=title or key,
        text=composition.text,
        blocks=composition.blocks,
    )


def read_rows(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The objects of a JSON Lines file or of the compressed one beside it, each with its file and line."""
    for number, line in enumerate(_open(path), 1):
        if line.strip():
            where = f"{path}:{number}"
            try:
                row = json.loads(line)
            except ValueError as error:
                raise CannotRunError(f"{where}: not JSON: {error}") from error
            if not isinstance(row, dict):
                raise CannotRunError(f"{where}: not an object")
            yield where, row


def _judgements(path: Path) -> Iterator[tuple[str, str, str, int]]:
    reader = csv.reader(_open(path), delimiter="\t", quoting=csv.QUOTE_NONE)
    for number, row in enumerate(reader, 1):
        if not row or (number == 1 and row[-1] == "score"):
            continue
        try:
            query, document_id, grade = row
            yield f"{path}:{number}", query, document_id, int(grade)
        except ValueError as error:
            raise CannotRunError(f"{path}:{number}: not a query, a document and a whole number: {row}") from error


def read_field(where: str, row: Mapping[str, Any], field: str) -> str:
    """A field that must hold text. Raises ``CannotRunError`` that says where it does not."""
    value = row.get(field)
    if not isinstance(value, str) or not value.strip():
        raise CannotRunError(f"{where}: the field {field} is missing or empty")
    return value


def _open(path: Path) -> io.StringIO:
    """The text of a file or of the compressed file beside it."""
    packed = path.with_name(f"{path.name}.gz")
    try:
        data = path.read_bytes() if path.exists() else gzip.decompress(packed.read_bytes())
        return io.StringIO(data.decode("utf-8"), newline="\n")
    except FileNotFoundError as error:
        raise CannotRunError(f"{path}: there is no such file, nor {packed.name}") from error
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise CannotRunError(f"{path}: cannot be read: {error}") from error
