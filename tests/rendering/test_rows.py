"""Quoted rows as what they are: in a table under their head, or in one run with the head of each cell."""

from __future__ import annotations

import re

import pytest
from markdown_it import MarkdownIt
from selectolax.lexbor import LexborHTMLParser, LexborNode

from kin_assistant.rendering import (
    answer_html,
    answer_markdown,
    answer_text,
    document_html,
    evidence_html,
    what_is_read,
)
from kin_assistant.rendering.markdown import section_remark
from kin_assistant.rendering.rows import join_run, remove_bars, show_row
from kin_assistant.text.rows import fits_head
from kin_assistant.types import Answer, AnswerSentence, Block, Citation, Document, Entry, Form, LeadIn, Section
from tests.hostile.markup import HOSTILE

HEAD = "| City | What it did | Who pays |"
AKOLA, CEBU = "| Akola | new lamps | the company |", "| Cebu | compost | the households |"


def cite(number: int, quote: str, head: str = "", *, document: str = "d", head_at: int = 0) -> Citation:
    return Citation(
        number=number, passage_id="p", document_id=document, title=f"Title of {document}", cities=(), countries=(),
        years=None, heading="", page=None, start=1000 * number, end=1000 * number + len(quote), quote=quote,
        lead_in=LeadIn(start=head_at, end=head_at + len(head), text=head) if head else None,
    )  # fmt: skip


def answer_of(*citations: Citation, form: Form = "quotes", **more: object) -> Answer:
    fields = {
        "question": "Who pays?", "standalone_question": "Who pays?", "abstained": False, "confidence": 1, "build_id": "b",
        "sentences": [AnswerSentence(text=one.quote, citations=(one.number,)) for one in citations],
        "citations": citations, "form": form, **more,
    }  # fmt: skip
    return Answer.model_validate(fields)


def page_of(answer: Answer) -> LexborHTMLParser:
    return LexborHTMLParser(str(answer_html(answer)))


def rows_of(table: LexborNode) -> list[list[str]]:
    return [[cell.text() for cell in row.css("th, td")] for row in table.css("tr")]


def seen(node: LexborNode) -> str:
    """The words without the hidden bars."""
    for bar in node.css(".kin-bar"):
        bar.decompose()
    return node.text().replace("\xa0", " ")


def quoted_tables(markdown: str) -> list[list[list[str]]]:
    """The tables in the quotes of ``markdown`` as a reader of the rendered text sees them: rows of cells."""
    html = LexborHTMLParser(MarkdownIt("commonmark").enable("table").render(markdown))
    return [rows_of(table) for table in html.css("blockquote table")]


# On the page


@pytest.mark.parametrize("form", ["quotes", "list"])
def test_rows_under_one_head_are_one_table(form: Form) -> None:
    page = page_of(answer_of(cite(1, AKOLA, HEAD), cite(2, CEBU, HEAD), form=form))
    (table,) = page.css("table")
    assert [cell.text() for cell in table.css("thead th")] == ["| City", " | What it did", " | Who pays |"]
    assert {cell.attributes["scope"] for cell in table.css("thead th")} == {"col"}
    assert [row.text() for row in table.css("tbody tr")] == [f"{AKOLA}\xa01", f"{CEBU}\xa02"]
    assert [cell.text() for cell in table.css("td:last-child")] == [" | the company |\xa01", " | the households |\xa02"]
    assert table.css_first("tbody tr .kin-cite").attributes["id"] == "answer-said-1"
    assert page.root is not None and page.root.text().count("Who pays") == 1


def test_the_bars_of_a_table_are_neither_seen_nor_read_aloud() -> None:
    (table,) = page_of(answer_of(cite(1, AKOLA, HEAD))).css("table")
    assert {bar.attributes["aria-hidden"] for bar in table.css(".kin-bar")} == {"true"}
    assert seen(table) == "CityWhat it didWho paysAkolanew lampsthe company 1"


def test_one_row_is_a_table_too() -> None:
    (table,) = page_of(answer_of(cite(1, AKOLA, HEAD))).css("blockquote table")
    assert len(rows_of(table)) == 2


