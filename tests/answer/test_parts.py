"""Each thing that a question asks for has its sentence, where the document says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from kin_assistant.answer.draft import Draft, DraftSection
from kin_assistant.answer.evidence import Evidence
from kin_assistant.answer.parts import PartRead, answer_parts, find_unanswered, read_parts
from kin_assistant.answer.quoting import Quoter
from kin_assistant.policy import PartsPolicy, SelectionPolicy
from tests.form_library import SmallLibrary
from tests.varied_policies import double, halve

QUESTION = "How many households have compost baskets in Surabaya, and how much did the baskets of Surabaya cost?"
GIVEN = "Surabaya gave compost baskets to 17,000 households."
COST = "The baskets of Surabaya cost 10 dollars each, and the city budget paid for them."
PLENTY = 150
POLICY = PartsPolicy()


def leading(evidence: Evidence) -> Draft:
    """A draft that quotes what answers the first part alone."""
    first = next(one for one in evidence.candidates if one.text == GIVEN)
    return Draft("quotes", (DraftSection((first,), "What the city did"),))


def read(library: SmallLibrary, question: str = QUESTION) -> tuple[Evidence, Draft, list[PartRead]]:
    evidence = library.read(library.query(question))
    draft = leading(evidence)
    limits = PartsPolicy(passages_read=20)
    return evidence, draft, read_parts(evidence, draft, library.search.reader, library.search.library, limits)


def complete(library: SmallLibrary, words: int, policy: PartsPolicy, best: str = COST, logit: float = 2.0) -> Draft:
    """The draft for a second part to which the network takes ``best`` for the answer."""
    evidence, draft, _ = read(library)
    logits = {(one.passage, one.sentence.start): logit if one.text == best else -3.0 for one in evidence.candidates}
    quoter = Quoter(library.search.library, SelectionPolicy())
    return answer_parts(draft, evidence, [PartRead("the second part", logits)], words, policy, quoter)


def texts(draft: Draft) -> list[str]:
    return [one.text for one in draft.candidates]


def test_a_part_that_nothing_quoted_answers_gets_its_best_sentence(library: SmallLibrary) -> None:
    completed = complete(library, PLENTY, POLICY)
    assert texts(completed) == [GIVEN, COST]
    assert completed.sections[1].heading == "Cost and finance"


def test_a_part_that_is_answered_gets_nothing_more(library: SmallLibrary) -> None:
    assert texts(complete(library, PLENTY, replace(POLICY, min_lead=9.0))) == [GIVEN]


def test_a_sentence_that_hardly_answers_is_not_added(library: SmallLibrary) -> None:
    assert texts(complete(library, PLENTY, replace(POLICY, min_logit=9.0))) == [GIVEN]


def test_a_sentence_that_leans_on_the_one_before_it_is_not_added(library: SmallLibrary) -> None:
    assert texts(complete(library, PLENTY, POLICY, "They were free of charge.")) == [GIVEN]


def test_there_must_be_room(library: SmallLibrary) -> None:
    assert texts(complete(library, len(f"{GIVEN} {COST}".split()), POLICY)) == [GIVEN, COST]
    assert texts(complete(library, len(f"{GIVEN} {COST}".split()) - 1, POLICY)) == [GIVEN]


def test_a_sentence_of_a_passage_that_is_quoted_stands_there_in_its_order(library: SmallLibrary) -> None:
    box = "A compost basket is a box in which a family turns its food waste to compost."
    (section,) = complete(library, PLENTY, POLICY, box).sections
    assert [one.text for one in section.candidates] == [box, GIVEN]


def test_a_question_for_one_thing_is_not_read_again(library: SmallLibrary) -> None:
    evidence = library.read(library.query("How many households have compost baskets in Surabaya?"))
    before = library.network.passages_read
    assert read_parts(evidence, leading(evidence), library.search.reader, library.search.library, PartsPolicy()) == []
    assert library.network.passages_read == before


def test_what_is_quoted_is_read_first(library: SmallLibrary) -> None:
    evidence = library.read(library.query(QUESTION))
    draft = leading(evidence)
    one = PartsPolicy(passages_read=1)
    for part in read_parts(evidence, draft, library.search.reader, library.search.library, one):
        assert {passage for passage, _ in part.logits} == {draft.candidates[0].passage}


@pytest.mark.parametrize(
    ("logits", "missing"),
    [([3.0, -9.0], ["the cost"]), ([-9.0, -9.0], []), ([3.0, 3.0], [])],
    ids=["one is missing", "nothing is there at all", "all are there"],
)
def test_a_part_without_evidence_is_named(logits: Sequence[float], missing: list[str]) -> None:
    parts = [PartRead(text, {(0, 0): logit}) for text, logit in zip(("who paid", "the cost?"), logits, strict=True)]
    assert find_unanswered(parts, PartsPolicy()) == missing


def test_without_a_network_no_part_is_named() -> None:
    assert find_unanswered([PartRead("who paid", {}), PartRead("the cost", {})], PartsPolicy()) == []


LEAST = "parts.min_logit"


@pytest.mark.parametrize(
    ("policy", "logit", "added"),
    [
        (POLICY, -0.75, True),
        (halve(LEAST).parts, -0.75, False),
        (POLICY, -1.5, False),
        (double(LEAST).parts, -1.5, True),
    ],
)
def test_what_the_network_gives_as_much_as_the_policy_says_is_added(
    library: SmallLibrary, policy: PartsPolicy, logit: float, added: bool
) -> None:
    assert (COST in texts(complete(library, PLENTY, policy, logit=logit))) == added
