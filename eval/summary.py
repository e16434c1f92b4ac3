"""From what was asked to what is reported: figures, slices and curves."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from eval.forms import fits
from eval.invariants import Invariant
from eval.lines import Request
from eval.matching import contains, first_words
from eval.metrics import ANSWER_WORDS, passes
from eval.questions import Split
from eval.results import Build, Figure, Given, Headline, Quote, Record, Results, RiskPoint, Slice, Table
from eval.runner import Asked, Run
from kin_assistant.rendering import what_is_read
from kin_assistant.types import DocumentInfo

__all__ = ["HEADLINES", "judged", "summarise"]

HEADLINES: Mapping[str, tuple[str, str]] = {
    "answers.vital_nuggets": (
        "Facts given",
        f"share of the facts a good answer needs that stand in its first {ANSWER_WORDS} words",
    ),
    "answers.gold_cited": (
        "Answering sentence quoted",
        "share of answerable questions for which a sentence that answers them is quoted",
    ),
    "answers.first_citation_right": (
        "First source right",
        "share of answerable questions whose first quote is from a right document",
    ),
    "answers.right_documents": ("Sources right", "share of the quotes in an answer that are from right documents"),
    "refusal.f1": ("Refusals", "how well the unanswerable questions, and only these, are refused (F1)"),
    "refusal.false_refusals": ("Needless refusals", "share of answerable questions that were refused; lower is better"),
    "followups.vital_nuggets": (
        "Facts given in follow-ups",
        "the same as the first figure, for questions that lean on an earlier one",
    ),
    "requests.form": (
        "Form fulfilled",
        "how much of what its kind asks for an answer to a request holds, on average",
    ),
    "requests.lead_is_gold": (
        "Answer comes first",
        "share of requests for a fact, an explanation, an overview or a list whose first quote is a sentence that answers",
    ),
    "retrieval.document.recall@5": (
        "Right document found",
        "share of the right documents among the first five that the search finds",
    ),
}
"""Name and meaning of the figures that everybody should read."""

_SLICED = (
    "answers.vital_nuggets",
    "answers.gold_cited",
    "answers.first_citation_right",
    "refusal.recall",
    "refusal.false_refusals",
)
_FOLLOW_UP_ROWS = {
    "followups": "in conversation",
    "followups_standalone": "as a standalone question",
    "followups_alone": "without its history",
}
_REQUEST_COLUMNS = (
    "kind", "form", "lead_is_gold", "vital_nuggets", "right_documents", "useful_sentences", "orphans", "cut_lists_unsaid",
    "stretches", "words",
)  # fmt: skip
_DIGITS = 6


def summarise(
    run: Run,
    *,
    judged_split: Split | None,
    infos: Sequence[DocumentInfo],
    invariants: Iterable[Invariant],
    build: Build,
    versions: Mapping[str, str],
    policy: Mapping[str, float],
    timings: Mapping[str, float],
    date: str,
) -> Results:
    """The results of a run. Figures are of the questions in ``judged_split``, of all where it is None."""
    cities = {info.id: info.cities for info in infos}
    records = tuple(_record(asked, cities) for asked in run.asked)
    kept = [record for record in records if judged_split in (None, record.split)]
    figures = _figures(kept)
    return Results(
        date=date,
        build=build,
        versions=dict(versions),
        policy=dict(policy),
        headline=tuple(
            Headline(name=name, metric=metric, meaning=meaning, value=figure.value, low=figure.low, high=figure.high)
            for metric, (name, meaning) in HEADLINES.items()
            if (figure := figures.get(metric))
        ),
        invariants=tuple(invariants),
        figures=figures,
        tuning=_figures([record for record in records if record not in kept]) if len(kept) < len(records) else {},
        ablation=_ablation(run, {record.id for record in kept}),
        followups=_follow_ups(figures),
        requests=_requests(kept),
        slices=tuple(_slices(kept)),
        risk=tuple(_risk([record for record in kept if not record.is_request])),
        timings=dict(timings),
        latencies_ms=tuple(round(value, 2) for value in run.latencies_ms),
        records=records,
    )


def judged(results: Results, split: Split | None) -> tuple[Record, ...]:
    """The records that figures are made of."""
    return tuple(record for record in results.records if split in (None, record.split))


def _record(asked: Asked, cities: Mapping[str, tuple[str, ...]]) -> Record:
    case, question, answer = asked.case, asked.case.question, asked.answer
    documents = sorted({item.document_id for item in question.evidence} or set(question.nearest))
    text = first_words(what_is_read(answer), ANSWER_WORDS)
    return Record(
        id=question.id,
        fingerprint=question.fingerprint,
        set=case.set,
        split=case.split,
        kind=question.kind if isinstance(question, Request) else question.unanswerable_kind or question.kind,
        answerable=question.answerable,
        follow_up=case.follow_up,
        tags=question.tags,
        cities=tuple(sorted({city for document in documents for city in cities.get(document, ())})),
        documents=tuple(documents),
        question=question.question,
        history=case.history,
        wanted=tuple(Quote(document_id=item.document_id, text=item.quote) for item in question.evidence),
        missing=tuple(
            nugget.any_of[0] for nugget in question.nuggets if nugget.vital and not contains(text, nugget.any_of)
        ),
        passed=_passes(asked),
        observations={name: (_rounded(gain), _rounded(weight)) for name, (gain, weight) in asked.observations.items()},
        given=Given(
            abstained=answer.abstained,
            reason=answer.reason,
            standalone_question=answer.standalone_question,
            confidence=_rounded(answer.confidence),
            quotes=tuple(Quote(document_id=citation.document_id, text=citation.quote) for citation in answer.citations),
            notes=answer.notes,
        ),
    )


def _passes(asked: Asked) -> bool:
    question = asked.case.question
    if not isinstance(question, Request):
        return passes(asked.case, asked.answer)
    head = "requests."
    return fits(question, {name.removeprefix(head): pair for name, pair in asked.observations.items()})


def _figures(records: Sequence[Record]) -> dict[str, Figure]:
    observations: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for record in records:
        for name, observation in record.observations.items():
            observations[name].append(observation)
    found = {name: _figure(pairs) for name, pairs in sorted(observations.items())}
    return {name: figure for name, figure in found.items() if figure}


def _figure(observations: Sequence[tuple[float, float]]) -> Figure | None:
    figure = Figure.of(observations)
    if figure is None:
        return None
    return Figure(
        value=_rounded(figure.value), low=_rounded(figure.low), high=_rounded(figure.high), questions=figure.questions
    )


def _ablation(run: Run, kept: set[str]) -> Table:
    table: Table = {}
    for method, by_question in run.ablation.items():
        columns: dict[str, list[tuple[float, float]]] = defaultdict(list)
        for key, values in sorted(by_question.items()):
            if key in kept:
                for name, value in values.items():
                    columns[name].append((value, 1.0))
        table[method] = {name: figure for name, pairs in columns.items() if (figure := _figure(pairs))}
    return table


def _follow_ups(figures: Mapping[str, Figure]) -> Table:
    return {
        row: {
            name.removeprefix(f"{prefix}."): figure for name, figure in figures.items() if name.startswith(f"{prefix}.")
        }
        for prefix, row in _FOLLOW_UP_ROWS.items()
    }


def _requests(records: Sequence[Record]) -> Table:
    """A row of figures for each kind of request."""
    groups: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        if record.is_request:
            groups[record.kind].append(record)
    return {
        kind: {
            name: figure
            for name in _REQUEST_COLUMNS
            if (figure := _figure([record.observations.get(f"requests.{name}", (0.0, 0.0)) for record in groups[kind]]))
        }
        for kind in sorted(groups)
    }


def _slices(records: Sequence[Record]) -> Iterable[Slice]:
    ways: Mapping[str, Callable[[Record], Iterable[str]]] = {
        "kind": lambda record: (record.kind,),
        "set": lambda record: (record.set,),
        "tag": lambda record: record.tags,
        "city": lambda record: record.cities,
        "document": lambda record: record.documents,
    }
    for by, names_of in ways.items():
        groups: dict[str, list[Record]] = defaultdict(list)
        for record in records:
            for name in set(names_of(record)):
                groups[name].append(record)
        for name, members in sorted(groups.items()):
            figures = {
                metric: figure
                for metric in _SLICED
                if (figure := _figure([_of_any_turn(record, metric) for record in members]))
            }
            figures |= {"passed": figure} if (figure := _figure([(float(m.passed), 1.0) for m in members])) else {}
            yield Slice.model_validate({"by": by, "name": name, "questions": len(members), "figures": figures})


def _of_any_turn(record: Record, metric: str) -> tuple[float, float]:
    """An observation of a question, or of the same kind of a follow-up or request."""
    group, _, name = metric.partition(".")
    names = [metric, *(f"{head}.{metric if group == 'refusal' else name}" for head in ("followups", "requests"))]
    return next((record.observations[name] for name in names if name in record.observations), (0.0, 0.0))


def _risk(records: Sequence[Record]) -> Iterable[RiskPoint]:
    """The risk-coverage curve: one point for each confidence that occurs, surest first."""
    order = sorted(records, key=lambda record: (-record.given.confidence, record.id))
    unanswerable = lacking = 0.0
    all_answered = True
    for count, record in enumerate(order, 1):
        unanswerable += not record.answerable
        lacking += _lack(record)
        all_answered &= not record.given.abstained
        following = order[count].given.confidence if count < len(order) else -math.inf
        if record.given.confidence > following:
            yield RiskPoint(
                coverage=_rounded(count / len(order)),
                unanswerable=_rounded(unanswerable / count),
                lacking=_rounded(lacking / count) if all_answered else None,
            )


def _lack(record: Record) -> float:
    if not record.answerable:
        return 1.0
    return 1.0 - _of_any_turn(record, "answers.vital_nuggets")[0]


def _rounded(value: float) -> float:
    return round(float(value), _DIGITS)
