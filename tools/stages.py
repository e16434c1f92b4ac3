"""Where the time of an answer goes: ``python -m tools.stages [--index index] [--limit 60] [FILE ...]``.

Asks the questions of JSON Lines files (by default some of ``training/``) of a warm assistant and prints for each stage its share
of the processor time, the milliseconds that it takes in an answer, and how often it runs. A stage's time is without that of the
stages inside it. Processor time counts all threads, and is nearly the same however busy the machine is.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import defaultdict
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

import numpy as np

from kin_assistant.answer.composer import Composer
from kin_assistant.answer.evidence import EvidenceReader
from kin_assistant.answer.pipeline import AnswerPipeline
from kin_assistant.answer.quoting import Quoter
from kin_assistant.answer.sentence_search import SentenceSearch
from kin_assistant.answer.telling import DocumentTeller
from kin_assistant.assistant import Assistant
from kin_assistant.errors import QuestionError
from kin_assistant.models.embedder import MiniLM
from kin_assistant.models.evidence_network import SentenceScorer
from kin_assistant.question.kinds import KindClassifier
from kin_assistant.question.query import QueryParser
from kin_assistant.retrieval import Retriever

QUESTIONS: Final = (*sorted(Path("training/questions").glob("*.jsonl")), Path("training/kinds/own.jsonl"))
STAGES: Final[tuple[tuple[type, str, str], ...]] = (
    (AnswerPipeline, "answer", "the rest"),
    (QueryParser, "understand", "understanding the question"),
    (KindClassifier, "classify", "telling its kind"),
    (MiniLM, "encode", "embedding"),
    (Retriever, "rank", "searching passages"),
    (SentenceSearch, "find", "searching sentences"),
    (EvidenceReader, "read", "measuring sentences"),
    (SentenceScorer, "score", "reading passages by the network"),
    (DocumentTeller, "tell", "telling documents"),
    (Composer, "compose_from_library", "composing from the library"),
    (Quoter, "draft_fact", "choosing a fact"),
    (Quoter, "draft_explanation", "choosing stretches"),
    (Composer, "find_forms", "finding other forms"),
)
"""A class, its method, and what the method does."""

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


class Clock:
    """Adds up the processor time of stages that run inside each other, in one thread after the other."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.calls: defaultdict[str, int] = defaultdict(int)
        self._inside: list[float] = []
        """For each stage that runs, the seconds of those inside it."""

    def timing(self, stage: str, function: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
        """``function``, timed as ``stage``."""

        @wraps(function)
        def timed(*arguments: _Arguments.args, **named: _Arguments.kwargs) -> _Result:
            began = time.process_time()
            self._inside.append(0.0)
            try:
                return function(*arguments, **named)
            finally:
                whole = time.process_time() - began
                self.seconds[stage] += whole - self._inside.pop()
                self.calls[stage] += 1
                if self._inside:
                    self._inside[-1] += whole

        return timed


def main() -> None:
    """Ask, and print a line for each stage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, default=QUESTIONS, help="JSON Lines with a question a line")
    parser.add_argument("--index", type=Path, default=Path("index"), help="a built index (default: index)")
    parser.add_argument("--limit", type=int, default=60, help="questions that are asked (default: 60)")
    options = parser.parse_args()
    questions = [
        json.loads(line)["question"] for file in options.files for line in file.read_text("utf-8").splitlines()
    ]
    random.Random(1).shuffle(questions)  # noqa: S311 (an order, no secret)
    clock, answers = Clock(), []
    with Assistant.open(options.index) as assistant:
        assistant.warm()
        for owner, method, stage in STAGES:
            setattr(owner, method, clock.timing(stage, getattr(owner, method)))
        for question in questions[: options.limit]:
            began = time.process_time()
            try:
                assistant.ask(question)
            except QuestionError:
                continue
            answers.append(time.process_time() - began)
    half, most = np.percentile(answers, [50, 95]) * 1000
    print(f"{len(answers)} answers, processor time: p50 {half:.0f} ms, p95 {most:.0f} ms")
    whole = sum(clock.seconds.values())
    for stage, seconds in sorted(clock.seconds.items(), key=lambda one: -one[1]):
        each = f"{seconds / len(answers) * 1000:7.1f} ms  {clock.calls[stage] / len(answers):5.1f} times"
        print(f"{stage:<34} {seconds / whole:5.1%}  {each}")


if __name__ == "__main__":
    main()
