"""Documents are grouped by the names in their metadata and by decades, and lists, filters and coverage agree on the groups."""

from __future__ import annotations

from kin_assistant import Assistant
from kin_assistant.coverage.counting import group_by_decade, group_by_name
from kin_assistant.filters import find_allowed_documents
from kin_assistant.types import Filters
from tests.coverage.documents import document

THEMES = {
    1: document("a", themes=("waste", "air")),
    2: document("b", themes=("waste", "waste")),
    3: document("c"),
    4: document("d", themes=("Air quality", "air")),
}


def test_a_name_has_the_documents_that_carry_it_each_once_in_order() -> None:
    assert group_by_name(THEMES, "theme") == {"air": (1, 4), "waste": (1, 2), "Air quality": (4,)}


def test_names_with_more_documents_come_first_then_they_go_by_letters() -> None:
    often = {1: document("a", countries=("Nepal", "Bhutan")), 2: document("b", countries=("Nepal",))}
    assert list(group_by_name(often, "country")) == ["Nepal", "Bhutan"]
    alike = {1: document("a", countries=("b", "C", "a"))}
    assert list(group_by_name(alike, "country")) == ["a", "b", "C"]


def test_a_document_is_in_every_decade_that_its_years_touch() -> None:
    groups = group_by_decade({1: document("a", years=(1995, 2010)), 2: document("b", years=(2003, 2003))})
    assert [(group.name, group.documents) for group in groups] == [("1990s", (1,)), ("2000s", (1, 2)), ("2010s", (1,))]


def test_early_decades_with_few_documents_are_one_group() -> None:
    infos = {row: document(str(row), years=(1980, 1985)) for row in range(5)}
    infos |= {5: document("old", years=(1822, 1987)), 6: document("older", years=(1810, 1815))}
    groups = group_by_decade(infos)
    assert [(group.name, group.documents) for group in groups] == [
        ("before 1980", (5, 6)),
        ("1980s", (0, 1, 2, 3, 4, 5)),
    ]


def test_a_decade_of_which_no_document_speaks_is_there_and_empty() -> None:
    groups = group_by_decade({1: document("a", years=(1995, 1995)), 2: document("b", years=(2013, 2013))})
    assert [len(group.documents) for group in groups] == [1, 0, 1]


def test_documents_without_years_or_no_documents_have_no_decades() -> None:
    assert group_by_decade({}) == ()
    assert group_by_decade({1: document("a")}) == ()


def test_every_group_of_the_shipped_documents_is_what_a_filter_lets_pass(assistant: Assistant) -> None:
    rows = dict(enumerate(assistant.documents))
    for theme, documents in group_by_name(rows, "theme").items():
        passing = find_allowed_documents(assistant.documents, Filters(theme=(theme,)))
        assert passing is not None
        assert documents == tuple(passing.tolist())
    for country, documents in group_by_name(rows, "country").items():
        passing = find_allowed_documents(assistant.documents, Filters(country=(country,)))
        assert passing is not None
        assert documents == tuple(passing.tolist())
