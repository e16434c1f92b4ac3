"""From Markdown, HTML and plain text to the words that a reader reads."""

from __future__ import annotations

import random
import time
import unicodedata
from collections import Counter
from itertools import chain

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kin_assistant.documents.readers.composition import Composition, TextComposer
from kin_assistant.documents.readers.html import read_html, read_html_bytes
from kin_assistant.documents.readers.markdown import read_markdown
from kin_assistant.documents.readers.text import read_plain_text, read_text_bytes
from kin_assistant.errors import DocumentError
from kin_assistant.text.cleaning import clean


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


def letters_of(text: str) -> list[str]:
    return [char for char in text if char in "aB"]


_PAGE = st.text(alphabet=st.sampled_from("aB \n\t-,"), max_size=100)


@given(st.lists(_PAGE, min_size=1, max_size=2))
def test_no_letter_of_a_plain_text_is_lost(pages: list[str]) -> None:
    source = "\f".join(pages)
    assert letters_of(read_plain_text(source).text) == letters_of(source)


@example(["a", "a", "a"])
@given(st.lists(_PAGE, min_size=3, max_size=6))
def test_of_many_pages_only_lines_that_stand_on_three_of_them_are_left_out(pages: list[str]) -> None:
    lines = [["".join(line.split()) for line in page.split("\n")] for page in pages]
    on_pages = Counter(line for page in lines for line in set(page))
    read = letters_of(read_plain_text("\f".join(pages)).text)
    source = iter(letters_of("".join(chain.from_iterable(lines))))
    assert all(letter in source for letter in read), "in the order of the source"
    left = iter(read)
    own = [line for line in chain.from_iterable(lines) if on_pages[line] < 3]
    assert all(letter in left for letter in letters_of("".join(own)))


@pytest.mark.parametrize("source", ["Page one\f", "Page one\f\f \n\f"])
def test_a_form_feed_at_the_end_begins_no_page(source: str) -> None:
    assert read_text_bytes(source.encode()).pages is None


def test_pages_without_text_are_counted() -> None:
    extract = read_text_bytes(b"The first page.\f \fThe third page.\f")
    assert (extract.pages, extract.pages_without_text) == (3, (2,))


def test_a_sentence_goes_on_over_a_page_break_and_knows_both_pages() -> None:
    composition = read_plain_text(
        "The city began to collect the waste of its markets every single\n\f\nmorning, and fees rose.\n\nMore."
    )
    assert composition.text.startswith("The city began to collect the waste of its markets every single morning, and")
    assert composition.page_starts == ((0, 1), (composition.text.index("morning"), 2))


def test_running_heads_and_page_numbers_are_left_out() -> None:
    pages = [f"City report 2005\n\nThis is what page {i} says about waste.\n\nPage {i} of 5" for i in range(1, 6)]
    texts = [text for _, text in blocks_of(read_plain_text("\f".join(pages)))]
    assert texts == [f"This is what page {i} says about waste." for i in range(1, 6)]


def test_words_cut_at_line_ends_are_whole_again() -> None:
    composition = read_plain_text(
        "The environ-\nmental plan was for a low-\ncarbon city. A low-carbon city has a low share of carbon; low is carbon."
    )
    assert composition.text.startswith("The environmental plan was for a low-carbon city.")


def test_lines_of_scripts_without_spaces_are_joined_without_one() -> None:
    line = "\u5317\u4e5d\u5dde\u5e02\u306f\u6bce\u9031\u3054\u307f\u3092\u53ce\u96c6\u3057" * 3
    assert read_plain_text(f"{line}\n{line}").text == line + line


def test_short_wrapped_lines_are_one_paragraph_where_the_text_is_narrow() -> None:
    lines = (
        "The mayor of\nthe city told the people of\nits markets that all waste\nis to be sorted at home.\nMarkets have"
        " one year more\nthan households and pay\nhalf of the yearly fee to the\nCity of Cebu each month."
    )
    assert len(read_plain_text(lines).blocks) == 1


