"""The Coverage tab as HTML: tables that a screen reader can read, numbers that lead to documents, words that stay words."""

from __future__ import annotations

from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from kin_assistant.coverage.values import CityCoverage, Coverage, ThemeCoverage
from kin_assistant.rendering import coverage_html
from tests.hostile.markup import HOSTILE


def parse(coverage: Coverage) -> Any:
    return LexborHTMLParser(str(coverage_html(coverage)))


def test_the_matrix_has_headers_for_rows_and_columns(coverage: Coverage) -> None:
    table = parse(coverage).css_first(".kin-matrix table")
    assert [head.text() for head in table.css("thead th[scope=col]")] == [
        "Theme", "All", "Indonesia", "Fiji", "Peru", "No country named",
    ]  # fmt: skip
    assert [head.text() for head in table.css("tbody th[scope=row]")] == ["All documents", "air", "waste", "=1+1"]
    assert {len(row.css("td")) for row in table.css("tbody tr")} == {5}


def test_an_empty_cell_is_empty_and_is_said_to_be_none(coverage: Coverage) -> None:
    row = parse(coverage).css(".kin-matrix tbody tr")[1]
    cells = row.css("td")
    assert [cell.text() for cell in cells] == ["2", "1", "none", "1", "none"]
    assert cells[2].css_first("span.kin-unseen").text() == "none"
    assert "class" not in cells[2].attributes


def test_a_number_says_what_it_counts_and_leads_to_its_documents(coverage: Coverage) -> None:
    row = parse(coverage).css(".kin-matrix tbody tr")[2]
    button = row.css("td button")[0]
    assert button.attributes["aria-label"] == "2 documents, waste, Indonesia"
    assert button.attributes["data-kin-list-theme"] == "waste"
    assert button.attributes["data-kin-list-country"] == "Indonesia"


def test_the_map_has_a_title_and_words_in_its_place(coverage: Coverage) -> None:
    svg = parse(coverage).css_first("svg[role=img]")
    named = svg.attributes["aria-labelledby"].split()
    assert [svg.css_first(f"#{name}").text() for name in named] == [
        "Map of the cities that documents are about",
        "Surabaya, Indonesia: 2 documents; Suva, Fiji: 1 document. The list of cities has them all.",
    ]
    assert len(svg.css("path.kin-dot")) == 2


def test_the_years_are_a_table_with_bars_that_only_the_eye_needs(coverage: Coverage) -> None:
    rows = parse(coverage).css("table.kin-bars")[0].css("tbody tr")
    assert [(row.css_first("th").text(), row.css_first(".kin-count").text()) for row in rows][:3] == [
        ("1990s", "1"), ("2000s", "2"), ("2010s", "2"),
    ]  # fmt: skip
    assert all(row.css_first("svg").attributes["aria-hidden"] == "true" for row in rows)
    assert [row.css_first("rect").attributes["width"] for row in rows][:2] == ["50", "100"]


def test_each_city_has_its_documents_years_and_themes(coverage: Coverage) -> None:
    first = parse(coverage).css("table.kin-towns tbody tr")[0]
    assert [cell.text() for cell in first.css("th, td")] == ["Surabaya", "Indonesia", "2", "1995-2011", "waste, air"]


def test_documents_that_tell_little_can_be_opened(coverage: Coverage) -> None:
    assert [link.attributes["href"] for link in parse(coverage).css("ul a")] == [
        "documents/c", "documents/b", "documents/d", "documents/a",
    ]  # fmt: skip


@pytest.mark.parametrize("part", ["svg", "table", "dl", "ul"])
def test_an_empty_library_shows_a_sentence_and_nothing_else(nothing: Coverage, part: str) -> None:
    page = parse(nothing)
    assert "The library holds no document" in page.css_first("p").text()
    assert page.css(part) == []


def test_documents_without_metadata_have_no_matrix_and_no_map(bare: Coverage) -> None:
    page = parse(bare)
    assert page.css(".kin-matrix, .kin-map, .kin-towns") == []
    assert "No document names a theme or a country" in page.body.text()


def test_of_very_many_themes_and_cities_the_first_ones_are_shown_and_the_rest_counted(coverage: Coverage) -> None:
    themes = tuple(
        ThemeCoverage(name=f"theme {n}", documents=1, by_country=(1, 0, 0), without_country=0) for n in range(300)
    )
    cities = tuple(
        CityCoverage(name=f"City {n}", country=None, documents=1, themes=(), years=None, latitude=None, longitude=None)
        for n in range(600)
    )
    page = parse(coverage.model_copy(update={"themes": themes, "cities": cities}))
    assert len(page.css(".kin-matrix tbody tr")) == 201
    assert "100 more themes" in page.body.text()
    assert len(page.css(".kin-towns tbody tr")) == 500
    assert "100 more cities" in page.body.text()


@pytest.mark.parametrize("words", HOSTILE)
def test_a_hostile_name_stays_words(coverage: Coverage, words: str) -> None:
    theme = coverage.themes[0].model_copy(update={"name": words})
    city = coverage.cities[0].model_copy(update={"name": words, "country": words})
    hostile, plain = (
        parse(coverage.model_copy(update={"themes": (one,), "cities": (other,)}))
        for one, other in ((theme, city), (coverage.themes[0], coverage.cities[0]))
    )
    assert {node.tag for node in hostile.css("*")} <= {node.tag for node in plain.css("*")}
