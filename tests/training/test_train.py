"""Training goes on where it was stopped, and its measures are right."""

from __future__ import annotations

import math
import random

import pytest

torch = pytest.importorskip("torch")

from safetensors.torch import load_file  # noqa: E402

from kin_assistant.models.embedder import find_model  # noqa: E402
from kin_assistant.models.evidence_network import WEIGHTS  # noqa: E402
from training.examples import Example, Reading, write_examples  # noqa: E402
from training.train import (  # noqa: E402
    PIECES_IN_BATCH,
    Plan,
    Run,
    batched,
    divergence,
    examples_of_pass,
    likelihood_of_every,
    likelihood_of_one,
)
from training.validate import add_line, better_on_all, figures_in, figures_of  # noqa: E402


def example(number, kind, *, answers=True):
    sentences = (f"The plant of town {number} cost {number} million.", "It rained.")
    evidence = frozenset({0}) if answers else frozenset()
    return Example(f"What did plant {number} cost?", "Plants", sentences, evidence, 1.0, kind, f"d{number}", "d0")


def batch(number):
    kinds = ("raw", "digests", "public")
    return [example(number * 3 + i, kind, answers=i != 1) for i, kind in enumerate(kinds)]


def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(tmp_path):
    folder = find_model("bundled")
    whole = Run(folder, WEIGHTS, 1e-3, tmp_path, ["raw"])
    whole.step(batch(0))
    whole.save()
    whole.step(batch(1))
    resumed = Run(folder, WEIGHTS, 1e-3, tmp_path, ["raw"])
    resumed.resume()
    assert (resumed.steps, resumed.batch) == (1, 1)
    resumed.step(batch(1))
    expected, found = whole.averaged(), resumed.averaged()
    assert all(torch.equal(value, found[name]) for name, value in expected.items())
    shipped, written = load_file(WEIGHTS), load_file(tmp_path / "step-00001.safetensors")
    assert {name: (value.shape, value.dtype) for name, value in shipped.items()} == {
        name: (value.shape, value.dtype) for name, value in written.items()
    }
    moved = {name for name, value in written.items() if not torch.equal(value, shipped[name])}
    assert any(".layer.5." in name for name in moved)
    assert not any(".layer.0." in name for name in moved)


def test_less_of_the_rate_moves_the_weights_less_and_half_precision_moves_them_alike(tmp_path):
    folder = find_model("bundled")
    moved = {}
    for name, share, half in (("whole", 1.0, False), ("part", 0.1, False), ("half", 1.0, True)):
        run = Run(folder, WEIGHTS, 1e-3, tmp_path, ["raw"], half=half)
        before = {key: value.clone() for key, value in run.averaged().items()}
        run.step(batch(0), share)
        moved[name] = torch.cat([(value - before[key]).flatten() for key, value in run.averaged().items()])
    assert math.isclose(float(moved["part"].norm() / moved["whole"].norm()), 0.1, rel_tol=0.01)
    assert torch.cosine_similarity(moved["whole"], moved["half"], dim=0) > 0.5


def test_a_pass_has_the_same_examples_at_every_call(tmp_path):
    write_examples(tmp_path / "raw-0.jsonl.gz", [example(i, "raw") for i in range(40)])
    write_examples(tmp_path / "raw-1.jsonl.gz", [example(i + 100, "raw") for i in range(40)])
    write_examples(tmp_path / "explained.jsonl.gz", [example(i + 300, "explained") for i in range(10)])
    write_examples(tmp_path / "messages.jsonl.gz", [example(i + 400, "messages") for i in range(12)])
    write_examples(tmp_path / "digests.jsonl.gz", [example(i + 200, "digests") for i in range(40)])
    public = [Example("Who?", "", ("I.",), frozenset({0}), 1.0, "public", str(i), "selqa") for i in range(40)]
    write_examples(tmp_path / "public.jsonl.gz", public)
    plan = Plan(explained=5, raw=15, digests=10, public=20, strangers=0.5)
    first = examples_of_pass(tmp_path, plan, 0)
    assert first == examples_of_pass(tmp_path, plan, 0)
    assert first != examples_of_pass(tmp_path, plan, 2)
    kinds = [one.kind for one in first]
    assert kinds.count("digests") == 10
    assert 10 <= kinds.count("public") <= 30
    assert kinds.count("raw") == 15
    assert kinds.count("explained") == 5
    assert kinds.count("messages") == 12


