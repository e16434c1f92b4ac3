"""Coverage on a terminal: lines that fit, short names that are told apart, empty cells that are seen."""

from __future__ import annotations

from kin_assistant import Assistant
from kin_assistant.coverage.values import CountryCoverage, Coverage, ThemeCoverage
from kin_assistant.rendering import coverage_text


def test_the_matrix_has_a_row_a_theme_and_a_dot_for_nothing(coverage: Coverage) -> None:
    lines = coverage_text(coverage).splitlines()
    head = lines.index("Documents by theme and country") + 1
    assert lines[head].split() == ["all", "ID", "FJ", "PE", "-"]
    assert lines[head + 1].split() == ["all", "documents", "4", "2", "1", "1", "1"]
    assert lines[head + 2].split() == ["air", "2", "1", ".", "1", "."]
    assert "ID Indonesia, FJ Fiji, PE Peru." in coverage_text(coverage)


def test_a_city_has_a_line_with_its_years_and_themes(coverage: Coverage) -> None:
    assert "Surabaya, Indonesia    2  1995-2011  waste, air" in coverage_text(coverage)


def test_no_line_of_the_shipped_coverage_is_too_long_for_a_terminal(assistant: Assistant) -> None:
    text = coverage_text(assistant.coverage())
    assert max(map(len, text.splitlines())) <= 110
    assert "Kitakyushu, Japan" in text


def test_a_matrix_with_many_countries_is_printed_in_pieces() -> None:
    countries = tuple(CountryCoverage(name=f"Land {n}", code=None, documents=1, cities=0) for n in range(60))
    theme = ThemeCoverage(name="waste", documents=60, by_country=(1,) * 60, without_country=0)
    coverage = Coverage(build_id="b", documents=60, countries=countries, themes=(theme,), built_in=2026)
    text = coverage_text(coverage)
    assert text.count("Documents by theme and country") > 1
    rows = [line for line in text.splitlines() if line.startswith("waste")]
    assert sum(line.split()[2:].count("1") for line in rows) == 60
    assert max(map(len, text.splitlines())) <= 110


def test_countries_without_a_code_have_names_of_their_own() -> None:
    countries = tuple(
        CountryCoverage(name=name, code=None, documents=1, cities=0) for name in ("Fari", "Farland", "Mo")
    )
    theme = ThemeCoverage(name="waste", documents=3, by_country=(1, 1, 1), without_country=0)
    coverage = Coverage(build_id="b", documents=3, countries=countries, themes=(theme,), built_in=2026)
    assert "FAR Fari, 2 Farland, MO Mo." in coverage_text(coverage)


def test_nothing_is_printed_where_nothing_is_known(nothing: Coverage, bare: Coverage) -> None:
    assert coverage_text(nothing) == (
        "What the documents cover\n\nThe library holds no document, so it covers nothing yet.\n"
    )
    assert "Documents by theme" not in coverage_text(bare)


def test_a_name_cannot_control_the_terminal(coverage: Coverage) -> None:
    theme = coverage.themes[0].model_copy(update={"name": "red\x1b[31m\u202e"})
    assert "\x1b" not in coverage_text(coverage.model_copy(update={"themes": (theme,)}))