def test_underlined_and_numbered_headings_have_levels() -> None:
    composition = read_plain_text(
        "Report\n======\n\nWords of it.\n\n1. Background\n\nMore words.\n\n1.2 Costs\n\nWords.\n\nEnd\n---\nLast words."
    )
    headings = [(b.level, composition.text[b.start : b.end]) for b in composition.blocks if b.kind == "heading"]
    assert headings == [(1, "Report"), (2, "1. Background"), (3, "1.2 Costs"), (2, "End")]


def test_numbered_items_apart_from_each_other_are_no_headings() -> None:
    assert [kind for kind, _ in blocks_of(read_plain_text("Steps:\n\n1. Sort\n\n2. Collect\n\n3. Compost\n"))] == [
        "paragraph",
        "item",
        "item",
        "item",
    ]


@pytest.mark.parametrize(
    "table",
    [
        "City         2005    2009\nCebu           12       9\nBago            3       4\n",
        "City\t2005\t2009\nCebu\t12\t9\nBago\t3\t4\n",
        "| City | 2005 | 2009 |\n|------|------|------|\n| Cebu | 12 | 9 |\n| Bago | 3 | 4 |\n",
        "City|2005|2009\nCebu|12|9\nBago|3|4",
    ],
    ids=["columns", "tabs", "bars and rules", "bars"],
)
def test_tables_as_people_type_them_are_a_header_and_rows(table: str) -> None:
    assert blocks_of(read_plain_text("Some words.\n\n" + table))[1:] == [
        ("header_row", "| City | 2005 | 2009 |"),
        ("row", "| Cebu | 12 | 9 |"),
        ("row", "| Bago | 3 | 4 |"),
    ]


def test_rules_are_no_text() -> None:
    assert read_plain_text("One line of words.\n-----------\n* * *\nAnother line of words.").text == (
        "One line of words.\n\nAnother line of words."
    )


@pytest.mark.parametrize(
    "line",
    [
        "a\tb\n",
        "a|b\nc|d|e\n",
        "a  b  c\nd  e\n",
        "environ-\nmental ",
        "a\fb\n",
        "1. A\n\n",
        "aaaa bbbb\n",
        "A\n\n",
        "-----\n",
    ],
)
def test_the_time_for_a_text_grows_with_its_length(line: str) -> None:
    started = time.perf_counter()
    read_plain_text(line * 20_000)
    assert time.perf_counter() - started < 6


# Pages of the web


def page(body: str, head: str = "<title>A page</title>") -> str:
    return f"<!DOCTYPE html><html lang=en><head>{head}</head><body>{body}</body></html>"


LONG = "The city sorts its waste into four kinds, and collects each of them on a day of its own; fees follow weight."


def texts_of(source: str) -> list[str]:
    return [text for _, text in blocks_of(read_html(source))]


@pytest.mark.parametrize(
    "around",
    [
        '<div class="main-menu"><a href=a>Home</a> <a href=b>News</a> <a href=c>About us</a></div>',
        "<ul><li><a href=a>Home</a><li><a href=b>News</a><li><a href=c>About us</a></ul>",
        "<table><tr><td><a href=a>Home</a></td><td><a href=b>News</a></td><td><a href=c>Contact</a></td></tr></table>",
        '<div id="cookie-banner"><p>We use cookies to make this site better.</p><button>Accept</button></div>',
        "<p>This website uses cookies to improve your experience. Accept all cookies?</p>",
        '<p><a href="/">Home</a> &raquo; <a href="/p">Projects</a> &raquo; Waste</p>',
        '<div class="breadcrumb"><a href="/">Home</a> / Projects</div>',
        '<p>Copyright &copy; 1999-2005 City of Cebu</p><p>All rights reserved.</p>',
        "<div>Share this page on Facebook</div><div>Back to top</div>",
        '<a class="sr-only" href="#main">Skip to main content</a>',
        "<form><label>Search</label><input value=x><button>Go</button></form>",
        '<footer><p>Imprint of the city hall, and its address.</p></footer>',
        '<div role="dialog">Sign up for our newsletter</div>',
    ],
)  # fmt: skip
@pytest.mark.parametrize("where", ["before", "after"])
def test_what_is_around_the_content_is_left_out(around: str, where: str) -> None:
    content = f"<h1>Waste</h1><p>{LONG}</p>"
    assert texts_of(page(around + content if where == "before" else content + around)) == ["Waste", LONG]


