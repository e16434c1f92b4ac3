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
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kin_assistant.assistant import Assistant
from kin_assistant.places.gazetteer import Gazetteer
from kin_assistant.places.matching import PlaceIndex

__all__ = ["Example", "digest_examples", "public_examples"]

_NEAREST_STRANGERS = 4
"""One of so many best-ranked passages of other digests is shown with a question."""
_WEIGHT_OF_STRANGERS = 0.4
_SHARE_WITH_STRANGERS = 1 / 3
"""Of the questions that their digest does not answer."""
_SHARE_WITHOUT_CONTEXT = 0.1


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


def digest_examples(files: Sequence[Path], assistant: Assistant, generator: random.Random) -> list[tuple[str, Example]]:
    """The digests' questions, as (document id, example): with the passage that answers, and with passages that do not.

    Those that do not are what the reader will have to turn down: the nearest passages of the same digest, and of other
    digests that the product would read. For a question that its digest does not answer, all are of that kind.
    """
    return list(_digest_examples(files, assistant, generator))


def _digest_examples(
    files: Sequence[Path], assistant: Assistant, generator: random.Random
) -> Iterator[tuple[str, Example]]:
    library = assistant._index.library
    places = PlaceIndex(Gazetteer.load(), library.infos, assistant._index.vocabulary)
    items = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]
    # A question over several digests has a line for each.
    answering: dict[str, set[str]] = {}
    for item in items:
        answering.setdefault(item["question"], set()).add(item["document_id"])
    for item in items:
        question = f"{item['context']} {item['question']}" if item.get("context") else item["question"]
        wanted = {_letters(quote) for quote in item["evidence"]}
        own = assistant.retriever.rank(
            question, within=[library.row_of(item["document_id"])], candidates=len(library.document_of)
        )
        positive: list[Example] = []
        negative: list[Example] = []
        for row in own.rows.tolist():
            context, sentences = _sentences(assistant, row)
            evidence = frozenset(i for i, sentence in enumerate(sentences) if _is_one_of(sentence, wanted))
            (positive if evidence else negative).append(Example(question, context, sentences, evidence))
        if near := item.get("near_miss"):
            nearest = {_letters(near)}
            negative.sort(key=lambda example: not any(_is_one_of(s, nearest) for s in example.sentences))
        chosen = positive + negative[: 1 if positive else 2]
        # The same fact may stand in another digest, so strangers count less, and are few where no digest is known to answer.
        if positive or generator.random() < _SHARE_WITH_STRANGERS:
            strangers = _strangers(assistant, places, question, answering[item["question"]])
            chosen += [
                Example(question, *_sentences(assistant, row), frozenset(), weight=_WEIGHT_OF_STRANGERS)
                for row in generator.sample(strangers, min(1, len(strangers)))
            ]
        for example in chosen:
            # Documents in the wild have no such titles and headings.
            bare = generator.random() < _SHARE_WITHOUT_CONTEXT
            yield item["document_id"], replace(example, context="") if bare else example


def _strangers(assistant: Assistant, places: PlaceIndex, question: str, answering: Collection[str]) -> list[int]:
    """The best-ranked passages of digests that are not ``answering``; of a place that the question names, if it names any."""
    library = assistant._index.library
    about = {name for mention in places.find_places(question) for name in places.documents_about(mention.place)}
    ranked = [
        (row, library.infos[int(library.document_of[row])].id)
        for row in assistant.retriever.rank(question).rows.tolist()
    ]
    return [row for row, name in ranked if name not in answering and (not about or name in about)][:_NEAREST_STRANGERS]


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
