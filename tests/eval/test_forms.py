"""What the form of an answer is worth, on answers counted by hand."""

from __future__ import annotations

import pytest

from eval.forms import (
    count_orphans,
    count_peers,
    find_cut_lists,
    find_stretches,
    fits,
    judge_catalogue,
    judge_kind,
    judge_lead,
    measure_absence,
    measure_completeness,
    measure_coverage,
    measure_form,
)
from eval.lines import Request
from eval.matching import Span
from eval.questions import Case
from kin_assistant.documents.reading import read_document
from kin_assistant.types import Answer, AnswerSentence, Citation, Entry, LeadIn, Section

SOURCE = """---
id: a
title: Bins in Alba
cities: [Alba]
---

# Bins in Alba

## What was done

The city bought bins. They were green. A truck came daily. The fee was low.

- First, the city counted homes.
- Second, it bought bins.
- Third, it trained crews.
- Fourth, it checked.

| Year | Homes |
|---|---|
| 2001 | 10 homes |
| 2002 | 20 homes |
| 2003 | 30 homes |
"""
DOCUMENT = read_document("a.md", SOURCE.encode(), "0" * 64).document
ITEMS = ("First, the city counted homes.", "Second, it bought bins.", "Third, it trained crews.", "Fourth, it checked.")
ROWS = ("| 2001 | 10 homes |", "| 2002 | 20 homes |", "| 2003 | 30 homes |")
HEADER = LeadIn(start=DOCUMENT.text.index("| Year"), end=DOCUMENT.text.index("| 2001") - 1, text="| Year | Homes |")


def cite(*quotes, document_id="a", passage="p"):
    """Citations of sentences of the document, in order; of another document the offsets do not matter."""
    return tuple(
        Citation(
            number=number, passage_id=passage, document_id=document_id, title="", cities=(), countries=(), years=None,
            heading="", page=None, lead_in=HEADER if quote in ROWS else None,
            start=(start := DOCUMENT.text.index(quote)), end=start + len(quote), quote=quote,
        )
        for number, quote in enumerate(quotes, 1)
    )  # fmt: skip


def answer(*quotes, citations=None, **more):
    citations = cite(*quotes) if citations is None else citations
    given = {
        "question": "?", "standalone_question": "?", "abstained": False, "confidence": 0.5, "build_id": "b",
        "sections": (Section(numbers=tuple(item.number for item in citations)),) if citations else (),
        "sentences": tuple(AnswerSentence(text=item.quote, citations=(item.number,)) for item in citations),
        "citations": citations,
    }  # fmt: skip
    return Answer.model_validate(given | more)


def request(kind, *wanted, **more):
    """A request whose evidence is (quote, its part in the answer), and its case."""
    evidence = [{"document_id": "a", "quote": quote} | part for quote, part in wanted]
    asked = Request.model_validate({"id": "r", "question": "?", "kind": kind, "evidence": evidence} | more)
    spans = [(start := DOCUMENT.text.index(quote), start + len(quote)) for quote, _ in wanted]
    return asked, Case(question=asked, set="s", gold=tuple(Span("a", *span) for span in spans))


def test_the_first_quote_of_a_fact_has_to_be_one_that_may_lead():
    asked, case = request("fact", ("The fee was low.", {"lead": True}), ("The city bought bins.", {}))
    assert judge_lead(asked, case, answer("The fee was low.", "The city bought bins.")) == (1, 1)
    assert judge_lead(asked, case, answer("The city bought bins.", "The fee was low.")) == (0, 1)
    assert judge_lead(asked, case, answer(abstained=True, reason="Nothing.")) == (0, 1)


def test_where_no_sentence_is_marked_any_gold_sentence_may_lead():
    asked, case = request("explain", ("The fee was low.", {}), ("The city bought bins.", {}))
    assert judge_lead(asked, case, answer("The city bought bins.")) == (1, 1)
    assert judge_lead(asked, case, answer("A truck came daily.", "The fee was low.")) == (0, 1)


def test_stretches_are_runs_of_sentences_of_one_passage():
    def sizes(*quotes, **more):
        return [len(stretch) for stretch in find_stretches(cite(*quotes, **more))]

    assert sizes("The city bought bins.", "They were green.", "The fee was low.") == [2, 1]
    assert sizes("The fee was low.", "The city bought bins.") == [1, 1]
    assert sizes(*ITEMS[:2]) == [2]
    assert sizes(ROWS[0], ROWS[2]) == [2]
    assert sizes(ITEMS[0], ITEMS[2]) == [1, 1]
    assert sizes() == []
    apart = cite("The city bought bins.") + cite("They were green.", passage="q")
    assert len(find_stretches(apart)) == 2


