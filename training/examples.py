"""Examples for the evidence reader: a question, a passage in sentences, and which of them answer.

Two kinds of sets are read: public ones (JSON Lines of ``question``, ``title``, ``sentences``, ``evidence``) and the
digests' own training questions, whose passages are cut by the product's own splitter, so that the reader learns on what
it will read.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kin_assistant.assistant import Assistant

__all__ = ["Example", "digest_examples", "public_examples"]

_SHARE_WITH_STRANGERS = 1 / 3
"""Share of the digests' questions that are also put to a passage of another digest."""


@dataclass(frozen=True, slots=True)
class Example:
    """A question with one passage."""

    question: str
    context: str
    """Title or heading: read, never scored."""
    sentences: tuple[str, ...]
    evidence: frozenset[int]
    """Positions of the sentences that answer; empty if none does."""
    weight: float = 1.0


def public_examples(folder: Path, shares: dict[str, float], generator: random.Random) -> list[Example]:
    """A share of each named set in ``folder``; windows of one question stay together."""
    examples: list[Example] = []
    for name, share in sorted(shares.items()):
        groups: dict[str, list[Example]] = {}
        with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                example = Example(
                    row["question"], row.get("title") or "", tuple(row["sentences"]), frozenset(row["evidence"])
                )
                groups.setdefault(row["id"].split("#")[0], []).append(example)
        for key in sorted(groups):
            if generator.random() < share:
                examples += groups[key]
    return examples


def digest_examples(
    files: Sequence[Path], assistant: Assistant, generator: random.Random, *, near_misses: int = 2
) -> list[tuple[str, Example]]:
    """The digests' questions, as (document id, example): with the passage that answers, and with passages that do not.

    Those that do not are other passages of the same digest and the best-ranked ones of other digests: what the reader will
    have to turn down. For a question that its digest does not answer, all are of that kind.
    """
    return list(_digest_examples(files, assistant, generator, near_misses))


def _digest_examples(
    files: Sequence[Path], assistant: Assistant, generator: random.Random, near_misses: int
) -> Iterator[tuple[str, Example]]:
    library = assistant._index.library
    rows_of: dict[str, list[int]] = {}
    for row, document_row in enumerate(library.document_of.tolist()):
        rows_of.setdefault(library.infos[document_row].id, []).append(row)
    items = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]
    # A question over several digests has a line for each.
    answering: dict[str, set[str]] = {}
    for item in items:
        answering.setdefault(item["question"], set()).add(item["document_id"])
    for item in items:
        question = f"{item['context']} {item['question']}" if item.get("context") else item["question"]
        wanted = {_letters(quote) for quote in item["evidence"]}
        own = [_sentences(assistant, row) for row in rows_of[item["document_id"]]]
        positive, negative = [], []
        for context, sentences in own:
            evidence = frozenset(i for i, sentence in enumerate(sentences) if _is_one_of(sentence, wanted))
            (positive if evidence else negative).append(Example(question, context, sentences, evidence))
        for example in positive:
            yield item["document_id"], example
        near = item.get("near_miss")
        if near:
            nearest = {_letters(near)}
            negative.sort(key=lambda example: not any(_is_one_of(s, nearest) for s in example.sentences))
            chosen = negative[:1] + generator.sample(negative[1:], min(near_misses - 1, len(negative) - 1))
        else:
            chosen = generator.sample(negative, min(near_misses - 1, len(negative)))
        for example in chosen:
            yield item["document_id"], example
        # The same fact may stand in another digest, so strangers are few and count less.
        if generator.random() > _SHARE_WITH_STRANGERS:
            continue
        ranking = assistant.retriever.rank(question)
        strangers = [
            row
            for row in ranking.rows[:12].tolist()
            if library.infos[int(library.document_of[row])].id not in answering[item["question"]]
        ]
        for row in generator.sample(strangers, min(1, len(strangers))):
            context, sentences = _sentences(assistant, row)
            yield item["document_id"], Example(question, context, sentences, frozenset(), weight=0.3)


def _sentences(assistant: Assistant, row: int) -> tuple[str, tuple[str, ...]]:
    library = assistant._index.library
    passage = library.passage(row)
    text = library.document(int(library.document_of[row])).text
    return passage.context, tuple(text[sentence.start : sentence.end] for sentence in passage.sentences)


def _is_one_of(sentence: str, quotes: set[str]) -> bool:
    """Whether ``sentence`` is one of ``quotes`` (in letters), or one behind a run-in heading ("Partners. The city ...")."""
    letters = _letters(sentence)
    return letters in quotes or any(letters.endswith(f".{quote}") for quote in quotes)


def _letters(text: str) -> str:
    """``text`` without source marks, Markdown marks and spaces, for comparing quotes."""
    return re.sub(r"\[\d+\]|[*_`\s]", "", text).lower()