def test_an_empty_cell_keeps_the_others_in_their_columns() -> None:
    (table,) = page_of(answer_of(cite(1, "| Akola | | the company |", HEAD), cite(2, "| | compost | |", HEAD))).css(
        "table"
    )
    rows = [[seen(cell) for cell in row.css("td")] for row in table.css("tbody tr")]
    assert rows == [["Akola", "", "the company 1"], ["", "compost", " 2"]]


def test_rows_of_other_tables_and_documents_have_tables_of_their_own() -> None:
    page = page_of(
        answer_of(
            cite(1, AKOLA, HEAD),
            cite(2, CEBU, HEAD, head_at=500),
            cite(3, AKOLA, HEAD, document="e"),
            cite(4, "It fell."),
            cite(5, CEBU, HEAD, document="e"),
        )
    )
    assert [len(rows_of(table)) for table in page.css("table")] == [2, 2, 2, 2]


@pytest.mark.parametrize("form", ["quotes", "list"])
def test_a_row_that_the_head_does_not_fit_is_no_table_and_its_words_stay(form: Form) -> None:
    page = page_of(answer_of(cite(1, AKOLA, HEAD), cite(2, "| All | 5 |", HEAD), cite(3, CEBU, HEAD), form=form))
    assert [len(rows_of(table)) for table in page.css("table")] == [2, 2]
    (apart,) = page.css(".kin-row")
    assert apart.text() == "| All | 5 |"
    assert [cell.text() for cell in apart.css(".kin-cell")] == ["All", "5"]


def test_a_row_without_a_head_is_no_table_and_its_words_stay() -> None:
    page = page_of(answer_of(cite(1, AKOLA), cite(2, CEBU)))
    assert not page.css("table")
    assert [row.text() for row in page.css(".kin-row")] == [AKOLA, CEBU]


def test_in_a_cell_each_cell_of_a_row_but_the_first_has_its_head_before_it() -> None:
    answer = answer_of(
        cite(1, AKOLA, HEAD),
        cite(2, CEBU, HEAD),
        form="table",
        sections=[Section(heading="Akola", numbers=(1,)), Section(heading="Cebu", numbers=(2,))],
    )
    page = page_of(answer)
    assert len(page.css("table")) == 1, "a cell has no room for another table"
    assert not page.css(".kin-lead-in")
    akola, cebu = page.css(".kin-run")
    assert [label.text() for label in akola.css(".kin-head")] == ["What it did: ", "Who pays: "]
    assert not akola.css_matches(".kin-head[aria-hidden], .kin-head.kin-unseen"), "a screen reader reads it too"
    assert [cell.text() for cell in cebu.css(".kin-cell")] == [
        "Cebu",
        "What it did: compost",
        "Who pays: the households",
    ]
    for label in akola.css(".kin-head"):
        label.decompose()
    assert akola.text() == AKOLA, "beside the labels the words are those of the document"


def test_the_evidence_shows_a_row_with_the_heads_of_its_columns() -> None:
    page = LexborHTMLParser(str(evidence_html(answer_of(cite(1, AKOLA, HEAD)), {})))
    assert seen(page.css_first("blockquote")) == "AkolaWhat it did: new lampsWho pays: the company"


def test_a_row_that_is_the_reason_of_an_entry_has_the_heads_of_its_columns() -> None:
    entry = Entry(label="Akola", document_ids=("d",), number=1)
    answer = answer_of(cite(1, AKOLA, HEAD), form="entries", entries=[entry])
    assert "What it did: new lamps" in page_of(answer).css_first("blockquote").text()
    assert "- **Akola**: Akola · What it did: new lamps · Who pays: the company [1]" in answer_markdown(answer)


def test_the_columns_of_a_document_stay_in_place_beside_an_empty_cell() -> None:
    text = "| City | Cost | Year |\n| Cebu | | 2005 |"
    end = text.index("\n")
    blocks = (Block(kind="header_row", start=0, end=end), Block(kind="row", start=end + 1, end=len(text)))
    document = Document(id="d", path="d", sha256="0", title="T", text=text, blocks=blocks)
    page = LexborHTMLParser(str(document_html(document, (end + 1, len(text)))))
    assert [[cell.text() for cell in line.css(".kin-cell")] for line in page.css(".kin-line")] == [
        ["City", "Cost", "Year"],
        ["Cebu", "", "2005"],
    ]
    (mark,) = page.css("mark")
    assert mark.text() == "| Cebu | | 2005 |"


