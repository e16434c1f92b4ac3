"""The ablation leaves out what it says it leaves out, for as long as it looks, and tells what that costs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from eval.ablation import COLUMNS, VARIANTS, Variant, ablate, render_table
from eval.evaluation import text_lookup
from eval.questions import read_cases
from kin_assistant.policy import AnswerPolicy, SelectionPolicy
from kin_assistant.types import Answer
from tests.eval.doubles import ToyProduct, write_questions


def test_every_variant_differs_from_what_is_shipped_and_from_the_others() -> None:
    shipped, *others = VARIANTS
    assert (shipped.policy, shipped.reader) == (AnswerPolicy(), True)
    changes = [(variant.policy.flatten(), variant.reader) for variant in VARIANTS]
    assert all(change not in changes[:number] for number, change in enumerate(changes)), others


def test_each_variant_is_asked_with_its_own_policy(tmp_path: Path) -> None:
    seen = []

    def opened(variant: Variant) -> ToyProduct:
        seen.append((variant.name, variant.policy.selection.documents))
        return ToyProduct()

    cases = read_cases([write_questions(tmp_path)], text_lookup(ToyProduct()))
    many = AnswerPolicy(selection=SelectionPolicy(documents=99))
    variants = (Variant("whole"), Variant("many", many), Variant("whole again"))
    rows = list(ablate(opened, cases, "test", variants))
    assert seen == [("whole", 3), ("many", 99), ("whole again", 3)]
    assert [name for name, _ in rows] == ["whole", "many", "whole again"]


def test_a_variant_that_answers_worse_is_told_from_one_that_does_not(tmp_path: Path) -> None:
    class Forgetful(ToyProduct):
        def ask(self, question: str, *, history: Sequence[str] = ()) -> Answer:
            del question
            return super().ask("painted murals", history=history)

    cases = read_cases([write_questions(tmp_path)], text_lookup(ToyProduct()))
    products = {"whole": ToyProduct, "forgetful": Forgetful}
    rows = dict(ablate(lambda variant: products[variant.name](), cases, "test", [Variant(name) for name in products]))
    assert rows["whole"]["vital_nuggets"] == 1
    assert rows["whole"]["false_refusals"] == 0
    assert rows["forgetful"]["vital_nuggets"] == 0
    assert rows["forgetful"]["false_refusals"] == 1


def test_the_table_has_a_row_for_each_variant_and_a_blank_for_what_was_not_measured() -> None:
    figures = dict.fromkeys(COLUMNS, 0.5) | {"f1": None}
    table = render_table([("as shipped", figures)]).splitlines()
    assert table[2].startswith("| as shipped | 0.500 |")
    assert "|  |" in table[2]
