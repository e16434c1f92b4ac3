"""A coverage with an empty cell, an unknown city, a country without a city and years to come."""

from __future__ import annotations

import pytest

from kin_assistant.coverage.survey import add_fields, survey_documents
from kin_assistant.coverage.values import Coverage
from kin_assistant.places.gazetteer import Gazetteer
from tests.coverage.documents import document

INFOS = [
    document("a", cities=("Surabaya",), countries=("Indonesia",), themes=("waste", "air"), years=(2001, 2011)),
    document("b", cities=("Surabaya", "Suva"), countries=("Indonesia", "Fiji"), themes=("waste",), years=(1995, 2005)),
    document("c", countries=("Peru",), themes=("air",), years=(2010, 2040), title="Air to come"),
    document("d", cities=("Exampleville",), themes=("=1+1",)),
]


@pytest.fixture
def coverage() -> Coverage:
    counted = survey_documents(INFOS, Gazetteer.load(), build_id="b1", built_in=2026)
    return add_fields(counted, INFOS, [{"results", "finance"}, {"results"}, set(), {"lessons"}])


@pytest.fixture
def nothing() -> Coverage:
    return survey_documents([], Gazetteer.load(), build_id="b1", built_in=2026)


@pytest.fixture
def bare() -> Coverage:
    """Of two documents without any metadata."""
    return survey_documents([document("a"), document("b")], Gazetteer.load(), build_id="b1", built_in=2026)
