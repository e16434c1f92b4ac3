"""Measures what a name that few documents hold is worth: ``python -m training.held_names --index INDEX``.

Asked are the training questions that have such a name, with ``EvidencePolicy.documents_of_name`` as it ships and at 0, which
switches it off. Printed is how often the right document holds the name; and for both how many questions are refused, how many
answers cite the right document and quote a sentence that is marked for the question, and what share of their quotes is of
other documents.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from kin_assistant.assistant import Assistant
from kin_assistant.policy import AnswerPolicy
from kin_assistant.question.names import LibraryNames
from kin_assistant.types import Answer

__all__ = ["Asked", "main", "rate", "read_questions"]

_FOLDER = Path(__file__).parent
_MOST = 200
_MARK = re.compile(r"\s*\[\d+\]")
"""A mark of a source, which the text of a read document has no more."""


class Asked(NamedTuple):
    """A question on one digest."""

    question: str
    document_id: str
    evidence: tuple[str, ...]
    """The sentences that answer; none if nothing does."""


def main() -> None:
    """Ask and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=Path, default=Path("index"))
    parser.add_argument("--most", type=int, default=_MOST, help="questions with an answer, and as many without one")
    options = parser.parse_args()
    shipped = AnswerPolicy()
    off = replace(shipped, evidence=replace(shipped.evidence, documents_of_name=0))
    draw = random.Random(5)
    with Assistant.open(options.index) as with_names, Assistant.open(options.index, policy=off) as without:
        known = {info.id for info in with_names.documents}
        held = _find_held(with_names, [one for one in read_questions(_FOLDER) if one.document_id in known])
        answered = [asked for asked in held if asked.evidence]
        missing = [asked for asked in held if not asked.evidence]
        right = np.mean([one.document_id in held[one] for one in answered])
        print(
            f"{len(answered)} questions with an answer, {len(missing)} without; the right document holds a name of "
            f"{right:.3f} of the former"
        )
        chosen = draw.sample(answered, min(options.most, len(answered)))
        unanswerable = draw.sample(missing, min(options.most, len(missing)))
        for name, assistant in (("with names", with_names), ("without", without)):
            refused, cited, marked, others = np.mean([rate(assistant.ask(one.question), one) for one in chosen], axis=0)
            right = np.mean([assistant.ask(one.question).abstained for one in unanswerable])
            print(
                f"{name}: refused {refused:.3f}, right document {cited:.3f}, marked sentence {marked:.3f}, "
                f"quotes of other documents {others:.3f}; without an answer, refused {right:.3f}"
            )


def read_questions(folder: Path) -> Iterator[Asked]:
    """The questions on digests in ``folder``, each once."""
    seen: set[str] = set()
    for path in [
        *sorted((folder / "questions").glob("*.jsonl")),
        folder / "explanations.jsonl",
        folder / "messages.jsonl",
    ]:
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            quotes = [_MARK.sub("", one["quote"] if isinstance(one, dict) else one) for one in row["evidence"]]
            if "document_id" in row and bool(quotes) == row["answerable"] and row["question"] not in seen:
                seen.add(row["question"])
                yield Asked(row["question"], row["document_id"], tuple(quotes))


def rate(answer: Answer, asked: Asked) -> tuple[bool, bool, bool, float]:
    """Whether it is refused, cites the right document and quotes a marked sentence; the share of quotes of other documents."""
    cited = [citation.document_id for citation in answer.citations]
    others = sum(one != asked.document_id for one in cited) / len(cited) if cited else 0.0
    quoted = any(one.quote in text or text in one.quote for one in answer.citations for text in asked.evidence)
    return answer.abstained, asked.document_id in cited, quoted, others


def _find_held(assistant: Assistant, asked: Sequence[Asked]) -> dict[Asked, set[str]]:
    """The questions that have such a name, each with the ids of the documents that hold it."""
    search = assistant.sentence_search
    names = LibraryNames(search.index, most_documents=assistant.policy.evidence.documents_of_name)
    found = {}
    for one in asked:
        places = (mention.surface for mention in search.places.find_places(one.question))
        rows = frozenset[int]().union(*names.documents_of(one.question, places))
        if rows:
            found[one] = {search.library.infos[row].id for row in rows}
    return found


if __name__ == "__main__":
    main()
