"""A proposed brief for the page: quotes told from other text, links into documents, boxes that say what they leave out."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from kin_assistant.briefs.brief import Brief, OwnText
from kin_assistant.rendering import proposal_html, reason_html
from tests.rendering.briefs.conftest import HEAD, HOSTILE_LINES, LINK, ROW, brief_of, quote_of, row_of


def parsed(brief: Brief) -> LexborHTMLParser:
    return LexborHTMLParser(str(proposal_html(brief, asked=[("title", brief.title)])))


def test_quotes_stand_in_blockquotes_and_own_text_and_what_is_missing_do_not(brief: Brief) -> None:
    page = parsed(brief)
    quoted = " ".join(node.text() for node in page.css("blockquote"))
    assert all(citation.quote in quoted for citation in brief.citations)
    assert "Reasons:" in quoted
    assert "compiler's reading" in quoted
    assert "peers" not in quoted and "We looked at two peers." in page.text()
    assert "A sentence that nobody wrote." not in page.text()
    assert "its words were changed" in page.text()


def test_quotes_that_stand_next_to_each_other_are_left_out_together(brief: Brief) -> None:
    page = parsed(brief)
    values = [node.attributes["value"] for node in page.css("input[name=without]")]
    assert values == ["cebu:0-34", "cebu:90-103", "bago:0-15", "cebu:0-16"]
    names = [" ".join(node.text().split()) for node in page.css(".kin-proposed label")]
    assert names == ["Leave out 1.1, 1.2", "Leave out 1.3", "Leave out 2.1", "Leave out 1.1"]


def test_references_are_numbered_lead_into_documents_and_name_sources(brief: Brief) -> None:
    page = parsed(brief)
    assert [node.attributes["href"] for node in page.css("ol li > a")] == ["documents/cebu", "documents/bago"]
    assert [node.attributes["href"] for node in page.css("ol li .kin-meta a")] == [LINK]


def test_hostile_words_stay_words() -> None:
    for words in HOSTILE_LINES:
        page = parsed(brief_of(OwnText(text=words), quote_of("cebu", words), title=words))
        assert {node.tag for node in page.css("form *")} <= {
            *(
                "input",
                "h2",
                "h3",
                "p",
                "section",
                "div",
                "blockquote",
                "span",
                "a",
                "label",
                "ol",
                "li",
                "button",
                "textarea",
            )
        }
    refused = LexborHTMLParser(str(reason_html("No brief", "<img src=x>")))
    assert not refused.css("img") and "<img src=x>" in refused.text()


def test_each_row_can_be_left_out_and_has_the_heads_of_its_columns() -> None:
    page = parsed(brief_of(row_of(), row_of("| All | 9 |")))
    row, narrow = page.css("blockquote")
    assert [label.text() for label in row.css(".kin-head")] == ["Cost: "]
    assert not row.css(".kin-lead-in")
    assert [node.text() for node in narrow.css(".kin-row")] == [HEAD, "| All | 9 |"]
    assert len(page.css("input[name=without]")) == 2
    for label in row.css(".kin-head"):
        label.decompose()
    assert row.css_first(".kin-words").text() == ROW
