"""Asking every question and keeping what was found: from cases to observations."""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from eval.forms import measure_form
from eval.lines import Request
from eval.matching import Span
from eval.metrics import Observation, measure_answer, measure_refusal
from eval.questions import Case
from eval.rankings import judge_retrieval
from kin_assistant.policy import AnswerPolicy
from kin_assistant.types import Answer, Document, DocumentInfo, Filters, Hit

__all__ = ["METHODS", "Asked", "Method", "Product", "Run", "run_cases"]

Method = Literal["shipped", "convex", "rrf", "lexical", "dense"]
METHODS: tuple[Method, ...] = ("shipped", "convex", "rrf", "lexical", "dense")
"""Rows of the ablation table."""

SEARCH_DEPTH = 60
"""Passages asked for: enough for 20 documents, as at most three passages of one document are given."""

logger = logging.getLogger(__name__)


class Search(Protocol):
    """The product's retrieval, with a parameter for the ablation."""

    def search(
        self, query: str, *, limit: int, filters: Filters | None = None, method: Method = "shipped"
    ) -> Sequence[Hit]:
        """Passages for ``query``, best first."""
        ...


class BuildInfo(Protocol):
    """What the product says of its index."""

    id: str
    documents: int
    passages: int
    sentences: int
    model: str


class Product(Protocol):
    """The part of ``kin_assistant.Assistant`` that is evaluated."""

    @property
    def retriever(self) -> Search:
        """What finds passages."""
        ...

    @property
    def documents(self) -> tuple[DocumentInfo, ...]:
        """All documents."""
        ...

    @property
    def build(self) -> BuildInfo:
        """The build that answers."""
        ...

    @property
    def policy(self) -> AnswerPolicy:
        """What it weighs and limits answers by."""
        ...

    def ask(self, question: str, *, history: Sequence[str] = ()) -> Answer:
        """Answer ``question``, asked after ``history``."""
        ...

    def document(self, document_id: str) -> Document:
        """A stored document; raises ``KeyError``."""
        ...

    def close(self) -> None:
        """Give back what is held."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """One case with its answer."""

    case: Case
    answer: Answer
    observations: Mapping[str, Observation]


@dataclass(frozen=True, slots=True)
class Run:
    """Everything that was asked."""

    asked: tuple[Asked, ...]
    ablation: Mapping[Method, Mapping[str, Mapping[str, float]]]
    """Retrieval measures by method and question id, for answerable questions without history."""
    crashes: Mapping[str, str]
    """Question ids whose question raised, and what."""
    latencies_ms: tuple[float, ...]


@dataclass(slots=True)
class _Notebook:
    """What is written down while the questions are asked."""

    answers: dict[str, Answer] = field(default_factory=dict)
    crashes: dict[str, str] = field(default_factory=dict)
    latencies_ms: list[float] = field(default_factory=list)

    def ask(self, product: Product, key: str, question: str, history: Sequence[str] = ()) -> Answer | None:
        start = time.perf_counter()
        try:
            answer = product.ask(question, history=history)
        except Exception as error:  # a question that crashes the product is a finding; the others are still asked
            logger.exception("question %s", key)
            self.crashes[key] = f"{key}: {type(error).__name__}: {error}"
            return None
        self.latencies_ms.append(1000 * (time.perf_counter() - start))
        self.answers[key] = answer
        return answer


def run_cases(product: Product, cases: Sequence[Case]) -> Run:
    """Ask every case, follow-ups also alone and as standalone questions, and search with every method."""
    first = next(iter(cases), None)
    if first is not None:
        # The first question pays for loading the model; it is asked once more below, and only then timed.
        _Notebook().ask(product, "warming up", first.question.question)
    notebook = _Notebook()
    for case in cases:
        notebook.ask(product, case.question.id, case.question.question, case.history)
    observations: dict[str, dict[str, Observation]] = defaultdict(dict)
    for case in cases:
        if isinstance(case.question, Request) and (answer := notebook.answers.get(case.question.id)):
            form = measure_form(case.question, case, answer, product.document)
            observations[case.question.id] |= {f"requests.{name}": pair for name, pair in form.items()}
    plain = [case for case in cases if not case.follow_up and not isinstance(case.question, Request)]
    for case in plain:
        if answer := notebook.answers.get(case.question.id):
            observations[case.question.id] |= _observe(case, answer, "answers", "refusal")
    ablation = {method: _search(product, plain, method, {}) for method in METHODS}
    for key, values in ablation["shipped"].items():
        observations[key] |= {f"retrieval.{name}": (value, 1.0) for name, value in values.items()}
    for name, found in _follow_up(product, cases, notebook).items():
        for key, pairs in found.items():
            observations[key] |= {f"{name}.{measure}": pair for measure, pair in pairs.items()}
    asked = tuple(
        Asked(case, notebook.answers[case.question.id], dict(sorted(observations[case.question.id].items())))
        for case in cases
        if case.question.id in notebook.answers
    )
    return Run(asked, ablation, notebook.crashes, tuple(notebook.latencies_ms))


def _follow_up(
    product: Product, cases: Sequence[Case], notebook: _Notebook
) -> dict[str, dict[str, dict[str, Observation]]]:
    """Observations on later turns of conversations, asked in three ways."""
    turns = [case for case in cases if case.follow_up]
    aside = _Notebook()
    ways: dict[str, dict[str, Answer]] = {
        "followups": {
            case.question.id: notebook.answers[case.question.id]
            for case in turns
            if case.question.id in notebook.answers
        },
        "followups_standalone": {},
        "followups_alone": {},
    }
    for case in turns:
        key = case.question.id
        for way, question in (
            ("followups_standalone", case.question.standalone),
            ("followups_alone", case.question.question),
        ):
            if question and (answer := aside.ask(product, key, question)):
                ways[way][key] = answer
    notebook.crashes.update(aside.crashes)
    found: dict[str, dict[str, dict[str, Observation]]] = {}
    for way, answers in ways.items():
        kept = [case for case in turns if case.question.id in answers]
        queries = {key: answer.standalone_question for key, answer in answers.items()}
        retrieval = _search(product, kept, "shipped", queries)
        found[way] = {
            case.question.id: _observe(case, answers[case.question.id])
            | {name: (value, 1.0) for name, value in retrieval.get(case.question.id, {}).items()}
            for case in kept
        }
    return found


def _observe(case: Case, answer: Answer, answers: str = "", refusal: str = "refusal") -> dict[str, Observation]:
    """Observations on an answer, under the given prefixes."""
    found = {f"{refusal}.{name}": value for name, value in measure_refusal(case, answer).items()}
    if case.question.answerable:
        head = f"{answers}." if answers else ""
        found |= {f"{head}{name}": value for name, value in measure_answer(case, answer).items()}
    return found


def _search(
    product: Product, cases: Sequence[Case], method: Method, queries: Mapping[str, str]
) -> dict[str, dict[str, float]]:
    """Retrieval measures of the answerable cases, searched by their question or by what ``queries`` says instead."""
    gold = {case.question.id: case.gold for case in cases if case.question.answerable}
    found: dict[str, list[Span]] = {}
    for case in cases:
        key = case.question.id
        if key in gold:
            hits = product.retriever.search(queries.get(key, case.question.question), limit=SEARCH_DEPTH, method=method)
            found[key] = [Span(hit.document_id, hit.start, hit.end) for hit in hits]
    return judge_retrieval(found, gold)
