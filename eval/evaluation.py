"""One evaluation from the questions to the results."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from eval.conversations import score_leaning
from eval.invariants import Invariant, answer_digest, check_answers, compare_digests, invariant
from eval.product import SecondRun, versions
from eval.questions import Case, Split, read_cases
from eval.results import Build, Results
from eval.runner import Product, Run, run_cases
from eval.summary import summarise

__all__ = ["evaluate", "evaluate_product", "text_lookup"]


def evaluate(
    index: Path,
    questions: Sequence[Path],
    open_product: Callable[[Path], Product],
    ask_again: Callable[[Path, Sequence[Path]], SecondRun],
    *,
    judge_on: Split,
    time_indexing: Callable[[], float] | None,
) -> Results:
    """Evaluate the published build of ``index``. Raises ``CannotRunError`` or ``KinError`` if that cannot be done."""
    product = open_product(index)
    try:
        # The corpus is timed first: a corpus that cannot be indexed is found before the questions are asked.
        index_seconds = time_indexing() if time_indexing else None
        results = evaluate_product(
            product,
            questions,
            judge_on=judge_on,
            second=lambda: ask_again(index, questions),
            index_seconds=index_seconds,
        )
        return results.model_copy(update={"figures": {**results.figures, **score_leaning()}})
    finally:
        product.close()


def evaluate_product(
    product: Product,
    questions: Sequence[Path],
    *,
    judge_on: Split | None,
    second: Callable[[], SecondRun] | None,
    index_seconds: float | None,
) -> Results:
    """Evaluate an open product on question files; figures are of the split ``judge_on``, of all questions for None."""
    started = time.perf_counter()
    cases = read_cases(questions, text_lookup(product))
    run = run_cases(product, cases)
    answers = {asked.case.question.id: asked.answer for asked in run.asked}
    invariants = list(check_answers(answers, product.document, product.documents))
    invariants.append(_no_crash(cases, run.crashes))
    timings = _timings(run, len(product.documents), index_seconds)
    if second:
        again = second()
        invariants.append(
            compare_digests({key: answer_digest(answer) for key, answer in answers.items()}, again.digests)
        )
        timings |= {"peak_memory_mb": again.peak_memory_mb, "start_to_first_answer_seconds": again.start_seconds}
    timings["evaluation_seconds"] = time.perf_counter() - started + (index_seconds or 0.0)
    build = product.build
    return summarise(
        run,
        judged_split=judge_on,
        infos=product.documents,
        invariants=invariants,
        build=Build(
            id=build.id,
            documents=build.documents,
            passages=build.passages,
            sentences=build.sentences,
            model=build.model,
        ),
        versions=versions(),
        policy=product.policy.flatten(),
        timings={name: round(value, 3) for name, value in timings.items()},
        date=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def text_lookup(product: Product) -> Callable[[str], str | None]:
    """The stored text of a document by id, None for an unknown one."""
    known = {info.id for info in product.documents}
    return lambda document_id: product.document(document_id).text if document_id in known else None


def _no_crash(cases: Sequence[Case], crashes: Mapping[str, str]) -> Invariant:
    return invariant(
        "no_crash",
        "every question gets an answer or a refusal, never an error",
        (crashes.get(case.question.id) for case in cases),
    )


def _timings(run: Run, documents: int, index_seconds: float | None) -> dict[str, float]:
    import numpy as np

    timings: dict[str, float] = {}
    if run.latencies_ms:
        p50, p95 = np.percentile(run.latencies_ms, [50, 95])
        timings |= {"answer_p50_ms": float(p50), "answer_p95_ms": float(p95)}
    if index_seconds is not None:
        timings |= {
            "index_seconds": index_seconds,
            "index_seconds_per_100_documents": 100 * index_seconds / max(1, documents),
        }
    return timings