@pytest.mark.parametrize(
    "content",
    [
        "<h1>Members</h1><ul><li><a href=a>Kitakyushu</a><li><a href=b>Surabaya</a><li><a href=c>Cebu</a></ul>",
        "<main><ul><li><a href=a>Kitakyushu</a><li><a href=b>Surabaya</a><li><a href=c>Cebu</a></ul></main>",
        f"<form action=x><p>{LONG} Kitakyushu, Surabaya, Cebu.</p></form>",
        f'<div class="page-with-sidebar"><p>{LONG} Kitakyushu, Surabaya, Cebu.</p></div>',
        "<p>Copyright law protects the drawings of Kitakyushu, Surabaya and Cebu.</p>",
    ],
)
def test_what_only_resembles_a_menu_is_read(content: str) -> None:
    text = read_html(page(content)).text
    assert all(name in text for name in ("Kitakyushu", "Surabaya", "Cebu"))


def test_menus_are_only_looked_for_in_whole_pages() -> None:
    assert read_html("<ul><li><a href=a>One</a><li><a href=b>Two</a><li><a href=c>Three</a></ul>").text


def test_a_long_paragraph_that_stands_twice_is_read_once() -> None:
    assert texts_of(page(f"<p>{LONG}</p><p>Words.</p><p>{LONG}</p><p>Words.</p>")) == [LONG, "Words.", "Words."]


def test_lines_parted_by_breaks_are_a_list_where_they_look_like_one() -> None:
    assert blocks_of(read_html("<p>The members are:<br>Kitakyushu<br>Surabaya<br>Cebu</p>")) == [
        ("paragraph", "The members are:"),
        ("item", "Kitakyushu"),
        ("item", "Surabaya"),
        ("item", "Cebu"),
    ]
    assert blocks_of(read_html("<div>&bull; first<br>&bull; second</div>")) == [("item", "first"), ("item", "second")]
    assert blocks_of(read_html("<p>One line that was<br>wrapped by hand<br>for the screen.</p>")) == [
        ("paragraph", "One line that was wrapped by hand for the screen.")
    ]
    assert texts_of("<p>First.<br><br>Second.</p>") == ["First.", "Second."]


def test_numbered_items_keep_their_numbers_outside_the_text() -> None:
    assert read_html("<ol start=3><li>third<p>more</p></li><li>fourth</li></ol>").text == "3. third\nmore\n4. fourth"


def test_short_bold_paragraphs_are_headings_and_bold_openings_leads() -> None:
    composition = read_html(f"<p><b>Results of the year</b></p><p><strong>Costs.</strong> {LONG}</p>")
    assert blocks_of(composition) == [("heading", "Results of the year"), ("paragraph", f"Costs. {LONG}")]
    assert composition.blocks[1].lead == len("Costs.")


def test_a_page_all_in_bold_has_no_headings_by_that() -> None:
    assert [kind for kind, _ in blocks_of(read_html("<b><p>One</p><p>Two</p><p>Three</p></b>"))] == ["paragraph"] * 3


def test_tables_for_layout_are_read_as_text() -> None:
    inner = "<table><tr><th>City</th><th>Tons</th></tr><tr><td>Cebu</td><td>12</td></tr></table>"
    assert blocks_of(read_html(f"<table><tr><td><h2>Waste</h2><p>Words.</p></td><td>{inner}</td></tr></table>")) == [
        ("heading", "Waste"),
        ("paragraph", "Words."),
        ("header_row", "| City | Tons |"),
        ("row", "| Cebu | 12 |"),
    ]
    assert texts_of("<table role=presentation><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>") == [
        "a b",
        "c d",
    ]