# In Markdown


@pytest.mark.parametrize("form", ["quotes", "list"])
def test_rows_are_a_table_in_a_quote(form: Form) -> None:
    text = answer_text(answer_of(cite(1, AKOLA, HEAD), cite(2, CEBU, HEAD), form=form))
    assert (
        "> | City | What it did | Who pays |\n"
        "> |---|---|---|\n"
        "> | Akola | new lamps | the company [1] |\n"
        "> | Cebu | compost | the households [2] |"
    ) in text
    assert quoted_tables(text) == [
        [
            ["City", "What it did", "Who pays"],
            ["Akola", "new lamps", "the company [1]"],
            ["Cebu", "compost", "the households [2]"],
        ]
    ]


def test_what_markdown_would_read_as_a_mark_stays_a_word_in_a_table() -> None:
    head = "| *City* | <b>Cost</b> |"
    row = "| a|b \\ `c` | [x](javascript:alert(1)) |"
    ((shown_head, shown_row),) = quoted_tables(answer_text(answer_of(cite(1, row, head))))
    assert shown_head == ["*City*", "<b>Cost</b>"]
    assert shown_row == ["a|b \\ `c`", "[x](javascript:alert(1)) [1]"]


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_in_a_row_and_its_head_stay_words(words: str) -> None:
    row, head = f"| {words} | {words} |", f"| {words} | City |"
    answer = answer_of(cite(1, row, head))
    cells = answer.model_copy(update={"form": "table", "sections": (Section(heading=words, numbers=(1,)),)})
    page = LexborHTMLParser(f"<main>{answer_html(answer)}{answer_html(cells)}{evidence_html(answer, {})}</main>")
    assert {node.tag for node in page.css("main *")} <= {
        *("a", "article", "blockquote", "button", "div", "h3", "h4", "p", "section", "span", "strong"),
        *("table", "thead", "tbody", "tr", "th", "td"),
    }
    markdown = MarkdownIt("commonmark", {"html": True}).enable("table")
    shown = LexborHTMLParser(
        f"<main>{markdown.render(answer_text(answer))}{markdown.render(answer_text(cells))}</main>"
    )
    assert {node.tag for node in shown.css("main *")} <= {
        *("blockquote", "p", "strong", "table", "thead", "tbody", "tr", "th", "td")
    }
    assert len(shown.css("main > blockquote > table, main > table")) == 1 + fits_head(row, head)


def test_a_figure_at_the_start_of_a_cell_needs_no_backslash() -> None:
    text = answer_text(answer_of(cite(1, "| 0.2 bar | 20-25% |", "| Before | After |")))
    assert "> | 0.2 bar | 20-25% [1] |" in text


def test_a_number_stands_alone_in_a_last_cell_that_is_empty() -> None:
    ((_, row),) = quoted_tables(answer_text(answer_of(cite(1, "| Akola | | |", HEAD))))
    assert row == ["Akola", "", "[1]"]


def test_a_row_that_is_no_table_has_dots_for_its_bars() -> None:
    text = answer_text(answer_of(cite(1, "| All | 5 |", HEAD), cite(2, CEBU)))
    assert "> City · What it did · Who pays\n\n> All · 5 [1]" in text
    assert "> Cebu · compost · the households [2]" in text
    assert "|" not in text


def test_a_cell_in_markdown_has_rows_with_the_heads_of_their_columns() -> None:
    sections = [Section(heading="Akola", numbers=(1, 2))]
    text = answer_text(answer_of(cite(1, AKOLA, HEAD), cite(2, CEBU, HEAD), form="table", sections=sections))
    assert text.splitlines()[-1] == (
        "| **Akola** | Akola · What it did: new lamps · Who pays: the company [1] "
        "Cebu · What it did: compost · Who pays: the households [2] |"
    )


# In words


