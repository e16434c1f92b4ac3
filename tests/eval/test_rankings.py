"""The library's figures over our adapter equal those computed from the definitions, on random rankings."""

from __future__ import annotations

import math
import random

import pytest

from eval.matching import Span, covers
from eval.rankings import CUTOFFS, Ranking, judge, judge_retrieval

TOLERANCE = 1e-9


def random_case(generator):
    """Gold spans and found passages that overlap, repeat, and come from few documents."""

    def span(longest):
        start = generator.randrange(60)
        return Span(generator.choice("abcd"), start, start + generator.randint(1, longest))

    gold = list(dict.fromkeys(span(12) for _ in range(generator.randint(1, 14))))
    found = [span(40) for _ in range(generator.randint(0, 40))]
    repeats = generator.choices(found, k=len(found) // 3) if found else []
    return gold, found + repeats


def by_definition(gold, found):
    """The measures as the definitions state them."""
    measures = {}
    for k in CUTOFFS:
        measures[f"span.recall@{k}"] = sum(any(covers(passage, g) for passage in found[:k]) for g in gold) / len(gold)
    seen, gains = set(), []
    for passage in found[:10]:
        fresh = {g for g in gold if covers(passage, g)} - seen
        gains.append(1 if fresh else 0)
        seen |= fresh
    measures["span.ndcg@10"] = discounted(gains) / discounted([1] * min(10, len(gold)))
    measures["span.mrr@10"] = next((1 / rank for rank, gain in enumerate(gains, 1) if gain), 0)
    wanted, order = {g.document_id for g in gold}, []
    for passage in found:
        if passage.document_id not in order:
            order.append(passage.document_id)
    relevant = [document in wanted for document in order]
    for k in CUTOFFS:
        measures[f"document.recall@{k}"] = sum(relevant[:k]) / len(wanted)
    measures["document.ndcg@10"] = discounted(relevant[:10]) / discounted([1] * min(10, len(wanted)))
    measures["document.mrr@10"] = next((1 / rank for rank, hit in enumerate(relevant[:10], 1) if hit), 0)
    return measures


def discounted(gains):
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))


def test_random_rankings_with_repeats_agree_with_the_definitions():
    generator = random.Random(7)  # noqa: S311
    cases = [random_case(generator) for _ in range(400)]
    judged = judge_retrieval(
        {str(i): found for i, (_, found) in enumerate(cases)}, {str(i): gold for i, (gold, _) in enumerate(cases)}
    )
    for i, (gold, found) in enumerate(cases):
        assert judged[str(i)] == pytest.approx(by_definition(gold, found), abs=TOLERANCE)
        assert all(0 <= value <= 1 for value in judged[str(i)].values())


def test_graded_rankings_agree_with_the_definition():
    generator = random.Random(11)  # noqa: S311
    for _ in range(60):
        names = [f"d{i}" for i in range(generator.randint(2, 30))]
        grades = {name: generator.choice([0, 0, 1, 1, 2, 3]) for name in names}
        grades[names[0]] = 1
        order = generator.sample(names, generator.randint(1, len(names)))
        ours = judge({"q": Ranking(grades, tuple(order))}, ["nDCG@10", "R@10"])["q"]
        ideal = sorted(grades.values(), reverse=True)[:10]
        assert ours["nDCG@10"] == pytest.approx(
            discounted([grades[name] for name in order[:10]]) / discounted(ideal), abs=TOLERANCE
        )
        relevant = {name for name, grade in grades.items() if grade}
        assert ours["R@10"] == pytest.approx(len(relevant & set(order[:10])) / len(relevant), abs=TOLERANCE)


def test_a_document_found_twice_ranks_where_it_was_found_first():
    assert judge({"q": Ranking({"b": 1}, ("a", "a", "b", "b"))}, ["RR@10"])["q"]["RR@10"] == 1 / 2


def test_nothing_found_is_worth_nothing_and_not_left_out():
    gold = {"q": [Span("a", 0, 5)], "r": [Span("a", 0, 5)]}
    judged = judge_retrieval({"q": [], "r": [Span("a", 0, 5)]}, gold)
    assert set(judged["q"].values()) == {0}
    assert set(judged["r"].values()) == {1}


def test_two_gold_sentences_in_one_passage_are_both_found_at_its_rank():
    gold = [Span("a", 0, 5), Span("a", 6, 9), Span("b", 0, 5)]
    judged = judge_retrieval({"q": [Span("x", 0, 9), Span("a", 0, 9), Span("b", 0, 9)]}, {"q": gold})["q"]
    assert judged["span.recall@1"] == 0
    assert judged["span.recall@5"] == 1
    ideal = 1 + 1 / math.log2(3) + 1 / 2
    assert judged["span.ndcg@10"] == pytest.approx((1 / math.log2(3) + 1 / 2) / ideal, abs=TOLERANCE)


def test_queries_do_not_depend_on_each_other_or_on_their_order():
    generator = random.Random(3)  # noqa: S311
    cases = {f"q {i} {i % 3}": random_case(generator) for i in range(20)}
    together = judge_retrieval({k: f for k, (_, f) in cases.items()}, {k: g for k, (g, _) in cases.items()})
    for key, (gold, found) in cases.items():
        assert judge_retrieval({key: found}, {key: gold})[key] == together[key]
