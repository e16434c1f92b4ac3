"""The policy: every weight and limit of answering, in one place and by name."""

from __future__ import annotations

import ast
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

import kin_assistant
from kin_assistant.briefs.policy import BriefPolicy
from kin_assistant.indicators.policy import IndicatorPolicy
from kin_assistant.peers.policy import LikenessPolicy
from kin_assistant.policy import AnswerPolicy
from kin_assistant.records.policy import ComparisonPolicy

PACKAGE = Path(kin_assistant.__file__).parent
FILES = sorted(PACKAGE.rglob("policy.py"))
"""That of answering, and one of each room that shows something else."""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.name)
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


@pytest.mark.parametrize("policy", [BriefPolicy, ComparisonPolicy, IndicatorPolicy, LikenessPolicy])
def test_every_value_of_a_room_is_used_in_it(policy: type) -> None:
    room = PACKAGE / policy.__module__.split(".")[1]
    code = "\n".join(path.read_text("utf-8") for path in room.glob("*.py") if path not in FILES)
    for one in fields(policy):
        assert f"olicy.{one.name}" in code, f"{one.name} decides nothing"


def test_it_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        AnswerPolicy().selection.documents = 5  # type: ignore[misc]