def test_spans_of_a_table_are_resolved() -> None:
    composition = read_html(
        "<table><caption>Waste</caption><tr><th rowspan=2>City</th><th colspan=2>Tons</th></tr>"
        "<tr><th>2005</th><th>2009</th></tr>"
        "<tr><td rowspan=2>Cebu</td><td>12</td><td>9</td></tr><tr><td>13</td><td>8<sup><a href=#n>1</a></sup></td></tr></table>"
    )
    assert blocks_of(composition) == [
        ("paragraph", "Waste"),
        ("header_row", "| City | Tons 2005 | Tons 2009 |"),
        ("row", "| Cebu | 12 | 9 |"),
        ("row", "| Cebu | 13 | 8 |"),
    ]


def test_a_header_is_found_without_being_marked_up() -> None:
    composition = read_html(
        "<table><tr><td>City</td><td>2005</td><td></td><td>Cost</td></tr><tr><td>Cebu</td><td>12</td><td>$</td><td>5</td></tr>"
        "<tr><td>Bago</td><td>3</td><td>$</td><td>7</td></tr></table>"
    )
    assert blocks_of(composition) == [
        ("header_row", "| City | 2005 | Cost |"),
        ("row", "| Cebu | 12 | $5 |"),
        ("row", "| Bago | 3 | $7 |"),
    ]


def test_names_at_the_left_are_no_header() -> None:
    composition = read_html("<table><tr><th>City</th><td>Cebu</td></tr><tr><th>Tons</th><td>12</td></tr></table>")
    assert blocks_of(composition) == [("row", "| City | Cebu |"), ("row", "| Tons | 12 |")]


def test_powers_and_marks_of_notes_do_not_change_numbers() -> None:
    assert read_html("<p>10<sup>6</sup> t, 20 m<sup>2</sup>, 1,480<sup><a href=#n>1</a></sup> t</p>").text == (
        "10^6 t, 20 m2, 1,480 t"
    )


def test_preformatted_text_keeps_its_lines() -> None:
    assert blocks_of(read_html("<pre>City  2005  2009\nCebu  12  9\nBago  3  4</pre>"))[0] == (
        "header_row",
        "| City | 2005 | 2009 |",
    )


@pytest.mark.parametrize(
    ("declaration", "encoding"),
    [("<meta charset=windows-1251>", "cp1251"), ("", "utf-8"), ("", "utf-16"), ("<meta charset=utf-8>", "utf-8-sig")],
)
def test_a_page_is_read_in_the_encoding_it_declares(declaration: str, encoding: str) -> None:
    word = "\u0413\u043e\u0440\u043e\u0434"
    extract = read_html_bytes(page(f"<p>{word}</p>", f"{declaration}<title>{word}</title>").encode(encoding))
    assert (extract.composition.text, extract.title, extract.warnings) == (word, word, ())


@pytest.mark.parametrize("part", ["<sup>1", "<pre>", "<div class=menu>", "<tr><td>1<td>b", "a<br>", "<a>x</a> ", "<b>"])
def test_the_time_for_a_hostile_page_grows_with_its_length(part: str) -> None:
    started = time.perf_counter()
    read_html(page("<table>" + part * 3000))
    assert time.perf_counter() - started < 8


def test_a_table_of_absurd_spans_is_read() -> None:
    text = read_html("<table>" + "<tr><td rowspan=60000 colspan=9999>x<td>y" * 300).text
    assert "y" in text


def test_damaged_pages_and_texts_give_text_or_a_reason() -> None:
    whole, draw = page(f"<h1>Waste</h1><table><tr><td>a<td>b</table><p>{LONG}").encode("utf-16"), random.Random(7)  # noqa: S311
    for _ in range(200):
        data = bytearray(whole)
        for _ in range(draw.choice([1, 4, 40])):
            data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
        for read in (read_html_bytes, read_text_bytes):
            try:
                read(bytes(data[: draw.randrange(len(data))] if draw.random() < 0.3 else data))
            except DocumentError as error:
                assert str(error)
