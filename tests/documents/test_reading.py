"""From bytes to a document: front matter, encodings, and faults that a curator can act on."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kin_assistant.documents.reading import SUFFIXES, Reading, read_document
from kin_assistant.errors import DocumentError
from kin_assistant.types import Document, Source
from tests.doubles import KITAKYUSHU, PLAIN, SURABAYA


def read(path: str, content: str | bytes) -> Document:
    return reading_of(path, content).document


def reading_of(path: str, content: str | bytes) -> Reading:
    return read_document(path, content.encode() if isinstance(content, str) else content, "0" * 64)


def with_sources(body: str, count: int) -> str:
    sources = "".join(f"  - {{title: Source {number}}}\n" for number in range(1, count + 1))
    return f"---\nsources:\n{sources}---\n{body}"


# Front matter


def test_front_matter_becomes_the_fields_of_the_document() -> None:
    document = read("surabaya.md", SURABAYA)
    assert document.id == "surabaya-composting"
    assert document.path == "surabaya.md"
    assert document.title == "Household composting in Surabaya"
    assert (document.cities, document.countries) == (("Surabaya",), ("Indonesia",))
    assert document.region == "South-East Asia"
    assert document.themes == ("composting", "solid waste")
    assert document.years == (2001, 2011)
    assert document.compiled == "2026-11-21"
    assert document.sources[1] == Source(
        title="City profile", publisher="PEMSEA", year=2011, url="https://example.org/pemsea"
    )
    assert "---" not in document.text.split("\n")[0]


def test_all_of_it_may_be_missing() -> None:
    document = read("reports/Air quality.md", "Just a sentence.")
    assert (document.id, document.title) == ("reports/Air quality", "Air quality")
    assert document.cities == document.sources == ()
    assert document.years is document.region is document.compiled is None


def test_the_first_heading_is_the_title_where_none_is_given() -> None:
    assert read("a.md", "## Lower\n\n# Highest\n\nText.").title == "Highest"
    assert read("a.txt", PLAIN).title == "Notes of a meeting"
    assert read("a.html", "<title>Page</title><h1>Heading</h1><p>Text.").title == "Heading"
    assert read("a.html", "<title>Page of the city</title><p>Text.").title == "Page of the city"


@pytest.mark.parametrize(
    ("written", "years"),
    [
        ('"2001-2011"', (2001, 2011)),
        ("2001-2011", (2001, 2011)),
        ("2005", (2005, 2005)),
        ('"1997 to 2003, with a survey in 1995"', (1995, 2003)),
        ('"12345"', None),
        ('"0999"', None),
        ("null", None),
    ],
)
def test_years_are_the_first_and_the_last_one_named(written: str, years: tuple[int, int] | None) -> None:
    assert read("a.md", f"---\nyears: {written}\n---\nText.").years == years


def test_one_name_is_a_list_of_one_and_names_are_said_once() -> None:
    document = read("a.md", "---\ncities: Surabaya\nthemes: [air, air, ' ', water]\ncountries:\n---\nText.")
    assert (document.cities, document.themes, document.countries) == (("Surabaya",), ("air", "water"), ())


def test_unknown_fields_are_noted() -> None:
    reading = reading_of("a.md", "---\ntitle: A\nstatus: draft\nauthor: B\n---\nText.")
    assert reading.warnings == ("unknown front matter fields: author, status",)


def test_a_rule_is_no_front_matter() -> None:
    assert read("a.md", "---\n\nText below a rule.\n").text == "Text below a rule."


def test_front_matter_counts_in_markdown_only() -> None:
    assert "title: A" in read("a.txt", "---\ntitle: A\n---\nText.").text


def test_an_id_without_any_visible_character_is_no_id() -> None:
    assert read("a.md", '---\nid: "\\u200b"\n---\nText.').id == "a"


@pytest.mark.parametrize(
    ("front_matter", "reason"),
    [
        ("title: [a", "not valid YAML in line 3"),
        ("title: a\n  b: c", "not valid YAML in line 3"),
        ("title: [a, b]", 'field "title" is wrong'),
        ("sources: none of them", 'field "sources" is wrong'),
        ("sources:\n  - {publisher: IGES}", 'field "sources.0.title" is wrong'),
        ("sources:\n  - {title: A, colour: red}", 'field "sources.0.colour" is wrong'),
        ("cities: {a: b}", 'field "cities" is wrong'),
        ("title: !!python/object/apply:os.system [ls]", "not valid YAML in line 2"),
        ("years: " + "9" * 5000, "not valid YAML"),
        ("title: " + "a" * 70_000, "longer than 64 KB"),
    ],
)
def test_broken_front_matter_is_refused_with_its_place(front_matter: str, reason: str) -> None:
    with pytest.raises(DocumentError, match=re.escape(reason)):
        read("a.md", f"---\n{front_matter}\n---\nText.")


def test_text_between_two_rules_is_text() -> None:
    document = read("a.md", "---\n\nA motto: waste is a resource.\n\n---\n\nText.")
    assert "A motto: waste is a resource." in document.text
    assert "Text." in document.text


def test_front_matter_that_is_not_closed_is_refused() -> None:
    with pytest.raises(DocumentError, match='a line "---" is missing'):
        read("a.md", "---\ntitle: A\n\nText.")


def test_aliases_in_front_matter_do_not_grow_without_bound() -> None:
    levels = "\n".join(f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join([f'*{chr(97 + i)}'] * 9)}]" for i in range(9))
    with pytest.raises(DocumentError):
        read("a.md", f"---\na: &a [x, x, x, x]\n{levels}\ncities: *j\n---\nText.")


# Encodings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_is_read_without_a_warning(encoding: str) -> None:
    text = "Caf\u00e9 in \u0110\u00e0 N\u1eb5ng, \u5317\u4e5d\u5dde.\r\nNext line of the paragraph."
    reading = reading_of("a.txt", text.encode(encoding))
    assert reading.document.text.startswith("Caf\u00e9 in \u0110\u00e0 N\u1eb5ng, \u5317\u4e5d\u5dde.")
    assert "\ufeff" not in reading.document.text
    assert reading.warnings == ()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_does_not_hide_the_front_matter(encoding: str) -> None:
    assert read("a.md", "---\ntitle: A title\n---\nText.".encode(encoding)).title == "A title"


def test_another_encoding_is_guessed_and_noted() -> None:
    text = "Le caf\u00e9 de la cit\u00e9 est ferm\u00e9 \u00e0 midi, et l'\u00e9cole est ouverte d\u00e8s huit heures."
    reading = reading_of("a.txt", text.encode("latin-1"))
    assert len(reading.warnings) == 1
    assert reading.warnings[0].startswith("not UTF-8; read as ")
    assert len(reading.document.text) == len(text), "no character may be lost"


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04\x14\x00\x08\x00\xff\xfe" + bytes(range(256)),
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    ],
    ids=["archive", "image"],
)
def test_bytes_that_are_no_text_are_refused_rather_than_mangled(data: bytes) -> None:
    with pytest.raises(DocumentError, match=r"but it is an? (zip archive|archive|picture|PNG|image)"):
        read("a.txt", data)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_read_without_a_mark(encoding: str) -> None:
    reading = reading_of("a.txt", "Plain words, stored by a program of the nineties.".encode(encoding))
    assert reading.document.text == "Plain words, stored by a program of the nineties."
    assert reading.warnings == (f"no byte order mark; read as {encoding}",)


@pytest.mark.parametrize("content", ["   \n\n", "---\ntitle: A\n---\n", "\ufeff", "<!-- nothing -->"])
def test_a_document_without_text_is_refused(content: str) -> None:
    with pytest.raises(DocumentError, match=r"no text in it|it is empty"):
        read("a.md", content)


@given(st.binary(max_size=400), st.sampled_from(sorted(SUFFIXES)))
def test_any_bytes_are_read_or_refused(data: bytes, suffix: str) -> None:
    try:
        document = read("a" + suffix, data)
    except DocumentError as error:
        assert str(error)
        return
    assert document.text
    assert document.id
    assert all(document.text[block.start : block.end].strip() for block in document.blocks)


# Sources


def test_source_marks_are_taken_out_and_kept_as_data() -> None:
    document = read("surabaya.md", SURABAYA)
    assert "[1]" not in document.text
    assert "| 2005 | 1,480 tons |" in document.text
    marked = [(document.text[: mark.at].split()[-1], mark.sources) for mark in document.marks]
    assert marked == [
        ("leaders", (1,)),
        ("cent", (1,)),
        ("years", (2,)),
        ("tons", (1,)),
        ("tons", (2,)),
        ("them", (2,)),
    ]


def test_a_mark_stands_where_it_stood() -> None:
    document = read("a.md", with_sources("One thing [1]. Two things [2, 3]; and three [1][3].", 3))
    assert document.text == "One thing. Two things; and three."
    assert [(document.text[: mark.at].split()[-1], mark.sources) for mark in document.marks] == [
        ("thing", (1,)),
        ("things", (2, 3)),
        ("three", (1,)),
        ("three", (3,)),
    ]


def test_a_mark_at_the_beginning_moves_no_other_mark() -> None:
    document = read("a.md", with_sources("[1] One thing is said. [2]", 2))
    assert document.text == "One thing is said."
    assert [(mark.at, mark.sources) for mark in document.marks] == [(0, (1,)), (len(document.text), (2,))]


def test_brackets_in_a_document_without_sources_are_text() -> None:
    document = read("a.md", "The law [3] of 1970.")
    assert (document.text, document.marks) == ("The law [3] of 1970.", ())


def test_a_number_that_no_source_has_is_text() -> None:
    document = read("a.md", with_sources("The law [3] of 1970 [1], and [1, 9].", 2))
    assert document.text == "The law [3] of 1970, and [1, 9]."
    assert [mark.sources for mark in document.marks] == [(1,)]


def test_a_single_source_is_marked_like_any_other() -> None:
    document = read("kitakyushu.md", KITAKYUSHU)
    assert "[1]" not in document.text
    assert {mark.sources for mark in document.marks} == {(1,)}


def test_rich_text_under_an_old_name_is_read_with_a_warning() -> None:
    reading = read_document("a.doc", b"{\\rtf1 Words of rich text.}", "0" * 64)
    assert reading.document.text == "Words of rich text."
    assert reading.warnings == ("named .doc but it is a .rtf file, and was read as one",)
