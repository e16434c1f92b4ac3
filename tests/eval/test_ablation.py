"""The ablation leaves out what it says it leaves out, for as long as it looks, and tells what that costs."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from eval.ablation import COLUMNS, VARIANTS, Variant, ablate, render_table
from eval.evaluation import text_lookup
from eval.questions import read_cases
from kin_assistant import choosing
from kin_assistant.types import Answer
from tests.eval.doubles import ToyProduct, write_questions


def test_every_variant_changes_a_constant_that_there_is() -> None:
    for variant in VARIANTS:
        for name, value in variant.changes.items():
            module, constant = name.rsplit(".", 1)
            before = getattr(import_module(f"kin_assistant.{module}"), constant)
            assert before != value, f"{variant.name} changes nothing"
            assert type(before) is type(value)


def test_a_constant_is_changed_while_a_variant_is_asked_and_not_after(tmp_path: Path) -> None:
    seen = []

    def opened(variant: Variant) -> ToyProduct:
        seen.append((variant.name, choosing._MOST_DOCUMENTS))
        return ToyProduct()

    before = choosing._MOST_DOCUMENTS
    cases = read_cases([write_questions(tmp_path)], text_lookup(ToyProduct()))
    variants = (Variant("whole"), Variant("one", {"choosing._MOST_DOCUMENTS": 99}), Variant("whole again"))
    rows = list(ablate(opened, cases, "test", variants))
    assert seen == [("whole", before), ("one", 99), ("whole again", before)]
    assert [name for name, _ in rows] == ["whole", "one", "whole again"]


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
