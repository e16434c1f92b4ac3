"""From Markdown, HTML and plain text to the words that a reader reads."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kin_assistant.readers.composition import Composition, TextComposer, clean
from kin_assistant.readers.html import read_html
from kin_assistant.readers.markdown import read_markdown
from kin_assistant.readers.text import read_plain_text


def blocks_of(composition: Composition) -> list[tuple[str, str]]:
    return [(block.kind, composition.text[block.start : block.end]) for block in composition.blocks]


# Cleaning


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  a \t\n b  ", "a b"),
        ("zero\u200bwidth\ufeff and\u2060 more", "zerowidth and more"),
        ("soft\u00adhyphen", "softhyphen"),
        ("right\u202eto\u202cleft", "righttoleft"),
        ("tag\U000e0041\U000e0042", "tag"),
        ("bell\x07 and escape\x1b[31m", "bell and escape [31m"),
        ("cafe\u0301", "caf\u00e9"),
        ("\u0645\u06cc\u200c\u0631\u0648\u0645", "\u0645\u06cc\u200c\u0631\u0648\u0645"),
        ("non\u00a0breaking\u2003spaces", "non breaking spaces"),
        ("private\ue000use", "private use"),
        ("lone\ud800surrogate", "lone surrogate"),
    ],
)
def test_cleaning_takes_out_what_cannot_be_seen(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@given(st.text())
def test_cleaned_text_stays_as_it_is(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert all(unicodedata.category(char) not in ("Cc", "Cs", "Co", "Zl", "Zp") for char in once)


# Composition


def test_blocks_are_slices_of_the_text_in_order() -> None:
    composer = TextComposer()
    composer.add("heading", "Title", level=1)
    composer.add("paragraph", "One.")
    composer.add("item", "first", marker="- ", level=1)
    composer.add("item", "second", marker="- ", level=1)
    composer.add_row(["a", "b|c"], header=True)
    composer.add_row(["1", ""])
    composer.add_row(["", " "])
    composition = composer.finish()
    assert composition.text == "Title\n\nOne.\n\n- first\n- second\n\n| a | b/c |\n| 1 | |"
    assert blocks_of(composition) == [
        ("heading", "Title"),
        ("paragraph", "One."),
        ("item", "first"),
        ("item", "second"),
        ("header_row", "| a | b/c |"),
        ("row", "| 1 | |"),
    ]
    assert composition.title == "Title"


def test_what_is_empty_when_cleaned_is_not_added() -> None:
    composer = TextComposer(source_count=1)
    composer.add("paragraph", "\u200b")
    composer.add("paragraph", "[1]")
    assert composer.finish() == Composition("", (), (), None)


# Markdown


def test_markdown_keeps_words_and_drops_marks() -> None:
    composition = read_markdown(
        "# A *title*\n\nSome **bold**, `code`, a [link](https://example.org) and ![a picture](x.png).\nSame paragraph.\n"
    )
    assert blocks_of(composition) == [
        ("heading", "A title"),
        ("paragraph", "Some bold, code, a link and a picture. Same paragraph."),
    ]


def test_raw_html_in_markdown_leaves_its_words_only() -> None:
    composition = read_markdown(
        "Before <b onclick=x>bold</b> after.\n\n<script>alert(1)</script>\n\n<p>In a block.</p>\n"
    )
    assert composition.text == "Before bold after.\n\nIn a block."


def test_lists_keep_their_marks_outside_the_items() -> None:
    composition = read_markdown("3. third\n4. fourth\n   - below\n\n     second paragraph\n\n* star\n")
    assert composition.text == "3. third\n4. fourth\n  - below\nsecond paragraph\n- star"
    assert [kind for kind, _ in blocks_of(composition)] == ["item"] * 5
    assert [block.level for block in composition.blocks] == [1, 1, 2, 2, 1]


def test_a_table_is_a_header_and_rows() -> None:
    composition = read_markdown("| Year | Waste |\n|---|--:|\n| 2005 | 1,480 |\n| 2009 | *1,150* |\n")
    assert blocks_of(composition) == [
        ("header_row", "| Year | Waste |"),
        ("row", "| 2005 | 1,480 |"),
        ("row", "| 2009 | 1,150 |"),
    ]


def test_a_run_in_heading_is_noted() -> None:
    first, second = read_markdown("**Results.** Waste fell.\n\nNot **bold** first.\n").blocks
    assert (first.lead, second.lead) == (len("Results."), 0)


def test_a_long_bold_paragraph_is_no_run_in_heading() -> None:
    assert read_markdown(f"**{'word ' * 30}end.**\n").blocks[0].lead == 0


def test_code_is_read_line_by_line() -> None:
    assert blocks_of(read_markdown("```\nfirst\n\nsecond\n```\n")) == [("paragraph", "first"), ("paragraph", "second")]


def test_words_far_down_in_quotes_and_lists_are_read() -> None:
    assert read_markdown("> " * 30 + "deep words").text == "deep words"
    assert "level 12" in read_markdown("\n".join(f"{'  ' * depth}- level {depth}" for depth in range(13))).text


@pytest.mark.parametrize("mark", ["[", "*a ", "![", "<", "`", "> ", "| ", "- ", "&", "\\", "[a](", "(" * 3, "_a_"])
def test_hostile_markdown_is_read_in_time(mark: str) -> None:
    started = time.perf_counter()
    read_markdown(mark * 5000)
    assert time.perf_counter() - started < 5


# HTML


def test_html_is_read_as_its_reader_reads_it() -> None:
    composition = read_html(
        "<html><head><title>Menu title</title><style>p {}</style></head><body><nav>Home</nav><header><h1>A title</h1></header>"
        "<p>One <b>bold</b>\n word.<br>Next line.<script>evil()</script></p><ul><li>first<ul><li>inner</li></ul></li></ul>"
        "<div hidden>unseen</div><div style='display: none'>unseen</div><footer>Imprint</footer></body></html>"
    )
    assert blocks_of(composition) == [
        ("heading", "A title"),
        ("paragraph", "One bold word. Next line."),
        ("item", "first"),
        ("item", "inner"),
    ]
    assert composition.title == "A title"


def test_an_html_table_is_a_header_and_rows() -> None:
    composition = read_html(
        "<table><tr><th>Year</th><th>Waste</th></tr><tr><td>2005</td><td><p>1,480</p><p>tons</p></td></tr></table>"
    )
    assert blocks_of(composition) == [("header_row", "| Year | Waste |"), ("row", "| 2005 | 1,480 tons |")]


def test_a_table_of_one_cell_is_layout() -> None:
    assert blocks_of(read_html("<table><tr><td>Just words.</td></tr></table>")) == [("paragraph", "Just words.")]


def test_words_between_and_after_elements_are_kept() -> None:
    assert (
        read_html("before<div>in <i>it</i><p>para</p>after</div>end").text == "before\n\nin it\n\npara\n\nafter\n\nend"
    )


@pytest.mark.parametrize(
    "source", ["", "<", "<p", "<!-- x", "<table><tr><td>", "<body hidden>x", "\0", "<svg><p>x</svg>"]
)
def test_of_broken_html_the_words_are_read_and_nothing_else(source: str) -> None:
    assert read_html(source).text in ("", "<", "x")


@pytest.mark.parametrize(
    "source",
    [
        "<p>Some words of a paragraph that is like every other paragraph.</p>\n" * 8000,
        "<div>" * 5000 + "deep",
        "<ul><li>" * 2500 + "deep",
    ],
    ids=["half a megabyte of paragraphs", "deep divisions", "deep lists"],
)
def test_the_time_for_html_grows_with_its_length(source: str) -> None:
    started = time.perf_counter()
    assert read_html(source).text
    assert time.perf_counter() - started < 3


@given(
    st.lists(
        st.sampled_from(
            ["<p>", "</p>", "<ul>", "<li>", "<td>", "<tr>", "<table>", "</table>", "<h2>", "<br>", "word "]
        ),
        max_size=30,
    )
)
def test_no_word_of_a_page_is_lost(parts: list[str]) -> None:
    source = "".join(parts)
    assert read_html(source).text.count("word") == source.count("word")


# Plain text


def test_wrapped_lines_are_one_paragraph() -> None:
    composition = read_plain_text(
        "This line of a mail was wrapped at some seventy characters by a program,\nand it goes on here.\n\nA new paragraph.\n"
    )
    assert [kind for kind, _ in blocks_of(composition)] == ["paragraph", "paragraph"]


def test_headings_lists_and_tables_are_recognised() -> None:
    composition = read_plain_text(
        "Notes of a meeting\n\nThe members met in Kitakyushu:\n- first item\n2) second item\n\nYear\tWaste\n2005\t1,480\n"
    )
    assert blocks_of(composition) == [
        ("heading", "Notes of a meeting"),
        ("paragraph", "The members met in Kitakyushu:"),
        ("item", "first item"),
        ("item", "second item"),
        ("row", "| Year | Waste |"),
        ("row", "| 2005 | 1,480 |"),
    ]


def test_form_feeds_separate_pages_counted_from_one() -> None:
    composition = read_plain_text("The first page ends here.\f\fThe third page is this one.")
    assert [block.page for block in composition.blocks] == [1, 3]


def test_text_without_form_feeds_has_no_pages() -> None:
    assert [block.page for block in read_plain_text("Only one page is here.").blocks] == [None]


@given(st.text(alphabet=st.sampled_from("aB \n\t\f-,"), max_size=200))
def test_no_letter_of_a_plain_text_is_lost(source: str) -> None:
    read = read_plain_text(source).text
    assert [char for char in read if char in "aB"] == [char for char in source if char in "aB"]
