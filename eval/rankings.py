"""Retrieval metrics: what was found becomes rankings of what is relevant, which ir_measures then judges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from eval.matching import Span, covers

__all__ = ["CUTOFFS", "Ranking", "document_ranking", "judge", "judge_retrieval", "span_ranking", "span_rankings"]

CUTOFFS = (1, 5, 10, 20)
"""Depths at which recall is reported."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Names in the order they were found, best first, and how relevant each judged name is."""

    relevant: Mapping[str, int]
    found: tuple[str, ...]


def span_ranking(gold: Sequence[Span], found: Sequence[Span]) -> Ranking:
    """Passages against gold spans, for nDCG and MRR.

    A passage that covers a gold span no earlier one covered stands for that span (for the first of them, where it
    covers several: relevance is binary), any other passage for a miss.
    """
    names: list[str] = []
    seen: set[Span] = set()
    for rank, passage in enumerate(found):
        fresh = [span for span in gold if span not in seen and covers(passage, span)]
        names.append(_name(gold.index(fresh[0])) if fresh else f"miss {rank}")
        seen.update(fresh)
    return Ranking({_name(i): 1 for i in range(len(gold))}, tuple(names))


def span_rankings(gold: Sequence[Span], found: Sequence[Span]) -> tuple[Ranking, ...]:
    """Passages against each gold span alone, for recall: the mean over the rankings is the share of spans covered."""
    return tuple(span_ranking([span], found) for span in gold)


def document_ranking(relevant: Mapping[str, int], found: Iterable[str]) -> Ranking:
    """Documents against graded ones; a document ranks where it was found first."""
    return Ranking(relevant, tuple(dict.fromkeys(found)))


def judge(rankings: Mapping[str, Ranking], measures: Sequence[str]) -> dict[str, dict[str, float]]:
    """The value of each measure ("R@10", "nDCG@10", "RR@10"; names of ir_measures) for each ranking."""
    import ir_measures

    parsed = {ir_measures.parse_measure(measure): measure for measure in measures}
    relevant = [
        ir_measures.Qrel(key, name, grade)
        for key, ranking in rankings.items()
        for name, grade in sorted(ranking.relevant.items())
    ]
    # Scores fall strictly with the rank, so that the library breaks no ties in an order of its own.
    found = [
        ir_measures.ScoredDoc(key, name, float(-rank))
        for key, ranking in rankings.items()
        for rank, name in enumerate(dict.fromkeys(ranking.found))
    ]
    values: dict[str, dict[str, float]] = {key: dict.fromkeys(measures, 0.0) for key in rankings}
    for result in ir_measures.iter_calc(list(parsed), relevant, found):
        values[result.query_id][parsed[result.measure]] = float(result.value)
    return values


def judge_retrieval(
    found: Mapping[str, Sequence[Span]], gold: Mapping[str, Sequence[Span]]
) -> dict[str, dict[str, float]]:
    """Recall, nDCG and MRR of each query in ``gold``, named ``span.recall@5``, ``document.mrr@10`` and so on."""
    orders = {key: span_ranking(spans, found[key]) for key, spans in gold.items()}
    alone = {
        f"{key} {i}": ranking
        for key, spans in gold.items()
        for i, ranking in enumerate(span_rankings(spans, found[key]))
    }
    owner = {f"{key} {i}": key for key, spans in gold.items() for i in range(len(spans))}
    documents = {
        key: document_ranking({span.document_id: 1 for span in spans}, (span.document_id for span in found[key]))
        for key, spans in gold.items()
    }
    recalls = [f"R@{k}" for k in CUTOFFS]
    parts: dict[str, list[dict[str, float]]] = defaultdict(list)
    for key, values in judge(alone, recalls).items():
        parts[owner[key]].append(values)
    by_document = judge(documents, [*recalls, "nDCG@10", "RR@10"])
    result: dict[str, dict[str, float]] = {}
    for key, values in judge(orders, ["nDCG@10", "RR@10"]).items():
        spans_found = {
            f"span.recall@{k}": sum(part[f"R@{k}"] for part in parts[key]) / len(parts[key]) for k in CUTOFFS
        }
        result[key] = {
            **spans_found,
            "span.ndcg@10": values["nDCG@10"],
            "span.mrr@10": values["RR@10"],
            **{f"document.recall@{k}": by_document[key][f"R@{k}"] for k in CUTOFFS},
            "document.ndcg@10": by_document[key]["nDCG@10"],
            "document.mrr@10": by_document[key]["RR@10"],
        }
    return result


def _name(index: int) -> str:
    return f"gold {index}"