def test_a_stretch_that_opens_with_a_sentence_about_an_unquoted_one_is_an_orphan():
    assert count_orphans(answer("They were green.", "The fee was low.")) == (1, 2)
    assert count_orphans(answer("The city bought bins.", "They were green.")) == (0, 1)
    assert count_orphans(answer(ITEMS[1])) == (1, 1)
    introduced = tuple(item.model_copy(update={"lead_in": HEADER}) for item in cite(ITEMS[1]))
    assert count_orphans(answer(citations=introduced)) == (0, 1)
    assert count_orphans(answer(abstained=True, reason="Nothing.")) == (0, 0)


@pytest.mark.parametrize(
    ("quotes", "cut"),
    [
        (ITEMS[:2], 1),
        (ITEMS, 0),
        (ITEMS[:1], 0),
        (("The city bought bins.",), 0),
        (ROWS[:2], 1),
        (ROWS, 0),
        (ROWS[:1], 0),
    ],
)
def test_a_list_or_table_in_part_is_cut(quotes, cut):
    asked, _ = request("explain", (ITEMS[0], {}))
    assert find_cut_lists(asked, answer(*quotes), lambda _: DOCUMENT) == (cut, 1)


def test_one_item_alone_is_a_cut_list_where_the_list_was_asked_for():
    asked, _ = request("list", (ITEMS[0], {}), (ITEMS[1], {}))
    assert find_cut_lists(asked, answer(ITEMS[2]), lambda _: DOCUMENT) == (1, 1)
    assert find_cut_lists(asked, answer(abstained=True, reason="Nothing."), lambda _: DOCUMENT) == (0, 0)


@pytest.mark.parametrize(
    "more",
    [
        {"notes": ("2 of 4 items are shown.",)},
        {"caveats": ("These are 2 of the 4 steps.",)},
        {"sections": (Section(numbers=(1, 2), shown=2, of=4),)},
        {"sections": (Section(numbers=(1, 2), remark="2 of 4 shown."),)},
    ],
)
def test_a_cut_that_is_said_is_none(more):
    asked, _ = request("list", (ITEMS[0], {}), (ITEMS[1], {}))
    assert find_cut_lists(asked, answer(*ITEMS[:2], **more), lambda _: DOCUMENT) == (0, 1)


@pytest.mark.parametrize("note", ["4 of 4 steps.", "In 2004 of the old calendar.", "[1] and [2] differ."])
def test_other_notes_do_not_say_that_a_list_is_cut(note):
    asked, _ = request("list", (ITEMS[0], {}), (ITEMS[1], {}))
    assert find_cut_lists(asked, answer(*ITEMS[:2], notes=(note,)), lambda _: DOCUMENT) == (1, 1)


def test_either_of_two_kinds_may_come_first():
    asked, _ = request("overview", ("The fee was low.", {}), kinds=["overview", "fact"])
    assert judge_kind(asked, answer(kind="fact")) == (1, 1)
    assert judge_kind(asked, answer(kind="list")) == (0, 1)


def test_a_catalogue_is_measured_by_its_documents():
    asked, _ = request("catalogue", documents=["a", "b"], also_relevant=["c"])
    listed = (Entry(label="A", document_ids=("a",)), Entry(label="C", document_ids=("c", "d")))
    assert judge_catalogue(asked, answer(entries=listed)) == {
        "catalogue_precision": (pytest.approx(2 / 3), 1),
        "catalogue_recall": (0.5, 1),
    }
    assert judge_catalogue(asked, answer()) == {"catalogue_precision": (0, 0), "catalogue_recall": (0, 1)}


def test_a_catalogue_of_names_is_measured_by_its_labels():
    asked, _ = request("catalogue", labels=["Nepal", "Viet Nam"])
    listed = (Entry(label="nepal", document_ids=("x",)), Entry(label="Chile", document_ids=()))
    assert judge_catalogue(asked, answer(entries=listed)) == {
        "catalogue_precision": (0.5, 1),
        "catalogue_recall": (0.5, 1),
    }