def test_a_run_names_the_head_of_every_cell_but_the_first_and_no_empty_one() -> None:
    assert join_run(AKOLA, HEAD) == "Akola · What it did: new lamps · Who pays: the company"
    assert join_run("| Akola | | the company |", HEAD) == "Akola · Who pays: the company"
    assert join_run("| | compost | |", HEAD) == "What it did: compost"
    assert join_run("| Akola | new lamps |", "| | What: |") == "Akola · What: new lamps"
    assert join_run("| Akola | new lamps |", "| City | |") == "Akola · new lamps"


def test_a_row_that_has_no_head_of_its_own_follows_what_heads_it() -> None:
    assert join_run("| All | 5 |", HEAD) == "City · What it did · Who pays All · 5"
    assert join_run("| All | 5 |") == "All · 5"
    assert join_run("A law helped.", "Reasons:") == "Reasons: A law helped."
    assert [cell.label for cell in show_row("| All | 5 |", HEAD)] == ["", ""]
    assert show_row("A law helped.", "Reasons:") == ()


def test_words_of_a_row_are_set_off_in_their_cells() -> None:
    start = AKOLA.index("lamps")
    cells = show_row(AKOLA, HEAD, [(start, start + len("lamps"))])
    assert [cell.label for cell in cells] == ["", "What it did", "Who pays"]
    assert [cell.pieces for cell in cells] == [
        [(False, "Akola")],
        [(False, "new "), (True, "lamps")],
        [(False, "the company")],
    ]


def test_a_row_of_empty_cells_alone_stays_as_it_is() -> None:
    assert remove_bars("| | |") == "| | |"


def test_what_is_read_of_rows_is_their_head_once_and_their_cells() -> None:
    rows = (cite(1, AKOLA, HEAD), cite(2, CEBU, HEAD))
    read = what_is_read(answer_of(*rows)).splitlines()
    assert read[1:] == ["City What it did Who pays", "Akola new lamps the company Cebu compost the households"]
    table = answer_of(*rows, form="table", sections=[Section(heading="Cities", numbers=(1, 2))])
    assert what_is_read(table).splitlines() == [
        "Cities",
        "Akola What it did: new lamps Who pays: the company",
        "Cebu What it did: compost Who pays: the households",
    ]


def test_every_number_of_an_answer_stands_once_behind_its_quote() -> None:
    rows = (cite(1, AKOLA, HEAD), cite(2, "| All | 5 |", HEAD), cite(3, CEBU, HEAD), cite(4, "It fell."))
    assert re.findall(r"\[(\d)\]", answer_text(answer_of(*rows))) == ["1", "2", "3", "4"]


def test_a_row_with_quotes_from_under_several_headings_says_which() -> None:
    done = cite(1, "It sorted.").model_copy(update={"heading": "Cebu > What the city did"})
    brought = cite(2, "It fell.").model_copy(update={"heading": "Results"})
    more = cite(3, "It rose.").model_copy(update={"heading": "Results"})
    sections = [Section(heading="Akola", numbers=(1, 2)), Section(heading="Cebu", numbers=(3,))]
    answer = answer_of(done, brought, more, form="table", sections=sections)
    assert answer_text(answer).splitlines()[-2:] == [
        "| **Akola** | *What the city did:* It sorted. [1] *Results:* It fell. [2] |",
        "| **Cebu** | *Results:* It rose. [3] |",
    ]
    assert [label.text() for label in page_of(answer).css("td .kin-part")] == [
        "What the city did",
        "Results",
        "Results",
    ]
    assert what_is_read(answer).splitlines() == [
        "Akola", "What the city did", "It sorted.", "Results", "It fell.", "Cebu", "Results", "It rose.",
    ]  # fmt: skip
    one = answer_of(brought, more, form="table", sections=[Section(heading="Cebu", numbers=(2, 3))])
    assert not page_of(one).css("td .kin-part"), "what all quotes stand under need not be said"


@pytest.mark.parametrize(
    ("shown", "of", "said"),
    [(1, 6, "Of the list, 1 of 6 entries is shown."), (2, 6, "Of the list, 2 of 6 entries are shown."), (6, 6, "")],
)
def test_how_much_of_a_list_is_shown_is_said_beside_its_quotes(shown: int, of: int, said: str) -> None:
    assert section_remark(Section(heading="", numbers=(1,), shown=shown, of=of)) == said
