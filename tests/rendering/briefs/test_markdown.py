"""A brief as Markdown: quotes behind a bar, other text not, and nothing in it taken for a mark."""

from __future__ import annotations

from markdown_it import MarkdownIt

from kin_assistant.briefs.brief import Brief, OwnText
from kin_assistant.rendering import brief_markdown
from tests.rendering.briefs.conftest import HOSTILE_LINES, LINK, SHOWN, brief_of, quote_of, row_of


def in_quotes(markdown: str) -> str:
    """The words that a reader of the rendered text sees behind a bar."""
    depth, words = 0, []
    for token in MarkdownIt().parse(markdown):
        depth += {"blockquote_open": 1, "blockquote_close": -1}.get(token.type, 0)
        if depth and token.type == "inline":
            words.append("".join(child.content for child in token.children or ()))
    return "\n".join(words)


def test_quotes_and_nothing_else_stand_behind_a_bar(brief: Brief) -> None:
    quoted = in_quotes(brief_markdown(brief))
    assert all(citation.quote in quoted for citation in brief.citations)
    assert "Reasons:" in quoted
    for words in ("We looked at two peers.", "Both are ports.", "left out", "nobody wrote", "last year"):
        assert words not in quoted


def test_each_quote_has_a_number_that_the_references_and_the_annex_know(brief: Brief) -> None:
    text = brief_markdown(brief)
    assert "> It fell by half. [1.1] Nobody knows why. [1.2, compiler's reading]" in text
    assert "> Bago gave bins. [2.1]" in text
    references, annex = text.split("## References")[1].split("## Annex: all quotes")
    assert (
        f'- [1] Waste in cebu. Cebu (2001-2005). Document cebu. After IGES, 2010, "A report", <{LINK}>.' in references
    )
    assert "**1.1** Results, page 3 (printed as iii); characters 0 to 16." in annex
    assert "**2.1** Results; characters 0 to 15; text recognised from a picture; no source named" in annex
    assert annex.count(LINK) == 1


def test_words_that_are_no_quotes_any_more_are_nowhere(brief: Brief) -> None:
    text = brief_markdown(brief)
    assert "nobody wrote" not in text and "last year" not in text
    assert text.count("is left out") == 2


def test_hostile_words_of_writer_and_document_stay_words() -> None:
    for words in (
        *HOSTILE_LINES,
        "> quoted?",
        "# heading",
        "- item",
        "1. item",
        "[x](javascript:alert(1))",
        "a\x00b\x1b[31m",
    ):
        brief = brief_of(OwnText(text=words), quote_of("d", f"{words}."), title=words)
        tokens = MarkdownIt().parse(brief_markdown(brief))
        inline = [child.type for token in tokens for child in token.children or ()]
        assert {"html_inline", "link_open", "image", "code_inline"}.isdisjoint(inline), words
        kinds = [token.type for token in tokens]
        assert "html_block" not in kinds and kinds.count("blockquote_open") == 2, words
        assert kinds.count("heading_open") == 5, words


def test_a_row_stands_in_one_run_with_the_heads_of_its_columns_also_in_the_annex() -> None:
    text = brief_markdown(brief_of(row_of(), row_of("| All | 9 |")))
    assert f"> {SHOWN} [1.1]\n\n> City · Cost · Paid by\n\n> All · 9 [1.2]" in text
    assert f"> {SHOWN}\n" in text.split("## Annex")[1]
    assert "|" not in text
