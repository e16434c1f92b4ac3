"""Columns by the names that people give them."""

from __future__ import annotations

import pytest

from kin_assistant.errors import ComparisonError
from kin_assistant.records.columns import parse_columns
from kin_assistant.types import RECORD_FIELDS


def test_columns_are_understood_by_everyday_names_and_by_those_of_the_fields() -> None:
    assert parse_columns(["Problem", " action", "cost", "results"]) == ("situation", "process", "finance", "results")
    assert parse_columns(RECORD_FIELDS) == RECORD_FIELDS


def test_a_column_comes_once() -> None:
    assert parse_columns(["cost", "finance", "money", ""]) == ("finance",)


def test_an_unknown_column_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ComparisonError, match=r"There is no column “colour”\. There are: situation, objectives"):
        parse_columns(["colour"])