def test_batches_hold_every_example_once_and_are_of_like_length():
    made = [
        Example("Why?", "", tuple("It rained all day." for _ in range(1 + i % 30)), frozenset(), 1.0, "raw", str(i))
        for i in range(300)
    ]
    batches = list(batched(made, random.Random(3)))  # noqa: S311
    assert sorted(one.document for found in batches for one in found) == sorted(one.document for one in made)
    for found in batches:
        lengths = [len(one.sentences) for one in found]
        # A sentence has 18 letters, a piece four of them.
        assert max(lengths) * len(lengths) * 18 / 4 <= PIECES_IN_BATCH
        assert max(lengths) <= 2 * min(lengths) + 4


def test_likelihoods_count_what_answers():
    logits = torch.tensor([[0.0, 2.0, 2.0, -math.inf]])
    gold = torch.tensor([[0.0, 1.0, 1.0, 0.0]])
    total = 1 + 2 * math.exp(2)
    assert math.isclose(float(likelihood_of_one(logits, gold)), math.log(2 * math.exp(2) / total), abs_tol=1e-5)
    each = math.log(math.exp(2) / (1 + math.exp(2)))
    assert math.isclose(float(likelihood_of_every(logits, gold)), each, abs_tol=1e-5)


def test_what_says_the_same_does_not_diverge():
    logits = torch.tensor([[0.3, -1.0, 2.0, -math.inf]])
    assert float(divergence(logits, logits + 5)) < 1e-6
    assert float(divergence(logits, torch.zeros(1, 4))) > 0.1


def reading(*, answerable, right):
    sentences = ("one", "two")
    passages = tuple(Example("?", "", sentences, frozenset({0} if here else ())) for here in right)
    return Reading("?", "d", answerable, passages)


def test_figures_are_of_what_was_read():
    readings = [
        reading(answerable=True, right=(False, True)),
        reading(answerable=True, right=(True, False)),
        reading(answerable=True, right=(False, False)),  # the answer was not read: nothing to be said
        reading(answerable=False, right=(False, False)),
    ]
    odds = [[[0.0, 1.0], [3.0, 0.0]], [[1.0, 2.0], [0.0, -1.0]], [[9.0, 9.0], [9.0, 9.0]], [[-3.0, -3.0], [-3.0, -4.0]]]
    found = figures_of(readings, [[torch.tensor(passage) for passage in one] for one in odds])
    assert found == {"hit@1": 0.5, "found@5": 1.0, "auc": 1.0, "answered": 2, "unanswerable": 1}


@pytest.mark.parametrize(
    ("hit", "auc", "name", "better"),
    [
        (0.52, 0.81, None, True),
        (0.60, 0.79, None, False),  # the other writer's AUC falls
        (0.52, 0.81, "public", False),  # one set falls
    ],
)
def test_weights_may_ship_only_if_no_set_pays_for_another(hit, auc, name, better):
    sets = ("digests", "raw", "rawdev", "public")
    before = {one: {"hit@1": 0.5, "auc": 0.8} for one in sets}
    after = {one: {"hit@1": hit, "auc": auc} for one in sets}
    if name:
        after[name] = {"hit@1": 0.45, "auc": 0.81}
    assert better_on_all(after, before) is better


def test_the_table_gives_back_the_last_figures_of_some_weights(tmp_path):
    table = tmp_path / "validation.csv"
    row = {"hit@1": 0.5, "found@5": 0.6, "auc": 0.7}
    add_line(table, {"weights": "shipped", "full": 0, "set": "raw", **row})
    add_line(table, {"weights": "shipped", "full": 0, "set": "raw", **row, "auc": 0.75})
    add_line(table, {"weights": "shipped", "full": 1, "set": "raw", **row, "auc": 0.9})
    add_line(table, {"weights": "step-1", "full": 0, "set": "raw", **row, "auc": 0.1})
    assert figures_in(table, "shipped", full=False) == {"raw": {**row, "auc": 0.75}}
