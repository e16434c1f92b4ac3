"""Peers as Markdown and CSV: whose word each reason is, quotes whole, nothing taken for a formula or for markup."""

from __future__ import annotations

import csv
import io

import pytest

from kin_assistant.errors import KinError
from kin_assistant.peers.values import Likeness, Peer, Peers, Trait
from kin_assistant.rendering import peers_csv, peers_markdown, verified_table
from kin_assistant.types import Cell, Citation, Document

QUOTE = "=Cebu sorts *all* its waste."
TEXT = f"{QUOTE} It is cheap."


def citation(number: int, start: int, quote: str) -> Citation:
    return Citation(
        number=number, passage_id="p", document_id="d", title="=Title", cities=("Cebu",), countries=("Philippines",),
        years=None, heading="Results", page=None, start=start, end=start + len(quote), quote=quote,
    )  # fmt: skip


PEERS = Peers(
    situation="A port of 800,000 <b>with</b> waste",
    traits=(
        Trait(kind="problem", told="waste (theme: solid waste)", words="waste"),
        Trait(kind="size", told="about 800,000 people", words="port of 800,000"),
        Trait(kind="coast", told="on the coast", words="Hai Phong", source="gazetteer"),
    ),
    peers=(
        Peer(
            document_id="d", title="=Title", city="Cebu", cities=("Cebu",), countries=("Philippines",), years="2001",
            likenesses=(
                Likeness(kind="problem", alike=True, told="theme solid waste", source="metadata"),
                Likeness(kind="means", alike=True, told="a sentence speaks of low cost", source="document", number=1),
                Likeness(kind="size", alike=False, told="Cebu has 40 people", source="gazetteer"),
            ),
            cells=(Cell(column="process", numbers=(2,)), Cell(column="results")),
            score=1.0,
        ),
    ),
    citations=(citation(1, len(QUOTE) + 1, "It is cheap."), citation(2, 0, QUOTE)),
    notes=("A note.",),
    build_id="b1",
)  # fmt: skip
DOCUMENT = Document(id="d", path="d.md", sha256="0" * 64, title="=Title", text=TEXT)


def test_what_was_read_is_shown_with_the_words_that_it_was_read_from() -> None:
    lines = peers_markdown(PEERS).splitlines()
    assert "- Problem: waste (theme: solid waste)" in lines
    assert "- Size: about 800,000 people (“port of 800,000”)" in lines
    assert "- Coast: on the coast, from the bundled gazetteer" in lines


def test_each_reason_says_whose_word_it_is_and_likenesses_stand_apart_from_differences() -> None:
    alike, unlike = peers_markdown(PEERS).split("Unlike yours:")
    assert "- Problem: theme solid waste (from the document's metadata)" in alike.split("Like yours:")[1]
    assert "- Means: a sentence speaks of low cost: It is cheap. [1]" in alike
    assert "- Size: Cebu has 40 people (from the bundled gazetteer)" in unlike
    assert "no document says them" in unlike


def test_quotes_have_numbers_and_references_and_what_is_not_said_is_empty() -> None:
    markdown = peers_markdown(PEERS)
    assert r"- **What was done**: \=Cebu sorts \*all\* its waste. [2]" in markdown
    assert "- **Results**: no evidence in the documents" in markdown
    assert "[2] " in markdown.split("## References")[1]


def test_markup_of_whoever_asks_is_no_markup() -> None:
    assert "<b>" not in peers_markdown(PEERS).replace("\\<b>", "")


def test_no_cell_of_csv_begins_as_a_formula_does() -> None:
    rows = list(csv.reader(io.StringIO(peers_csv(PEERS))))
    assert rows[0][:6] == ["Rank", "Practice", "City", "Country", "Like yours", "Unlike yours"]
    assert rows[1][1] == "'=Title"
    assert rows[1][6] == f"'{QUOTE} [2]"
    assert rows[1][7] == "no evidence in the documents"
    assert "speaks of low cost [1]" in rows[1][4]
    assert not any(cell.startswith("=") for row in rows for cell in row)


def test_without_peers_the_reason_stands_in_their_place() -> None:
    refused = PEERS.model_copy(update={"peers": (), "citations": (), "reason": "No document is about “waste”."})
    markdown = peers_markdown(refused)
    assert "**The documents do not say this.** No document is about “waste”." in markdown
    assert "## References" not in markdown


def test_where_nothing_was_read_nothing_is_said_of_the_documents() -> None:
    refused = PEERS.model_copy(update={"traits": (), "peers": (), "citations": (), "reason": "Too little."})
    assert "**No peers.** Too little." in peers_markdown(refused)


def test_a_quote_that_differs_by_a_character_is_not_shown() -> None:
    assert verified_table(PEERS, {"d": DOCUMENT}.__getitem__) is PEERS
    altered = DOCUMENT.model_copy(update={"text": TEXT.replace("cheap", "chePp")})
    with pytest.raises(KinError, match="differs from its document"):
        verified_table(PEERS, {"d": altered}.__getitem__)
