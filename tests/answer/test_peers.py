"""Who did something, and more about each: a row a place, with a sentence for each thing that is asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kin_assistant import Assistant
from kin_assistant.answer.peers import asks_for_peers, draft_peers
from kin_assistant.policy import AnswerPolicy, DocumentPolicy, PeersPolicy, RefusalPolicy
from kin_assistant.question.query import Query
from kin_assistant.types import Kind
from tests.form_library import DIGEST, SmallLibrary, open_library
from tests.varied_policies import halve

GENEROUS = AnswerPolicy(
    documents=DocumentPolicy(min_share=0.0),
    refusal=RefusalPolicy(min_confidence=0.0),
    peers=PeersPolicy(min_logit=-4.0, min_logit_alone=-4.0, min_worth_of_part=0.0, min_worth_of_figure=0.0),
)
PASSAGES = "peers.passages_of_part"
QUESTION = "Which cities have vendors or families that sort waste, and by how much fell waste?"


def ask(library: SmallLibrary, question: str, kinds: tuple[Kind, ...] = ("catalogue", "fact")) -> Query:
    return replace(library.query(question), kinds=kinds)


@pytest.mark.parametrize(
    ("question", "kinds", "asks"),
    [
        (QUESTION, ("catalogue", "fact"), True),
        ("who sorts waste, and what did it cost?", ("fact", "catalogue"), True),
        (QUESTION, ("fact",), False),
        ("Which cities sort waste?", ("catalogue",), False),
        ("Which cities in Nepal sort waste, and what did it cost?", ("catalogue", "fact"), False),
        ("Which documents are about waste, and what do they say?", ("catalogue", "fact"), False),
        ("How many cities sort waste, and what did it cost?", ("catalogue", "fact"), False),
    ],
)
def test_it_is_asked_who_did_something_and_then_for_more(
    library: SmallLibrary, question: str, kinds: tuple[Kind, ...], asks: bool
) -> None:
    assert asks_for_peers(ask(library, question, kinds), library.search) == asks


def test_of_what_nothing_bears_there_is_no_table(library: SmallLibrary) -> None:
    strict = replace(GENEROUS, refusal=RefusalPolicy(min_confidence=1.0))
    query = ask(library, QUESTION)
    assert draft_peers(query, library.read, library.search, library.records.fields_of, strict) is None


def test_each_place_has_a_row_with_a_sentence_for_each_part(library: SmallLibrary) -> None:
    draft = draft_peers(ask(library, QUESTION), library.read, library.search, library.records.fields_of, GENEROUS)
    assert draft is not None
    assert draft.form == "table"
    rows = {section.heading: [one.text for one in section.candidates] for section in draft.sections}
    assert rows["Cebu"] == [
        "Market vendors in Cebu sort their leaves for compost.",
        "Waste in Cebu fell by 30 per cent from 2010 to 2012.",
    ]
    assert len(rows) == len(draft.sections) > 1
    for section in draft.sections:
        assert len({one.document for one in section.candidates}) == 1
    assert draft.said.startswith(f"{len(rows)} places nearest to “vendors or families that sort waste”")


def test_what_a_document_does_not_say_is_said(library: SmallLibrary) -> None:
    strict = replace(GENEROUS, peers=replace(GENEROUS.peers, min_worth_of_part=1.0, min_worth_of_figure=1.0))
    draft = draft_peers(ask(library, QUESTION), library.read, library.search, library.records.fields_of, strict)
    assert draft is not None
    for section in draft.sections:
        assert len(section.candidates) == 1
        assert section.remark == "The document does not seem to say “by how much fell waste”."


@pytest.mark.parametrize(
    ("least", "alone", "of_part", "shown"),
    [(-4.0, 9.0, 0.0, True), (9.0, -4.0, 0.0, False), (9.0, -4.0, 1.0, True), (-4.0, 9.0, 1.0, False)],
)
def test_what_hardly_says_that_a_place_did_it_must_say_something_more(
    library: SmallLibrary, least: float, alone: float, of_part: float, shown: bool
) -> None:
    limits = replace(
        GENEROUS.peers, min_logit=least, min_logit_alone=alone, min_worth_of_part=of_part, min_worth_of_figure=of_part
    )
    policy = replace(GENEROUS, peers=limits)
    draft = draft_peers(ask(library, QUESTION), library.read, library.search, library.records.fields_of, policy)
    assert ("Cebu" in [section.heading for section in draft.sections] if draft else False) == shown


def test_one_place_alone_is_no_table(library: SmallLibrary) -> None:
    strict = replace(GENEROUS, documents=DocumentPolicy(min_share=1.0))
    assert draft_peers(ask(library, QUESTION), library.read, library.search, library.records.fields_of, strict) is None


def test_there_are_no_more_rows_than_the_limit(library: SmallLibrary) -> None:
    few = replace(GENEROUS, peers=replace(GENEROUS.peers, rows=2))
    draft = draft_peers(ask(library, QUESTION), library.read, library.search, library.records.fields_of, few)
    assert draft is not None
    assert len(draft.sections) == 2


def test_where_nothing_else_is_asked_each_place_has_its_results(library: SmallLibrary) -> None:
    query = ask(library, "Which cities have vendors or families that sort waste?", ("catalogue",))
    draft = draft_peers(query, library.read, library.search, library.records.fields_of, GENEROUS)
    assert draft is not None
    assert len(draft.sections) > 1
    for section in draft.sections:
        assert section.remark == ""
        assert 1 <= len(section.candidates) <= 2


def test_the_nearest_document_says_it_in_other_words(assistant: Assistant) -> None:
    answer = assistant.ask("Who cut landfill waste through composting, what did it cost?")
    assert answer.sections[0].heading == "Surabaya"
    quotes = {citation.number: citation.quote for citation in answer.citations}
    assert "how cheap the Surabaya programme was" in " ".join(quotes[number] for number in answer.sections[0].numbers)


def test_a_part_is_looked_for_in_as_many_passages_as_the_policy_says(tmp_path: Path) -> None:
    digests = {}
    for city, country in (("Cebu", "Philippines"), ("Surabaya", "Indonesia")):
        head = DIGEST.format(
            id=city,
            title=f"Waste of {city}",
            cities=city,
            countries=country,
            region="Asia",
            themes="x",
            years="2001-2011",
        )
        said = f"Vendors in {city} sort waste at each of the markets, and no more than that is said of them here. " * 12
        digests[f"{city}.md"] = head + "".join(f"## Market {number}\n\n{said}\n\n" for number in range(12))
    library, index = open_library(tmp_path, digests)
    query = ask(library, QUESTION)
    read = []
    for policy in (halve(PASSAGES), AnswerPolicy()):
        before = library.network.passages_read
        limits = replace(GENEROUS.peers, passages_of_part=policy.peers.passages_of_part)
        shown = replace(GENEROUS, peers=limits)
        assert draft_peers(query, library.read, library.search, library.records.fields_of, shown)
        read.append(library.network.passages_read - before)
    index.close()
    documents, most = len(digests), AnswerPolicy().evidence.passages_read_of_best
    assert read[1] - read[0] == documents * (most - 5)
