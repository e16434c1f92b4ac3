"""The documents of a workload as plain text, and the questions about them with the documents that answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.beir import read_collection
from eval.errors import CannotRunError
from eval.questions import read_questions
from tools.comparison.messages import Workload

__all__ = ["Questions", "corpus_files", "find_split", "own_questions", "public_questions", "read_texts", "spread"]


@dataclass(frozen=True, slots=True)
class Questions:
    """Questions by key, and for those whose answer is known the grade of each document that holds it."""

    texts: Mapping[str, str]
    grades: Mapping[str, Mapping[str, int]]


def read_texts(workload: Workload) -> Iterator[tuple[str, str]]:
    """(id, text with its title) of each document. Raises ``CannotRunError`` if the documents cannot be read."""
    if workload.split:
        for document in read_collection(workload.folder, workload.split).documents:
            yield document.id, f"{document.title}\n{document.text}"
        return
    for path in corpus_files(workload.folder):
        yield path.stem, path.read_text("utf-8").split("---", 2)[-1].strip()


def corpus_files(folder: Path) -> list[Path]:
    """The Markdown files of a corpus, sorted. Raises ``CannotRunError`` if there are none."""
    if not folder.is_dir():
        raise CannotRunError(f"There is no folder {folder}.")
    files = sorted(path for path in folder.glob("*.md") if path.name != "README.md")
    if not files:
        raise CannotRunError(f"There is no Markdown file in {folder}.")
    return files


def find_split(folder: Path, split: str | None = None) -> str:
    """The judgements of a public set to use: ``split``, or the first by name. Raises ``CannotRunError`` without any."""
    if not folder.is_dir():
        raise CannotRunError(f"There is no folder {folder}.")
    found = sorted({path.name.split(".")[0] for path in (folder / "qrels").glob("*.tsv*")})
    if not found:
        raise CannotRunError(
            f"{folder} is no public set in BEIR layout: it has no judgements in qrels/, beside corpus.jsonl and queries.jsonl."
        )
    if split and split not in found:
        raise CannotRunError(f"{folder} has no judgements {split}, only {', '.join(found)}.")
    return split or found[0]


def public_questions(workload: Workload) -> Questions:
    """The judged queries of a public set. Raises ``CannotRunError`` that names what is wrong with the set."""
    assert workload.split, "only a public set has a split"
    collection = read_collection(workload.folder, workload.split)
    return Questions(collection.queries, collection.grades)


def own_questions(files: Iterable[Path], documents: Collection[str]) -> Questions:
    """The project's questions that stand alone; those whose evidence is all among ``documents`` have grades."""
    asked = [question for file in files if file.stem != "conversations" for question in read_questions(file)]
    grades = {
        question.id: {item.document_id: 1 for item in question.evidence}
        for question in asked
        if question.answerable and question.evidence
    }
    known = {key: judged for key, judged in grades.items() if judged.keys() <= set(documents)}
    return Questions({question.id: question.question for question in asked}, known)


def spread(texts: Sequence[str], count: int) -> tuple[str, ...]:
    """``count`` of ``texts``, at equal distances; all of them where there are fewer."""
    count = min(count, len(texts))
    return tuple(texts[i * len(texts) // count] for i in range(count))
