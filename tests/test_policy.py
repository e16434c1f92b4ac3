"""The policy: every weight and limit of answering, in one place and by name."""

from __future__ import annotations

import ast
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

import kin_assistant
from kin_assistant.policy import AnswerPolicy

PACKAGE = Path(kin_assistant.__file__).parent


def test_every_value_has_its_name_and_a_description() -> None:
    tree = ast.parse((PACKAGE / "policy.py").read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name != "AnswerPolicy":
            values = [(i, line) for i, line in enumerate(node.body) if isinstance(line, ast.AnnAssign)]
            assert values
            for i, _ in values:
                assert isinstance(node.body[i + 1], ast.Expr), f"{node.name} has a value without a description"
    flat = AnswerPolicy().flatten()
    assert len(flat) == sum(len(fields(getattr(AnswerPolicy(), stage.name))) for stage in fields(AnswerPolicy))


def test_every_value_is_used() -> None:
    code = "\n".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py") if path.name != "policy.py")
    for name in AnswerPolicy().flatten():
        assert f".{name.split('.')[1]}" in code, f"{name} decides nothing"


def test_it_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        AnswerPolicy().selection.documents = 5  # type: ignore[misc]