def test_completeness_counts_items_and_not_the_sentences_that_state_them():
    wanted = [(ITEMS[0], {"item": "count"}), (ROWS[0], {"item": "count"}), (ITEMS[1], {}), (ITEMS[2], {})]
    asked, case = request("list", *wanted)
    assert measure_completeness(asked, case, answer(ROWS[0], ITEMS[1])) == (pytest.approx(2 / 3), 1)
    assert measure_completeness(asked, case, answer(ITEMS[0], ROWS[0])) == (pytest.approx(1 / 3), 1)


def test_a_place_is_covered_by_a_gold_sentence_or_by_one_that_names_it():
    asked, case = request("compare", ("The fee was low.", {"place": "Alba"}), (ROWS[0], {"place": "Homes"}))
    assert measure_coverage(asked, case, answer("The fee was low.")) == (0.5, 1)
    assert measure_coverage(asked, case, answer("The fee was low.", ROWS[1])) == (1, 1)
    assert measure_coverage(asked, case, answer("A truck came daily.")) == (0, 1)
    elsewhere = cite(ROWS[1], document_id="b")
    assert measure_coverage(asked, case, answer(citations=elsewhere)) == (0, 1)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"caveats": ("No document is about Corvo.",)}, 1),
        ({"sections": (Section(heading="Corvo", remark="no evidence in the documents"),)}, 1),
        ({"sections": (Section(heading="Corvo", numbers=(1,)),)}, 0),
        ({}, 0),
    ],
)
def test_a_place_without_evidence_has_to_be_named_as_such(more, said):
    asked, _ = request("compare", ("The fee was low.", {"place": "Alba"}), absent=["Corvo"])
    assert measure_absence(asked, answer("The fee was low.", **more)) == (said, 1)


def test_three_peers_are_enough_whether_quoted_or_listed():
    asked, _ = request("advice", peers=["a", "b", "c", "d"])
    entries = tuple(Entry(label=name, document_ids=(name,)) for name in "bcdz")
    assert count_peers(asked, answer("The fee was low.")) == (pytest.approx(1 / 3), 1)
    assert count_peers(asked, answer("The fee was low.", entries=entries)) == (1, 1)
    assert count_peers(asked, answer(entries=entries[3:])) == (0, 1)


def measure(asked_and_case, given):
    return measure_form(*asked_and_case, given, lambda _: DOCUMENT)


def test_small_talk_is_answered_without_search():
    found = measure(request("talk"), answer(kind="talk", form="words", said="Good morning."))
    assert found["kind"] == found["form"] == (1, 1)
    assert not [name for name in found if name.startswith("refusal")]
    assert measure(request("talk"), answer("The fee was low."))["form"] == (0, 1)
    assert measure(request("talk"), answer(abstained=True, reason="Nothing."))["form"] == (0, 1)


def test_a_request_without_answer_has_to_be_refused():
    wanted = request("fact", unanswerable_kind="missing_fact")
    refused, answered = answer(abstained=True, reason="Nothing."), answer("The fee was low.")
    assert fits(wanted[0], measure(wanted, refused))
    assert not fits(wanted[0], measure(wanted, answered))
    assert "form" not in measure(wanted, answered)


def test_length_is_measured_by_kind_and_without_refusals():
    wanted = request("fact", ("The fee was low.", {"lead": True}))
    found = measure(wanted, answer("The fee was low.", "The city bought bins."))
    assert found["stretches"] == found["stretches.fact"] == (2, 1)
    assert found["words"][0] >= 8
    assert fits(wanted[0], found)
    assert measure(wanted, answer(abstained=True, reason="Nothing."))["words.fact"] == (0, 0)


def test_padding_is_counted_only_where_all_useful_sentences_are_known():
    fee = [{"id": "n1", "vital": True, "any_of": ["fee was low"]}]
    texts = request("explain", ("The fee was low.", {}), nuggets=fee)
    table = request("compare", ("The fee was low.", {"place": "A"}))
    given = answer("The fee was low.", "A truck came daily.")
    assert measure(texts, given)["useful_sentences"] == (0.5, 1)
    assert "useful_sentences" not in measure(table, given)
    assert "vital_nuggets" not in measure(table, given)


def test_a_number_that_was_asked_for_is_looked_for_in_all_that_is_read():
    wanted = request("catalogue", documents=["a"], count=5)
    assert measure(wanted, answer(form="entries", said="Five documents are about it."))["count_said"] == (1, 1)
    assert measure(wanted, answer(form="entries", said="15 documents are about it."))["count_said"] == (0, 1)
