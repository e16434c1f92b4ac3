"""The fields that a curator sets, and what is wrong with them where something is."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kin_assistant.corpus.frontmatter import MAX_FRONT_MATTER, FrontMatter, parse_front_matter
from kin_assistant.errors import DocumentError
from kin_assistant.types import Source


def parse(source: str, first_line: int = 1) -> FrontMatter:
    return parse_front_matter(source, what="its front matter", first_line=first_line)


def fault_in(source: str) -> str:
    with pytest.raises(DocumentError) as fault:
        parse(source)
    return str(fault.value)


def test_every_field_is_read() -> None:
    fields = parse(
        "id: a\ntitle: 'A: B'\ncities: [Cebu, Bago]\ncountries: Philippines\nregion: South-East Asia\n"
        "themes:\n- composting\nyears: 2001-2003\nsources:\n- {title: T, publisher: P, year: 2004, url: 'https://x.org'}\n"
        "compiled: 2026-11-21\nlanguage: en\n"
    )
    assert (fields.id, fields.title, fields.region) == ("a", "A: B", "South-East Asia")
    assert (fields.cities, fields.countries, fields.themes) == (("Cebu", "Bago"), ("Philippines",), ("composting",))
    assert (fields.years, fields.compiled, fields.language) == ("2001-2003", "2026-11-21", "en")
    assert fields.sources == (Source(title="T", publisher="P", year=2004, url="https://x.org"),)
    assert fields.unknown == ()


@pytest.mark.parametrize("source", ["", "\n\n", "# only a comment\n", "~", "{}"])
def test_nothing_is_no_fields(source: str) -> None:
    assert parse(source) == FrontMatter()


@pytest.mark.parametrize("field", ["cities", "countries", "themes", "sources"])
def test_an_empty_list_is_empty(field: str) -> None:
    assert getattr(parse(f"{field}:\n"), field) == ()


@pytest.mark.parametrize(
    ("written", "years"), [("2004", "2004"), ('"2004-2011"', "2004-2011"), ("[2001, 2011]", "2001, 2011")]
)
def test_years_may_be_a_number_a_text_or_a_list(written: str, years: str) -> None:
    assert parse(f"years: {written}").years == years


@pytest.mark.parametrize(
    ("written", "language"),
    [("en", "en"), ("EN-gb", "en"), ("zh_Hant", "zh"), ("no", "no"), ("'no'", "no"), ("", None)],
)
def test_a_language_is_a_code_of_two_letters(written: str, language: str | None) -> None:
    assert parse(f"language: {written}").language == language


def test_what_is_not_known_is_named_and_left_alone() -> None:
    assert parse("title: T\nstatus: draft\nauthor: A\n").unknown == ("author", "status")


def test_other_fields_override_only_what_they_set() -> None:
    both = parse("title: T\ncities: [Cebu]\nregion: R\n").overridden_by(parse("title: U\ncities: []\n"))
    assert (both.title, both.cities, both.region) == ("U", (), "R")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("title: ]", "its front matter is not valid YAML in line 1"),
        ("id: a\ntitle: 'x\n", "its front matter is not valid YAML in line 3"),
        ("- a\n- b\n", "its front matter is not a list of fields"),
        ("just words", "its front matter is not a list of fields"),
        ("compiled: 2026-13-45", "its front matter is not valid YAML"),
        ("sources:\n- publisher: P\n", 'its front matter field "sources.0.title" is wrong: Field required'),
        ("cities: {a: b}", 'its front matter field "cities" is wrong'),
        ("language: English", 'field "language" is wrong: a code of two letters is expected, such as "en"'),
        ("title: !!python/object/apply:os.system ['true']", "its front matter is not valid YAML"),
        ("title: a\n---\ntitle: b\n", "its front matter is not valid YAML"),
    ],
)
def test_a_fault_is_said_with_its_place(source: str, reason: str) -> None:
    assert reason in fault_in(source)


def test_lines_are_counted_as_in_the_file() -> None:
    with pytest.raises(DocumentError, match="in line 3"):
        parse("id: a\n]", first_line=2)


def test_what_unfolds_or_nests_without_end_is_refused_at_once() -> None:
    laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
    )
    start = time.perf_counter()
    assert fault_in(laughs) == 'its front matter refers to another place of it with "*a0"; write it out'
    assert "refers to another place" in fault_in("a: &a\n  b: *a\n")
    assert "more than 16 deep" in fault_in("cities: " + "[" * 30_000)
    assert "more than 16 deep" in fault_in("cities: " + "[" * 1_000 + "]" * 1_000)
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize(
    "written",
    ["0x" + "f" * 5000, ":".join(["59"] * 3000), "[2000, 0x" + "f" * 5000 + "]", "2000\n? 0x" + "f" * 5000 + "\n: x"],
    ids=["hexadecimal", "sexagesimal", "in a list", "as a name"],
)
@pytest.mark.parametrize("field", ["years", "title", "status"])
def test_a_number_that_python_refuses_to_write_out_is_refused(field: str, written: str) -> None:
    assert (
        fault_in(f"{field}: {written}") == "its front matter has a number with more digits than any number here needs"
    )


def test_what_is_too_long_is_refused() -> None:
    assert fault_in("title: " + "x" * MAX_FRONT_MATTER) == "its front matter is longer than 64 KB"


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_with_a_reason(source: str) -> None:
    try:
        parse(source)
    except DocumentError as fault:
        assert str(fault).startswith("its front matter")
