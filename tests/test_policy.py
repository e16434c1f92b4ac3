"""The policy: every weight and limit of answering, in one place and by name."""

from __future__ import annotations

import ast
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

import kin_assistant
from kin_assistant.policy import AnswerPolicy
from kin_assistant.product_policy import BriefPolicy, ComparisonPolicy, IndicatorPolicy

PACKAGE = Path(kin_assistant.__file__).parent


@pytest.mark.parametrize("file", ["policy.py", "product_policy.py"])
def test_every_value_has_a_description(file: str) -> None:
    for node in ast.walk(ast.parse((PACKAGE / file).read_text("utf-8"))):
        if isinstance(node, ast.ClassDef) and node.name != "AnswerPolicy":
            values = [(i, line) for i, line in enumerate(node.body) if isinstance(line, ast.AnnAssign)]
            assert values
            for i, _ in values:
                assert isinstance(node.body[i + 1], ast.Expr), f"{node.name} has a value without a description"


def test_every_value_has_its_name() -> None:
    flat = AnswerPolicy().flatten()
    assert len(flat) == sum(len(fields(getattr(AnswerPolicy(), stage.name))) for stage in fields(AnswerPolicy))


def test_every_value_is_used() -> None:
    files = [path for path in PACKAGE.rglob("*.py") if path.name not in ("policy.py", "product_policy.py")]
    code = "\n".join(path.read_text("utf-8") for path in files)
    names = [name.split(".")[1] for name in AnswerPolicy().flatten()]
    names += [one.name for policy in (BriefPolicy, ComparisonPolicy, IndicatorPolicy) for one in fields(policy)]
    for name in names:
        assert f".{name}" in code, f"{name} decides nothing"


def test_it_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        AnswerPolicy().selection.documents = 5  # type: ignore[misc]
