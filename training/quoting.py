"""What answers quote of the sentences that were marked for a question: ``python -m training.quoting --index INDEX``.

Asked are the questions for an explanation of ``explanations.jsonl``, those for several facts of ``questions/compound.jsonl``,
the messages of ``messages.jsonl`` and ``more_messages.jsonl``, and the situations of ``situations.jsonl``, if they are about
digests of the index. Printed are, for each group, how many of the quoted sentences are marked (precision), how many of the
marked ones are quoted (recall), how often the first quote is marked, how many of the quoted documents are marked, and the words
of an answer.
``--set selection.worth_of_conclusion=0.4`` asks with another value of a policy.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from kin_assistant.assistant import Assistant
from kin_assistant.policy import AnswerPolicy
from training.build import is_held_out_digest

__all__ = ["Marked", "bare", "judge", "main", "read_marked", "with_values"]

_FOLDER = Path(__file__).parent
_EXPLANATIONS = ("how", "why", "results")
_MARK = re.compile(r"\s*\[[\d, ]+\]")


@dataclass(frozen=True, slots=True)
class Marked:
    """A question, and the sentences that belong to a good answer."""

    group: str
    question: str
    sentences: frozenset[tuple[str, str]]
    """Document and words, without source marks."""
    held_out: bool
    """Whether the evidence reader was not trained on a document of it."""


def main() -> None:
    """Ask and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=Path, default=Path("index"))
    parser.add_argument(
        "--set", action="append", default=[], metavar="STAGE.NAME=VALUE", help="another value of a policy"
    )
    parser.add_argument("--held-out", action="store_true", help="only documents that the reader was not trained on")
    options = parser.parse_args()
    policy = with_values(AnswerPolicy(), options.set)
    with Assistant.open(options.index, policy=policy) as assistant:
        marked = read_marked({info.id for info in assistant.documents})
        if options.held_out:
            marked = [one for one in marked if one.held_out]
        for group in dict.fromkeys(one.group for one in marked):
            print(f"{group:8}", judge(assistant, [one for one in marked if one.group == group]), flush=True)


def with_values(policy: AnswerPolicy, settings: Iterable[str]) -> AnswerPolicy:
    """``policy`` with other values, each as ``stage.name=value``. Raises ``ValueError`` for a name that it lacks."""
    for setting in settings:
        name, _, value = setting.partition("=")
        stage, _, own = name.partition(".")
        if name not in policy.flatten():
            raise ValueError(f"The policy has no value {name}.")
        group = getattr(policy, stage)
        policy = replace(policy, **{stage: replace(group, **{own: type(getattr(group, own))(value)})})
    return policy


def read_marked(documents: frozenset[str] | set[str], folder: Path = _FOLDER) -> list[Marked]:
    """The questions about ``documents``, by group."""
    rows = [row for row in _read_rows(folder / "explanations.jsonl") if row["asks"] in _EXPLANATIONS]
    marked = [_mark(row["asks"], [row]) for row in rows if row["document_id"] in documents]
    for group, name in (("message", "messages.jsonl"), ("more", "more_messages.jsonl")):
        rows = [row for row in _read_rows(folder / name) if row["answerable"]]
        marked += [_mark(group, [row]) for row in rows if row["document_id"] in documents]
    situations = map(_mark_situation, _read_rows(folder / "situations.jsonl"))
    marked += [one for one in situations if all(document in documents for document, _ in one.sentences)]
    compound: dict[str, list[Mapping[str, Any]]] = {}
    for row in _read_rows(folder / "questions" / "compound.jsonl"):
        compound.setdefault(row["question"], []).append(row)
    for several in compound.values():
        whole = all(row["answerable"] and not row.get("missing_part") for row in several)
        if whole and all(row["document_id"] in documents for row in several):
            marked.append(_mark("several", several))
    return marked


def judge(assistant: Assistant, marked: Sequence[Marked]) -> str:
    """The five figures, each averaged over ``marked``."""
    figures = [_judge(assistant, one) for one in marked]
    precision, recall, first, documents, length = np.mean(figures, axis=0)
    return (
        f"{len(marked)} questions: precision {precision:.3f}, recall {recall:.3f}, first quote marked {first:.3f},"
        f" documents marked {documents:.3f}, {length:.0f} words"
    )


def _judge(assistant: Assistant, one: Marked) -> tuple[float, float, bool, float, int]:
    """A refusal quotes nothing."""
    quoted = [(citation.document_id, bare(citation.quote)) for citation in assistant.ask(one.question).citations]
    right = [any(_same(quote, sentence) for sentence in one.sentences) for quote in quoted]
    found = sum(any(_same(quote, sentence) for quote in quoted) for sentence in one.sentences)
    words = sum(len(text.split()) for _, text in quoted)
    documents = {document for document, _ in quoted}
    meant = documents & {document for document, _ in one.sentences}
    return (
        sum(right) / (len(right) or 1),
        found / len(one.sentences),
        bool(right) and right[0],
        len(meant) / (len(documents) or 1),
        words,
    )


def _same(quote: tuple[str, str], sentence: tuple[str, str]) -> bool:
    """A row or item may have been marked in part."""
    return quote[0] == sentence[0] and (quote[1] in sentence[1] or sentence[1] in quote[1])


def _mark(group: str, rows: Sequence[Mapping[str, Any]]) -> Marked:
    sentences = frozenset((row["document_id"], bare(text)) for row in rows for text in row["evidence"])
    held_out = all(is_held_out_digest(row["document_id"]) for row in rows)
    return Marked(group, rows[0]["question"], sentences, held_out)


def _mark_situation(row: Mapping[str, Any]) -> Marked:
    sentences = frozenset((quote["document_id"], bare(quote["quote"])) for quote in row["evidence"])
    return Marked("situation", row["question"], sentences, is_held_out_digest(row["question"]))


def bare(text: str) -> str:
    """``text`` without source marks."""
    return _MARK.sub("", text).strip()


def _read_rows(path: Path) -> Iterator[dict[str, Any]]:
    return map(json.loads, path.read_text("utf-8").splitlines())


if __name__ == "__main__":
    main()
