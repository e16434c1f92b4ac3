"""The policy: every weight and limit of answering, in one place and by name."""

from __future__ import annotations

import ast
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

import kin_assistant
from kin_assistant.briefs.policy import BriefPolicy, TrainingPolicy
from kin_assistant.index.snapshot import OpenIndex
from kin_assistant.indicators.policy import IndicatorPolicy
from kin_assistant.models.embedder import Embedder
from kin_assistant.peers.policy import LikenessPolicy
from kin_assistant.policy import AnswerPolicy
from kin_assistant.question.kinds import KindClassifier
from kin_assistant.records.policy import ComparisonPolicy
from tests.policy_messages import NOTICED, ONE_WAY, UNIT_TESTED, UNNOTICED, Noticed
from tests.varied_policies import AnswerBench, double, halve

PACKAGE = Path(kin_assistant.__file__).parent
FILES = sorted([*PACKAGE.rglob("policy.py"), *(PACKAGE / "policy").glob("*.py")])
"""That of answering, and one of each room that shows something else."""


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_every_value_has_a_description(file: Path) -> None:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ClassDef) and node.name != "AnswerPolicy":
            values = [(i, line) for i, line in enumerate(node.body) if isinstance(line, ast.AnnAssign)]
            assert values
            for i, _ in values:
                assert isinstance(node.body[i + 1], ast.Expr), f"{node.name} has a value without a description"


def test_every_value_has_its_name() -> None:
    flat = AnswerPolicy().flatten()
    assert len(flat) == sum(len(fields(getattr(AnswerPolicy(), stage.name))) for stage in fields(AnswerPolicy))


def test_every_value_is_used() -> None:
    code = "\n".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py") if path not in FILES)
    for name in AnswerPolicy().flatten():
        assert f".{name.split('.')[1]}" in code, f"{name} decides nothing"


@pytest.mark.parametrize("policy", [BriefPolicy, ComparisonPolicy, IndicatorPolicy, LikenessPolicy, TrainingPolicy])
def test_every_value_of_a_room_is_used_in_it(policy: type) -> None:
    room = PACKAGE / policy.__module__.split(".")[1]
    code = "\n".join(path.read_text("utf-8") for path in room.glob("*.py") if path not in FILES)
    for one in fields(policy):
        assert f"olicy.{one.name}" in code, f"{one.name} decides nothing"


@pytest.fixture(scope="module")
def bench(opened_index: OpenIndex, model: Embedder) -> AnswerBench:
    return AnswerBench(opened_index, model, KindClassifier())


@pytest.mark.parametrize("noticed", NOTICED, ids=lambda noticed: noticed.message.text)
def test_a_value_that_is_halved_or_doubled_changes_an_answer(bench: AnswerBench, noticed: Noticed) -> None:
    """Proves that a changed value is noticed, and so decides something; not that the shipped one is right.

    The shipped documents are answered from, with a double in the place of the network that reads. The gate of the evaluation
    (``python -m eval``) compares every value with those of its baseline, and judges the answers. Vectors differ in their last
    digits between processors, with bfloat16 and without: where this message does not notice a value, another one may.
    """
    shipped = bench.answer(noticed.message, AnswerPolicy())
    unnoticed = [f"{name} halved" for name in noticed.halved.split() if _same(bench, noticed, halve(name), shipped)]
    unnoticed += [f"{name} doubled" for name in noticed.doubled.split() if _same(bench, noticed, double(name), shipped)]
    unnoticed = [change for change in unnoticed if not any(_notices(bench, other, change) for other in NOTICED)]
    assert not unnoticed, "another message must notice these"


def _same(bench: AnswerBench, noticed: Noticed, policy: AnswerPolicy, shipped: str) -> bool:
    return bench.answer(noticed.message, policy) == shipped


def _notices(bench: AnswerBench, other: Noticed, change: str) -> bool:
    name, _, way = change.partition(" ")
    shipped = bench.answer(other.message, AnswerPolicy())
    return not _same(bench, other, halve(name) if way == "halved" else double(name), shipped)


def test_something_notices_each_value_but_those_named() -> None:
    """A value that is new needs a message in ``tests/policy_messages.py`` whose answer it changes, or a test of its own.

    ``UNNOTICED`` names those that have neither.
    """
    halved = {name for noticed in NOTICED for name in noticed.halved.split()}
    doubled = {name for noticed in NOTICED for name in noticed.doubled.split()}
    noticed = halved | doubled
    assert noticed | UNIT_TESTED.keys() | UNNOTICED == AnswerPolicy().flatten().keys()
    assert noticed.isdisjoint(UNIT_TESTED) and UNNOTICED.isdisjoint(noticed | UNIT_TESTED.keys())
    assert halved ^ doubled == ONE_WAY, "changed one way these change no answer here"


@pytest.mark.parametrize("value", UNIT_TESTED)
def test_what_no_message_notices_has_a_test_of_its_own_that_changes_it(value: str) -> None:
    file, name = UNIT_TESTED[value]
    text = (Path(__file__).parent / file).read_text("utf-8")
    assert name in {node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
    assert f'"{value}"' in text


def test_it_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        AnswerPolicy().selection.documents = 5  # type: ignore[misc]
